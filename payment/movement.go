package payment

import (
	"cmp"
	"slices"
	"time"

	"github.com/shopspring/decimal"
)

// MovementKind is what a movement is to the accounting officer. The strings are stored in exports and frozen.
type MovementKind string

const (
	MovementAccepted MovementKind = "accepted" // money came in
	MovementReturned MovementKind = "returned" // money went back
	MovementReview   MovementKind = "review"   // a clerk must look; no money moved by that
	MovementOrphan   MovementKind = "orphan"   // money came in that belongs to no payment
)

// MovementKinds returns all kinds, in the order of their totals.
func MovementKinds() []MovementKind {
	return []MovementKind{MovementAccepted, MovementReturned, MovementReview, MovementOrphan}
}

// Movement is money that moved, or a payment that a clerk must look at: a line of the accounts. See package audit.
type Movement struct {
	Kind    MovementKind
	At      time.Time // when it was learned
	Payment Payment   // as it is now; of an orphan only the Reference
	Version int       // of the entry; zero of an orphan
	Money   Money     // its Amount is what moved
}

// Movements returns the movements of a payment, in the order of its journal. They are gross: what came in and what went back are
// movements of their own. The journal must verify ([VerifyJournal]).
func Movements(p Payment, journal []Entry) (out []Movement) {
	var l ledger
	for _, e := range journal {
		out = append(out, l.movementsOf(p, e)...)
	}
	return out
}

// taking is money that came in under one authorisation, and what has gone back of it.
type taking struct {
	money       Money
	back        decimal.Decimal
	byAcquirer  decimal.Decimal // of what is back, what the acquirer said itself
	keptByClerk bool            // a clerk chose Keep; no message of the acquirer has confirmed this money
	keptAgain   bool            // a clerk chose Keep after all had gone back
	confirmed   bool            // after keptAgain the acquirer has said that not all is back: its later messages are about this money
}

// notReturned is the amount that has not gone back.
func (t taking) notReturned() decimal.Decimal { return t.money.Amount.Sub(t.back) }

// withoutReturn is the amount of which the acquirer has not said that it went back.
func (t taking) withoutReturn() decimal.Decimal { return t.money.Amount.Sub(t.byAcquirer) }

// isSameMoney reports whether m is about this money. Where either has no authorisation, the amount, the currency and the merchant
// decide.
func (t taking) isSameMoney(m Money) bool {
	a, b := t.money.Authorisation, m.Authorisation
	same := t.money.Amount.Equal(m.Amount) && t.money.Currency == m.Currency && t.money.Merchant == m.Merchant
	return same && (a == b || a == "" || b == "")
}

// ledger adds up the money of one payment, entry by entry. Money that two messages tell of came in once.
type ledger []taking

// attribute returns the index of the taking that a message is about; −1 if there is none. After a clerk has kept money that had gone back, a
// message which says that less went back is about the money that was kept, and confirms it.
func (l ledger) attribute(m Money) int {
	found := slices.IndexFunc(l, func(known taking) bool { return known.isSameMoney(m) })
	if found < 0 {
		return found
	}
	back := l[found].back
	for i, known := range l {
		if known.keptAgain && known.isSameMoney(m) && (known.confirmed || m.Returned.LessThan(back)) {
			l[i].confirmed, found = true, i
		}
	}
	return found
}

// isStillHere reports whether a part of the money that a message told of has not gone back.
func (l ledger) isStillHere(m Money) bool {
	return slices.ContainsFunc(l, func(known taking) bool { return known.isSameMoney(m) && known.notReturned().Sign() > 0 })
}

// recordMessage books what a message says of money, and returns what moved since the message before it.
func (l *ledger) recordMessage(m Money, kind MovementKind) (out []Movement) {
	i := l.attribute(m)
	if i < 0 {
		in := m
		in.Returned = decimal.Decimal{}
		out = append(out, Movement{Kind: kind, Money: in})
		i, *l = len(*l), append(*l, taking{money: in})
	}
	known := &(*l)[i]
	known.keptByClerk = false
	known.money.Authorisation = cmp.Or(known.money.Authorisation, m.Authorisation)
	if more := m.Returned.Sub(known.back); more.Sign() > 0 {
		out = append(out, known.returnAmount(more))
	}
	known.byAcquirer = decimal.Max(known.byAcquirer, m.Returned)
	return out
}

// returnAmount counts an amount as gone back.
func (t *taking) returnAmount(amount decimal.Decimal) Movement {
	m := t.money
	m.Amount, t.back = amount, t.back.Add(amount)
	return Movement{Kind: MovementReturned, Money: m}
}

