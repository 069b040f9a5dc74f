package payment

import (
	"context"
	"fmt"
	"strings"
)

// Erasure is what [Service.Erase] did with the payments of a debtor, each for itself.
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

// Erase removes what is personal in the payments of a debtor, one by one, and says which it kept and why: one that has not ended, that
// still has something to deliver, or that moved last less than KeepFor ago. What remains of an erased one still verifies. The
// acquirer's handle goes too. An error means that the store failed; then none was erased.
//
// A host that must erase a person calls it again when the reasons have gone, erases the person's letters (inbox.Mailbox.Erase), and its
// own tables.
func (s *Service) Erase(ctx context.Context, debtor string) (Erasure, error) {
	if debtor == "" {
		return Erasure{}, fmt.Errorf("%w: the debtor is empty", ErrInvalid)
	}
	return s.c.Store.Erase(ctx, debtor, s.now().Add(-s.c.KeepFor))
}
