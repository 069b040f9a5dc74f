package bank

import (
	"errors"
	"net/http"
	"net/url"
	"sync"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/internal/sipscode"
	"github.com/quittance/quittance/internal/paris"
)

// Kiosk shows the bank's pages to a payer, in French: the card, the authentication, the refusal, the ticket, the way back (spec:
// S23 to S47). It is one address that browsers go to, whatever its path: the front mounts it, and the forms of the pages post
// to where they came from.
//
// It is safe for concurrent use. Bank, Token and Return are needed; the fields are set before first use and not changed after;
// it must not be copied.
type Kiosk struct {
	Bank *Bank

	// Token reads the session's token from the form that brings the payer, whose fields are the front's own; false when there is
	// none. It may be called with anything.
	Token func(url.Values) (string, bool)

	// Ended is told what the bank says after each payment, refusal and giving up, before the payer is: the notification is due.
	// Retry is true when it is not the last word. Zero: nobody is told.
	Ended func(Transaction)

	// Return gives the fields that the payer's browser is to bring to Transaction.ReturnURL. It is not asked after a 97: then
	// nothing comes back.
	Return func(Transaction) url.Values

	// Links: browsers come by a link, with the token in its query, and go back by GET, with the fields in the query. Zero: both are
	// forms that are posted.
	Links bool

	once sync.Once
	key  [32]byte // seals what the pages carry from one step to the next
}

// Fields of the pages' own forms.
const (
	sessionField = "session"
	cardField    = "card"
	stepField    = "step"
)

// What a payer can do, as the buttons say it.
const (
	stepCard    = "card"
	stepAccept  = "accept"
	stepFail    = "fail"
	stepCancel  = "cancel"
	stepAbandon = "abandon"
)

func (k *Kiosk) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if k.Links && r.Method == http.MethodGet {
		k.enter(w, r.URL.Query())
		return
	}
	cb, err := acquirer.ReadCallback(w, r, acquirer.Return, nil)
	if err != nil {
		k.refuse(w, err)
		return
	}
	token := cb.Form.Get(sessionField)
	switch step := cb.Form.Get(stepField); step {
	case "":
		if k.Links {
			invalidPage.show(w, view{})
			return
		}
		k.enter(w, cb.Form)
	case stepCard:
		k.card(w, token, cb.Form)
	case stepAccept, stepFail, stepCancel:
		k.authenticated(w, token, step, cb.Form.Get(cardField))
	case stepAbandon:
		t, err := k.Bank.Pay(token, Card{Code: "17"})
		k.tell(w, token, t, err)
	default:
		invalidPage.show(w, view{})
	}
}

// refuse answers a request that is no form.
func (k *Kiosk) refuse(w http.ResponseWriter, err error) {
	p := invalidPage
	if bad := (*acquirer.RequestError)(nil); errors.As(err, &bad) {
		p.status = bad.Status
	}
	if p.status == http.StatusMethodNotAllowed {
		allow := http.MethodPost
		if k.Links {
			allow = "GET, POST"
		}
		w.Header().Set("Allow", allow)
	}
	p.show(w, view{})
}

// NotFound says in French that there is nothing here: for the paths that a front does not have.
func (k *Kiosk) NotFound(w http.ResponseWriter, _ *http.Request) { absentPage.show(w, view{}) }

// enter is the payer's arrival.
func (k *Kiosk) enter(w http.ResponseWriter, form url.Values) {
	token, ok := k.Token(form)
	if !ok {
		invalidPage.show(w, view{})
		return
	}
	t, err := k.Bank.Enter(token)
	if err != nil {
		k.denied(w, token, err)
		return
	}
	k.ask(w, token, t, nil)
}

