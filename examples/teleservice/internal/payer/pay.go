package payer

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/examples/teleservice/internal/web"
	"github.com/quittance/quittance/inbox"
	"github.com/quittance/quittance/payment"
	"golang.org/x/text/language"
)

// patience is how long a second click waits for the first.
const patience = 40 * time.Second

// pay begins the payment. The form says which amount the payer has seen, and never which one is taken: that is the decision's.
func (p *Portal) pay(w http.ResponseWriter, r *http.Request, v visitor) error {
	if err := r.ParseForm(); err != nil {
		return web.Bad(err)
	}
	key := r.PostForm.Get("cle")
	if key == "" {
		return web.Bad(errors.New("no key"))
	}
	c, err := p.claim(r, v)
	if err != nil {
		return err
	}
	if c.Decision.Eligible() && r.PostForm.Get("montant") != cents(c.Decision.Amount) {
		return p.showStepTwo(w, r, v, c, http.StatusConflict)
	}
	made, session, err := p.begin(r.Context(), payment.BeginRequest{Key: key, Debt: c.Debt, Language: v.language.String()})
	switch {
	case errors.Is(err, creance.ErrIneligible), errors.Is(err, payment.ErrHeld):
		return seeOther(w, r, stepOneOf(c)) // which says why
	case errors.Is(err, payment.ErrKeyReused):
		return seeOther(w, r, "/demarches/creances/"+c.ID+"/etape-2")
	case errors.Is(err, payment.ErrInvalid):
		return web.Bad(err)
	case err != nil && made.State == payment.Failed: // the bank opened nothing: no money moved, and the home page says so
		p.Logger.LogAttrs(r.Context(), slog.LevelWarn, "no session", slog.Any("payment", made), slog.Any("error", err))
		return seeOther(w, r, homePath)
	case err != nil:
		return p.notBegun(v.language, err)
	case session.IsZero():
		return seeOther(w, r, homePath)
	}
	return seeOther(w, r, "/demarches/paiements/"+string(made.ID)+"/etape-3")
}

// notBegun is the page about an error after which there is no session: no money can have moved, and it says so.
func (p *Portal) notBegun(tag language.Tag, err error) error {
	m, wordless := p.say(tag, inbox.Answer(err, p.Fund))
	if wordless != nil {
		return errors.Join(err, wordless)
	}
	return &web.Problem{Status: http.StatusServiceUnavailable, Title: m.Subject, Text: m.Text, Err: err}
}

// begin asks for a trip to the kiosk. A payer who clicks twice has the browser give up the first request: it is carried out all the same,
// and the second waits for it.
func (p *Portal) begin(ctx context.Context, req payment.BeginRequest) (payment.Payment, acquirer.Session, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	for {
		made, session, err := p.Payments.Begin(ctx, req)
		if !errors.Is(err, payment.ErrInProgress) {
			return made, session, err
		}
		select {
		case <-ctx.Done():
			return made, session, err
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// stepThree sends the payer to the kiosk (S22). It has an address of its own, so that the back button, a reload and a payer who comes back
// from a closed tab find what is true now. acquirer.Session.WriteForm writes such a page too; this one looks like the others.
func (p *Portal) stepThree(w http.ResponseWriter, r *http.Request, v visitor) error {
	made, err := p.own(r, v)
	if err != nil {
		return err
	}
	open, err := p.open(r.Context(), made)
	if err != nil {
		return err
	}
	if !open {
		return seeOther(w, r, homePath)
	}
	page := p.page(r, v, "Vers la page de paiement")
	page.Step, page.Track, page.Kiosk, page.Body = "Étape 3/3", reached(3), made.Session.Origin(), made
	return p.pages.Write(w, r, http.StatusOK, "step3.html", page)
}

// open reports whether the payer may still go to the kiosk for this payment: not once an older attempt was accepted late.
func (p *Portal) open(ctx context.Context, made payment.Payment) (bool, error) {
	if made.State != payment.Redirected || made.Session.Origin() == "" || !p.Now().Before(made.Session.ExpiresAt) {
		return false, nil
	}
	all, err := p.payments(ctx, made.Debtor)
	return err == nil && !slices.ContainsFunc(all, made.OvertakenBy), err
}

// resume is where a payment goes on; empty if it does not.
func (p *Portal) resume(ctx context.Context, made payment.Payment) (string, error) {
	open, err := p.open(ctx, made)
	if err != nil || !open {
		return "", err
	}
	return "/demarches/paiements/" + string(made.ID) + "/etape-3", nil
}

// Return says where a payer goes who comes back from the kiosk: to the home page, whatever happened (S39). What it says there, the
// database knows.
func Return(*http.Request, payment.Payment, error) string { return homePath }

func isAbsent(err error) bool { return errors.Is(err, payment.ErrNotFound) }
