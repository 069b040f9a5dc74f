package payment_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/payment"
	"github.com/shopspring/decimal"
)

// returningBank is a bank whose desk gives money back in its own time. Its messages are hints.
type returningBank struct {
	*statusBank
	back, leaving decimal.Decimal
}

func (b *returningBank) Parse(acquirer.Callback) (acquirer.Result, error) {
	return acquirer.Result{Reference: "PCLCB172540000001", Hint: true}, nil
}

// newReturning returns a world with a payment of 75,00 €, which is paid.
func newReturning(t *testing.T) (*world, *returningBank, payment.Payment) {
	b := &returningBank{statusBank: &statusBank{}}
	w := newWorld(t, func(c *payment.Config) {
		b.Acquirer = c.Acquirer.(*mock.Acquirer)
		c.Acquirer = b
	})
	w.bank.Notify = func(acquirer.Callback) {}
	p, _ := w.begin("1")
	b.status = func(string) (acquirer.Result, error) {
		return filledFromOrder(p, acquirer.Result{Outcome: acquirer.Accepted, Code: "9", AuthorisationID: "1", Returned: b.back, Returning: b.leaving}), nil
	}
	if _, _, err := w.Refresh(w.ctx, p.ID); err != nil {
		t.Fatal(err)
	}
	return w, b, w.at(p.ID, payment.Paid)
}

// What the bank's desk gives back is on its way over a week-end. No message need come when it has arrived, or was refused: it is asked until
// then, and then no more.
func TestMoneyOnItsWayBackIsFollowed(t *testing.T) {
	const day = 24 * time.Hour
	all, none := decimal.New(75_00, -2), decimal.Decimal{}
	for name, tt := range map[string]struct {
		late   time.Duration // after which the desk begins to give back
		begun  func(*world, payment.Payment)
		end    decimal.Decimal // what has arrived when nothing is on its way any more
		leads  string
		booked int64
	}{
		"of a paid one": {0, func(*world, payment.Payment) {}, all, "overdue/noted returned→review", 0},
		"of a recorded one": {0, func(w *world, p payment.Payment) {
			_, err := w.Record(w.ctx, p.ID)
			w.must("Record", err)
		}, all, "recorded returned→review", 0},
		"long afterwards, of which a hint tells": {5 * day, func(w *world, p payment.Payment) {
			_, _, err := w.Receive(w.ctx, acquirer.Callback{Channel: acquirer.Notify})
			w.must("Receive", err)
		}, all, "overdue/noted returned→review", 0},
		"long afterwards, of which a clerk asks": {5 * day, func(w *world, p payment.Payment) {
			_, _, err := w.Refresh(w.ctx, p.ID)
			w.must("Refresh", err)
		}, all, "overdue/noted returned→review", 0},
		"of which a clerk says that it is back": {0, func(w *world, p payment.Payment) {
			w.question(p)
			w.resolve(p.ID, payment.VerdictWasReturned)
		}, all, "questioned→review was_returned→refunded", 0},
		"of which a clerk says so, as he has read it in the review, and which is refused": {0, func(w *world, p payment.Payment) {
			w.question(p)
			w.pass(25 * time.Hour)
			w.resolve(p.ID, payment.VerdictWasReturned)
		}, none, "questioned→review accepted/noted was_returned→refunded not_returned→review", 75_00},
		"of which a clerk says so, and which is refused": {0, func(w *world, p payment.Payment) {
			w.question(p)
			w.resolve(p.ID, payment.VerdictWasReturned)
		}, none, "questioned→review was_returned→refunded not_returned→review", 75_00},
	} {
		t.Run(name, func(t *testing.T) {
			w, b, p := newReturning(t)
			w.pass(tt.late)
			b.leaving = all
			tt.begun(w, p)
			w.pass(3 * day)
			if got := w.get(p.ID).State; got == payment.Review {
				t.Errorf("a clerk is asked although nothing is known yet: %s", w.story(p.ID))
			}
			b.leaving, b.back = none, tt.end
			w.pass(2 * day)
			w.tells(p.ID, "created opened accepted→paid "+tt.leads)
			if diff := cmp.Diff(tt.booked, w.booked(p.ID)); diff != "" {
				t.Errorf("the books (-want +got):\n%s", diff)
			}
		})
	}
}

// An acquirer which says for ever that money is on its way back is asked daily, after a month weekly.
func TestMoneyOnItsWayBackForEver(t *testing.T) {
	const day = 24 * time.Hour
	w, b, p := newReturning(t)
	if _, err := w.Record(w.ctx, p.ID); err != nil {
		t.Fatal(err)
	}
	b.leaving = p.Amount
	for _, c := range []struct {
		after      time.Duration
		least, not int
	}{{30 * day, 28, 31}, {70 * day, 10, 12}} {
		b.asked = 0
		w.pass(c.after)
		if b.asked < c.least || b.asked >= c.not {
			t.Errorf("asked %d times in %v, want %d to %d", b.asked, c.after, c.least, c.not-1)
		}
	}
}
