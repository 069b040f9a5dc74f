package paypage

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"html/template"
	"maps"
	"net/http"
	"net/url"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/internal/bank"
)

//go:embed pages
var files embed.FS

// style is in every page, and the policy of every page names its hash: no other style is applied, and no script at all.
var style, styleHash = func() (template.CSS, string) {
	css, err := files.ReadFile("pages/style.css")
	if err != nil {
		panic("paypage: the style is not in the program: " + err.Error())
	}
	sum := sha256.Sum256(css)
	return template.CSS(css), "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}()

// A page is one step of the payment page, and the HTTP status that goes with it.
type page struct {
	status   int
	template *template.Template
}

func loadPage(name string, status int) page {
	return page{status, template.Must(template.ParseFS(files, "pages/layout.html", "pages/"+name+".html"))}
}

var (
	cardPage           = loadPage("card", http.StatusOK)
	correctionPage     = loadPage("card", http.StatusUnprocessableEntity)
	authenticationPage = loadPage("authentication", http.StatusOK)
	ticketPage         = loadPage("ticket", http.StatusOK)
	refusedPage        = loadPage("refused", http.StatusOK)
	cancelledPage      = loadPage("cancelled", http.StatusOK)
	pendingPage        = loadPage("pending", http.StatusOK)
	failedPage         = loadPage("failed", http.StatusOK)
	endedPage          = loadPage("ended", http.StatusConflict)
	expiredPage        = loadPage("expired", http.StatusGone)
	unknownPage        = loadPage("unknown", http.StatusNotFound)
	absentPage         = loadPage("absent", http.StatusNotFound)
	invalidPage        = loadPage("invalid", http.StatusBadRequest)
)

// view is what a page says. Nothing that a payer has typed is in it but what is kept of a card.
type view struct {
	Transaction bank.Transaction
	Shop        string // who is paid; without it the page knows of no payment
	Amount      string
	Date        string
	Card        string // masked

	Session string // the token, in every form
	Carried string // what is kept of the card, until the payer is authenticated
	Left    int    // attempts

	Wrong         []mistake
	Errors        map[string]string // by field
	Months, Years []string
	Cards         []testCard

	Result string
	Back   *back
}

// back is the form that brings the payer back to the host.
type back struct {
	URL, Method   string
	Fields        url.Values
	Button, Value string
}

// sendBack sends the browser back at once: by a redirection where the form is one by GET, otherwise by a page whose form sends itself
// and has a button where there is no script.
func (b *back) sendBack(w http.ResponseWriter) {
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

// wayBack is the form to ReturnURL, or nil if no browser can go there. A form that is sent by GET drops the query of its
// address, so what stands there becomes fields too.
func (h *Handler) wayBack(t bank.Transaction) *back {
	if originOf(t.ReturnURL) == "" {
		return nil
	}
	fields := h.Return(t)
	if !h.Links {
		return &back{t.ReturnURL, "post", fields, h.Button, h.Value}
	}
	to, _ := url.Parse(t.ReturnURL) // it has an origin, so it can be parsed
	all := to.Query()
	maps.Copy(all, fields)
	to.RawQuery = ""
	return &back{to.String(), "get", all, h.Button, h.Value}
}

// viewOf starts what a page says of a transaction.
func (h *Handler) viewOf(t bank.Transaction) view {
	m, _ := h.Bank.Merchant(t.Merchant)
	return view{Transaction: t, Shop: m.Name, Amount: formatAmount(t.Cents, t.Currency), Date: formatDay(t.At), Card: t.MaskedPAN}
}

// lastView is a page after which nothing is paid any more: it has the way back.
func (h *Handler) lastView(t bank.Transaction) view {
	v := h.viewOf(t)
	v.Back = h.wayBack(t)
	return v
}

// originOf is the scheme and host of an address, or empty if no browser should be sent there.
func originOf(address string) string { return acquirer.Session{URL: address}.Origin() }

// write writes the whole page, or an error and nothing of it.
func (p page) write(w http.ResponseWriter, v view) {
	var b bytes.Buffer
	data := struct {
		view
		Style template.CSS
	}{v, style}
	if err := p.template.ExecuteTemplate(&b, "page", data); err != nil {
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	to := "'self'"
	if v.Back != nil {
		to += " " + originOf(v.Back.URL)
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy",
		"default-src 'none'; style-src "+styleHash+"; form-action "+to+"; frame-ancestors 'none'; base-uri 'none'")
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(p.status)
	_, _ = w.Write(b.Bytes()) // whoever has gone away reads nothing
}
