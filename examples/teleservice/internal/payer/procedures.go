package payer

import (
	"context"
	"net/http"
	"slices"

	"github.com/quittance/quittance/examples/teleservice/internal/web"
	"github.com/quittance/quittance/payment"
)

// card is a payment as lists and pages show it.
type card struct {
	payment.Payment
	State, Tone string
	Resume      string // where it goes on, if it can
	Receipt     bool   // there is one
}

func (p *Portal) card(ctx context.Context, made *payment.Payment) (*card, error) {
	if made == nil {
		return nil, nil
	}
	resume, err := p.resume(ctx, *made)
	return &card{Payment: *made, State: states[made.State].Text, Tone: states[made.State].Tone, Resume: resume, Receipt: receipted(*made)}, err
}

// receipted reports whether there is a receipt: the whole amount was accepted, and nobody is looking into it. There is none of a payment that
// was not accepted (S61).
func receipted(made payment.Payment) bool {
	return made.State.Money() || made.State == payment.Refunding || made.State == payment.Refunded && !made.PaidAt.IsZero()
}

// procedures is « Mes démarches »: what can be done, and what was paid here. « Mes paiements » is for what the person receives (S55).
func (p *Portal) procedures(w http.ResponseWriter, r *http.Request, v visitor) error {
	payments, err := p.payments(r.Context(), v.ID)
	if err != nil {
		return err
	}
	slices.Reverse(payments)
	var cards []*card
	for _, made := range payments {
		c, err := p.card(r.Context(), &made)
		if err != nil {
			return err
		}
		cards = append(cards, c)
	}
	page := p.page(r, v, "Mes démarches")
	page.Body = cards
	return p.pages.Write(w, r, http.StatusOK, "procedures.html", page)
}

// payment shows one payment.
func (p *Portal) payment(w http.ResponseWriter, r *http.Request, v visitor) error {
	made, err := p.own(r, v)
	if err != nil {
		return err
	}
	b, err := p.bannerOf(r.Context(), made)
	if err != nil {
		return err
	}
	page := p.page(r, v, "Paiement "+made.Reference)
	page.Back = &web.Link{Address: "/demarches", Text: "Mes démarches"}
	c, err := p.card(r.Context(), &made)
	if err != nil {
		return err
	}
	page.Body = map[string]any{"Card": c, "Banner": b}
	return p.pages.Write(w, r, http.StatusOK, "payment.html", page)
}

// receipt is for printing.
func (p *Portal) receipt(w http.ResponseWriter, r *http.Request, v visitor) error {
	made, err := p.own(r, v)
	if err != nil {
		return err
	}
	if !receipted(made) {
		return web.Absent
	}
	page := p.page(r, v, "Reçu du paiement "+made.Reference)
	page.Back = &web.Link{Address: "/demarches/paiements/" + string(made.ID), Text: "Paiement " + made.Reference}
	c, err := p.card(r.Context(), &made)
	if err != nil {
		return err
	}
	page.Body = map[string]any{"Card": c, "Person": v.Person, "Fund": p.Fund, "Now": p.Now()}
	return p.pages.Write(w, r, http.StatusOK, "receipt.html", page)
}
