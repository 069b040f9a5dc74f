package acquirer

import (
	"context"
	"log/slog"

	"github.com/shopspring/decimal"
)

// Client is safe for concurrent use.
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

	// Parse verifies the seal of what was received, then reads it. The kind of the error is ErrUnverified when the
	// seal is missing or wrong, and ErrInvalid when a verified message cannot be understood. A code that is not known
	// is the outcome Unknown, never an error and never Accepted. Parse does no input or output.
	Parse(cb Callback) (Result, error)

	// Status: ErrNotFound when the acquirer knows nothing of it, ErrUnsupported where it cannot be asked (Sips SIMU).
	// Asking changes nothing, so an implementation may repeat the question.
	Status(ctx context.Context, reference string) (Result, error)
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
	Reference            string          // of the transaction, at most 35 of [A-Za-z0-9]; never used twice for one merchant
	Amount               decimal.Decimal // euros (or Currency), above zero, whole cents
	Currency             string          // ISO 4217 letters: "EUR"
	ReturnURL, NotifyURL string
	Language             string // BCP 47
}

// Modification gives money back: all of the amount, or a part of it.
type Modification struct {
	Reference string
	Amount    decimal.Decimal
	Currency  string
}

// Observe is called when an operation starts; what it returns is called when the operation ends.
//
// It is where a host plugs in tracing and metrics. attrs never hold a key, a person or a card. The function returned
// is called exactly once; Observe is safe for concurrent use.
type Observe func(ctx context.Context, op string, attrs ...slog.Attr) (context.Context, func(err error, attrs ...slog.Attr))
