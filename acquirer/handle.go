package acquirer

import (
	"fmt"
	"io"
	"log/slog"
	"time"
)

// Handle has the acquirer's own ids of a session of its payment page: the service asks by them, gives money back by them, and recognises a
// returning browser by them.
//
// An acquirer that finds a transaction by the reference that we chose has none. One that does not must be asked by
// the ids that it gave: a handle that is lost is a payment that nobody can find again. So it is in the payment's row from
// the commit before the session is handed out until the end of the payment's life.
//
// Session and Proof are secrets: whoever knows them reads the payer's data, or acts as the payer's browser. They print
// nowhere, whatever the verb, in no log and in no JSON.
type Handle struct {
	Session   string    // of the session itself; a callback may be found by it; at most 200 bytes
	Proof     string    // what a browser that returns must bring with it; at most 200 bytes
	Payment   string    // of the attempt to pay, once it is known; at most 200 bytes
	ExpiresAt time.Time // when the session ends: UTC; Session.ExpiresAt leaves the row with the session, and Status must know it afterwards
}

// IsZero reports whether the acquirer gave no id: then the reference is enough.
func (h Handle) IsZero() bool {
	return h.Session == "" && h.Proof == "" && h.Payment == "" && h.ExpiresAt.IsZero()
}

// With returns h with the Payment of o, if h has none yet. No other field changes.
func (h Handle) With(o Handle) Handle {
	if h.Payment == "" {
		h.Payment = o.Payment
	}
	return h
}

// Equal reports whether all fields are equal, with instants compared as instants. go-cmp uses it.
func (h Handle) Equal(o Handle) bool {
	return h.Session == o.Session && h.Proof == o.Proof && h.Payment == o.Payment && h.ExpiresAt.Equal(o.ExpiresAt)
}

// Format prints the payment's id only, whatever the verb.
func (h Handle) Format(f fmt.State, _ rune) { io.WriteString(f, "handle of payment "+h.Payment) }

// LogValue holds neither Session nor Proof.
func (h Handle) LogValue() slog.Value {
	return slog.GroupValue(slog.String("payment", h.Payment), slog.Time("expires_at", h.ExpiresAt))
}

// MarshalJSON writes neither Session nor Proof; it is for logs, and is not read back.
func (h Handle) MarshalJSON() ([]byte, error) {
	return marshalAttrs(h.LogValue())
}

// Question is what [Client.Status] is asked by: the reference of the transaction, the merchant that it was made for, and
// the handle as it stands in the payment's row.
type Question struct {
	Reference, Merchant string
	Handle              Handle
}
