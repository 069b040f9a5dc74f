package letters

import (
	"context"
	"database/sql"
	"errors"
	"math/rand/v2"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/inbox"
	"github.com/quittance/quittance/internal/integration/rig/figure"
	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/sqlstore"
)

// A quarter of the interruptions is a worker that is killed; the others are injected in the process.
var (
	kills      = figure.Of(50, 1250)
	injections = figure.Of(150, 3750)
)

// often is how often a delivery is struck: most letters are written several times.
const often = 0.85

// kinds are the letters of a payment, by the state in which it ends.
var kinds = map[payment.State][]string{
	payment.Paid: {"acknowledgement"}, payment.Refunded: {"refund_notice", "acknowledgement"}, payment.Refused: nil,
}

// exactly fails unless each payment has its letters, once, and there are no others.
func exactly(t *testing.T, f *fund, db *sql.DB, box inbox.Mailbox) {
	t.Helper()
	want, payments := 0, 0
	for p, err := range f.List(t.Context(), payment.Filter{}) {
		if err != nil {
			t.Fatal(err)
		}
		names, ok := kinds[p.State]
		if !ok {
			t.Errorf("%v has not ended", p)
		}
		keys := map[string]int{}
		for _, l := range letters(t, box, p.Debtor) {
			keys[l.Key]++
		}
		for _, name := range names {
			if keys[string(p.ID)+"/"+name] != 1 {
				t.Errorf("%v has %d letters of the kind %s, want 1", p, keys[string(p.ID)+"/"+name], name)
			}
		}
		if len(keys) != len(names) {
			t.Errorf("%v has the letters %v, want %v", p, keys, names)
		}
		want += len(names)
		payments++
	}
	var got, waiting int
	row := db.QueryRow("SELECT (SELECT count(*) FROM quittance_letter), (SELECT count(*) FROM quittance_change)")
	if err := row.Scan(&got, &waiting); err != nil {
		t.Fatal(err)
	}
	if got != want || waiting != 0 {
		t.Errorf("%d letters of %d payments, want %d; %d changes were never delivered", got, payments, want, waiting)
	}
	if err := f.Verify(t.Context(), nil); err != nil {
		t.Error(err)
	}
}

// Row 15: a worker is killed between the letter and the record of it, many times over. There is one letter of each payment.
func killedBetweenLetterAndRecord(t *testing.T, p place) {
	dice := rand.New(rand.NewPCG(figure.Seed(t), 15))
	db := p.open(t)
	store, box := p.migrated(t, db)
	f := newFund(t, store, box)
	payments, between, children := 0, 0, 0
	for between < kills {
		for range 16 { // as many as a worker takes at once
			f.pay(request(payments), mock.Behaviour{})
			payments++
		}
		f.pay(request(payments), mock.Behaviour{Outcome: acquirer.Refused})
		payments++
		hangs := 5 // each letter is written about as often
		for idle := false; !idle; children++ {
			hang := often
			if between >= kills || hangs == 0 {
				hang = 0
			}
			hangs = max(0, hangs-1)
			f.clock.Add(2 * time.Minute) // the lease of the one that was killed is over
			var n int
			n, idle = killed(t, p, f.clock.Now(), dice, hang)
			between += n
		}
	}
	exactly(t, f, db, box)
	t.Logf("%d workers were killed between %d letters and their records; %d payments", children, between, payments)
}

// lossy is a store that loses the record of a delivery: the worker dies before it, or the connection breaks.
type lossy struct {
	*sqlstore.Store
	strike func(payment.Change) bool
}

var errLost = errors.New("the connection is gone")

func (l lossy) Release(ctx context.Context, t payment.Task, again time.Time, cause string) error {
	if t.Kind == payment.WorkDelivery && again.IsZero() && l.strike(t.Change) {
		return errLost
	}
	return l.Store.Release(ctx, t, again, cause)
}

// slow is a mailbox that answers too late: after the letter is written, before, or somewhere in between.
type slow struct {
	inbox.Mailbox
	dice  *dice
	often func() float64
	late  *atomic.Int64 // letters that were written although the answer was an error
}

func (s slow) Deliver(ctx context.Context, l inbox.Letter) error {
	if !s.dice.below(s.often()) {
		return s.Mailbox.Deliver(ctx, l)
	}
	switch s.dice.number(4) {
	case 0:
		return context.DeadlineExceeded
	case 1:
		ctx, cancel := context.WithTimeout(ctx, time.Duration(s.dice.number(3000))*time.Microsecond)
		defer cancel()
		return s.Mailbox.Deliver(ctx, l)
	}
	if err := s.Mailbox.Deliver(ctx, l); err != nil {
		return err
	}
	s.late.Add(1)
	return context.DeadlineExceeded
}

// Row 15: the mailbox times out after delivery, and the record of a delivery is lost, many times over. There is one letter of
// each kind.
func mailboxTimesOutAfterDelivery(t *testing.T, p place) {
	dice := newDice(figure.Seed(t))
	db := p.open(t)
	store, box := p.migrated(t, db)
	var late, lost atomic.Int64
	struck := func() float64 {
		if int(late.Load()+lost.Load()) >= injections {
			return 0
		}
		return often
	}
	f := newFund(t, lossy{store, func(c payment.Change) bool {
		if (c.Entry.Event == payment.OnAccepted || c.Entry.Event == payment.OnReturned) && dice.below(struck()) {
			lost.Add(1)
			return true
		}
		return false
	}}, slow{box, dice, struck, &late})
	work := func() (done int) {
		for {
			n, err := f.WorkOnce(t.Context())
			if cut := (net.Error)(nil); errors.As(err, &cut) && cut.Timeout() {
				continue // PostgreSQL: a connection on which a delivery was cut off may time out once more
			}
			if err != nil && !errors.Is(err, errLost) {
				t.Fatal(err)
			}
			if done += n; n == 0 {
				return done
			}
		}
	}
	payments := 0
	for struck() > 0 {
		for i := range 8 {
			q := f.pay(request(payments), mock.Behaviour{})
			payments++
			if i%4 == 0 {
				if _, err := f.Refund(t.Context(), payment.Command{ID: q.ID, Version: q.Version, By: "clerk", Why: "paid by mistake"}); err != nil {
					t.Fatal(err)
				}
			}
		}
		f.pay(request(payments), mock.Behaviour{Outcome: acquirer.Refused})
		payments++
		for range 8 { // a failure is tried again after a minute, then two, then four
			work()
			f.clock.Add(time.Hour)
		}
	}
	for quiet := 0; quiet < 3; { // what was struck often is tried again every six hours
		f.clock.Add(6 * time.Hour)
		quiet++
		if work() > 0 {
			quiet = 0
		}
	}
	exactly(t, f, db, box)
	t.Logf("the mailbox answered too late %d times, the record was lost %d times; %d payments", late.Load(), lost.Load(), payments)
}
