package payment

import (
	"context"
	"fmt"
	"strings"
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
