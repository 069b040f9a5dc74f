package inbox

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"sync"
	"time"

	"github.com/quittance/quittance/payment"
)

const (
	// acknowledgeWithin is how long an acknowledgement may take before somebody has to look. The law leaves a working day for the
	// record and ten for the acknowledgement (CRPA R112-11-2); ours is written in seconds, so a day means that something is
	// broken.
	acknowledgeWithin = 24 * time.Hour

	// lookBack is how far back payments are looked at. A letter stays for a month at least, so its absence means something: for 28
	// days, or an hour less where summer time begins in them.
	lookBack = 27 * 24 * time.Hour
)

// ErrUnacknowledged is what [AcknowledgementAlarm] returns, among other things, for payments without their acknowledgement.
var ErrUnacknowledged = errors.New("inbox: accepted payments without an acknowledgement (CRPA L112-11)")

// PaymentLister lists payments: payment.Service.List and payment.Store.List are such functions.
type PaymentLister func(ctx context.Context, f payment.Filter) iter.Seq2[payment.Payment, error]

// expectation is a payment whose letter should exist. It has four fields, since those of a month are in memory at once.
type expectation struct {
	ID                payment.ID
	Debtor, Reference string
	CreatedAt         time.Time
}

// unacknowledgedPayments yields accepted payments that are a day old and have no acknowledgement. It skips the payments in known and adds those
// whose acknowledgement it finds. After an error it stops, unless that is a [*payment.DamagedError]: what can be read of the row counts, and the
// others follow.
func unacknowledgedPayments(
	ctx context.Context, list PaymentLister, m Mailbox, now time.Time, known map[payment.ID]time.Time,
) iter.Seq2[expectation, error] {
	return func(yield func(expectation, error) bool) {
		var waiting []expectation // first all of them: a store may not answer two questions at once
		for p, err := range list(ctx, payment.Filter{From: now.Add(-lookBack)}) {
			if err != nil && (!yield(expectation{}, fmt.Errorf("inbox: AcknowledgementAlarm: %w", err)) || !isDamaged(err)) {
				return
			}
			if _, ok := known[p.ID]; !ok && !p.PaidAt.IsZero() && p.Debtor != "" && now.Sub(p.PaidAt) >= acknowledgeWithin {
				waiting = append(waiting, expectation{p.ID, p.Debtor, p.Reference, p.CreatedAt})
			}
		}
		for _, p := range waiting {
			found, err := hasAcknowledgement(ctx, m, p)
			if err != nil {
				yield(expectation{}, fmt.Errorf("inbox: AcknowledgementAlarm: payment %s: %w", p.Reference, err))
				return
			}
			if found {
				known[p.ID] = p.CreatedAt
			} else if !yield(p, nil) {
				return
			}
		}
	}
}

// isDamaged reports whether an error is about one row that cannot be read.
func isDamaged(err error) bool { return errors.As(err, new(*payment.DamagedError)) }

// hasAcknowledgement reports whether the letter was written: it is there, or the mailbox remembers that it was.
func hasAcknowledgement(ctx context.Context, m Mailbox, p expectation) (bool, error) {
	key := letterKey(p.ID, Acknowledgement{}.contentName())
	_, err := m.Letter(ctx, p.Debtor, key)
	if !errors.Is(err, ErrNotFound) {
		return err == nil, err
	}
	if m, ok := m.(DeletionRecord); ok {
		return m.WasDeleted(ctx, key)
	}
	return false, nil
}

// AcknowledgementAlarm is a chore for payment.Config: once an hour it looks for payments of the last 27 days that were accepted a
// day or more ago and have no acknowledgement in the mailbox. By law each must have one (CRPA L112-11), and a day is far more than
// it takes. When there are some, its error is [ErrUnacknowledged] with their references; the service logs it at the level of
// errors, every hour until the letters are there. It never counts as work done. A payment whose debtor was erased is left out.
// Whose letters were erased while the payment has to be kept ([Mailbox].Erase) had them: a mailbox says so as a [DeletionRecord]. With one
// that is none, the alarm names such a payment until it is 27 days old. A row that cannot be read, a [*payment.DamagedError], is an error of
// the alarm too, and hides no other payment.
//
//	store, box := …
//	Chores: []payment.Chore{box.DeleteDue, inbox.AcknowledgementAlarm(store.List, box)}
//
// It remembers which payments have their letter, so that each mailbox is looked into once. The first run of a process looks into all of them; what
// it does not get to before its context's deadline, the next one does, and until then that is no error.
func AcknowledgementAlarm(list PaymentLister, m Mailbox) func(context.Context, time.Time) (int, error) {
	var mu sync.Mutex
	known := map[payment.ID]time.Time{}
	return func(ctx context.Context, now time.Time) (int, error) {
		mu.Lock()
		defer mu.Unlock()
		for id, created := range known {
			if created.Before(now.Add(-lookBack)) {
				delete(known, id)
			}
		}
		before := len(known)
		const most = 20 // references in one message
		var references []string
		var damaged error // the first row that cannot be read
		n := 0
		for p, err := range unacknowledgedPayments(ctx, list, m, now, known) {
			if isDamaged(err) {
				damaged = cmp.Or(damaged, err)
				continue
			}
			if err != nil && len(known) > before && errors.Is(ctx.Err(), context.DeadlineExceeded) {
				break // the next run goes on from here
			}
			if err != nil {
				return 0, err
			}
			if n++; n <= most {
				references = append(references, p.Reference)
			}
		}
		if n == 0 {
			return 0, damaged
		}
		if n > most {
			references = append(references, "…")
		}
		return 0, errors.Join(fmt.Errorf("%w: %d: %s", ErrUnacknowledged, n, strings.Join(references, ", ")), damaged)
	}
}
