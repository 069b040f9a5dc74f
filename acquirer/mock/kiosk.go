package mock

import (
	"net/http"
	"net/url"
	"path"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/internal/bank"
)

// Kiosk shows the bank's pages in French, for a person with a browser: the card, the authentication by the payer's bank, a
// refusal, the ticket, and the way back. They work without script and without cookies. The card's last two digits decide, as
// on the simulation platform of Sips: 5017 6700 0000 1800 is accepted, the same ending in 05 refused; the page lists more. A number
// and a cryptogram are read and forgotten.
//
// It is mounted where URL says, with or without [http.StripPrefix]:
//
//	a := &mock.Acquirer{URL: "http://127.0.0.1:8080/kiosk"}
//	mux.Handle("/kiosk/", a.Kiosk())
//
// A person decides here, whatever is planned for the order's outcome; the faults that are planned or injected count. The notification is
// sent before the next page is shown. Where the host has another origin, its page allows [acquirer.Session.Origin] in form-action, and
// both routes that are posted to from the other origin are exempt from [http.CrossOriginProtection]: this one, and the host's
// return. A payer who goes away is notified by [Acquirer.Tick], as ever.
func (a *Acquirer) Kiosk() http.Handler {
	a.ready()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if path.Base(r.URL.Path) != "pay" {
			a.kiosk.NotFound(w, r)
			return
		}
		a.kiosk.ServeHTTP(w, r)
	})
}

// openKiosk connects the kiosk's pages to what the mock sends.
func (a *Acquirer) openKiosk() {
	a.kiosk.Bank = &a.bank
	a.kiosk.Links = a.dialect.links
	a.kiosk.Token = a.token
	a.kiosk.Ended = func(t bank.Transaction) { a.send(t, a.intended(t, Behaviour{}).Faults) }
	a.kiosk.Return = func(t bank.Transaction) url.Values {
		cb := a.dialect.write(a, t, acquirer.Return)
		if a.dialect.links {
			return cb.Query
		}
		return cb.Form
	}
}
