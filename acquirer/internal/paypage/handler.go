package paypage

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"sync"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/internal/bank"
	"github.com/quittance/quittance/acquirer/internal/sipscode"
	"github.com/quittance/quittance/internal/paris"
)

// Handler is the payment page: the card, the authentication, the refusal, the ticket, the way back (S23 to S47). It is one
// address that browsers go to, whatever its path: the front mounts it, and the forms of the pages post to where they came from.
//
// It is safe for concurrent use. Bank, Token and Return are needed; the fields are set before first use and not changed after;
// it must not be copied.
type Handler struct {
	Bank *bank.Bank

	// Token reads the session's token from the form that brings the payer, whose fields are the front's own; false when there is
	// none. It may be called with anything.
	Token func(url.Values) (string, bool)

	// Ended is called with the transaction after each payment, refusal and giving up, before the payer sees the next page: the
	// notification is due. Its Retry is true while another attempt is possible. Zero: nothing is called.
	Ended func(bank.Transaction)

	// Return gives the fields that the payer's browser is to bring to Transaction.ReturnURL. It is not asked after a 97: then
	// nothing comes back.
	Return func(bank.Transaction) url.Values

	// Links: browsers come by a link, with the token in its query, and go back by GET, with the fields in the query. Zero: both are
	// forms that are posted.
	Links bool

	// Button is the name of the button that goes back, and Value its value. Zero: the button has no name.
	Button, Value string

	// AtOnce reports whether the payer goes back as soon as the session has ended, without a last page: by a redirection with Links,
	// otherwise by a form that sends itself. Zero: nobody does.
	AtOnce func(bank.Transaction) bool

	// Card is called with what the payer has typed, before the bank decides: it may give the card another Code. Zero: the last two
	// digits decide.
	Card func(bank.Transaction, bank.Card) bank.Card

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

func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if h.Links && r.Method == http.MethodGet {
		h.showArrival(w, r.URL.Query())
		return
	}
	cb, err := acquirer.ReadCallback(w, r, acquirer.Return, nil)
	if err != nil {
		h.refuseRequest(w, err)
		return
	}
	token := cb.Form.Get(sessionField)
	switch step := cb.Form.Get(stepField); step {
	case "":
		if h.Links {
			invalidPage.Write(w, view{})
			return
		}
		h.showArrival(w, cb.Form)
	case stepCard:
		h.cardTyped(w, token, cb.Form)
	case stepAccept, stepFail, stepCancel:
		h.finishAuthentication(w, token, step, cb.Form.Get(cardField))
	case stepAbandon:
		t, err := h.Bank.Pay(token, bank.Card{Code: "17"})
		h.showOutcome(w, token, t, err)
	default:
		invalidPage.Write(w, view{})
	}
}

// refuseRequest answers a request that is no form.
func (h *Handler) refuseRequest(w http.ResponseWriter, err error) {
	p := invalidPage
	if bad := (*acquirer.RequestError)(nil); errors.As(err, &bad) {
		p.status = bad.Status
	}
	if p.status == http.StatusMethodNotAllowed {
		allow := http.MethodPost
		if h.Links {
			allow = "GET, POST"
		}
		w.Header().Set("Allow", allow)
	}
	p.Write(w, view{})
}

// NotFound says in French that there is nothing here: for the paths that a front does not have.
func (h *Handler) NotFound(w http.ResponseWriter, _ *http.Request) { absentPage.Write(w, view{}) }

// showArrival opens the session whose token is in the form, and shows the card page.
func (h *Handler) showArrival(w http.ResponseWriter, form url.Values) {
	token, ok := h.Token(form)
	if !ok {
		invalidPage.Write(w, view{})
		return
	}
	t, err := h.Bank.Enter(token)
	if err != nil {
		h.showRefusal(w, token, err)
		return
	}
	h.showCardPage(w, token, t, nil)
}

