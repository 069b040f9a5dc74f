package office

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"net/http"
	"net/url"
	"path"
	"strings"
	"sync"
	"time"

	"github.com/quittance/quittance/examples/teleservice/internal/people"
	"github.com/quittance/quittance/examples/teleservice/internal/session"
	"github.com/quittance/quittance/examples/teleservice/internal/web"
)

// askToSignIn sends somebody to sign in, and back afterwards. A form that was sent without a session is not lost: what was typed into it waits
// in the browser.
func (o *Office) askToSignIn(w http.ResponseWriter, r *http.Request) error {
	back := r.URL.RequestURI()
	if r.Method == http.MethodPost {
		back = "/gestion"
		if id := r.PathValue("payment"); id != "" && r.ParseForm() == nil {
			back = "/gestion/paiements/" + url.PathEscape(id)
			o.leave(w, back, note{Name: "reprise", Typed: typed{Act: r.PostForm.Get("acte"), Why: r.PostForm.Get("motif")}})
		}
	}
	if back == "/gestion" {
		return o.seeOther(w, r, "/gestion/connexion", "")
	}
	return o.seeOther(w, r, "/gestion/connexion?suite="+url.QueryEscape(back), "")
}

func (o *Office) signInPage(w http.ResponseWriter, r *http.Request) error {
	return o.showSignIn(w, r, http.StatusOK, r.FormValue("suite"), nil)
}

func (o *Office) showSignIn(w http.ResponseWriter, r *http.Request, status int, next string, faults []web.Fault) error {
	done, _ := o.noteAndTyped(w, r)
	_, err := o.agent(r, o.Sessions.Peek)
	ended := errors.Is(err, session.ErrNone) && o.Sessions.Had(r, session.Agent)
	return o.pages.Write(w, r, status, "signin.html", web.Page{Title: "Se connecter à la gestion", Errors: faults, Body: map[string]any{
		"Done": done, "Agents": people.Agents, "Next": wayBack(next), "Secret": o.Secret != "", "Ended": ended, "Asked": wayBack(next) != "/gestion",
	}})
}

func (o *Office) signIn(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return web.Bad(err)
	}
	next := r.PostForm.Get("suite")
	agent, ok := agentByID(r.PostForm.Get("agent"))
	switch {
	case !ok:
		return o.showSignIn(w, r, http.StatusUnprocessableEntity, next, []web.Fault{{Field: "agents", Text: "Choisissez un agent."}})
	case o.Secret == "":
	case !o.tries.take(o.Sessions.Now()):
		return o.showSignIn(w, r, http.StatusTooManyRequests, next, []web.Fault{{Field: "code", Text: "Il y a eu trop d’essais. Attendez une minute."}})
	case !equalSecrets(r.PostForm.Get("code"), o.Secret):
		return o.showSignIn(w, r, http.StatusUnprocessableEntity, next, []web.Fault{{Field: "code", Text: "Ce code d’accès n’est pas le bon."}})
	default:
		o.tries.reset()
	}
	if err := o.Sessions.Start(w, r, session.Agent, agent.ID); err != nil {
		return err
	}
	return o.seeOther(w, r, wayBack(next), "")
}

func (o *Office) signOut(w http.ResponseWriter, r *http.Request) error {
	if err := o.Sessions.End(w, r, session.Agent); err != nil {
		return err
	}
	return o.seeOther(w, r, "/gestion/connexion", "deconnecte")
}

// equalSecrets compares in a time that does not depend on how much of it is right.
func equalSecrets(given, secret string) bool {
	a, b := sha256.Sum256([]byte(given)), sha256.Sum256([]byte(secret))
	return subtle.ConstantTimeCompare(a[:], b[:]) == 1
}

// wayBack is an address of the office to go on to; whatever else somebody has put there leads to its first page.
func wayBack(next string) string {
	u, err := url.Parse(next)
	if err != nil || u.Scheme != "" || u.Host != "" || u.Opaque != "" || strings.ContainsAny(next, "\\\r\n\t") || path.Clean(u.Path) != u.Path ||
		!isBelow(u.Path, "/gestion") || isBelow(u.Path, "/gestion/connexion") || isBelow(u.Path, "/gestion/deconnexion") {
		return "/gestion"
	}
	return (&url.URL{Path: u.Path, RawQuery: u.Query().Encode()}).String()
}

// isBelow reports whether an address is another one, or lies below it.
func isBelow(address, above string) bool {
	return address == above || strings.HasPrefix(address, above+"/")
}

// throttle counts wrong codes. It is one for all, so that who tries from many places is slowed down too.
type throttle struct {
	most   int
	within time.Duration

	mu    sync.Mutex
	tries []time.Time
}

// take reports whether one more try is allowed now.
func (t *throttle) take(now time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	for len(t.tries) > 0 && now.Sub(t.tries[0]) >= t.within {
		t.tries = t.tries[1:]
	}
	if len(t.tries) >= t.most {
		return false
	}
	t.tries = append(t.tries, now)
	return true
}

// reset forgets the tries, after a right one.
func (t *throttle) reset() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.tries = nil
}
