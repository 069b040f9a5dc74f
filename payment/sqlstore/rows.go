package sqlstore

import (
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/internal/euro"
	"github.com/quittance/quittance/payment"
	"github.com/shopspring/decimal"
)

// instant is a time in a column: UTC microseconds, NULL for the zero time.
type instant time.Time

// micros is what an instant is written as: an int64, or nil.
func micros(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMicro()
}

func (i *instant) Scan(v any) error {
	var n sql.NullInt64
	if err := n.Scan(v); err != nil {
		return err
	}
	*i = instant{}
	if n.Valid {
		*i = instant(time.UnixMicro(n.Int64).UTC())
	}
	return nil
}

// fixed is a hash or a salt in a column.
type fixed struct{ to []byte }

func (f fixed) Scan(v any) error {
	b, ok := v.([]byte)
	if !ok || len(b) != len(f.to) {
		return fmt.Errorf("sqlstore: a hash of %d bytes is stored as %T of %d", len(f.to), v, len(b))
	}
	copy(f.to, b)
	return nil
}

// field ties a column to a part of a payment: the same list writes and reads.
type field struct {
	column string
	value  func(*payment.Payment) any // to write
	target func(*payment.Payment) any // to scan into
	once   bool                       // written by Create; no change of the payment touches it, nor its indexes
}

func once(f field) field {
	f.once = true
	return f
}

func text(column string, of func(*payment.Payment) *string) field {
	return field{column: column, value: func(p *payment.Payment) any { return *of(p) }, target: func(p *payment.Payment) any { return of(p) }}
}

func at(column string, of func(*payment.Payment) *time.Time) field {
	return field{
		column: column, value: func(p *payment.Payment) any { return micros(*of(p)) },
		target: func(p *payment.Payment) any { return (*instant)(of(p)) },
	}
}

// fields are the columns of a payment, but for the lease's.
var fields = []field{
	once(text("id", func(p *payment.Payment) *string { return (*string)(&p.ID) })),
	{
		column: "version", value: func(p *payment.Payment) any { return p.Version }, target: func(p *payment.Payment) any { return &p.Version },
	},
	text("state", func(p *payment.Payment) *string { return (*string)(&p.State) }),
	once(text("reference", func(p *payment.Payment) *string { return &p.Reference })),
	once(text("merchant", func(p *payment.Payment) *string { return &p.Merchant })),
	once(text("claim", func(p *payment.Payment) *string { return &p.Claim })),
	once(text("debt", func(p *payment.Payment) *string { return &p.Debt })),
	once(text("notice", func(p *payment.Payment) *string { return &p.Notice })),
	once(text("debtor", func(p *payment.Payment) *string { return &p.Debtor })),
	once(text("key", func(p *payment.Payment) *string { return &p.Key })),
	once(text("policy", func(p *payment.Payment) *string { return &p.Policy })),
	once(text("language", func(p *payment.Payment) *string { return &p.Language })),
	once(field{
		column: "cents", value: func(p *payment.Payment) any { return amount{&p.Amount} }, target: func(p *payment.Payment) any { return amount{&p.Amount} },
	}),
	once(text("currency", func(p *payment.Payment) *string { return &p.Currency })),
	text("session_url", func(p *payment.Payment) *string { return &p.Session.URL }),
	text("session_method", func(p *payment.Payment) *string { return &p.Session.Method }),
	{
		column: "session_fields", value: func(p *payment.Payment) any { return p.Session.Fields.Encode() },
		target: func(p *payment.Payment) any { return form{p} },
	},
	at("session_expires", func(p *payment.Payment) *time.Time { return &p.Session.ExpiresAt }),
	text("handle_session", func(p *payment.Payment) *string { return &p.Handle.Session }),
	text("handle_proof", func(p *payment.Payment) *string { return &p.Handle.Proof }),
	text("handle_payment", func(p *payment.Payment) *string { return &p.Handle.Payment }),
	at("handle_expires", func(p *payment.Payment) *time.Time { return &p.Handle.ExpiresAt }),
	{
		column: "returned", value: func(p *payment.Payment) any { return amount{&p.Returned} },
		target: func(p *payment.Payment) any { return amount{&p.Returned} },
	},
	text("authorisation", func(p *payment.Payment) *string { return &p.Authorisation }),
	text("brand", func(p *payment.Payment) *string { return &p.Brand }),
	text("masked_pan", func(p *payment.Payment) *string { return &p.MaskedPAN }),
	text("code", func(p *payment.Payment) *string { return &p.Code }),
	text("decline", func(p *payment.Payment) *string { return (*string)(&p.Decline) }),
	once(at("created_at", func(p *payment.Payment) *time.Time { return &p.CreatedAt })),
	at("paid_at", func(p *payment.Payment) *time.Time { return &p.PaidAt }),
	at("recorded_at", func(p *payment.Payment) *time.Time { return &p.RecordedAt }),
	at("refund_asked_at", func(p *payment.Payment) *time.Time { return &p.RefundAskedAt }),
	at("refund_called_at", func(p *payment.Payment) *time.Time { return &p.RefundCalledAt }),
	at("refund_first_called_at", func(p *payment.Payment) *time.Time { return &p.RefundFirstCalledAt }),
	at("returned_at", func(p *payment.Payment) *time.Time { return &p.ReturnedAt }),
	at("attention_at", func(p *payment.Payment) *time.Time { return &p.AttentionAt }),
	{
		column: "head", value: func(p *payment.Payment) any { return p.Head[:] },
		target: func(p *payment.Payment) any { return fixed{p.Head[:]} },
	},
}

