package acquirer

import (
	"context"
	"log/slog"

	"github.com/shopspring/decimal"
)

// Client is one acquirer, for one merchant. It is safe for concurrent use.
//
// Every error is an [*Error], or the context's. A method returns soon after its context ends. On error the Result and the
// Session are zero: nothing that was not verified leaves a Client.
//
// A Client that can give money back is also a [Canceller] or a [Refunder]. A wrapper that embeds the interface hides that: embed the
// concrete client, or pass both on, or refunds end in review.
type Client interface {
	// Merchant names who is paid, the same for the life of the client; it is kept on each payment and compared with
	// each result.
	Merchant() string

	// Begin registers the order and returns where to send the payer. Whatever the error, no session was handed out, so
	// no money can move for it.
	Begin(ctx context.Context, o Order) (Session, error)

	// Parse verifies what was received, then reads it. The kind of the error is ErrUnverified when the message seal is
	// missing or wrong, and ErrInvalid when a message cannot be understood. A code that is not known is the outcome
	// Unknown, never an error and never Accepted. A message that proves nothing is a hint: see Result.Hint. Parse does no
	// input or output.
	Parse(cb Callback) (Result, error)

	// Status asks what has become of a payment. Asking changes nothing, so an implementation may repeat the question.
	//
	// Open: the acquirer knows the session, and nobody has paid yet; such a result has the handle and may have no amount.
	// So may a result that says how a session ended in which nothing was tried (Cancelled, Expired, Refused): Currency is empty then.
	// ErrNotFound: it knows nothing of a payment, and would know if money had moved. ErrUnsupported: it cannot be asked,
	// now and later, or forgets what it knew: never ErrNotFound then, or money would be written off. ErrUnavailable:
	// ask again later. The result's Handle has what the answer adds to the question's.
	Status(ctx context.Context, q Question) (Result, error)
}

// Canceller is a Client that can cancel an accepted payment before it is remitted to the bank: the payer is never
// debited. After remittance the error's kind is ErrConflict.
type Canceller interface {
	Cancel(ctx context.Context, m Modification) (Result, error)
}

// Refunder is a Client that can give money back after remittance. Before remittance the error's kind is ErrConflict,
// unless the implementation itself chooses what the state asks for.
//
// Neither Cancel nor Refund is ever repeated by an implementation. An error with OutcomeUnknown means that the money
// may be on its way: ask Status, and only then decide.
type Refunder interface {
	Refund(ctx context.Context, m Modification) (Result, error)
}

// Order is what is asked of the acquirer. It names no person.
type Order struct {
	ID                   string          // the payment's ID, 26 of [0-9a-z]; sent as orderId and compared where it comes back
	Reference            string          // of the transaction, at most 35 of [A-Za-z0-9]; drawn once for one merchant
	Amount               decimal.Decimal // euros (or Currency), above zero, whole cents
	Currency             string          // ISO 4217 letters: "EUR"
	ReturnURL, NotifyURL string          // absolute http or https: where the payer's browser comes back to, and where the acquirer's server reports
	Language             string          // of the payment page, BCP 47; empty, or one that the acquirer lacks: the client or the acquirer chooses
}

// Modification gives money back: all of the amount, or a part of it.
type Modification struct {
	Reference, Merchant string
	Handle              Handle          // as it stands in the payment's row
	Amount              decimal.Decimal // euros (or Currency), above zero, whole cents, and no more than has not gone back yet
	Currency            string          // of the order

	// Key is the same for every repetition of one decision to give back, and another one for another decision: 32 of
	// [0-9a-z]. An acquirer with idempotence keys derives its own from it, one for each kind of call.
	Key string
}

// Observe is called when an operation starts; what it returns is called when the operation ends.
//
// It is where a host plugs in tracing and metrics. attrs never hold a key, a person or a card. The function returned
// is called exactly once; Observe is safe for concurrent use.
type Observe func(ctx context.Context, op string, attrs ...slog.Attr) (context.Context, func(err error, attrs ...slog.Attr))
