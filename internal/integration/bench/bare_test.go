//go:build !race

package bench

import (
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/quittance/quittance/payment"
	"github.com/shopspring/decimal"
)

// The columns that a transition writes, id and version first.
const (
	paymentColumns = "id, version, state, session_url, session_method, session_fields, session_expires, authorisation, brand, masked_pan, " +
		"code, decline, paid_at, recorded_at, refund_asked_at, refund_called_at, returned_at, attention_at, head"
	entryColumns = "payment, version, event, effect, from_state, to_state, at, channel, fingerprint, by_whom, why, previous, hash, row_hash, " +
		"personal, salt, cents, returned, currency, merchant, authorisation"
	changeColumns = "key, payment, version, snapshot, due_at"
)

// shot stands for the payment in a change: as long as a real one.
var shot = `{"attention_at":1789000000000000,"cents":7500,"filler":"` + strings.Repeat("x", 400) + `"}`

// bare writes what a transition writes with prepared statements, and looks at nothing.
type bare struct {
	db   *sql.DB
	one  *sql.Stmt // PostgreSQL: all three in one
	step [3]*sql.Stmt
}

func newBare(b *testing.B, db *sql.DB, postgresql bool) *bare {
	prepare := func(s string) *sql.Stmt {
		if !postgresql {
			s = strings.ReplaceAll(s, "$", "?")
		}
		st, err := db.Prepare(s)
		if err != nil {
			b.Fatal(err)
		}
		return st
	}
	np, ne, nc := count(paymentColumns), count(entryColumns), count(changeColumns)
	var set []string
	for i, c := range strings.Split(paymentColumns, ", ")[1:] {
		set = append(set, fmt.Sprintf("%s = $%d", c, i+2))
	}
	update := "UPDATE quittance_payment SET " + strings.Join(set, ", ") + " WHERE id = $1 AND version = $2 - 1"
	entry, change := "INSERT INTO quittance_entry ("+entryColumns+") VALUES (", "INSERT INTO quittance_change ("+changeColumns+") VALUES ("
	if postgresql {
		return &bare{db: db, one: prepare("WITH p AS (" + update + "), e AS (" + entry + numbers(np+1, ne) + ")) " + change + numbers(np+ne+1, nc) + ")")}
	}
	return &bare{db: db, step: [3]*sql.Stmt{prepare(update), prepare(entry + numbers(1, ne) + ")"), prepare(change + numbers(1, nc) + ")")}}
}

func count(columns string) int { return strings.Count(columns, ",") + 1 }

func numbers(first, n int) string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf("$%d", first+i)
	}
	return strings.Join(out, ", ")
}

// commit is one transition.
func (w *bare) commit(ctx context.Context, p payment.Payment, e payment.Entry) error {
	row, entry := paymentValues(p), entryValues(e)
	change := []any{fmt.Sprintf("%s/%d", p.ID, p.Version), string(p.ID), p.Version, shot, e.At.UnixMicro()}
	if w.one != nil {
		r, err := w.one.ExecContext(ctx, append(append(row, entry...), change...)...)
		return one(r, err)
	}
	tx, err := w.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	for i, args := range [][]any{row, entry, change} {
		r, err := tx.StmtContext(ctx, w.step[i]).ExecContext(ctx, args...)
		if err := one(r, err); err != nil {
			return err
		}
	}
	return tx.Commit()
}

func one(r sql.Result, err error) error {
	if err != nil {
		return err
	}
	if n, err := r.RowsAffected(); err != nil || n != 1 {
		return fmt.Errorf("%d rows: %v", n, err)
	}
	return nil
}

func instant(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMicro()
}

func paymentValues(p payment.Payment) []any {
	return []any{
		string(p.ID), p.Version, string(p.State), p.Session.URL, p.Session.Method, p.Session.Fields.Encode(), instant(p.Session.ExpiresAt),
		p.Authorisation, p.Brand, p.MaskedPAN, p.Code, string(p.Decline), instant(p.PaidAt), instant(p.RecordedAt), instant(p.RefundAskedAt),
		instant(p.RefundCalledAt), instant(p.ReturnedAt), instant(p.AttentionAt), p.Head[:],
	}
}

func entryValues(e payment.Entry) []any {
	return []any{
		string(e.Payment), e.Version, string(e.Event), string(e.Effect), string(e.From), string(e.To), instant(e.At), string(e.Channel),
		e.Fingerprint, e.By, e.Why, e.Previous[:], e.Hash[:], e.Row[:], e.Personal[:], e.Salt[:], 0, 0, "", "", "",
	}
}

var noon = time.Date(2026, 9, 14, 10, 0, 0, 0, time.UTC)

// fresh is a payment of its own debt in state created, with its first entry.
func fresh(name string) (payment.Payment, payment.Entry) {
	p := payment.Payment{
		ID: payment.ID(strings.ToLower(rand.Text())), Version: 1, State: payment.Created, Reference: "B" + name, Merchant: "002001000000001",
		Claim: "D-" + name + "|N-" + name, Debt: "D-" + name, Notice: "N-" + name, Debtor: "A-" + name, Key: rand.Text(),
		Policy: "ameli-2016 0123456789abcdef", Language: "fr", Amount: decimal.New(75_00, -2), Currency: "EUR", CreatedAt: noon,
		AttentionAt: noon.AddDate(1, 0, 0),
	}
	rand.Read(p.Head[:])
	return p, entry(p, payment.OnCreated, "")
}

// next is the payment after one more question that brought nothing, with its entry.
func next(p payment.Payment) (payment.Payment, payment.Entry) {
	p.Version++
	e := entry(p, payment.OnSilent, p.State)
	p.Head = e.Hash
	return p, e
}

func entry(p payment.Payment, on payment.EventKind, from payment.State) payment.Entry {
	e := payment.Entry{
		Payment: p.ID, Version: p.Version, Event: on, Effect: payment.EffectNoted, From: from, To: p.State, At: noon, Previous: p.Head,
		Fingerprint: "0123456789abcdef0123456789abcdef", Why: "the acquirer did not answer within ten seconds",
	}
	for _, random := range [][]byte{e.Hash[:], e.Row[:], e.Personal[:], e.Salt[:]} {
		rand.Read(random)
	}
	return e
}
