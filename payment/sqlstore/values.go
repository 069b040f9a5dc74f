package sqlstore

import (
	"database/sql"
	"database/sql/driver"
	"fmt"
	"net/url"
	"time"

	"github.com/quittance/quittance/internal/euro"
	"github.com/quittance/quittance/payment"
	"github.com/shopspring/decimal"
)

// instant is a time in a column: UTC microseconds, NULL for the zero time.
type instant time.Time

// storedMicros returns the stored form of an instant: its microseconds as an int64, or nil for the zero time.
func storedMicros(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMicro()
}

// firstMicro returns the first instant at or after t that can be stored. It is what a span of stored instants begins at, and what it ends
// before: cut off, as UnixMicro does, the bound would be before t, and so would the instant that it lets in or keeps out.
func firstMicro(t time.Time) int64 { return t.Add(time.Microsecond - 1).UnixMicro() }

func (i *instant) Scan(v any) error {
	n, err := scanInteger(v)
	*i = instant{}
	if n.Valid {
		*i = instant(time.UnixMicro(n.Int64).UTC())
	}
	return err
}

// scanInteger reads a number as drivers give it.
func scanInteger(v any) (n sql.NullInt64, err error) {
	if i, ok := v.(int64); ok { // nearly always
		return sql.NullInt64{Int64: i, Valid: true}, nil
	}
	err = n.Scan(v)
	return n, err
}

// fixed is a hash or a salt in a column.
type fixed struct{ to []byte }

func (f fixed) Scan(v any) error {
	b, ok := v.([]byte)
	if !ok || len(b) != len(f.to) {
		return fmt.Errorf("%d bytes are stored as %T of %d", len(f.to), v, len(b))
	}
	copy(f.to, b)
	return nil
}

// amount is a number of cents in a column, not NULL.
type amount struct{ d *decimal.Decimal }

func (a amount) Value() (driver.Value, error) { return euro.Cents(*a.d) }

func (a amount) Scan(v any) error {
	n, err := scanInteger(v)
	if err != nil {
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
	f.p.Session.Fields = nil
	if s.String == "" {
		return nil
	}
	values, err := url.ParseQuery(s.String)
	if err == nil {
		f.p.Session.Fields = values
	}
	return err
}
