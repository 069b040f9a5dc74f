package payment

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/quittance/quittance/internal/euro"
	"github.com/quittance/quittance/internal/paris"
)

// ErrAltered is what Verify finds: the store is not what the journal says, or not what a seal says.
var ErrAltered = errors.New("payment: the record was altered")

// settle is how long after midnight a day is left open, for entries that were dated before it and are still being
// written.
const settle = 5 * time.Minute

// ledger is one pass over all journals: the heads of each day, and the movements of one.
type ledger struct {
	heads     map[int][][32]byte // by day, of each payment that has an entry on it
	movements []movement
}

// movement is a line of the export.
type movement struct {
	kind    string // accepted, returned, review or orphan
	at      time.Time
	version int
	payment Payment
}

// counted are the movements of one payment so far: money comes in once and goes back once.
type counted struct{ in, back bool }

// movements says what an entry is to the accounting officer: money came in, money went back, a person must look. One
// entry can be two of them.
func (c *counted) movements(e Entry) (kinds []string) {
	if e.Effect != Changed && e.Effect != Noted {
		return nil
	}
	switch e.Event {
	case OnAccepted, OnAcceptedToo, OnMismatched, OnKept:
		if !c.in {
			kinds = append(kinds, "accepted")
		}
		c.in = true
	case OnReturned, OnWasReturned:
		if !c.in { // it was taken and given back before we heard of it
			kinds = append(kinds, "accepted")
		}
		c.in = true
		if !c.back {
			kinds = append(kinds, "returned")
		}
		c.back = true
	}
	if e.Effect == Changed && e.To == Review {
		kinds = append(kinds, "review")
	}
	return kinds
}

// readAll walks through every journal; check is called for each payment with its entries.
func (s *Service) readAll(ctx context.Context, day int, check func(Payment, []Entry) error) (ledger, error) {
	l := ledger{heads: map[int][][32]byte{}}
	for p, err := range s.c.Store.List(ctx, Filter{}) {
		if err != nil {
			return l, err
		}
		p, entries, err := s.history(ctx, p)
		if err != nil {
			return l, err
		}
		if check != nil {
			if err := check(p, entries); err != nil {
				return l, err
			}
		}
		var c counted
		heads := map[int][32]byte{}
		for _, e := range entries {
			on := paris.Of(e.At).Number()
			heads[on] = e.Hash
			for _, kind := range c.movements(e) {
				if on == day {
					l.movements = append(l.movements, movement{kind, e.At, e.Version, p})
				}
			}
		}
		for on, h := range heads {
			l.heads[on] = append(l.heads[on], h)
		}
	}
	return l, nil
}

// history reads a payment's journal, and the payment again if it moved on in between.
func (s *Service) history(ctx context.Context, p Payment) (Payment, []Entry, error) {
	for i := 0; ; i++ {
		var entries []Entry
		for e, err := range s.c.Store.Journal(ctx, p.ID) {
			if err != nil {
				return p, nil, err
			}
			entries = append(entries, e)
		}
		if len(entries) <= p.Version || i == 5 {
			return p, entries, nil
		}
		q, err := s.c.Store.Find(ctx, Lookup{ID: p.ID})
		if err != nil {
			return p, nil, err
		}
		p = q
	}
}

// seals yields each day's seal, from the first day with an entry to the given one: a hash over the day, the seal of
// the day before, and the heads of all payments that moved on the day. With the seals before it, it commits to the
// heads of all payments.
func (l ledger) seals(last paris.Day) iter.Seq2[paris.Day, [32]byte] {
	return func(yield func(paris.Day, [32]byte) bool) {
		first := 0
		for on := range l.heads {
			if first == 0 || on < first {
				first = on
			}
		}
		if first == 0 {
			return
		}
		var seal [32]byte
		for d := paris.Numbered(first); d.Number() <= last.Number(); d = d.Next() {
			heads := slices.Clone(l.heads[d.Number()])
			slices.SortFunc(heads, func(a, b [32]byte) int { return bytes.Compare(a[:], b[:]) })
			h := sha256.New()
			h.Write([]byte("seal/1 " + d.String() + " "))
			h.Write(seal[:])
			for _, head := range heads {
				h.Write(head[:])
			}
			h.Sum(seal[:0])
			if !yield(d, seal) {
				return
			}
		}
	}
}

// columns are the export's. They are frozen: append only.
var columns = []string{
	"movement", "instant", "reference", "payment", "merchant", "authorisation", "cents", "euros", "currency", "debt", "notice",
}

