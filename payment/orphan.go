package payment

import (
	"context"
	"iter"
	"time"

	"github.com/quittance/quittance/acquirer"
)

// Orphan is a verified acceptance that belongs to no payment: the only trace of money after a restore from a backup.
type Orphan struct {
	Result acquirer.Result
	At     time.Time // when it was learned
	Tries  int       // failures in a row to deliver its change: from [StuckAfter] on it is stuck
	Cause  string    // of the last failure
}

// Orphans yields the orphans, by time; [Filter] selects payments and finds none of them. One whose delivery is stuck is
// made due again by [Service.Restart] with the key of its change.
func (s *Service) Orphans(ctx context.Context) iter.Seq2[Orphan, error] {
	return s.c.Store.Orphans(ctx)
}

// orphans are all of them.
func (s *Service) orphans(ctx context.Context) (all []Orphan, err error) {
	for o, err := range s.c.Store.Orphans(ctx) {
		if err != nil {
			return nil, err
		}
		all = append(all, o)
	}
	return all, nil
}

// Key is that of the orphan's change: what [Service.Restart] takes in place of a payment's id.
func (o Orphan) Key() string { return "orphan/" + o.Result.Fingerprint() }

// OrphanChange is the outgoing change of an orphan, for stores to keep.
func OrphanChange(r acquirer.Result, at time.Time) Change {
	return Change{
		Key: Orphan{Result: r}.Key(),
		Entry: Entry{
			Event: OnAccepted, Effect: Noted, At: at, Fingerprint: r.Fingerprint(), Money: moneyOf(&r),
			Why: "no payment has this reference and order",
		},
		Payment: Payment{
			Reference: r.Reference, Merchant: r.Merchant, Amount: r.Amount, Currency: r.Currency, Authorisation: r.AuthorisationID,
			Brand: r.Brand, MaskedPAN: r.MaskedPAN, Code: r.Code, PaidAt: r.At,
		},
	}
}
