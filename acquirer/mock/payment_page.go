package mock

import (
	"net/http"
	"net/url"
	"path"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/internal/bank"
)

// PaymentPage is the payment page in French, for a person with a browser: the card, the authentication by the payer's bank, a
// refusal, the ticket, and the way back. It works without script and without cookies. The card's last two digits decide, as
// on the simulation platform of Sips: 5017 6700 0000 1800 is accepted, the same ending in 05 refused; the page lists more. A number
// and a cryptogram are read and forgotten.
//
// It is mounted where URL says, with or without [http.StripPrefix]:
//
//	a := &mock.Acquirer{URL: "http://127.0.0.1:8080/bank"}
//	mux.Handle("/bank/", a.PaymentPage())
//
// A person decides here, whatever is planned for the order's outcome; the faults that are planned or injected count. The
// notification is sent before the next page is shown; that a payer went away is notified by [Acquirer.Tick], in the kinds that
// notify it.
//
// Where the host has another origin and the session is a form, its page allows [acquirer.Session.Origin] in form-action, and
// both routes that are posted to from the other origin are exempt from [http.CrossOriginProtection]: this one, and the host's
// return.
func (a *Acquirer) PaymentPage() http.Handler {
	a.initialise()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if path.Base(r.URL.Path) != "pay" {
			a.page.NotFound(w, r)
			return
		}
		a.page.ServeHTTP(w, r)
	})
}

// openPaymentPage connects the payment page to the bank and to the mock's messages.
func (a *Acquirer) openPaymentPage() {
	a.page.Bank = &a.bank
	a.page.Links = a.dialect.links
	a.page.Token = a.bankToken
	a.page.Ended = func(t bank.Transaction) { a.notifyEnd(t, a.withPlan(t, Behaviour{}).Faults) }
	a.page.Return = func(t bank.Transaction) url.Values {
		cb := a.dialect.write(a, t, acquirer.Return)
		if a.dialect.links {
			return cb.Query
		}
		return cb.Form
	}
}
