package mock

import (
	"context"
	"errors"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/internal/bank"
	"github.com/quittance/quittance/internal/paris"
)

// readable is how long after it was opened a session can be asked about where the acquirer Forgets.
const readable = 3 * time.Hour

// Status says what has become of a trip; by its reference, or by its handle where the kind is asked by that. A session in which
// nobody has paid yet is Open where the kind is asked by handle, and not found elsewhere, as at Sips. One that has expired is
// code 97; where the kind has AbandonedIsOpen it stays Open until midnight in Paris, and is not found from then on. Where the
// kind Forgets, three hours after Begin only a Handle.Payment finds anything, and all else is ErrUnsupported.
//
// The error's kind is ErrInvalid with the field, ErrNotFound, ErrUnverified for a handle of another reference or another
// payment, ErrUnavailable or ErrUnsupported for a session that an acquirer which Forgets does not know, or what a fault brings.
func (a *Acquirer) Status(ctx context.Context, q acquirer.Question) (acquirer.Result, error) {
	a.initialise()
	if field, err := a.checkQuestion(q); err != nil {
		return acquirer.Result{}, invalidField(acquirer.OpStatus, q.Reference, field, err)
	}
	return answerCall(a, ctx, acquirer.OpStatus, q.Reference, nil, func() (acquirer.Result, error) {
		t, err := a.findTransaction(acquirer.OpStatus, q)
		if err != nil {
			return acquirer.Result{}, err
		}
		return a.answerAbout(t)
	})
}

// checkQuestion returns the first field of a question, or of a call about the same trip, that is wrong by itself.
func (a *Acquirer) checkQuestion(q acquirer.Question) (field string, err error) {
	switch {
	case q.Merchant != "" && q.Merchant != a.Merchant():
		return "Merchant", errors.New("it is not this acquirer's")
	case a.Traits.AskedByHandle && q.Handle.Session == "":
		return "Handle", errors.New("it is needed: this acquirer is not asked by reference")
	}
	return "", nil
}

// findTransaction returns the transaction that a question is about.
func (a *Acquirer) findTransaction(op string, q acquirer.Question) (bank.Transaction, error) {
	if !a.Traits.AskedByHandle {
		return a.bank.Session(a.Merchant(), q.Reference)
	}
	refuse := func(kind error, text string) (bank.Transaction, error) {
		return bank.Transaction{}, &acquirer.Error{Op: op, Reference: safeReference(q.Reference), Kind: kind, Err: errors.New(text)}
	}
	t, err := a.bank.Session(a.Merchant(), q.Handle.Session)
	if err != nil {
		switch {
		case !a.Traits.Forgets:
			return bank.Transaction{}, err
		case a.bank.Clock().Before(q.Handle.ExpiresAt):
			return refuse(acquirer.ErrUnavailable, "there is no such session")
		}
		return refuse(acquirer.ErrUnsupported, "there is no such session, or it is forgotten")
	}
	payment := a.tripOf(t.ID).payment
	switch asked := q.Handle.Payment; {
	case t.Reference != q.Reference:
		return refuse(acquirer.ErrUnverified, "the handle is that of another reference")
	case asked != "" && (asked != payment || t.Attempt == 0):
		return refuse(acquirer.ErrUnverified, "the handle's payment is none of its session")
	case a.Traits.Forgets && asked == "" && !a.bank.Clock().Before(t.OpenedAt.Add(readable)):
		return refuse(acquirer.ErrUnsupported, "the session is forgotten, and the payment's id was never learned")
	}
	return t, nil
}

func (a *Acquirer) tripOf(id string) trip {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.trips[id]
}

// handleOf is the transaction's handle, with the payment's id once there was an attempt. Its proof is for the browser alone.
func (a *Acquirer) handleOf(t bank.Transaction) acquirer.Handle {
	h := acquirer.Handle{Session: t.ID, Proof: a.tripOf(t.ID).proof}
	if t.Attempt > 0 {
		h.Payment = a.tripOf(t.ID).payment
	}
	return h
}

var errNobodyPaid = &bank.Refusal{Code: "25"}

// answerAbout is the answer of Status about a transaction that was found.
func (a *Acquirer) answerAbout(t bank.Transaction) (acquirer.Result, error) {
	switch {
	case t.Code == "" && !a.Traits.AskedByHandle && !a.Traits.AbandonedIsOpen:
		return acquirer.Result{}, errNobodyPaid
	case t.Code == "97" && a.Traits.AbandonedIsOpen && !a.bank.Clock().Before(paris.Of(t.At).Next().Start()):
		return acquirer.Result{}, errNobodyPaid
	}
	r := a.inAnswer(t)
	if t.Code == "" || t.Code == "97" && a.Traits.AbandonedIsOpen {
		return acquirer.Result{
			Reference: r.Reference, OrderID: r.OrderID, Merchant: r.Merchant, Amount: r.Amount, Currency: r.Currency,
			Outcome: acquirer.Open, Handle: r.Handle,
		}, nil
	}
	return r, nil
}

// inAnswer is what an answer says of a transaction.
func (a *Acquirer) inAnswer(t bank.Transaction) acquirer.Result {
	r := a.resultOf(messageOf(t))
	r.Handle = a.handleOf(t)
	r.Handle.Proof = "" // no answer repeats it
	return r
}
