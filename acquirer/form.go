package acquirer

import (
	"bytes"
	"cmp"
	"fmt"
	"html/template"
	"io"
	"net/http"
	"strings"
)

// Form words the page that sends the payer on; the zero value speaks French.
//
// Nonce is the nonce for scripts in the host's Content-Security-Policy. With one, the page submits itself; without one it
// has no script, and the payer presses the button. A Language other than French or English needs Title, Text and
// Button.
type Form struct {
	Nonce, Language, Title, Text, Button string
}

// texts are the page's own, by language.
var texts = map[string]Form{
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

// withTexts fills the empty texts of the form in its language, which is French when none is given.
func (f Form) withTexts() (Form, error) {
	f.Language = cmp.Or(f.Language, "fr")
	primary := f.Language
	if len(primary) > 2 && (primary[2] == '-' || primary[2] == '_') {
		primary = primary[:2]
	}
	own, ok := texts[strings.ToLower(primary)]
	if !ok && (f.Title == "" || f.Text == "" || f.Button == "") {
		return f, fmt.Errorf("acquirer: Form: language %.20q needs Title, Text and Button", f.Language)
	}
	f.Title, f.Text, f.Button = cmp.Or(f.Title, own.Title), cmp.Or(f.Text, own.Text), cmp.Or(f.Button, own.Button)
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
{{if .Session.Link}}<p><a id="go" href="{{.Session.URL}}">{{.Form.Button}}</a></p>
{{else}}<form id="go" method="{{.Session.Method}}" action="{{.Session.URL}}">
{{range $name, $values := .Session.Fields}}{{range $values}}<input type="hidden" name="{{$name}}" value="{{.}}">
{{end}}{{end}}<button type="submit">{{.Form.Button}}</button>
</form>
{{end}}</main>{{if .Form.Nonce}}
<script nonce="{{.Form.Nonce}}">{{if .Session.Link}}location.replace(document.getElementById("go").href){{else}}document.getElementById("go").submit(){{end}}</script>{{end}}
</body>
</html>
`))

// Send sends the payer on in the way that fits the session: by 303 where the address is all there is, else with the page
// of [Session.WriteForm]. It sets Cache-Control and Content-Type; the Content-Security-Policy is the host's, and needs
// [Session.Origin] in form-action where there is a form. The errors are those of WriteForm; then nothing is written, unless the error
// is w's own.
func (s Session) Send(w http.ResponseWriter, r *http.Request, f Form) error {
	if err := s.check("Send"); err != nil {
		return err
	}
	if s.Link() {
		w.Header().Set("Cache-Control", "no-store")
		http.Redirect(w, r, s.URL, http.StatusSeeOther)
		return nil
	}
	var page bytes.Buffer
	if err := s.WriteForm(&page, f); err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, err := page.WriteTo(w)
	return err
}

// WriteForm writes a page that sends the payer on: a complete HTML document that works without script and can be read
// by every reader. The host sends it with Cache-Control: no-store. A session without fields becomes a link; [Session.Send]
// needs no page for it. The error says that the session is zero, its URL is not absolute http or https, its method is neither POST
// nor GET, or the form's language has no words; then nothing is written. It may also be w's own.
func (s Session) WriteForm(w io.Writer, f Form) error {
	if err := s.check("WriteForm"); err != nil {
		return err
	}
	f, err := f.withTexts()
	if err != nil {
		return err
	}
	return page.Execute(w, struct {
		Session Session
		Form    Form
	}{s, f})
}

// check says why the payer cannot be sent to the session, for a function of that name.
func (s Session) check(name string) error {
	if s.Origin() == "" {
		return fmt.Errorf("acquirer: %s: the session has no http or https address; was it handed out?", name)
	}
	if s.Method != http.MethodPost && s.Method != http.MethodGet {
		return fmt.Errorf("acquirer: %s: method %.10q is neither POST nor GET", name, s.Method)
	}
	return nil
}