// recordCameAgain books an answer which says that less has gone back than the ledger has: the difference came in again.
func (l *ledger) recordCameAgain(m Money) (out []Movement) {
	i := l.attribute(m)
	if i < 0 {
		return nil
	}
	known := &(*l)[i]
	known.keptByClerk = false // the acquirer's word stands behind it now
	known.money.Authorisation = cmp.Or(known.money.Authorisation, m.Authorisation)
	again := known.back.Sub(m.Returned)
	if again.Sign() <= 0 {
		return nil
	}
	known.back, known.byAcquirer = m.Returned, m.Returned
	in := known.money
	in.Amount = again
	return []Movement{{Kind: MovementAccepted, Money: in}}
}

// returnKept books as gone back the money that only a clerk's Keep has brought in.
func (l ledger) returnKept() (out []Movement) {
	for i := range l {
		if left := l[i].notReturned(); l[i].keptByClerk && left.Sign() > 0 {
			out = append(out, l[i].returnAmount(left))
		}
	}
	return out
}

func orderedMoney(p Payment) Money {
	return Money{Amount: p.Amount, Currency: p.Currency, Merchant: p.Merchant}
}

// latestMoney is the money that the payment speaks of when an entry does not say: what came in last, else what was ordered.
func (l ledger) latestMoney(p Payment) Money {
	if len(l) == 0 {
		return orderedMoney(p)
	}
	return l[len(l)-1].money
}

// takeOrdered books the amount that was ordered as come in.
func (l *ledger) takeOrdered(p Payment) Movement {
	ordered := orderedMoney(p)
	*l = append(*l, taking{money: ordered})
	return Movement{Kind: MovementAccepted, Money: ordered}
}

// recordWithoutMessage books an entry that has no Money: a clerk's verdict, or an entry of a version that did not store Money. The
// amount is then the one that was ordered. Money that a clerk keeps has come in; money that is said to be back has gone. A clerk's
// NoMoney takes away nothing that the acquirer has sealed.
func (l *ledger) recordWithoutMessage(p Payment, on EventKind) (out []Movement) {
	back := on == OnReturned || on == OnWasReturned
	in := back || on == OnAccepted || on == OnAcceptedToo || on == OnMismatched
	left := slices.ContainsFunc(*l, func(known taking) bool { return known.notReturned().Sign() > 0 })
	if in && len(*l) == 0 || on == OnKept && !left {
		known := len(*l) > 0
		out = append(out, l.takeOrdered(p))
		kept := &(*l)[len(*l)-1]
		kept.keptByClerk, kept.keptAgain = on == OnKept, on == OnKept && known
	}
	for i := range *l {
		if left := (*l)[i].notReturned(); back && left.Sign() > 0 {
			out = append(out, (*l)[i].returnAmount(left))
		}
		if on == OnReturned {
			(*l)[i].byAcquirer = (*l)[i].back
		}
	}
	return out
}

// movementsOf returns the movements that an entry makes; there can be several. Money that a message tells of counts whatever its
// effect on the payment, also when it contradicts what is known. When the payment's whole amount is back, what a clerk kept on top
// of it is back too.
func (l *ledger) movementsOf(p Payment, e Entry) (out []Movement) {
	switch {
	case e.Event == OnNotReturned && !e.Money.isNone():
		out = l.recordCameAgain(e.Money)
	case !e.Money.isNone():
		out = l.recordMessage(e.Money, MovementAccepted)
		switch {
		case e.Effect != EffectChanged:
		case e.Event == OnReturned:
			out = append(out, l.returnKept()...)
		case e.Event == OnAccepted || e.Event == OnAcceptedToo: // the row follows it from now on, also in that less is back
			out = append(out, l.recordCameAgain(e.Money)...)
		}
	case e.Effect == EffectChanged || e.Effect == EffectNoted:
		out = l.recordWithoutMessage(p, e.Event)
	}
	if e.Effect == EffectChanged && e.To == Review {
		m := e.Money
		if m.isNone() {
			m = l.latestMoney(p)
		}
		out = append(out, Movement{Kind: MovementReview, Money: m})
	}
	for i := range out {
		out[i].At, out[i].Version, out[i].Payment = e.At, e.Version, p
	}
	return out
}

// OrphanMovements returns the movements of all orphans, which are given by time. Several orphans may be about one transaction.
func OrphanMovements(all []Orphan) (out []Movement) {
	known := map[[2]string]*ledger{}
	for _, o := range all {
		of := [2]string{o.Result.Reference, o.Result.OrderID}
		if known[of] == nil {
			known[of] = new(ledger)
		}
		for _, m := range known[of].recordMessage(moneyOf(&o.Result), MovementOrphan) {
			m.At, m.Payment = o.At, Payment{Reference: o.Result.Reference}
			out = append(out, m)
		}
	}
	return out
}
