package bank

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"html/template"
	"maps"
	"net/http"
	"net/url"

	"github.com/quittance/quittance/acquirer"
)

//go:embed pages
var files embed.FS

// style is in every page, and the policy of every page names its hash: no other style is applied, and no script at all.
var style, styleHash = func() (template.CSS, string) {
	css, err := files.ReadFile("pages/style.css")
	if err != nil {
		panic("bank: the style is not in the program: " + err.Error())
	}
	sum := sha256.Sum256(css)
	return template.CSS(css), "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}()

// A page is one of the kiosk's pages, and the HTTP status that goes with it.
type page struct {
	status   int
	template *template.Template
}

func load(name string, status int) page {
	return page{status, template.Must(template.ParseFS(files, "pages/layout.html", "pages/"+name+".html"))}
}

var (
	cardPage           = load("card", http.StatusOK)
	correctionPage     = load("card", http.StatusUnprocessableEntity)
	authenticationPage = load("authentication", http.StatusOK)
	ticketPage         = load("ticket", http.StatusOK)
	refusedPage        = load("refused", http.StatusOK)
	cancelledPage      = load("cancelled", http.StatusOK)
	pendingPage        = load("pending", http.StatusOK)
	failedPage         = load("failed", http.StatusOK)
	endedPage          = load("ended", http.StatusConflict)
	expiredPage        = load("expired", http.StatusGone)
	unknownPage        = load("unknown", http.StatusNotFound)
	absentPage         = load("absent", http.StatusNotFound)
	invalidPage        = load("invalid", http.StatusBadRequest)
)

// view is what a page says. Nothing that a payer has typed is in it but what is kept of a card.
type view struct {
	Transaction Transaction
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
	Back   *way
}

// way brings the payer back.
type way struct {
	URL, Method string
	Fields      url.Values
}

// wayBack is how a browser brings the fields to the address. A form that is sent by GET drops the query of its address, so what
// stands there becomes fields too.
func (k *Kiosk) wayBack(t Transaction) *way {
	if origin(t.ReturnURL) == "" {
		return nil
	}
	fields := k.Return(t)
	if !k.Links {
		return &way{t.ReturnURL, "post", fields}
	}
	to, _ := url.Parse(t.ReturnURL) // it has an origin, so it can be parsed
	all := to.Query()
	maps.Copy(all, fields)
	to.RawQuery = ""
	return &way{to.String(), "get", all}
}

// view starts what a page says of a transaction.
func (k *Kiosk) view(t Transaction) view {
	m, _ := k.Bank.Merchant(t.Merchant)
	return view{Transaction: t, Shop: m.Name, Amount: money(t.Cents, t.Currency), Date: day(t.At), Card: t.MaskedPAN}
}

// final is a page after which nothing is paid any more: it has the way back.
func (k *Kiosk) final(t Transaction) view {
	v := k.view(t)
	v.Back = k.wayBack(t)
	return v
}

// origin is empty for an address to which no browser should be sent.
func origin(address string) string { return acquirer.Session{URL: address}.Origin() }

// show writes the page, or none.
func (p page) show(w http.ResponseWriter, v view) {
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
		to += " " + origin(v.Back.URL)
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