// Export writes the movements of one day in Paris ("2026-03-02") for the accounting officer: gross, one line per
// movement, as CSV in UTF-8 with semicolons, the day's seal in the last line. It returns the seal: keep it outside
// the database, and give it to [Service.Verify]. The same day gives the same bytes, until an erasure empties the debt
// and the notice; the seal never changes.
//
// Movements are accepted, returned, review (a person must look) and orphan (an acceptance without a payment). Amounts
// are in cents and in euros; the instant is when the movement was learned, in UTC. A cell that a spreadsheet would
// take for a formula begins with an apostrophe.
//
// The error says when the day is wrong or not over yet. One call reads every journal and keeps 32 bytes for each
// payment and day.
func (s *Service) Export(ctx context.Context, day string, w io.Writer) ([32]byte, error) {
	d, err := paris.Parse(day)
	if err != nil {
		return [32]byte{}, fmt.Errorf("payment: export: %w", err)
	}
	if over := d.Next().Start().Add(settle); s.now().Before(over) {
		return [32]byte{}, fmt.Errorf("%w: export: %s is over at %s", ErrInvalid, d, over.UTC().Format(time.RFC3339))
	}
	l, err := s.readAll(ctx, d.Number(), nil)
	if err != nil {
		return [32]byte{}, err
	}
	if o, ok := s.c.Store.(OrphanLister); ok {
		for o, err := range o.Orphans(ctx) {
			if err != nil {
				return [32]byte{}, err
			}
			if paris.Of(o.At) == d {
				l.movements = append(l.movements, movement{"orphan", o.At, 0, OrphanChange(o.Result, o.At).Payment})
			}
		}
	}
	slices.SortFunc(l.movements, func(a, b movement) int {
		if c := a.at.Compare(b.at); c != 0 {
			return c
		}
		if c := strings.Compare(a.payment.Reference, b.payment.Reference); c != 0 {
			return c
		}
		return a.version - b.version
	})
	var seal [32]byte
	for _, sealed := range l.seals(d) {
		seal = sealed
	}
	out := csv.NewWriter(w)
	out.Comma, out.UseCRLF = ';', true
	out.Write(columns)
	for _, m := range l.movements {
		p := m.payment
		cents, err := euro.Cents(p.Amount)
		if err != nil {
			return [32]byte{}, fmt.Errorf("payment: export: %s: %w", p.Reference, err)
		}
		cells := []string{
			m.kind, m.at.UTC().Format("2006-01-02T15:04:05.000000Z"), p.Reference, string(p.ID), p.Merchant, p.Authorisation,
			strconv.FormatInt(cents, 10), strings.Replace(euro.Format(cents), ".", ",", 1), p.Currency, p.Debt, p.Notice,
		}
		for i, c := range cells {
			cells[i] = defused(c)
		}
		out.Write(cells)
	}
	out.Write([]string{"seal", d.String(), hex.EncodeToString(seal[:])})
	out.Flush()
	return seal, out.Error()
}

// defused keeps a spreadsheet from taking a cell for a formula.
func defused(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r\n", rune(s[0])) {
		return "'" + s
	}
	return s
}

// Verify checks every journal: that it has no gap, that each entry commits to the one before, that the table leads
// from each to the next, and that the payment is what the last one says. With the daily seals of [Service.Export],
// kept outside and given oldest first, it also finds payments that were deleted or rewritten whole; without them
// (nil) it finds accidents only. The error is ErrAltered, and names what does not fit.
func (s *Service) Verify(ctx context.Context, seals iter.Seq[[32]byte]) error {
	l, err := s.readAll(ctx, 0, verify)
	if err != nil {
		return err
	}
	if seals == nil {
		return nil
	}
	next, stop := iter.Pull2(l.seals(paris.Of(s.now())))
	defer stop()
	n := 0
	for want := range seals {
		n++
		if want == ([32]byte{}) { // of a day before the first payment: it commits to nothing
			continue
		}
		for {
			_, got, ok := next()
			if !ok {
				return fmt.Errorf("%w: seal %d (%s) is no day's seal: a payment was deleted or rewritten, or the seals are not in order",
					ErrAltered, n, hex.EncodeToString(want[:]))
			}
			if got == want {
				break
			}
		}
	}
	return nil
}

// verify checks one payment against its journal.
func verify(p Payment, entries []Entry) error {
	altered := func(format string, a ...any) error {
		return fmt.Errorf("%w: payment %s: "+format, append([]any{ErrAltered, p.Reference}, a...)...)
	}
	var head [32]byte
	var state State
	for i, e := range entries {
		want := Entry{Payment: p.ID, Version: i + 1, From: state}
		switch {
		case e.Payment != want.Payment || e.Version != want.Version || e.From != want.From:
			return altered("entry %d is missing, doubled or out of place", i+1)
		case e.Previous != head:
			return altered("entry %d does not follow the one before", i+1)
		case e.Hash != e.digest():
			return altered("entry %d was changed", i+1)
		case e.Salt == [16]byte{} && e.By+e.Why+p.Debtor+p.Key+p.Debt+p.Notice+p.Claim != "",
			e.Salt != [16]byte{} && e.Personal != e.personal(p):
			return altered("the personal fields of entry %d, or of the payment, were changed", i+1)
		}
		if i == 0 {
			if e.Event != OnCreated || e.To != Created {
				return altered("the first entry is not its creation")
			}
		} else if to, effect := Next(e.From, e.Event); to != e.To || effect != e.Effect {
			return altered("entry %d is not in the table: %s on %s leads to %s, not to %s", i+1, e.From, e.Event, to, e.To)
		}
		head, state = e.Hash, e.To
	}
	switch {
	case len(entries) == 0:
		return altered("it has no journal")
	case p.Head != head || p.State != state || p.Version != len(entries):
		return altered("it is not where its journal ends")
	case entries[len(entries)-1].Row != p.digest():
		return altered("its row was changed")
	}
	return nil
}
