package office

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
)

// noteCookie holds what the next page is to say, once: that something was done, or what was typed. An address cannot say it, and neither a
// reload nor a bookmark repeats it.
const noteCookie = "gestion-note"

// note is for the page at an address.
type note struct {
	At    string `json:"at"`
	Name  string `json:"name"` // of an outcome
	Typed typed  `json:"typed,omitzero"`
}

// typed is what an agent has put into the form of decisions.
type typed struct {
	Act string `json:"act,omitempty"`
	Why string `json:"why,omitempty"`
}

// leave leaves a note for the page at an address.
func (o *Office) leave(w http.ResponseWriter, at string, n note) {
	n.At = at
	text, err := json.Marshal(n)
	if err != nil || len(text) > 2048 { // a browser keeps 4096 bytes
		return
	}
	http.SetCookie(w, o.noteCookie(base64.RawURLEncoding.EncodeToString(text), 600))
}

// read is the note for this page, if there is one. It is gone then.
func (o *Office) read(w http.ResponseWriter, r *http.Request) (n note) {
	c, err := r.Cookie(noteCookie)
	if err != nil {
		return note{}
	}
	text, err := base64.RawURLEncoding.DecodeString(c.Value)
	if err != nil || json.Unmarshal(text, &n) != nil || n.At != r.URL.Path {
		return note{}
	}
	http.SetCookie(w, o.noteCookie("", -1))
	return n
}

func (o *Office) noteCookie(value string, seconds int) *http.Cookie {
	return &http.Cookie{Name: noteCookie, Value: value, Path: "/gestion", MaxAge: seconds, HttpOnly: true, Secure: o.Sessions.Secure, SameSite: http.SameSiteLaxMode}
}

// seeOther goes on to an address, whose page says the outcome of that name.
func (o *Office) seeOther(w http.ResponseWriter, r *http.Request, address, outcome string) error {
	if outcome != "" {
		at, _, _ := strings.Cut(address, "?")
		o.leave(w, at, note{Name: outcome})
	}
	http.Redirect(w, r, address, http.StatusSeeOther)
	return nil
}
