package payment

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/quittance/quittance/internal/euro"
	"github.com/quittance/quittance/internal/paris"
	"github.com/shopspring/decimal"
)

// The kinds of movement, in the order of their totals. They are frozen.
const (
	movedIn     = "accepted" // money came in
	movedBack   = "returned" // money went back
	movedReview = "review"   // a person must look
	movedOrphan = "orphan"   // money came in that belongs to no payment
)

var movements = [...]string{movedIn, movedBack, movedReview, movedOrphan}

// movement is a line of the export.
type movement struct {
	kind    string
	at      time.Time
	payment Payment // of an orphan: its change's
	version int
	money   Money
	cents   int64 // of money's amount
}

// taking is money that came in under one authorisation, and what has gone back of it.
type taking struct {
	money Money
	back  decimal.Decimal
	word  bool // a person kept it, and no message has told of it
}

// left is what has not gone back.
func (t taking) left() decimal.Decimal { return t.money.Amount.Sub(t.back) }

// is reports whether m speaks of this money. A message without an authorisation may speak of any that is like it.
func (t taking) is(m Money) bool {
	a, b := t.money.Authorisation, m.Authorisation
	same := t.money.Amount.Equal(m.Amount) && t.money.Currency == m.Currency && t.money.Merchant == m.Merchant
	return same && (a == b || a == "" || b == "")
}

// tally follows the money of one payment through its journal: what is told twice came in once.
type tally []taking

// hear takes in what a message says of money, and returns what moved since the one before.
func (t *tally) hear(m Money, kind string) (out []movement) {
	i := slices.IndexFunc(*t, func(known taking) bool { return known.is(m) })
	if i < 0 {
		in := m
		in.Returned = decimal.Decimal{}
		out = append(out, movement{kind: kind, money: in})
		i, *t = len(*t), append(*t, taking{money: in})
	}
	known := &(*t)[i]
	known.word = false
	known.money.Authorisation = cmp.Or(known.money.Authorisation, m.Authorisation)
	if more := m.Returned.Sub(known.back); more.Sign() > 0 {
		out = append(out, known.giveBack(more))
	}
	return out
}

// giveBack counts an amount as gone back.
func (t *taking) giveBack(amount decimal.Decimal) movement {
	m := t.money
	m.Amount, t.back = amount, t.back.Add(amount)
	return movement{kind: movedBack, money: m}
}

// disown counts as gone back what only a person has said to be there.
func (t tally) disown() (out []movement) {
	for i := range t {
		if left := t[i].left(); t[i].word && left.Sign() > 0 {
			out = append(out, t[i].giveBack(left))
		}
	}
	return out
}

// last is the money that the payment speaks of when an entry does not say: what came in last, else what was ordered.
func (t tally) last(p Payment) Money {
	if len(t) == 0 {
		return Money{Amount: p.Amount, Currency: p.Currency, Merchant: p.Merchant}
	}
	return t[len(t)-1].money
}

// take counts what was ordered as come in.
func (t *tally) take(p Payment) movement {
	ordered := tally(nil).last(p)
	*t = append(*t, taking{money: ordered})
	return movement{kind: movedIn, money: ordered}
}

// believe is for entries that no message's money comes with: a person's word, and what was written before that was
// kept. The amount is then the one ordered. Money that a person keeps has come in; what is said to be back has gone. A
// person's "no money moved" takes nothing away from what the acquirer has sealed.
func (t *tally) believe(p Payment, on EventKind) (out []movement) {
	back := on == OnReturned || on == OnWasReturned
	in := back || on == OnAccepted || on == OnAcceptedToo || on == OnMismatched
	left := slices.ContainsFunc(*t, func(known taking) bool { return known.left().Sign() > 0 })
	if in && len(*t) == 0 || on == OnKept && !left {
		out = append(out, t.take(p))
		(*t)[len(*t)-1].word = on == OnKept
	}
	for i := range *t {
		if left := (*t)[i].left(); back && left.Sign() > 0 {
			out = append(out, (*t)[i].giveBack(left))
		}
	}
	return out
}

