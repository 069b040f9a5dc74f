package acquirer

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"strconv"
	"strings"
	"time"

	"github.com/quittance/quittance/internal/euro"
	"github.com/shopspring/decimal"
)

// Result is what the acquirer says of one transaction, verified. It has room for a masked card number and for nothing
// more of a card. Compare amounts with Equal, never with ==.
type Result struct {
	Reference, OrderID, Merchant string          // as in the [Order] and of [Client.Merchant]; OrderID is empty where the acquirer does not repeat it
	Amount                       decimal.Decimal // euros (or Currency), of the order, whatever was given back since
	Returned                     decimal.Decimal // what has gone back so far (cancelled or refunded)
	Returning                    decimal.Decimal // what is on its way back: neither here nor at the payer's yet
	Currency                     string          // ISO 4217 letters
	Outcome                      Outcome
	Decline                      Decline   // why, when Refused
	Code, AcquirerCode           string    // the codes that Outcome and Decline were read from, as the acquirer and the bank behind it wrote them
	AuthorisationID              string    // of the payment at the acquirer, where it gives one: the bank finds the payment by this
	Brand, MaskedPAN             string    // of the card: "VISA", "4970##########14"; see [MaskPAN]
	Means                        Means     // what the payer paid by, or tried to; "" where the acquirer does not say
	At                           time.Time // of the transaction, as the acquirer says; UTC

	// Handle is what the message or the answer says of the acquirer's own ids. Of a callback's result Session may be what
	// the payment is found by, and Proof what the browser brought; of an answer's result Payment is what was learned.
	Handle Handle

	// Hint: the message proves nothing and decides nothing; it only says that it is worth asking about the payment now. Of
	// such a result only Reference, Merchant and Handle are set, each if it is known.
	Hint bool

	fields map[string]string
}

// WithFields returns r with what else the message said, by the acquirer's own names. Implementations of [Client] set
// it; they leave out whatever could name a person or a card.
func (r Result) WithFields(f map[string]string) Result {
	r.fields = maps.Clone(f)
	return r
}

// Field returns what the message said under one of the acquirer's own names.
func (r Result) Field(name string) (string, bool) {
	v, ok := r.fields[name]
	return v, ok
}

// Equal reports whether both say the same, the acquirer's own fields included. Amounts that are not whole cents equal nothing. go-cmp
// uses it.
func (r Result) Equal(o Result) bool {
	return r.Reference == o.Reference && r.OrderID == o.OrderID && r.Merchant == o.Merchant &&
		sameAmount(r.Amount, o.Amount) && sameAmount(r.Returned, o.Returned) && sameAmount(r.Returning, o.Returning) && r.Currency == o.Currency &&
		r.Outcome == o.Outcome && r.Decline == o.Decline &&
		r.Code == o.Code && r.AcquirerCode == o.AcquirerCode && r.AuthorisationID == o.AuthorisationID &&
		r.Brand == o.Brand && r.MaskedPAN == o.MaskedPAN && r.Means == o.Means && r.At.Equal(o.At) &&
		r.Handle.Equal(o.Handle) && r.Hint == o.Hint && maps.Equal(r.fields, o.fields)
}

func sameAmount(a, b decimal.Decimal) bool {
	x, errX := euro.Cents(a)
	y, errY := euro.Cents(b)
	return errX == nil && errY == nil && x == y
}

// Fingerprint returns a SHA-256, in hexadecimal, over what decides: reference, order, merchant, amounts, outcome, codes and
// authorisation. The notification, the return and a later answer that say the same have the same fingerprint. It is stored: what is on its
// way back is in it only where there is something, as a version that did not know of it wrote none.
func (r Result) Fingerprint() string {
	var stack [512]byte
	b := append(stack[:0], "result/1"...)
	said := [...]string{
		r.Reference, r.OrderID, r.Merchant, euro.Describe(r.Amount), euro.Describe(r.Returned), r.Currency,
		string(r.Outcome), r.Code, r.AcquirerCode, r.AuthorisationID, "",
	}
	n := len(said) - 1
	if r.Returning.Sign() > 0 {
		said[n], n = euro.Describe(r.Returning), n+1
	}
	for _, s := range said[:n] {
		b = strconv.AppendInt(append(b, ' '), int64(len(s)), 10)
		b = append(append(b, ':'), s...)
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// LogValue has the reference, the order, the merchant, the amount, the outcome and the codes: no person and no card.
func (r Result) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("reference", r.Reference), slog.String("order", r.OrderID), slog.String("merchant", r.Merchant),
		slog.String("amount", euro.Describe(r.Amount)), slog.String("currency", r.Currency),
		slog.String("outcome", string(r.Outcome)), slog.String("code", r.Code), slog.String("acquirer_code", r.AcquirerCode))
}

// Format prints the reference, the outcome and the code, whatever the verb.
func (r Result) Format(f fmt.State, _ rune) {
	io.WriteString(f, "result "+r.Reference+" "+string(r.Outcome)+" (code "+r.Code+")")
}

// MarshalJSON writes what LogValue says; it is for logs, and is not read back.
func (r Result) MarshalJSON() ([]byte, error) { return marshalAttrs(r.LogValue()) }

// marshalAttrs returns a JSON object of a group's attributes, each as text.
func marshalAttrs(group slog.Value) ([]byte, error) {
	m := make(map[string]string)
	for _, a := range group.Group() {
		m[a.Key] = a.Value.String()
	}
	return json.Marshal(m)
}

// MaskPAN returns a masked card number that is safe to keep: where it has 12 digits or more, all but the first four and
// the last two become #; at most 19 bytes stay, valid UTF-8. Acquirers send it masked already; MaskPAN is for one that does not.
func MaskPAN(s string) string {
	b := []byte(s[:min(len(s), 19)])
	var digits []int
	for i, c := range b {
		if c >= '0' && c <= '9' {
			digits = append(digits, i)
		}
	}
	if len(digits) >= 12 {
		for _, i := range digits[4 : len(digits)-2] {
			b[i] = '#'
		}
	}
	return strings.ToValidUTF8(string(b), "")
}
