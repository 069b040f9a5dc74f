package acquirer

import (
	"errors"
	"fmt"
	"html/template"
	"io"
	"log/slog"
	"net/url"
	"strings"
	"time"
)

// Session is where the payer's browser is to be sent. Whoever has it can pay, or give up, in the payer's place: it is
// shown to the payer alone, and it prints as its origin only.
type Session struct {
	URL, Method string     // POST or GET
	Fields      url.Values // of the form
	ExpiresAt   time.Time  // last instant at which the payer can still pay, as far as the acquirer says
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

// hostCharacters are those of a name, an address of either family and a port.
const hostCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_:[]"

// IsZero reports whether there is no session.
func (s Session) IsZero() bool { return s.URL == "" }

// Format prints the origin and the expiry for every verb: the fields are what lets the bearer pay.
func (s Session) Format(f fmt.State, _ rune) { io.WriteString(f, "session at "+s.Origin()) }

// LogValue holds no field of the form.
func (s Session) LogValue() slog.Value {
	return slog.GroupValue(slog.String("origin", s.Origin()), slog.Time("expires_at", s.ExpiresAt))
}

// Form words the page that sends the payer on; the zero value speaks French.
//
// Nonce is that of the host's Content-Security-Policy for scripts. With one, the page submits itself; without one it
// has no script, and the payer presses the button. A Language other than French or English needs Title, Text and
// Button.
type Form struct {
	Nonce, Language, Title, Text, Button string
}

// words are the page's own, by language.
var words = map[string]Form{
	"fr": {
		Title:  "Redirection vers la page de paiement",
		Text:   "Vous allez être redirigé vers la page de paiement sécurisée de la banque. Si rien ne se passe, utilisez le bouton ci-dessous.",
		Button: "Continuer vers la page de paiement",
	},
	"en": {
		Title:  "Going to the payment page",
		Text:   "You are being sent to the bank’s secure payment page. If nothing happens, use the button below.",
		Button: "Continue to the payment page",
	},
}

func (f Form) worded() (Form, error) {
	if f.Language == "" {
		f.Language = "fr"
	}
	primary := f.Language
	if len(primary) > 2 && (primary[2] == '-' || primary[2] == '_') {
		primary = primary[:2]
	}
	w, ok := words[strings.ToLower(primary)]
	if !ok && (f.Title == "" || f.Text == "" || f.Button == "") {
		return f, fmt.Errorf("acquirer: Form: language %.20q needs Title, Text and Button", f.Language)
	}
	for _, p := range []struct {
		s    *string
		word string
	}{{&f.Title, w.Title}, {&f.Text, w.Text}, {&f.Button, w.Button}} {
		if *p.s == "" {
			*p.s = p.word
		}
	}
	return f, nil
}

var page = template.Must(template.New("redirect").Parse(`<!DOCTYPE html>
<html lang="{{.Form.Language}}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{{.Form.Title}}</title>
</head>
<body>
<main>
<h1>{{.Form.Title}}</h1>
<p>{{.Form.Text}}</p>
<form id="go" method="{{.Session.Method}}" action="{{.Session.URL}}">
{{range $name, $values := .Session.Fields}}{{range $values}}<input type="hidden" name="{{$name}}" value="{{.}}">
{{end}}{{end}}<button type="submit">{{.Form.Button}}</button>
</form>
</main>{{if .Form.Nonce}}
<script nonce="{{.Form.Nonce}}">document.getElementById("go").submit()</script>{{end}}
</body>
</html>
`))

// WriteForm writes a page that sends the payer on: a complete HTML document that works without script and can be read
// by every reader. The host sends it with Cache-Control: no-store. It is an error when the session is zero or its URL
// is not absolute http or https; then nothing is written.
func (s Session) WriteForm(w io.Writer, f Form) error {
	if s.Origin() == "" {
		return errors.New("acquirer: WriteForm: the session has no http or https address; was it handed out?")
	}
	if s.Method != "POST" && s.Method != "GET" {
		return fmt.Errorf("acquirer: WriteForm: method %.10q is neither POST nor GET", s.Method)
	}
	f, err := f.worded()
	if err != nil {
		return err
	}
	return page.Execute(w, struct {
		Session Session
		Form    Form
	}{s, f})
}
