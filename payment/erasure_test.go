package payment_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/payment"
	"github.com/shopspring/decimal"
)

// Who pays each year always has a payment that must be kept, and so could never be erased. Now each payment goes when its five years are over,
// and the result names what was kept and why. The letters go too.
func TestM11WhoPaysEachYearIsErasedYearByYear(t *testing.T) {
	w := newWorld(t)
	const years = 7
	var paid []payment.Payment
	for year := range years {
		d := debt("yearly-" + string(rune('a'+year)))
		d.Debtor = "A-yearly"
		d.Notice.IssuedOn = w.clock.Now().AddDate(0, 0, -10)
		p, s, err := w.Begin(w.ctx, payment.BeginRequest{Key: key(d.ID), Debt: d})
		w.must("Begin", err)
		w.visit(s, mock.Behaviour{})
		p, err = w.Record(w.ctx, p.ID)
		w.must("Record", err)
		w.work()
		paid = append(paid, p)
		if year < years-1 {
			w.clock.Add(366 * 24 * time.Hour)
			w.work()
		}
	}
	w.clock.Add(time.Minute) // kept ones are named by creation
	d := debt("yearly-open")
	d.Debtor = "A-yearly"
	open, _, err := w.Begin(w.ctx, payment.BeginRequest{Key: key(d.ID), Debt: d})
	w.must("Begin", err)
	w.work()

	e, err := w.Erase(w.ctx, "A-yearly")
	w.must("Erase", err)
	var old []payment.ID
	var kept []payment.KeepReason
	for _, p := range paid[:2] {
		old = append(old, p.ID)
	}
	for _, k := range e.Kept {
		kept = append(kept, k.Reason)
	}
	want := append(slices.Repeat([]payment.KeepReason{payment.KeptRecent}, years-2), payment.KeptOpen)
	if !slices.Equal(e.Erased, old) || !slices.Equal(kept, want) {
		t.Errorf("erased %v and kept %v, want %v and %v", e.Erased, kept, old, want)
	}
	if err := e.Err(); !errors.Is(err, payment.ErrRetained) || !strings.Contains(err.Error(), open.Reference) || strings.Contains(err.Error(), "yearly") {
		t.Errorf("what was kept reads %v", err)
	}
	for i, p := range paid {
		if q := w.get(p.ID); (q.Debtor == "") != (i < 2) || (q.Claim == "") != (i < 2) {
			t.Errorf("payment %d has debtor %q", i, q.Debtor)
		}
	}
	w.must("Verify", w.Verify(w.ctx, nil))
	if n, err := w.mailbox.Erase(w.ctx, "A-yearly"); err != nil || n < 1 {
		t.Errorf("%d letters were erased, %v", n, err)
	}
	for range w.mailbox.Letters(w.ctx, "A-yearly") {
		t.Error("a letter is left")
	}
}

// answering is an acquirer that is asked by the payment's own id, and says what the test says.
type answering struct {
	acquirer.Client
	says acquirer.Result
}

func (a answering) Status(_ context.Context, q acquirer.Question) (acquirer.Result, error) {
	a.says.Reference, a.says.Merchant, a.says.Handle = q.Reference, q.Merchant, acquirer.Handle{Payment: q.Handle.Payment}
	return a.says, nil
}

// A message about a payment that was erased brings nothing of the person back, whatever it says: its journal verifies, and the day can be
// exported.
func TestErasedLearnsNothing(t *testing.T) {
	for name, c := range map[string]struct {
		before acquirer.Outcome
		says   acquirer.Result
		then   payment.State
	}{
		"what was known":   {acquirer.Accepted, acquirer.Result{Outcome: acquirer.Accepted}, payment.Recorded},
		"money went back":  {acquirer.Accepted, acquirer.Result{Outcome: acquirer.Accepted, Returned: decimal.New(75, 0)}, payment.Review},
		"paid after all":   {acquirer.Refused, acquirer.Result{Outcome: acquirer.Accepted}, payment.Paid},
		"refused, as then": {acquirer.Refused, acquirer.Result{Outcome: acquirer.Refused}, payment.Refused},
	} {
		t.Run(name, func(t *testing.T) {
			w, bank := newHints(t)
			p, s := w.begin("1")
			w.visit(s, mock.Behaviour{Outcome: c.before})
			bank.hint = acquirer.Result{Reference: p.Reference}
			hear := func() {
				_, _, err := w.Receive(w.ctx, acquirer.Callback{Channel: acquirer.Notify})
				w.must("Receive", err)
			}
			hear()
			p = w.at(p.ID, payment.State(c.before))
			if p.State == payment.Paid {
				_, err := w.Record(w.ctx, p.ID)
				w.must("Record", err)
			}
			w.pass(27 * time.Hour)
			c.says.Amount, c.says.Currency, c.says.MaskedPAN = p.Amount, p.Currency, "5017##########00"
			if c.before == acquirer.Accepted {
				c.says.AuthorisationID = p.Authorisation
			}
			w.clock.Add(5 * 366 * 24 * time.Hour)
			e, err := w.Erase(w.ctx, p.Debtor)
			if w.must("Erase", err); len(e.Erased) != 1 {
				t.Fatalf("erased %v, kept %v", e.Erased, e.Kept)
			}
			erased := w.get(p.ID)
			bank.Client = answering{bank.Client, c.says}
			bank.hint.Handle = acquirer.Handle{Payment: "N1"}
			hear()
			w.must("Hasten", w.store.Hasten(w.ctx, p.ID, w.clock.Now())) // and a worker asks
			w.work()
			p = w.at(p.ID, c.then)
			if !p.Handle.IsZero() || p.MaskedPAN != "" || !p.IsErased() || erased.MaskedPAN != "" {
				t.Errorf("it has a handle or a card number again: %+v, %q", p.Handle.Payment, p.MaskedPAN)
			}
			w.must("Verify", w.Verify(w.ctx, nil))
			day := w.clock.Now().Format(time.DateOnly)
			w.clock.Add(48 * time.Hour)
			w.export(day)
		})
	}
}