// showCardPage shows the page where the payer types a card.
func (h *Handler) showCardPage(w http.ResponseWriter, token string, t bank.Transaction, wrong []mistake) {
	v := h.viewOf(t)
	v.Session, v.Left, v.Wrong = token, bank.MostAttempts(t.Order)-t.Attempt, wrong
	v.Months, v.Years, v.Cards = monthList(), yearList(paris.Of(h.Bank.Clock())), testCards
	p := cardPage
	if wrong != nil {
		p = correctionPage
		v.Errors = make(map[string]string)
		for _, m := range wrong {
			v.Errors[m.Field] = m.Text
		}
	}
	p.Write(w, v)
}

// cardTyped reads the card that the payer has typed and shows the page of the payer's bank, which authenticates the holder of
// every card as on the simulation platform of Sips (sips.md §10).
func (h *Handler) cardTyped(w http.ResponseWriter, token string, form url.Values) {
	t, err := h.Bank.Stay(token)
	if err != nil {
		h.showRefusal(w, token, err)
		return
	}
	c, wrong := readEntry(form, paris.Of(h.Bank.Clock()), t.Brands)
	if wrong != nil {
		h.showCardPage(w, token, t, wrong)
		return
	}
	v := h.viewOf(t)
	v.Session, v.Carried, v.Card = token, h.sealCard(token, t.Attempt, c), c.Masked()
	authenticationPage.Write(w, v)
}

// finishAuthentication pays if the authentication succeeded. A failed one is a refusal with 05; a payer who cancels there has
// given up.
func (h *Handler) finishAuthentication(w http.ResponseWriter, token, step, sealed string) {
	attempts, c, ok := h.openCard(token, sealed)
	if !ok {
		invalidPage.Write(w, view{})
		return
	}
	switch step {
	case stepAccept:
		if t, err := h.Bank.Stay(token); err == nil && h.Card != nil {
			c = h.Card(t, c)
		}
		c.Authentication = cmp.Or(c.Authentication, "SUCCESS")
	case stepFail:
		c.Code, c.Authentication = "05", bank.NotAuthenticated
	case stepCancel:
		c.Code, c.Authentication = "17", "CANCEL"
	}
	t, err := h.Bank.PayOnce(token, attempts, c)
	h.showOutcome(w, token, t, err)
}

// showOutcome calls Ended, then shows the payer what has become of the payment.
func (h *Handler) showOutcome(w http.ResponseWriter, token string, t bank.Transaction, err error) {
	if err != nil {
		h.showRefusal(w, token, err)
		return
	}
	if h.Ended != nil {
		h.Ended(t)
	}
	if !t.Retry && t.Code != "97" && h.AtOnce != nil && h.AtOnce(t) {
		if b := h.wayBack(t); b != nil {
			b.sendBack(w)
			return
		}
	}
	switch sipscode.Meaning(t.Code).Outcome {
	case acquirer.Accepted:
		ticketPage.Write(w, h.lastView(t))
	case acquirer.Refused:
		if t.Retry {
			h.showCardPage(w, token, t, nil)
			return
		}
		refusedPage.Write(w, h.lastView(t))
	case acquirer.Cancelled:
		cancelledPage.Write(w, h.lastView(t))
	case acquirer.Failed:
		failedPage.Write(w, h.lastView(t))
	case acquirer.Expired:
		expiredPage.Write(w, h.viewOf(t))
	default:
		pendingPage.Write(w, h.lastView(t))
	}
}

// showRefusal shows why the bank refused a step: the session is unknown, has expired, or has ended. A form of an attempt that
// is over and was sent again shows the card page.
func (h *Handler) showRefusal(w http.ResponseWriter, token string, err error) {
	var code string
	if r := (*bank.Refusal)(nil); errors.As(err, &r) {
		code = r.Code
	}
	if code != "94" && code != "97" && code != "24" {
		unknownPage.Write(w, view{})
		return
	}
	t, err := h.Bank.Stay(token)
	switch {
	case err == nil:
		h.showCardPage(w, token, t, nil)
	case t.Code == "97":
		expiredPage.Write(w, h.viewOf(t))
	default:
		v := h.lastView(t)
		v.Result = results[sipscode.Meaning(t.Code).Outcome]
		endedPage.Write(w, v)
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
