package payer

import (
	"crypto/rand"
	"net/http"
	"net/url"
	"strconv"

	"github.com/quittance/quittance/examples/teleservice/internal/web"
	"github.com/quittance/quittance/inbox"
	"github.com/quittance/quittance/payment"
	"github.com/shopspring/decimal"
	"golang.org/x/text/language"
)

// preliminary is the « étape préalable » (S17): what the service is for, and which debts there are.
func (p *Portal) preliminary(w http.ResponseWriter, r *http.Request, v visitor) error {
	claims, err := p.claims(r.Context(), v.ID)
	if err != nil {
		return err
	}
	policy, err := p.Policies.On(p.Now())
	if err != nil {
		return err
	}
	page := p.page(r, v, "Paiement d’une créance") // S4
	page.Step, page.Track, page.Back = "Étape préalable", reached(0), &web.Link{Address: "/demarches", Text: "Mes démarches"}
	page.Body = map[string]any{"Claims": claims, "Min": policy.Min, "Max": policy.Max, "Debits": p.Debits}
	return p.pages.Write(w, r, http.StatusOK, "preliminary.html", page)
}

// stepOne shows what is owed, by kind and year, from which notice, what may be paid and why not (S18).
func (p *Portal) stepOne(w http.ResponseWriter, r *http.Request, v visitor) error {
	c, err := p.claim(r, v)
	if err != nil {
		return err
	}
	why, err := p.whyNot(v.language, c)
	if err != nil {
		return err
	}
	page := p.page(r, v, "Votre créance")
	page.Back = &web.Link{Address: "/demarches/creances", Text: "Vos créances"}
	if c.Payable() { // else there are no steps to go
		page.Back.Text = "Étape préalable"
		page.Title, page.Step, page.Track = "Ce que vous devez", "Étape 1/3", reached(1) // S20
	} else {
		page.Outcome = why.Subject
	}
	balance, err := c.Balance()
	held, herr := p.card(r.Context(), v.language, c.Held)
	if herr != nil {
		return herr
	}
	page.Body = map[string]any{
		"Claim": c, "Why": why, "Balance": balance, "Sound": err == nil, "Held": held, "Free": c.Free(), "Once": p.PageOnce, "Remaining": c.Remaining(),
		"Owed": !c.Free() && !c.Rest.IsPositive() && (c.Held == nil || c.Held.State.Attempt()),
	}
	return p.pages.Write(w, r, http.StatusOK, "step1.html", page)
}

// whyNot says why a debt cannot be paid now; the zero message when it can.
func (p *Portal) whyNot(tag language.Tag, c claim) (inbox.Message, error) {
	switch {
	case c.Held != nil:
		return p.say(tag, inbox.Answer(&payment.HeldError{By: *c.Held}, p.Fund))
	case c.Rest.IsPositive():
		return p.say(tag, inbox.PaymentRecorded{Payment: *c.Recorded, Remaining: c.Rest})
	case !c.Decision.Eligible():
		return p.say(tag, inbox.NotEligible{Decision: c.Decision, From: p.Fund})
	case c.Closed:
		return p.say(tag, inbox.PortalClosed{})
	}
	return inbox.Message{}, nil
}

// stepTwo lets the payer check and confirm (S19). The key is drawn with the page: the button pressed twice is one payment.
func (p *Portal) stepTwo(w http.ResponseWriter, r *http.Request, v visitor) error {
	c, err := p.claim(r, v)
	if err != nil {
		return err
	}
	if !c.Payable() {
		return seeOther(w, r, pageOf(c.ID, "etape-1"))
	}
	return p.showStepTwo(w, r, v, c, http.StatusOK, "")
}

// showStepTwo shows it. With 409 it says first that the amount has changed; seen is then the one, in cents, that was confirmed.
func (p *Portal) showStepTwo(w http.ResponseWriter, r *http.Request, v visitor, c claim, status int, seen string) error {
	next, err := p.say(v.language, inbox.NextSteps{Remaining: c.Remaining()})
	if err != nil {
		return err
	}
	page := p.page(r, v, "Vérifier et confirmer")
	page.Step, page.Track, page.Back = "Étape 2/3", reached(2), &web.Link{Address: pageOf(c.ID, "etape-1"), Text: "Étape 1/3"}
	body := map[string]any{
		"Claim": c, "Next": next, "Key": rand.Text(), "Cents": cents(c.Decision.Amount), "Fund": p.Fund.Fund, "Minutes": int(p.PageOpen.Minutes()), "Idle": p.PageIdle,
		"Debits": p.Debits,
	}
	if status == http.StatusConflict {
		body["Changed"], page.Outcome = true, p.pages.Words(r, "Le montant à payer a changé")
		if was, err := strconv.ParseInt(seen, 10, 32); err == nil && was > 0 {
			body["Was"] = decimal.New(was, -2)
		}
	}
	page.Body = body
	return p.pages.Write(w, r, status, "step2.html", page)
}

// pageOf is the address of a page of a debt. A fund names its debts as it likes: there may be a slash in a name.
func pageOf(debt, page string) string {
	return "/demarches/creances/" + url.PathEscape(debt) + "/" + page
}

// cents is an amount as the form carries it. Decide has checked it.
func cents(amount decimal.Decimal) string { return amount.Shift(2).StringFixed(0) }

// reached draws how far the payer is, of three steps.
func reached(n int) []bool { return []bool{n > 0, n > 1, n > 2} }
