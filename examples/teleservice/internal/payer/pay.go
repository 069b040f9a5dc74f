package payer

import (
	"context"
	"errors"
	"log/slog"
	"net/http"

	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/examples/teleservice/internal/web"
	"github.com/quittance/quittance/inbox"
	"github.com/quittance/quittance/payment"
	"golang.org/x/text/language"
)

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
		return p.showStepTwo(w, r, v, c, http.StatusConflict, r.PostForm.Get("montant"))
	}
	made, session, err := p.Payments.Begin(r.Context(), payment.BeginRequest{Key: key, Debt: c.Debt, Language: v.language.String()})
	switch {
	case errors.Is(err, creance.ErrIneligible), errors.Is(err, payment.ErrHeld), errors.Is(err, payment.ErrClosed):
		return seeOther(w, r, pageOf(c.ID, "etape-1")) // which says why
	case errors.Is(err, payment.ErrKeyReused):
		return seeOther(w, r, pageOf(c.ID, "etape-2"))
	case errors.Is(err, payment.ErrInvalid): // a key that no page of ours has drawn, or a debt that the fund has to mend
		p.Logger.LogAttrs(r.Context(), slog.LevelWarn, "not begun", slog.Any("error", err))
		return web.Bad(err)
	case err != nil && made.State == payment.Failed: // the bank opened nothing: no money moved, the log has the cause, and the home page says so
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

// stepThree sends the payer to the kiosk (S22). It has an address of its own, so that the back button, a reload and a payer who comes back
// from a closed tab find what is true now. acquirer.Session.WriteForm writes such a page too; this one looks like the others.
func (p *Portal) stepThree(w http.ResponseWriter, r *http.Request, v visitor) error {
	made, err := p.ownPayment(r, v)
	if err != nil {
		return err
	}
	made, session, err := p.Payments.Resume(r.Context(), made.ID)
	if err != nil {
		return err
	}
	if session.IsZero() {
		return seeOther(w, r, homePath)
	}
	page := p.page(r, v, "Vers la page de paiement")
	page.Step, page.Track, page.Kiosk, page.Body = "Étape 3/3", reached(3), made.Session.Origin(), made
	return p.pages.Write(w, r, http.StatusOK, "step3.html", page)
}

// resume is where a payment goes on; empty if it does not.
func (p *Portal) resume(ctx context.Context, made payment.Payment) (string, error) {
	if made.State != payment.Redirected || made.ID == "" { // without an ID it is another's
		return "", nil
	}
	made, session, err := p.Payments.Resume(ctx, made.ID)
	if err != nil || session.IsZero() {
		return "", err
	}
	return "/demarches/paiements/" + string(made.ID) + "/etape-3", nil
}

// backToStepTwo answers a browser that asks for the form's address anew, as from its address bar.
func (p *Portal) backToStepTwo(w http.ResponseWriter, r *http.Request, _ visitor) error {
	return seeOther(w, r, pageOf(r.PathValue("debt"), "etape-2"))
}

// fromBank marks the address of a payer who comes back from the payment page, for whom the page for signing in has a word if the session
// has ended meanwhile.
const fromBank = "retour"

// Return says where a payer goes who comes back from the kiosk: to the home page, whatever happened (S39). What it says there, the
// database knows.
func Return(*http.Request, payment.Payment, error) string { return homePath + "?" + fromBank + "=1" }

func isAbsent(err error) bool { return errors.Is(err, payment.ErrNotFound) }
