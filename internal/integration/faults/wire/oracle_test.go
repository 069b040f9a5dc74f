//go:build !race

package wire

import (
	"slices"

	"github.com/quittance/quittance/internal/integration/rig/books"
	"github.com/quittance/quittance/payment"
	"github.com/shopspring/decimal"
)

// checkAgainstBook compares the payments with the platform's book.
func (c *trip) checkAgainstBook() {
	t := c.t
	if c.line.struck == 0 {
		t.Error("nothing broke: that shows nothing")
	}
	if !c.atRest() {
		t.Error("it does not come to rest")
	}
	if err := books.Of(c.Store, c.Clock.Now).Verify(t.Context(), nil); err != nil {
		t.Errorf("Verify: %v", err)
	}
	book := map[string]ledger{}
	for _, l := range c.book() {
		if _, twice := book[l.reference]; twice {
			t.Errorf("the platform has two sessions of %s", l.reference)
		}
		book[l.reference] = l
	}
	c.checkWork(book)
	captures := map[string]int{}
	for _, p := range c.allPayments() {
		l := book[p.Reference]
		captures[p.Debt] += l.captures
		if l.givings > 1 || l.returned > l.taken {
			t.Errorf("%s was given back %d times: %d of %d cents", p.Reference, l.givings, l.returned, l.taken)
		}
		if session, handed := c.handed[p.ID]; handed {
			if p.State == payment.Failed {
				t.Errorf("%s has failed, and a payer was handed its session", p.Reference)
			}
			if session.Handle.Session != l.session {
				t.Errorf("the payer of %s was handed another session", p.Reference)
			}
		}
		if why := c.disagreement(p, l); why != "" {
			t.Errorf("%s is %s with %s back; the platform has %+v: %s\n%s", p.Reference, p.State, p.Returned, l, why, c.Story(p.ID))
		}
		c.checkLetters(p, l.taken > 0)
	}
	for debt, n := range captures {
		if n > 1 {
			t.Errorf("the debt %s was paid %d times", debt, n)
		}
	}
}

// checkWork: the platform has done what the point says that it has, and what was asked came about.
func (c *trip) checkWork(book map[string]ledger) {
	ours, sessions := c.Get(c.id), 0
	for _, p := range c.allPayments() {
		if _, opened := book[p.Reference]; opened && p.Debt == ours.Debt {
			sessions++
		}
	}
	want := 1
	if c.tr.asks == beginning && c.line.point.done {
		want += c.line.struck
		if c.line.point.name == anotherPayment && book[ours.Reference].session == "" { // Sips: the first such answer is taken for ours
			want = c.line.struck
		}
	}
	if sessions != want {
		c.t.Errorf("the platform opened %d sessions, want %d", sessions, want)
	}
	if c.tr.back != never && (ours.State != payment.Refunded || book[ours.Reference].givings != 1) {
		c.t.Errorf("%s was to be given back and is %s", ours.Reference, ours.State)
	}
}

// disagreement says in what a payment is not where the ledger is; empty: it is there. A person decides only about money of which the platform itself
// does not know after three days.
func (c *trip) disagreement(p payment.Payment, l ledger) string {
	switch {
	case l.pending && p.State == payment.Review: // overdue: a person decides
		return ""
	case l.pending:
		return "nobody knows yet, and the limit is over"
	case p.State == payment.Review:
		return "nothing is for a person to decide"
	case l.taken == 0 && l.refused && p.State != payment.Refused:
		return "the card was refused"
	case l.taken == 0 && !slices.Contains([]payment.State{payment.Refused, payment.Cancelled, payment.Expired, payment.Failed}, p.State):
		return "there is no money"
	case l.taken == 0:
		return ""
	case l.returned == l.taken && p.State != payment.Refunded:
		return "all of the money is back"
	case l.returned < l.taken && !p.State.Money():
		return "the money is there"
	case !p.Returned.Equal(decimal.New(l.returned, -2)):
		return "not so much is back"
	}
	return ""
}

// checkLetters: money that was taken is acknowledged once, other money never.
func (c *trip) checkLetters(p payment.Payment, taken bool) {
	n := 0
	for l, err := range c.Mailbox.Letters(c.t.Context(), p.Debtor) {
		if err != nil {
			c.t.Fatal(err)
		}
		if l.Key == string(p.ID)+"/acknowledgement" {
			n++
		}
	}
	if want := map[bool]int{true: 1}[taken]; n != want {
		c.t.Errorf("%s: the platform took money: %v; acknowledgements: %d", p.Reference, taken, n)
	}
}
