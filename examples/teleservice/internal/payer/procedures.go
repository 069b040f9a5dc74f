package payer

import (
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

func (p *Portal) card(made *payment.Payment) *card {
	if made == nil {
		return nil
	}
	c := &card{Payment: *made, State: states[made.State].Text, Tone: states[made.State].Tone, Receipt: !made.PaidAt.IsZero()}
	if p.open(*made) {
		c.Resume = "/demarches/paiements/" + string(made.ID) + "/etape-3"
	}
	return c
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
		cards = append(cards, p.card(&made))
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
	page.Body = map[string]any{"Card": p.card(&made), "Banner": b}
	return p.pages.Write(w, r, http.StatusOK, "payment.html", page)
}

// receipt is for printing. There is none of a payment that was not accepted (S61).
func (p *Portal) receipt(w http.ResponseWriter, r *http.Request, v visitor) error {
	made, err := p.own(r, v)
	if err != nil {
		return err
	}
	if made.PaidAt.IsZero() {
		return web.Absent
	}
	page := p.page(r, v, "Reçu du paiement "+made.Reference)
	page.Back = &web.Link{Address: "/demarches/paiements/" + string(made.ID), Text: "Paiement " + made.Reference}
	page.Body = map[string]any{"Card": p.card(&made), "Person": v.Person, "Fund": p.Fund, "Now": p.Now()}
	return p.pages.Write(w, r, http.StatusOK, "receipt.html", page)
}
