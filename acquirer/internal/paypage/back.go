package paypage

import (
	"crypto/rand"
	"net/http"
	"net/url"

	"github.com/quittance/quittance/acquirer"
)

// Back is the form that brings the payer back to the host.
type Back struct {
	URL, Method   string
	Fields        url.Values
	Button, Value string // name and value of the button, if it has any
}

// sendBack sends the browser back at once: by a redirection where the form is one by GET, otherwise by a page whose form sends itself
// and has a button where there is no script.
func (b *Back) sendBack(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	if b.Method == "get" {
		h.Set("Location", b.URL+"?"+b.Fields.Encode())
		w.WriteHeader(http.StatusSeeOther)
		return
	}
	nonce := rand.Text()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; script-src 'nonce-"+nonce+"'; form-action "+originOf(b.URL)+
		"; frame-ancestors 'none'; base-uri 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	to := acquirer.Session{URL: b.URL, Method: http.MethodPost, Fields: b.Fields}
	_ = to.WriteForm(w, acquirer.Form{ // an address with an origin, in French: what fails is a payer who has gone away
		Nonce: nonce, Title: "Retour à votre compte", Text: "Vous allez revenir à votre compte. Si rien ne se passe, utilisez le bouton ci-dessous.",
		Button: "Retour à votre compte",
	})
}

// originOf is the scheme and host of an address, or empty if no browser should be sent there.
func originOf(address string) string { return acquirer.Session{URL: address}.Origin() }
