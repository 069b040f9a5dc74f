package payment

import (
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/shopspring/decimal"
)

// Orphan is a verified acceptance that belongs to no payment: the only trace of money after a restore from a backup.
type Orphan struct {
	Result acquirer.Result
	At     time.Time // when it was learned
	Tries  int       // failures in a row to deliver its change: from [StuckAfter] on it is stuck
	Cause  string    // of the last failure
}

// NewOrphan returns what stores keep of an acceptance that belongs to no payment, whatever the acquirer says: an amount that is not a number
// of whole cents is zero, as in [Money], and a text is without what a database refuses. Otherwise one odd field would keep the store from
// the only trace of money. The handle, which has a secret, the acquirer's own fields and what is on its way back are left out: an orphan is kept
// for good, and found at the acquirer by its reference.
func NewOrphan(r acquirer.Result, at time.Time) Orphan {
	r = storableResult(r)
	r.Amount, r.Returned, r.Returning = wholeCents(r.Amount), wholeCents(r.Returned), decimal.Decimal{}
	r.Handle = acquirer.Handle{}
	r = r.WithFields(nil)
	return Orphan{Result: r, At: at}
}

// Key returns the key of the orphan's change, which [Service.Restart] takes in place of a payment's id.
func (o Orphan) Key() string { return "orphan/" + o.Result.Fingerprint() }

// OrphanChange returns the outgoing change of an orphan, for stores to keep. It is that of [NewOrphan].
func OrphanChange(r acquirer.Result, at time.Time) Change {
	o := NewOrphan(r, at)
	r = o.Result
	why := "no payment has this reference and order"
	if r.Amount.IsZero() {
		why += "; the acquirer gives no amount of whole cents"
	}
	return Change{
		Key: o.Key(),
		Entry: Entry{
			Event: OnAccepted, Effect: EffectNoted, At: at, Fingerprint: r.Fingerprint(), Money: moneyOf(&r),
			Why: why,
		},
		Payment: Payment{
			Reference: r.Reference, Merchant: r.Merchant, Amount: r.Amount, Currency: r.Currency, Authorisation: r.AuthorisationID,
			Brand: r.Brand, MaskedPAN: r.MaskedPAN, Means: r.Means, Code: r.Code, PaidAt: r.At,
		},
	}
}

// Head returns what a day seal commits to of an orphan, in the form of a payment's head, with version zero.
func (o Orphan) Head() Head {
	h := hasher{make([]byte, 0, 128)}
	h.addTexts("orphan/1", o.Result.Fingerprint())
	h.addTimes(o.At)
	return Head{Payment: ID(o.Key()), At: o.At, Hash: h.sumSHA256()}
}
