package payment

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/quittance/quittance/acquirer"
)

// Store keeps payments, their journals, and what has to go out. Each method is one atomic commit, and safe for
// concurrent use. Package storetest is the suite that every store passes. A commit that returns an error other than
// those named here is unknown, not failed: the service reads again before it decides.
//
// For every method:
//
//   - Slices and maps are not shared: neither the store nor its caller sees what the other does with one that was passed.
//   - An empty debtor, key, debt, claim or session, as of a payment that was erased, is like no other: it holds nothing, is found by
//     nothing, and is erased by nothing.
//   - Whoever reads an iterator may call the store before its end.
//   - Everything is kept, the session, the handle and all that [NewOrphan] leaves of a result too. encoding/json is no way to write them: what
//     Session, Handle and Result make of themselves is for logs and leaves out the secrets. Keep their fields, or use encoding/gob.
//   - A row that cannot be read does not stop the others: an iterator yields what can be read of it with a *[DamagedError], and goes on.
type Store interface {
	// Create inserts a payment in state created, with its first entry. In one atomic step it checks, in this order,
	// that the entry's day is open (a *DayClosedError), that debtor and key are new (ErrKeyReused), that no payment holds the
	// debt or the claim (a *HeldError that names it), and that id and reference are new (ErrReference).
	Create(ctx context.Context, p Payment, e Entry) error

	// Commit writes the payment, appends the entry and one outgoing change, ends the lease of the row, and sets its failures to zero. The
	// change is due at once: at the entry's instant, or, where that is the end of the last closed day, at any time (see CloseDay).
	//
	// Two parts of the row are not p's. What no event changes after Create, who pays what and to whom, may be left alone; and where p's
	// handle has no Payment the row keeps the one that it has: a Release may have brought it since p was read.
	//
	// It checks, the first three in this order,
	//
	//  1. that the id was created (ErrNotFound),
	//  2. that the stored version is p.Version − 1 and the stored debtor p's, so that what was erased meanwhile is not written again
	//     (ErrVersion),
	//  3. that the entry's day is open (a *DayClosedError),
	//  4. that no other payment of the claim is paid or recorded if p is, and no other of the debt is paid if p is (ErrClaimPaid),
	//  5. that the debt has no other attempt if p is one (a *HeldError),
	//  6. that no other payment of the merchant has its handle's Session (ErrReference).
	Commit(ctx context.Context, p Payment, e Entry) error

	// Find returns one payment, or ErrNotFound; of a damaged one what can be read, with a *DamagedError.
	Find(ctx context.Context, l Lookup) (Payment, error)

	// List yields the payments that match, by creation and then by ID, or the other way round.
	List(ctx context.Context, f Filter) iter.Seq2[Payment, error]

	// Count is how many payments List would yield, but for After and Limit, which it does not look at.
	Count(ctx context.Context, f Filter) (int, error)

	// Journal yields the entries of payments: those of one payment together, by version, the payments in no order; none for an id
	// that is not known.
	Journal(ctx context.Context, ids ...ID) iter.Seq2[Entry, error]

	// Lease hands out at most n pieces of due work and keeps them from others until now + d. [WorkAttention]: rows whose
	// AttentionAt is not after now, and that are the process's to look at: see [Serving]. [WorkDelivery]: of each payment the
	// oldest change that was not delivered, when it is due, whoever serves its merchant; an orphan's change waits for no other,
	// and its task's Payment is the change's, without an ID. Any other kind is an error.
	//
	// What is due and cannot be read is set aside: it becomes stuck, with the damage as its cause, and is due again in six
	// hours. The first time it is reported by a *DamagedError, several are joined; the tasks beside such an error are leased all the
	// same.
	Lease(ctx context.Context, k WorkKind, of Serving, now time.Time, d time.Duration, n int) ([]Task, error)

	// LeaseOne is Lease for one payment: it hands out one piece of its work, or none. The id of an orphan is its change's
	// key.
	LeaseOne(ctx context.Context, k WorkKind, id ID, of Serving, now time.Time, d time.Duration) ([]Task, error)

	// Due returns at most n pieces of the work that Lease would hand out at now, oldest first, and leases nothing.
	Due(ctx context.Context, k WorkKind, of Serving, now time.Time, n int) ([]Due, error)

	// Release ends a lease. again is when the work is due next; zero means that it is done. With a cause it has failed once more than
	// t.Tries, without one the count goes back to zero. Of a [WorkAttention] it keeps t.Payment.Handle.Payment where the row has none. With
	// a token that is not the lease's it does nothing, and returns nil.
	Release(ctx context.Context, t Task, again time.Time, cause string) error

	// Hasten makes a payment due at an instant, if it is not due before, and voids the lease of a look that is under way: what
	// that look learns may be older than the reason for haste. It is neither a version nor an entry. ErrNotFound for an id that is
	// not known.
	Hasten(ctx context.Context, id ID, at time.Time) error

	// Restart makes a payment's stuck work due at once and forgets its failures; or an orphan's, when id is the key of its change.
	// ErrNotFound if there is neither.
	Restart(ctx context.Context, id ID, now time.Time) error

	// Sequence returns a number from 1 that it has never returned for that day. It may leave gaps. ErrDayFull above
	// MaxSequence.
	Sequence(ctx context.Context, day string) (int, error)

	// Orphan keeps a verified acceptance for which there is no payment, as [NewOrphan] has it, once per fingerprint, with one outgoing change. A
	// *DayClosedError says that at is in a closed day.
	Orphan(ctx context.Context, r acquirer.Result, at time.Time) error

	// Orphans yields them, by time.
	Orphans(ctx context.Context) iter.Seq2[Orphan, error]

	// Heads yields where the chains of all payments stood after each entry that is dated at or after from, and before to, by At, and of
	// one instant by payment and version: what a day's export and its seal read.
	Heads(ctx context.Context, from, to time.Time) iter.Seq2[Head, error]

	// CloseDay says that a day ("2026-03-02", in Paris) is closed for good: nothing that is dated before its end can be written any
	// more, by any process. What was being written during the call is there when CloseDay returns, or never. It may be called again, and
	// for an earlier day than the last.
	//
	// After the clock was set back over an export, the service dates at that end whatever happens until the clock is there again. Only the
	// account is dated so: letters and bookings go out meanwhile.
	CloseDay(ctx context.Context, day string, end time.Time) error

	// KeepSeal keeps the seal of a day that was closed; of one that was not, it keeps nothing.
	KeepSeal(ctx context.Context, s DaySeal) error

	// LastSeal returns the seal that was kept of the last day that ended at or before an instant; the zero value if there is none.
	LastSeal(ctx context.Context, until time.Time) (DaySeal, error)

	// Erase removes the personal fields, the handles and the causes of failures of the debtor's payments, and the salts of their
	// journals. It ends their leases, since a Release would bring a handle and a cause again. A payment for which [Payment.ReasonToKeep]
	// has a reason is left as it is: it has not ended, has a change that is not delivered, or moved last at or after at. The answer
	// names both, by creation.
	Erase(ctx context.Context, debtor string, at time.Time) (Erasure, error)
}

