package mock

import (
	"context"
	"errors"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/internal/bank"
)

// giveBackKey identifies a call that gives money back: an acquirer that is idempotent moves money once for each.
type giveBackKey struct{ op, transaction, key string }

// Cancel gives money back before remittance, all of it or a part. The error's kind is ErrUnsupported where the kind has no
// cancellation, ErrInvalid with the field, ErrConflict (code 24), what Status returns for a trip that is not there, or what a
// fault brings.
func (a *Acquirer) Cancel(ctx context.Context, m acquirer.Modification) (acquirer.Result, error) {
	a.initialise()
	return a.giveBack(ctx, acquirer.OpCancel, m, a.dialect.cancels, func(bank.Transaction) bool { return true })
}

// Refund gives money back after remittance, all of it or a part; never more than remains. Where the kind has no cancellation it
// also gives back before remittance. The errors are those of Cancel.
func (a *Acquirer) Refund(ctx context.Context, m acquirer.Modification) (acquirer.Result, error) {
	a.initialise()
	return a.giveBack(ctx, acquirer.OpRefund, m, a.dialect.refunds, func(t bank.Transaction) bool {
		return a.dialect.refundsEarly && t.Status == bank.StatusToCapture
	})
}

// giveBack moves money, by a cancellation or by a refund.
func (a *Acquirer) giveBack(ctx context.Context, op string, m acquirer.Modification, offered bool, cancels func(bank.Transaction) bool) (
	acquirer.Result, error,
) {
	if !offered {
		return acquirer.Result{}, &acquirer.Error{Op: op, Reference: safeReference(m.Reference), Kind: acquirer.ErrUnsupported,
			Err: errors.New("this kind of acquirer has no such call")}
	}
	q := acquirer.Question{Reference: m.Reference, Merchant: m.Merchant, Handle: m.Handle}
	if field, err := a.checkQuestion(q); err != nil {
		return acquirer.Result{}, invalidField(op, m.Reference, field, err)
	}
	cents, err := positiveCents(m.Amount)
	if err != nil {
		return acquirer.Result{}, invalidField(op, m.Reference, "Amount", err)
	}
	return answerCall(a, ctx, op, m.Reference, nil, func() (acquirer.Result, error) {
		t, err := a.findTransaction(op, q)
		if err != nil {
			return acquirer.Result{}, err
		}
		give := a.bank.Refund
		if cancels(t) {
			give = a.bank.Cancel
		}
		if t, err = a.giveOnce(giveBackKey{op, t.ID, m.Key}, func() (bank.Transaction, error) {
			return give(a.Merchant(), keyOf(t), cents, m.Currency)
		}); err != nil {
			return acquirer.Result{}, err
		}
		return a.inAnswer(t), nil
	})
}

// giveOnce gives money back, unless the acquirer is idempotent and has done so for the same key: then it returns what it returned.
func (a *Acquirer) giveOnce(g giveBackKey, give func() (bank.Transaction, error)) (bank.Transaction, error) {
	if !a.Traits.Idempotent || g.key == "" {
		return give()
	}
	a.mu.Lock()
	defer a.mu.Unlock() // held during give: two calls with one key at the same time are one
	if t, ok := a.given[g]; ok {
		return t, nil
	}
	t, err := give()
	if err == nil {
		a.given[g] = t
	}
	return t, err
}
