package acquirer

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Session is where the payer's browser is to be sent. Whoever has it can pay, or give up, in the payer's place: it is
// shown to the payer alone, and it prints as its origin only.
type Session struct {
	URL, Method string     // POST or GET
	Fields      url.Values // of the form; none: the URL is all there is
	ExpiresAt   time.Time  // last instant at which the payer can still pay, as far as the acquirer says
	Handle      Handle     // the acquirer's own ids of the session; zero where our reference is enough
}

// Origin is what the host's Content-Security-Policy must allow in form-action. It is empty when URL is not an
// absolute http or https address, or when its host has a character that would end the directive.
func (s Session) Origin() string {
	u, err := url.Parse(s.URL)
	if err != nil || u.Hostname() == "" || u.Scheme != "https" && u.Scheme != "http" || strings.Trim(u.Host, hostCharacters) != "" {
		return ""
	}
	return u.Scheme + "://" + u.Host
}

// hostCharacters are the characters of a host name, an IPv4 or IPv6 address and a port.
const hostCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_:[]"

// Link reports whether the address is all that the payer's browser needs: no form goes with it. A form that is sent by GET
// drops the query of its address, and Chromium applies form-action to every redirection that follows a form, so a session
// without fields is never sent as one.
func (s Session) Link() bool { return s.Method == http.MethodGet && len(s.Fields) == 0 }

// IsZero reports whether there is no session.
func (s Session) IsZero() bool { return s.URL == "" }

// Format prints the origin only, whatever the verb: whoever has the fields can pay.
func (s Session) Format(f fmt.State, _ rune) { io.WriteString(f, "session at "+s.Origin()) }

// LogValue holds no field of the form.
func (s Session) LogValue() slog.Value {
	return slog.GroupValue(slog.String("origin", s.Origin()), slog.Time("expires_at", s.ExpiresAt))
}

// MarshalJSON writes what LogValue says; it is for logs, and is not read back.
func (s Session) MarshalJSON() ([]byte, error) { return marshalAttrs(s.LogValue()) }
