package payment

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/quittance/quittance/acquirer"
)

// Erasure is what [Service.Erase] did with each payment of a debtor.
type Erasure struct {
	Erased []ID          // no longer personal
	Kept   []KeptPayment // as they were; ask again when the reason has gone
}

// KeptPayment is a payment that must not be erased yet.
type KeptPayment struct {
	ID        ID
	Reference string
	State     State
	Reason    KeepReason
}

// KeepReason is why a payment is not erased.
type KeepReason string

// The reasons, in the order in which they are looked at.
const (
	KeptDamaged     KeepReason = "damaged"     // its row cannot be read: see [DamagedError]
	KeptOpen        KeepReason = "open"        // its state is not an end
	KeptUndelivered KeepReason = "undelivered" // a change has not reached the host
	KeptRecent      KeepReason = "recent"      // money or the account moved too recently
)

// Err is nil if nothing was kept, and otherwise ErrRetained with the payments and the reasons.
func (e Erasure) Err() error {
	if len(e.Kept) == 0 {
		return nil
	}
	var kept []string
	for _, k := range e.Kept {
		kept = append(kept, fmt.Sprintf("%s is %s (%s)", k.Reference, k.State, k.Reason))
	}
	return fmt.Errorf("%w: %s", ErrRetained, strings.Join(kept, ", "))
}

// Erase removes the personal fields of a debtor's payments, and returns which it kept and why: a payment that has not ended, that has an
// undelivered change, or that moved last less than KeepFor ago. The journal of an erased payment still verifies. The acquirer's handle is
// removed too. ErrInvalid for an empty debtor; any other error means that the store failed, and that none was erased.
//
// A host that must erase a person calls it again when the reasons have gone, erases the person's letters (inbox.Mailbox.Erase), and its
// own tables.
func (s *Service) Erase(ctx context.Context, debtor string) (Erasure, error) {
	if debtor == "" {
		return Erasure{}, fmt.Errorf("%w: the debtor is empty", ErrInvalid)
	}
	return s.c.Store.Erase(ctx, debtor, s.now().Add(-s.c.KeepFor))
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

// ReasonToKeep says why a payment is not erased, for stores; empty: it may be. undelivered says that a change waits to go out, at is the
// instant before which it must have moved last.
func (p Payment) ReasonToKeep(undelivered bool, at time.Time) KeepReason {
	switch {
	case !p.State.Ended():
		return KeptOpen
	case undelivered:
		return KeptUndelivered
	case !p.MovedAt().Before(at):
		return KeptRecent
	}
	return ""
}

// Erased returns the payment without its personal fields, for stores to keep.
func (p Payment) Erased() Payment {
	p.Debtor, p.Key, p.Debt, p.Notice, p.Claim, p.Language, p.MaskedPAN = "", "", "", "", "", "", ""
	p.Handle = acquirer.Handle{} // with the handle some acquirers show the payer's data
	return p
}

// IsErased reports whether nothing is left of the fields that an erasure removes and that entries commit to.
func (p Payment) IsErased() bool { return p.Debtor+p.Key+p.Debt+p.Notice+p.Claim+p.Language == "" }

// Erased returns the entry without its personal fields and without the salt, for stores to keep.
func (e Entry) Erased() Entry {
	e.By, e.Why, e.Salt = "", "", [16]byte{}
	return e
}
