package simulation

import (
	"errors"
	"fmt"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/payment"
	"github.com/shopspring/decimal"
)

// debtor owes one debt, which is claimed by one notice after the other.
type debtor struct {
	name   string
	notice int
	cents  int64
	key    int
}

func (d *debtor) debt(now time.Time) creance.Debt {
	return creance.Debt{
		ID: "D-" + d.name, Debtor: "A-" + d.name,
		Items:  []creance.Item{{Kind: creance.Franchise, Year: now.Year() - 1, Amount: decimal.New(d.cents, -2)}},
		Notice: &creance.Notice{Number: fmt.Sprintf("N-%s-%d", d.name, d.notice), Channel: creance.Electronic, IssuedOn: now.AddDate(0, 0, -10)},
	}
}

// codes are how a visit to the payment page may end.
var codes = []string{"00", "00", "00", "00", "00", "05", "51", "17", "97", "60", "60", "90", "99", "Z1"}

// pays is a payer who begins, and what follows from it.
func (w *world) pays(d *debtor) {
	if w.dice.IntN(3) > 0 {
		d.key++
	}
	request := payment.BeginRequest{Key: fmt.Sprint(d.key), Debt: d.debt(w.clock())}
	_, session, err := w.any().Begin(w.ctx, request)
	if w.dice.IntN(5) == 0 { // a double click
		_, second, serr := w.any().Begin(w.ctx, request)
		if serr == nil && !second.IsZero() {
			session, err = second, nil
		}
	}
	if err != nil || session.IsZero() {
		return
	}
	w.trips++
	b := w.banks[w.merchant]
	code := codes[w.dice.IntN(len(codes))]
	behaviour := mock.Behaviour{Code: code, Abandon: w.dice.IntN(3) == 0}
	for range w.dice.IntN(3) {
		behaviour.Faults = append(behaviour.Faults, []mock.Fault{mock.Lost, mock.Doubled, mock.Late, mock.Reordered, mock.Tampered, mock.Forged, mock.Unsealed}[w.dice.IntN(7)])
	}
	if w.dice.IntN(6) == 0 {
		return // nobody goes there
	}
	w.after(w.upTo(50*time.Minute), func() {
		back, err := b.mock.Visit(session, behaviour)
		if errors.Is(err, mock.ErrNoReturn) || err != nil {
			return
		}
		w.returns(back)
	})
	if code == "60" || code == "Z1" {
		w.after(time.Hour+w.upTo(70*time.Hour), func() {
			for reference, t := range b.book() {
				if t.pending {
					final := []string{"00", "05"}[w.roll("decide", reference, 0)%2]
					b.mock.Decide(reference, mock.Behaviour{Code: final})
				}
			}
		})
	}
}

// returns brings a browser back: soon, never, twice, or again after days.
func (w *world) returns(back acquirer.Callback) {
	back.Channel = acquirer.Return
	if w.dice.IntN(6) > 0 {
		w.after(w.upTo(3*time.Minute), func() { w.any().Receive(w.ctx, mock.Spoil(back)) })
	}
	if w.dice.IntN(8) == 0 {
		w.after(w.upTo(5*24*time.Hour), func() { w.any().Receive(w.ctx, mock.Spoil(back)) })
	}
}

// post carries a notification: soon, late, not at all, or twice.
func (w *world) post(cb acquirer.Callback) {
	switch w.dice.IntN(10) {
	case 0, 1:
		return
	case 2:
		w.after(w.upTo(48*time.Hour), func() { w.any().Receive(w.ctx, mock.Spoil(cb)) })
	case 3:
		w.after(w.upTo(10*24*time.Hour), func() { w.any().Receive(w.ctx, mock.Spoil(cb)) })
		fallthrough
	default:
		w.after(w.upTo(2*time.Minute), func() { w.any().Receive(w.ctx, mock.Spoil(cb)) })
	}
}

// act is something that somebody does to a payment.
func (w *world) act(p payment.Payment, b *bank) {
	svc := w.any()
	c := payment.Command{ID: p.ID, Version: p.Version, By: "clerk", Why: "simulation"}
	switch w.dice.IntN(20) {
	case 0, 1, 2, 3, 4:
		if p.State == payment.Paid {
			svc.Record(w.ctx, p.ID)
		}
	case 5:
		svc.Refund(w.ctx, c)
	case 6:
		svc.Question(w.ctx, c)
	case 7, 8:
		svc.Reconcile(w.ctx, p.ID)
	case 9: // the bank's own desk gives back a part
		w.desk(p, b, p.Amount.Div(decimal.New(int64(2+w.dice.IntN(3)), 0)).Truncate(2))
	case 10:
		w.desk(p, b, p.Amount)
	case 11: // a chargeback, which may be won back
		w.chargeBack(p, b)
	case 12:
		if cb, err := b.mock.Notification(p.Reference); err == nil {
			w.post(cb)
		}
	case 13:
		svc.Restart(w.ctx, p.ID)
	default:
		if p.State == payment.Review {
			w.resolve(svc, c, b)
		}
	}
}

func (w *world) desk(p payment.Payment, b *bank, amount decimal.Decimal) {
	if !b.tellsReturns() {
		return
	}
	w.acts++
	m := acquirer.Modification{
		Reference: p.Reference, Merchant: p.Merchant, Handle: p.Handle, Amount: amount, Currency: "EUR", Key: fmt.Sprint("desk", w.acts),
	}
	if b.takenBack(p.Reference).Sign() > 0 {
		return
	}
	if _, err := b.mock.Cancel(w.ctx, m); err != nil {
		b.mock.Refund(w.ctx, m)
	}
}

// tellsReturns reports whether the bank's answers say what has gone back.
func (b *bank) tellsReturns() bool {
	_, ok := b.client().(acquirer.Refunder)
	return ok
}

func (w *world) chargeBack(p payment.Payment, b *bank) {
	left := b.book()[p.Reference].left()
	if left <= 0 || !b.tellsReturns() {
		return
	}
	b.mu.Lock()
	b.chargedBack[p.Reference] = decimal.New(left, -2)
	b.mu.Unlock()
	if w.dice.IntN(2) == 0 {
		w.after(24*time.Hour+w.upTo(96*time.Hour), func() {
			b.mu.Lock()
			delete(b.chargedBack, p.Reference)
			b.mu.Unlock()
		})
	}
}

// resolve is a clerk's verdict: by what the bank's own screen says, and one time in eight whatever comes to mind.
func (w *world) resolve(svc *process, c payment.Command, b *bank) {
	p, err := svc.Get(w.ctx, c.ID)
	if err != nil {
		return
	}
	t := b.book()[p.Reference]
	verdicts := []payment.Verdict{payment.VerdictKeep, payment.VerdictGiveBack, payment.VerdictWasReturned, payment.VerdictNoMoney}
	right := verdicts[3:]
	switch {
	case t.left() > 0:
		right = verdicts[:2]
	case t.taken > 0:
		right = verdicts[2:3]
	}
	v := right[w.dice.IntN(len(right))]
	if w.dice.IntN(8) == 0 {
		v = verdicts[w.dice.IntN(4)]
	}
	if _, err := svc.Resolve(w.ctx, payment.Resolution{Command: c, Verdict: v}); err != nil {
		return
	}
	// Money that no bank has seen; and a bank that says nothing of what went back.
	if t.taken == 0 && v != payment.VerdictNoMoney || v == payment.VerdictWasReturned && !b.tellsReturns() {
		w.imagined[c.ID] = true
	}
}
