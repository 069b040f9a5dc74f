package office

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/examples/teleservice/internal/web"
	"github.com/quittance/quittance/inbox"
	"github.com/quittance/quittance/payment"
)

// detail shows one payment: what it is, what may be decided, its journal, and where it stands among the states.
func (o *Office) detail(w http.ResponseWriter, r *http.Request, agent officer) error {
	p, err := o.Payments.Get(r.Context(), payment.ID(r.PathValue("payment")))
	if err != nil && !errors.As(err, new(*payment.DamagedError)) {
		return err
	}
	return o.showDetail(w, r, agent, p, http.StatusOK, typed{}, nil)
}

func (o *Office) showDetail(w http.ResponseWriter, r *http.Request, agent officer, p payment.Payment, status int, given typed, faults []web.Fault) error {
	ctx := r.Context()
	var journal []payment.Entry
	var damaged bool
	for e, err := range o.Payments.Journal(ctx, p.ID) {
		if err != nil && !errors.As(err, new(*payment.DamagedError)) {
			return err
		}
		damaged = damaged || err != nil
		journal = append(journal, e)
	}
	stuck, err := o.stuck(ctx, p)
	if err != nil {
		return err
	}
	own, others, err := o.offer(ctx, p, agent, stuck)
	if err != nil {
		return err
	}
	letters, err := o.letters(ctx, p)
	if err != nil {
		return err
	}
	siblings, err := o.siblings(ctx, p)
	if err != nil {
		return err
	}
	done, before := o.noteAndTyped(w, r)
	if given == (typed{}) {
		given = before
	}
	page := o.page(r, agent, "Paiement "+p.Reference)
	page.Back, page.Errors = &web.Link{Address: "/gestion/paiements", Text: "Paiements"}, faults
	page.Body = map[string]any{
		"Payment": p, "Debtor": o.nameOf(p.Debtor), "Own": own, "Others": others, "Typed": given, "Journal": tell(p, journal), "Stuck": stuck, "Damaged": damaged,
		"Unserved": !p.State.Ended() && !slices.Contains(o.Merchants, p.Merchant), "Altered": alteration(p, journal, damaged),
		"Way": draw(p.State, journal, false), "All": draw(p.State, journal, true), "Onward": onward(p.State),
		"Bank": o.book(p.Reference), "Letters": letters, "Siblings": siblings, "Done": done,
	}
	return o.pages.Write(w, r, status, "detail.html", page)
}

// alteration says what in a journal is not as it was written; empty if nothing is.
func alteration(p payment.Payment, journal []payment.Entry, damaged bool) string {
	if damaged {
		return ""
	}
	if err := payment.VerifyJournal(p, journal); err != nil {
		return alterations(err)[0]
	}
	return ""
}

// nameOf is a debtor's name, where the fund's directory knows it.
func (o *Office) nameOf(debtor string) string {
	p, _ := o.Directory.Person(debtor)
	return p.Name
}

// stuck reports whether work on a payment has failed too often.
func (o *Office) stuck(ctx context.Context, p payment.Payment) (bool, error) {
	for s, err := range o.Payments.List(ctx, payment.Filter{Stuck: true, Reference: p.Reference}) {
		if err != nil && !errors.As(err, new(*payment.DamagedError)) {
			return false, err
		}
		if s.ID == p.ID {
			return true, nil
		}
	}
	return false, nil
}

// letters are those that went out about a payment, newest first, as long as the mailbox has them.
func (o *Office) letters(ctx context.Context, p payment.Payment) (all []inbox.Letter, err error) {
	if p.Debtor == "" {
		return nil, nil
	}
	for l, err := range o.Database.Mailbox.Letters(ctx, p.Debtor) {
		if err != nil {
			return nil, err
		}
		if strings.HasPrefix(l.Key, string(p.ID)+"/") {
			all = append(all, l)
		}
	}
	return all, nil
}

// siblings are the debtor's other payments, the last ten.
func (o *Office) siblings(ctx context.Context, p payment.Payment) (all []payment.Payment, err error) {
	if p.Debtor == "" {
		return nil, nil
	}
	for other, err := range o.Payments.List(ctx, payment.Filter{Debtor: p.Debtor, Newest: true, Limit: 11}) {
		if err != nil && !errors.As(err, new(*payment.DamagedError)) {
			return nil, err
		}
		if other.ID != p.ID && len(all) < 10 {
			all = append(all, other)
		}
	}
	return all, nil
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
