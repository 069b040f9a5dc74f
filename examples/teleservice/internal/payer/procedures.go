package payer

import (
	"context"
	"net/http"
	"slices"

	"github.com/quittance/quittance/examples/teleservice/internal/pdf"
	"github.com/quittance/quittance/examples/teleservice/internal/web"
	"github.com/quittance/quittance/inbox"
	"github.com/quittance/quittance/payment"
	"golang.org/x/text/language"
)

// card is a payment as lists and pages show it.
type card struct {
	payment.Payment
	State, Tone string
	Returned    string // what has gone back of the amount, if a part has
	Resume      string // where it goes on, if it can
	Receipt     bool   // there is one
}

func (p *Portal) card(ctx context.Context, tag language.Tag, made *payment.Payment) (*card, error) {
	if made == nil {
		return nil, nil
	}
	resume, err := p.resume(ctx, *made)
	if err != nil {
		return nil, err
	}
	returned, err := p.Catalog.PartReturned(tag, *made)
	l := lookOf(*made)
	return &card{Payment: *made, State: l.Text, Tone: l.Tone, Returned: returned, Resume: resume, Receipt: inbox.HasReceipt(*made)}, err
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
		c, err := p.card(r.Context(), v.language, &made)
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
	made, err := p.ownPayment(r, v)
	if err != nil {
		return err
	}
	b, err := p.bannerOf(r.Context(), v.language, made)
	if err != nil {
		return err
	}
	page := p.page(r, v, p.pages.Words(r, "Paiement %s", made.Reference))
	page.Outcome = p.pages.Words(r, lookOf(made).Text)
	page.Back = &web.Link{Address: "/demarches", Text: "Mes démarches"}
	c, err := p.card(r.Context(), v.language, &made)
	if err != nil {
		return err
	}
	page.Body = map[string]any{"Card": c, "Banner": b}
	return p.pages.Write(w, r, http.StatusOK, "payment.html", page)
}

// ownReceipt finds the payment of the request and writes its receipt; there is none of what was not accepted (S61).
func (p *Portal) ownReceipt(r *http.Request, v visitor) (payment.Payment, inbox.Message, error) {
	made, err := p.ownPayment(r, v)
	if err != nil {
		return made, inbox.Message{}, err
	}
	if !inbox.HasReceipt(made) {
		return made, inbox.Message{}, web.Absent
	}
	m, err := p.say(v.language, inbox.Receipt{Payment: made, Payer: v.Name, From: p.Fund})
	return made, m, err
}

// receipt is for reading and printing.
func (p *Portal) receipt(w http.ResponseWriter, r *http.Request, v visitor) error {
	made, m, err := p.ownReceipt(r, v)
	if err != nil {
		return err
	}
	page := p.page(r, v, p.pages.Words(r, "Reçu du paiement %s", made.Reference))
	page.Back = &web.Link{Address: "/demarches/paiements/" + string(made.ID), Text: p.pages.Words(r, "Paiement %s", made.Reference)}
	c, err := p.card(r.Context(), v.language, &made)
	if err != nil {
		return err
	}
	page.Body = map[string]any{"Card": c, "Receipt": m, "Now": p.Now()}
	return p.pages.Write(w, r, http.StatusOK, "receipt.html", page)
}

// receiptPDF is the same to keep.
func (p *Portal) receiptPDF(w http.ResponseWriter, r *http.Request, v visitor) error {
	made, m, err := p.ownReceipt(r, v)
	if err != nil {
		return err
	}
	document, err := pdf.Make(m, pdf.Sheet{Author: p.Fund.Fund, Made: p.Now(), Note: p.receiptNote(r)})
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/pdf")
	w.Header().Set("Content-Disposition", `attachment; filename="recu-`+made.Reference+`.pdf"`)
	_, err = w.Write(document)
	return err
}

// receiptNote stands at the foot of a receipt that leaves the service, as what is said of the demonstration stands at that of its pages.
func (p *Portal) receiptNote(r *http.Request) string {
	if p.Notice != "" {
		return p.pages.Words(r, p.Notice)
	}
	return p.pages.Words(r, "Démonstration\u00a0: les personnes sont inventées, aucune somme n’a été débitée.")
}