// ask shows the page where the payer types a card.
func (k *Kiosk) ask(w http.ResponseWriter, token string, t Transaction, wrong []mistake) {
	v := k.view(t)
	v.Session, v.Left, v.Wrong = token, Attempts-t.Attempt, wrong
	v.Months, v.Years, v.Cards = monthList(), yearList(paris.Of(k.Bank.now())), testCards
	p := cardPage
	if wrong != nil {
		p = correctionPage
		v.Errors = make(map[string]string)
		for _, m := range wrong {
			v.Errors[m.Field] = m.Text
		}
	}
	p.show(w, v)
}

// card reads what the payer has typed; the payer's bank then asks who pays, for every card as on the simulation platform of Sips
// (sips.md §10).
func (k *Kiosk) card(w http.ResponseWriter, token string, form url.Values) {
	t, err := k.Bank.Stay(token)
	if err != nil {
		k.denied(w, token, err)
		return
	}
	c, wrong := typed(form, paris.Of(k.Bank.now()))
	if wrong != nil {
		k.ask(w, token, t, wrong)
		return
	}
	v := k.view(t)
	v.Session, v.Carried, v.Card = token, k.carry(token, t.Attempt, c), c.masked()
	authenticationPage.show(w, v)
}

// authenticated pays, or not, as the authentication has ended: a failure of it is a refusal with 05, and who cancels there has
// given up.
func (k *Kiosk) authenticated(w http.ResponseWriter, token, step, sealed string) {
	attempts, c, ok := k.carried(token, sealed)
	if !ok {
		invalidPage.show(w, view{})
		return
	}
	switch step {
	case stepAccept:
		c.Authentication = "SUCCESS"
	case stepFail:
		c.Code, c.Authentication = "05", "FAILURE"
	case stepCancel:
		c.Code, c.Authentication = "17", "CANCEL"
	}
	t, err := k.Bank.PayOnce(token, attempts, c)
	k.tell(w, token, t, err)
}

// tell says what has become of the payment: to whom it may concern, then to the payer.
func (k *Kiosk) tell(w http.ResponseWriter, token string, t Transaction, err error) {
	if err != nil {
		k.denied(w, token, err)
		return
	}
	if k.Ended != nil {
		k.Ended(t)
	}
	switch sipscode.Meaning(t.Code).Outcome {
	case acquirer.Accepted:
		ticketPage.show(w, k.final(t))
	case acquirer.Refused:
		if t.Retry {
			k.ask(w, token, t, nil)
			return
		}
		refusedPage.show(w, k.final(t))
	case acquirer.Cancelled:
		cancelledPage.show(w, k.final(t))
	case acquirer.Failed:
		failedPage.show(w, k.final(t))
	case acquirer.Expired:
		expiredPage.show(w, k.view(t))
	default:
		pendingPage.show(w, k.final(t))
	}
}

// denied says why the bank has not done what was asked.
func (k *Kiosk) denied(w http.ResponseWriter, token string, err error) {
	var code string
	if r := (*Refusal)(nil); errors.As(err, &r) {
		code = r.Code
	}
	if code != "94" && code != "97" && code != "24" {
		unknownPage.show(w, view{})
		return
	}
	t, err := k.Bank.Stay(token)
	switch {
	case err == nil: // the form of an attempt that is over was sent again
		k.ask(w, token, t, nil)
	case t.Code == "97":
		expiredPage.show(w, k.view(t))
	default:
		v := k.final(t)
		v.Result = results[sipscode.Meaning(t.Code).Outcome]
		endedPage.show(w, v)
	}
}

// results are how a session has ended, for a payer who comes back to it.
var results = map[acquirer.Outcome]string{
	acquirer.Accepted:  "Votre paiement a été accepté.",
	acquirer.Refused:   "Votre paiement a été refusé. Aucune somme n’a été débitée.",
	acquirer.Cancelled: "Vous avez abandonné le paiement. Aucune somme n’a été débitée.",
	acquirer.Failed:    "Un incident technique a interrompu le paiement.",
	acquirer.Pending:   "Votre banque n’a pas encore confirmé le paiement.",
	acquirer.Unknown:   "Votre banque n’a pas encore confirmé le paiement.",
}