// amount is a number of cents in a column, not NULL.
type amount struct{ d *decimal.Decimal }

func (a amount) Value() (driver.Value, error) { return euro.Cents(*a.d) }

func (a amount) Scan(v any) error {
	var n sql.NullInt64
	if err := n.Scan(v); err != nil {
		return err
	}
	if *a.d = (decimal.Decimal{}); n.Int64 != 0 {
		*a.d = euro.Of(n.Int64)
	}
	return nil
}

// form is the session's form in a column.
type form struct{ p *payment.Payment }

func (f form) Scan(v any) error {
	var s sql.NullString
	if err := s.Scan(v); err != nil {
		return err
	}
	if s.String == "" {
		return nil
	}
	values, err := url.ParseQuery(s.String)
	f.p.Session.Fields = values
	return err
}

// columns are the names of fields, for a SELECT; prefix is a table's name and a point, or nothing.
func columns(prefix string) string {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = prefix + f.column
	}
	return strings.Join(names, ", ")
}

// values are the parameters for a list of fields. Amounts are looked at before anything is written.
func values(p *payment.Payment, list []field) ([]any, error) {
	out := make([]any, len(list))
	for i, f := range list {
		out[i] = f.value(p)
		if a, ok := out[i].(amount); ok {
			c, err := a.Value()
			if err != nil {
				return nil, fmt.Errorf("sqlstore: payment %s: %s: %w", p.Reference, f.column, err)
			}
			out[i] = c
		}
	}
	return out, nil
}

// scan reads fields, and what stands behind them.
func scan(row interface{ Scan(...any) error }, more ...any) (payment.Payment, error) {
	var p payment.Payment
	targets := make([]any, 0, len(fields)+len(more))
	for _, f := range fields {
		targets = append(targets, f.target(&p))
	}
	err := row.Scan(append(targets, more...)...)
	return p, err
}

// entryColumns are those of an entry, in the order of entryValues and entryTargets.
const entryColumns = "payment, version, event, effect, from_state, to_state, at, channel, fingerprint, by_whom, why, previous, hash, row_hash, personal, salt, " +
	"cents, returned, currency, merchant, authorisation"

func entryValues(e payment.Entry) []any {
	return []any{
		string(e.Payment), e.Version, string(e.Event), string(e.Effect), string(e.From), string(e.To), micros(e.At), string(e.Channel),
		e.Fingerprint, e.By, e.Why, e.Previous[:], e.Hash[:], e.Row[:], e.Personal[:], e.Salt[:],
		amount{&e.Money.Amount}, amount{&e.Money.Returned}, e.Money.Currency, e.Money.Merchant, e.Money.Authorisation,
	}
}

func entryTargets(e *payment.Entry) []any {
	return []any{
		(*string)(&e.Payment), &e.Version, (*string)(&e.Event), (*string)(&e.Effect), (*string)(&e.From), (*string)(&e.To), (*instant)(&e.At),
		(*string)(&e.Channel), &e.Fingerprint, &e.By, &e.Why,
		fixed{e.Previous[:]}, fixed{e.Hash[:]}, fixed{e.Row[:]}, fixed{e.Personal[:]}, fixed{e.Salt[:]},
		amount{&e.Money.Amount}, amount{&e.Money.Returned}, &e.Money.Currency, &e.Money.Merchant, &e.Money.Authorisation,
	}
}

// A snapshot is a payment as it stood after a change, in JSON, by column. It has neither session nor handle.
func snapshot(p payment.Payment) (string, error) {
	p.Session, p.Handle = acquirer.Session{}, acquirer.Handle{}
	v, err := values(&p, fields)
	if err != nil {
		return "", err
	}
	b := make([]byte, 0, 1024)
	for i, f := range fields {
		sep := byte(',')
		if len(b) == 0 {
			sep = '{'
		}
		switch x := v[i].(type) {
		case nil:
		case int64:
			b = strconv.AppendInt(append(append(append(b, sep, '"'), f.column...), '"', ':'), x, 10)
		case string:
			if x != "" {
				b = appendText(append(append(append(b, sep, '"'), f.column...), '"', ':'), x)
			}
		default:
			raw, err := json.Marshal(x)
			if err != nil {
				return "", err
			}
			b = append(append(append(append(b, sep, '"'), f.column...), '"', ':'), raw...)
		}
	}
	return string(append(b, '}')), nil
}

// appendText appends a JSON string. Most are plain, and need no look at each rune.
func appendText(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			raw, _ := json.Marshal(s) // a string has a form
			return append(b, raw...)
		}
	}
	return append(append(append(b, '"'), s...), '"')
}

// restore is the inverse of snapshot.
func restore(s string) (payment.Payment, error) {
	var m map[string]json.RawMessage
	var p payment.Payment
	if err := json.Unmarshal([]byte(s), &m); err != nil {
		return p, fmt.Errorf("sqlstore: a change's snapshot: %w", err)
	}
	for _, f := range fields {
		raw, ok := m[f.column]
		if !ok {
			continue
		}
		var err error
		switch to := f.target(&p).(type) {
		case *string:
			err = json.Unmarshal(raw, to)
		case *int:
			err = json.Unmarshal(raw, to)
		case fixed:
			var b []byte
			if err = json.Unmarshal(raw, &b); err == nil {
				err = to.Scan(b)
			}
		case sql.Scanner:
			var n int64
			if err = json.Unmarshal(raw, &n); err == nil {
				err = to.Scan(n)
			}
		}
		if err != nil {
			return p, fmt.Errorf("sqlstore: a change's snapshot: %s: %w", f.column, err)
		}
	}
	return p, nil
}
