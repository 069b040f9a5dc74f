package office

import (
	"context"
	"errors"
	"net/http"

	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/examples/teleservice/internal/people"
	"github.com/quittance/quittance/examples/teleservice/internal/web"
	"github.com/quittance/quittance/payment"
)

// detail shows one payment: what it is, what may be decided, its journal, and where it stands among the states.
func (o *Office) detail(w http.ResponseWriter, r *http.Request, agent people.Agent) error {
	p, err := o.Payments.Get(r.Context(), payment.ID(r.PathValue("payment")))
	if errors.Is(err, payment.ErrNotFound) {
		return web.Absent
	}
	if err != nil {
		return err
	}
	var journal []payment.Entry
	for e, err := range o.Payments.Journal(r.Context(), p.ID) {
		if err != nil {
			return err
		}
		journal = append(journal, e)
	}
	stuck, err := o.stuck(r.Context(), p)
	if err != nil {
		return err
	}
	page := o.page(r, agent, "Paiement "+p.Reference)
	page.Back = &web.Link{Address: "/gestion", Text: "Paiements"}
	simple, reasoned := possible(p, stuck)
	page.Body = map[string]any{
		"Simple": simple, "Reasoned": reasoned, "Payment": p, "Journal": journal, "Stuck": stuck, "Diagram": draw(p.State, journal),
		"Onward": onward(p.State), "Bank": o.book(p.Reference), "Done": done[r.URL.Query().Get("fait")],
	}
	return o.pages.Write(w, r, http.StatusOK, "detail.html", page)
}

// stuck reports whether work on a payment has failed too often.
func (o *Office) stuck(ctx context.Context, p payment.Payment) (bool, error) {
	for s, err := range o.Payments.List(ctx, payment.Filter{Stuck: true, Debtor: p.Debtor, Debt: p.Debt}) {
		if err != nil || s.ID == p.ID {
			return true, err
		}
	}
	return false, nil
}

// book is what a simulated bank knows of a reference, whatever its messages said; nil when it knows nothing, or cannot be asked.
func (o *Office) book(reference string) *mock.Transaction {
	if o.Bank.Desk == nil {
		return nil
	}
	for _, t := range o.Bank.Desk.Book() {
		if t.Reference == reference {
			return &t
		}
	}
	return nil
}
