package payment

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"strconv"
	"time"

	"github.com/quittance/quittance/acquirer"
)

// Store keeps payments, their journals, and what has to go out. Each method is one atomic commit, and safe for
// concurrent use. Package storetest is the suite that every store passes. A commit that returns an error other than
// those named here is unknown, not failed: the service reads again before it decides.
type Store interface {
	// Create inserts a payment in state created, with its first entry. In one atomic step it checks, in this order,
	// that debtor and key are new (ErrKeyReused), that no payment holds the debt or the claim (a *HeldError that names
	// it), and that id and reference are new (ErrReference).
	Create(ctx context.Context, p Payment, e Entry) error

	// Commit writes the payment, appends the entry and one outgoing change. It fails with ErrVersion unless the stored
	// version is p.Version − 1 and the stored debtor p's, so that what was erased meanwhile is not written again; with
	// ErrClaimPaid when p is paid or recorded while another payment of the claim is, and with a *HeldError when p becomes
	// an attempt while the debt has another. What Create wrote and no event changes, it may leave alone: who pays what,
	// and to whom. It ends the lease of the row, and its count of failures.
	Commit(ctx context.Context, p Payment, e Entry) error

	// Find returns one payment, or ErrNotFound.
	Find(ctx context.Context, l Lookup) (Payment, error)

	// List yields the payments that match, by creation and then by ID.
	List(ctx context.Context, f Filter) iter.Seq2[Payment, error]

	// Journal yields the entries of a payment by version; none for an id that is not known.
	Journal(ctx context.Context, id ID) iter.Seq2[Entry, error]

	// Lease hands out at most n pieces of due work and keeps them from others until now + d. Attention: rows whose
	// AttentionAt is not after now. Delivery: of each payment the oldest change that was not delivered, when it is
	// due.
	Lease(ctx context.Context, k Kind, now time.Time, d time.Duration, n int) ([]Task, error)

	// Release ends a lease. again is when the work is due next; zero means that it is done. A cause counts as one
	// failure, no cause sets the count back to zero. With a token that is not the lease's it does nothing, and returns
	// nil.
	Release(ctx context.Context, t Task, again time.Time, cause string) error

	// Sequence returns a number from 1 that it has never returned for that day. It may leave gaps. ErrDayFull above
	// MaxSequence.
	Sequence(ctx context.Context, day string) (int, error)

	// Orphan keeps a verified acceptance for which there is no payment, once per fingerprint, with one outgoing change.
	Orphan(ctx context.Context, r acquirer.Result, at time.Time) error

	// Erase removes the personal fields of the debtor's payments, and the salts of their journals, and returns how
	// many payments it changed. If one of them has not ended, or moved last at or after at, it changes nothing and
	// returns ErrRetained.
	Erase(ctx context.Context, debtor string, at time.Time) (int, error)
}

// Lookup names one payment.
type Lookup struct {
	ID                     ID
	Reference, Debtor, Key string
} // ID, or Reference, or Debtor and Key

// Filter selects payments; the zero value selects all. Fields that are set must all match.
type Filter struct {
	States       []State
	Debtor, Debt string
	From, To     time.Time // created at or after From, before To
	Stuck        bool      // rows or changes that failed StuckAfter times; of orphans see [Orphan]
}

// Kind is the kind of work: Attention or Delivery.
type Kind string

const (
	Attention Kind = "attention" // a payment is due to be looked at
	Delivery  Kind = "delivery"  // a change is due to go out
)

// StuckAfter is how many failures in a row, about a day of them, make a piece of work stuck: [Filter] finds it. It is
// tried again every six hours, or at once after [Service.Restart], and holds back only its own payment.
const StuckAfter = 12

// Task is a piece of due work, leased.
type Task struct {
	Kind    Kind
	Payment Payment
	Change  Change // of a Delivery
	Tries   int    // failures in a row
	Cause   string // of the last failure
	Token   string // of the lease
}

// Format prints what is to be done, whatever the verb; the token is left out.
func (t Task) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "%s of %s", string(t.Kind), cmp.Or(t.Change.Key, string(t.Payment.ID)))
}

// Restarter is a [Store] that can make a payment's stuck work due at once and forget its failures; or an orphan's, when
// id is the key of its change. ErrNotFound if there is neither. The stores of this module can.
type Restarter interface {
	Restart(ctx context.Context, id ID, now time.Time) error
}

// Picker is a [Store] that can say what is due, and lease the work of one payment: what a job queue of the host needs,
// by [Service.Due] and [Service.WorkOn]. The stores of this module can.
type Picker interface {
	// Due returns at most n pieces of the work that Lease would hand out at now, oldest first, and leases nothing.
	Due(ctx context.Context, k Kind, now time.Time, n int) ([]Due, error)

	// LeaseOne is Lease for one payment: it hands out one piece of its work, or none. The id of an orphan is its change's
	// key.
	LeaseOne(ctx context.Context, k Kind, id ID, now time.Time, d time.Duration) ([]Task, error)
}

// Due names a piece of work that is due and not leased.
type Due struct {
	Kind    Kind
	Payment ID  // or the key of an orphan's change
	Version int // of the row, for Attention; of the change, for Delivery; zero for an orphan's
}

// HeadLister is a [Store] that can list the entries of all payments by time, without what they say: [Service.Export]
// then reads the journals of the payments that moved on its day, and no others. Package sqlstore's can.
type HeadLister interface {
	// Heads yields the entries before an instant by At, and of one instant by payment and version.
	Heads(ctx context.Context, before time.Time) iter.Seq2[Head, error]
}

// Head is where a payment's chain stood after an entry.
type Head struct {
	Payment ID
	Version int
	At      time.Time
	Hash    [32]byte
}

// NewChange is the outgoing change of an entry, for stores to keep. It has no session.
func NewChange(p Payment, e Entry) Change {
	p.Session = acquirer.Session{}
	return Change{Key: string(p.ID) + "/" + strconv.Itoa(p.Version), Entry: e, Payment: p}
}

// MovedAt is when money or the account last moved, and otherwise when the payment was created: [Service.Erase] counts
// from it.
func (p Payment) MovedAt() time.Time {
	last := p.CreatedAt
	for _, t := range [...]time.Time{p.PaidAt, p.RecordedAt, p.RefundAskedAt, p.ReturnedAt} {
		if t.After(last) {
			last = t
		}
	}
	return last
}

// Erased is the payment without its personal fields, for stores to keep.
func (p Payment) Erased() Payment {
	p.Debtor, p.Key, p.Debt, p.Notice, p.Claim, p.Language, p.MaskedPAN = "", "", "", "", "", "", ""
	return p
}

// Erased is the entry without its personal fields and without the salt, for stores to keep.
func (e Entry) Erased() Entry {
	e.By, e.Why, e.Salt = "", "", [16]byte{}
	return e
}