// movements says what an entry is to the accounting officer. One entry can be several of them. Money that a message
// tells of counts whatever it does to the payment: also when it contradicts what is known. When the payment's whole amount
// is back, nothing is left of what a person kept on top of it.
func (t *tally) movements(p Payment, e Entry) (out []movement) {
	switch {
	case !e.Money.none():
		out = t.hear(e.Money, movedIn)
		if e.Event == OnReturned && e.Effect == Changed {
			out = append(out, t.disown()...)
		}
	case e.Effect == Changed || e.Effect == Noted:
		out = t.believe(p, e.Event)
	}
	if e.Effect == Changed && e.To == Review {
		m := e.Money
		if m.none() {
			m = t.last(p)
		}
		out = append(out, movement{kind: movedReview, money: m})
	}
	for i := range out {
		out[i].at, out[i].version, out[i].payment = e.At, e.Version, p
	}
	return out
}

// moved returns the movements of a day, in the order of the export, and its seal.
func (s *Service) moved(ctx context.Context, d paris.Day) (all []movement, seal [32]byte, err error) {
	orphans, err := s.orphans(ctx)
	if err != nil {
		return nil, seal, err
	}
	keep := func(found []movement) {
		for _, m := range found {
			if paris.Of(m.at) == d {
				all = append(all, m)
			}
		}
	}
	journal := func(p Payment, entries []Entry) error {
		if err := verify(p, entries); err != nil { // no account is given of what was altered
			return err
		}
		var t tally
		for _, e := range entries {
			keep(t.movements(p, e))
		}
		return nil
	}
	c, ids, err := sealTo(ctx, s.c.Store, d, orphans)
	if err == nil {
		err = s.some(ctx, ids, journal)
	}
	if err != nil {
		return nil, seal, err
	}
	keep(orphanMovements(orphans))
	all, err = settled(all)
	return all, c.last(), err
}

// orphanMovements are those of all orphans, which are given by time. Of one transaction several may be kept.
func orphanMovements(all []Orphan) (out []movement) {
	known := map[[2]string]*tally{}
	for _, o := range all {
		of := [2]string{o.Result.Reference, o.Result.OrderID}
		if known[of] == nil {
			known[of] = new(tally)
		}
		for _, m := range known[of].hear(moneyOf(&o.Result), movedOrphan) {
			m.at, m.payment = o.At, Payment{Reference: o.Result.Reference}
			out = append(out, m)
		}
	}
	return out
}

// settled is the movements in the order of the export, with their cents.
func settled(all []movement) ([]movement, error) {
	for i, m := range all {
		var err error
		if all[i].cents, err = euro.Cents(m.money.Amount); err != nil {
			return nil, fmt.Errorf("%s: %w", m.payment.Reference, err)
		}
	}
	slices.SortStableFunc(all, order)
	return all, nil
}

// order is by instant, then by reference and version, and for one entry as they were found: the same on every run.
func order(a, b movement) int {
	return cmp.Or(a.at.Compare(b.at), strings.Compare(a.payment.Reference, b.payment.Reference), cmp.Compare(a.version, b.version))
}

// total is the count and the sum of one kind of movement in one currency.
type total struct {
	kind, currency string
	count, cents   int64
}

// totals are the sums of all kinds: first in euros, whether there are any or not, then in other currencies.
func totals(all []movement) []total {
	currencies := []string{"EUR"}
	for _, m := range all {
		if !slices.Contains(currencies, m.money.Currency) {
			currencies = append(currencies, m.money.Currency)
		}
	}
	slices.Sort(currencies[1:])
	var out []total
	for _, currency := range currencies {
		for _, kind := range movements {
			t := total{kind: kind, currency: currency}
			for _, m := range all {
				if m.kind == kind && m.money.Currency == currency {
					t.count, t.cents = t.count+1, t.cents+m.cents
				}
			}
			if currency == "EUR" || t.count > 0 {
				out = append(out, t)
			}
		}
	}
	return out
}