// Lookup names one payment: by ID; else by Reference; else by Merchant and Session, its handle's; else by Debtor and Key.
type Lookup struct {
	ID                ID
	Reference         string
	Merchant, Session string
	Debtor, Key       string
}

// Serving says whose payments a process can look at. Created and paid ones need no acquirer: every process looks at them.
type Serving struct {
	Merchants []string // those of its acquirers

	// StrandedSince: every process also looks at attempts and refunds of other merchants that have been due since before then, so
	// that they go to review although no process serves their merchant.
	StrandedSince time.Time
}

// Takes reports whether a due payment is the process's to look at.
func (s Serving) Takes(p Payment) bool {
	return p.State.isOneOf(clockStates) || slices.Contains(s.Merchants, p.Merchant) ||
		p.State.isOneOf(strandableStates) && !s.StrandedSince.IsZero() && !p.AttentionAt.After(s.StrandedSince)
}

// Filter selects payments; the zero value selects all. Fields that are set must all match.
type Filter struct {
	IDs                 []ID // those payments
	States              []State
	Debtor, Debt        string
	Reference, Merchant string
	NotOf               []string  // merchants: payments of none of them
	From, To            time.Time // created at or after From, before To
	Stuck               bool      // rows or changes that failed StuckAfter times; of orphans see [Orphan]

	Newest bool // the last created first
	After  ID   // only what follows that payment in the order of the list: the last of the page before; nothing if it is not known
	Limit  int  // at most so many; zero: all
}

// Match reports whether f selects p, whatever After and Limit are; stuck says whether p has stuck work.
func (f Filter) Match(p Payment, stuck bool) bool {
	return (len(f.IDs) == 0 || slices.Contains(f.IDs, p.ID)) && (len(f.States) == 0 || p.State.isOneOf(f.States)) &&
		(f.Debtor == "" || p.Debtor == f.Debtor) && (f.Debt == "" || p.Debt == f.Debt) &&
		(f.Reference == "" || p.Reference == f.Reference) && (f.Merchant == "" || p.Merchant == f.Merchant) && !slices.Contains(f.NotOf, p.Merchant) &&
		(f.From.IsZero() || !p.CreatedAt.Before(f.From)) && (f.To.IsZero() || p.CreatedAt.Before(f.To)) &&
		(!f.Stuck || stuck)
}

// WorkKind is the kind of a piece of work. The strings are frozen: a store's rows and a host's job queue may have them.
type WorkKind string

const (
	WorkAttention WorkKind = "attention" // a payment is due to be looked at
	WorkDelivery  WorkKind = "delivery"  // a change is due to go out
)

// StuckAfter is how many failures in a row, about a day of them, make a piece of work stuck: [Filter] finds it. It is
// tried again every six hours, or at once after [Service.Restart], and holds back only its own payment.
const StuckAfter = 12

// Task is a piece of due work, leased.
type Task struct {
	Kind    WorkKind
	Payment Payment
	Change  Change // of a WorkDelivery
	Tries   int    // failures in a row
	Cause   string // of the last failure
	Token   string // of the lease
}

// Format prints what is to be done, whatever the verb; the token is left out.
func (t Task) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "%s of %s", string(t.Kind), cmp.Or(t.Change.Key, string(t.Payment.ID)))
}

// Due names a piece of work that is due and not leased.
type Due struct {
	Kind    WorkKind
	Payment ID  // or the key of an orphan's change
	Version int // of the row, for WorkAttention; of the change, for WorkDelivery; zero for an orphan's
}

// Head is the end of a payment's chain after an entry.
type Head struct {
	Payment ID
	Version int
	At      time.Time
	Hash    [32]byte
}

// DaySeal is the seal of a day ("2026-03-02", in Paris), see package audit.
type DaySeal struct {
	Day  string
	Seal [32]byte
}
