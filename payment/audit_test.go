package payment_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/audit"
	"github.com/shopspring/decimal"
)

// tampered is a store that yields something else than it holds.
type tampered struct {
	payment.Store
	row   func(payment.Payment) payment.Payment
	lines func([]payment.Entry) []payment.Entry
	hide  payment.ID

	orphans func([]payment.Orphan) []payment.Orphan
}

func (s *tampered) Orphans(ctx context.Context) iter.Seq2[payment.Orphan, error] {
	return func(yield func(payment.Orphan, error) bool) {
		var all []payment.Orphan
		for o, err := range s.Store.Orphans(ctx) {
			if err != nil {
				yield(o, err)
				return
			}
			all = append(all, o)
		}
		if s.orphans != nil {
			all = s.orphans(all)
		}
		for _, o := range all {
			if !yield(o, nil) {
				return
			}
		}
	}
}

func (s *tampered) List(ctx context.Context, f payment.Filter) iter.Seq2[payment.Payment, error] {
	return func(yield func(payment.Payment, error) bool) {
		for p, err := range s.Store.List(ctx, f) {
			if err == nil && p.ID == s.hide {
				continue
			}
			if s.row != nil {
				p = s.row(p)
			}
			if !yield(p, err) {
				return
			}
		}
	}
}

func (s *tampered) Find(ctx context.Context, l payment.Lookup) (payment.Payment, error) {
	p, err := s.Store.Find(ctx, l)
	if s.row != nil {
		p = s.row(p)
	}
	return p, err
}

func (s *tampered) Journal(ctx context.Context, ids ...payment.ID) iter.Seq2[payment.Entry, error] {
	return func(yield func(payment.Entry, error) bool) {
		for _, id := range ids {
			var all []payment.Entry
			for e, err := range s.Store.Journal(ctx, id) {
				if err != nil {
					yield(e, err)
					return
				}
				all = append(all, e)
			}
			if s.lines != nil {
				all = s.lines(all)
			}
			for _, e := range all {
				if !yield(e, nil) {
					return
				}
			}
		}
	}
}

// Any entry that was edited, dropped, swapped or inserted is found, and any row.
func TestVerifyFindsAlterations(t *testing.T) {
	edit := func(i int, f func(*payment.Entry)) func([]payment.Entry) []payment.Entry {
		return func(all []payment.Entry) []payment.Entry { f(&all[i]); return all }
	}
	for name, c := range map[string]tampered{
		"an entry edited: time":        {lines: edit(1, func(e *payment.Entry) { e.At = e.At.Add(time.Second) })},
		"an entry edited: event":       {lines: edit(2, func(e *payment.Entry) { e.Event = payment.OnRefused })},
		"an entry edited: target":      {lines: edit(2, func(e *payment.Entry) { e.To = payment.Refused })},
		"an entry edited: who":         {lines: edit(3, func(e *payment.Entry) { e.By = "somebody else" })},
		"an entry edited: why":         {lines: edit(3, func(e *payment.Entry) { e.Why = "another reason" })},
		"an entry edited: fingerprint": {lines: edit(2, func(e *payment.Entry) { e.Fingerprint = "00" })},
		"an entry edited: channel":     {lines: edit(2, func(e *payment.Entry) { e.Channel = acquirer.Query })},
		"an entry edited: amount":      {lines: edit(2, func(e *payment.Entry) { e.Money.Amount = decimal.New(1, -2) })},
		"an entry edited: money back":  {lines: edit(2, func(e *payment.Entry) { e.Money.Returned = decimal.New(1, -2) })},
		"an entry edited: currency":    {lines: edit(2, func(e *payment.Entry) { e.Money.Currency = "USD" })},
		"an entry edited: merchant":    {lines: edit(2, func(e *payment.Entry) { e.Money.Merchant = "1" })},
		"an entry edited: authority":   {lines: edit(2, func(e *payment.Entry) { e.Money.Authorisation = "000000" })},
		"an entry edited: no money":    {lines: edit(2, func(e *payment.Entry) { e.Money = payment.Money{} })},
		"an entry edited: new money":   {lines: edit(1, func(e *payment.Entry) { e.Money.Amount = decimal.New(1, -2) })},
		"the first dropped":            {lines: func(all []payment.Entry) []payment.Entry { return all[1:] }},
		"one dropped in the middle":    {lines: func(all []payment.Entry) []payment.Entry { return slices.Delete(all, 1, 2) }},
		"the last dropped":             {lines: func(all []payment.Entry) []payment.Entry { return all[:len(all)-1] }},
		"all dropped":                  {lines: func(all []payment.Entry) []payment.Entry { return nil }},
		"two swapped":                  {lines: func(all []payment.Entry) []payment.Entry { all[1], all[2] = all[2], all[1]; return all }},
		"one inserted":                 {lines: func(all []payment.Entry) []payment.Entry { return slices.Insert(all, 2, all[1]) }},
		"one added":                    {lines: func(all []payment.Entry) []payment.Entry { return append(all, all[len(all)-1]) }},
		"the row's state":              {row: func(p payment.Payment) payment.Payment { p.State = payment.Recorded; return p }},
		"the row's amount":             {row: func(p payment.Payment) payment.Payment { p.Amount = decimal.New(1, -2); return p }},
		"the row's debtor":             {row: func(p payment.Payment) payment.Payment { p.Debtor = "another"; return p }},
		"the row's authorisation":      {row: func(p payment.Payment) payment.Payment { p.Authorisation = "000000"; return p }},
		"the row's version":            {row: func(p payment.Payment) payment.Payment { p.Version++; return p }},
		"the row's time":               {row: func(p payment.Payment) payment.Payment { p.PaidAt = p.PaidAt.Add(time.Hour); return p }},
	} {
		t.Run(name, func(t *testing.T) {
			s := &tampered{}
			w := newWorld(t, func(cfg *payment.Config) { s.Store = cfg.Store; cfg.Store = s })
			p := w.ended("1", acquirer.Accepted)
			w.refund(p)
			w.must("Verify", w.Verify(w.ctx, nil))
			today := w.clock.Now().In(paris(t)).Format(time.DateOnly)
			w.clock.Add(48 * time.Hour)
			s.row, s.lines = c.row, c.lines
			if err := w.Verify(w.ctx, nil); !errors.Is(err, payment.ErrAltered) {
				t.Errorf("error %v", err)
			}
			var b bytes.Buffer // no account is given of it either
			if _, err := w.Export(w.ctx, today, &b); !errors.Is(err, payment.ErrAltered) || b.Len() > 0 {
				t.Errorf("exported: error %v, %d bytes", err, b.Len())
			}
		})
	}
}

// With seals kept outside, a deleted payment is found, and so is one that was rewritten whole.
func TestSeals(t *testing.T) {
	s := &tampered{}
	w := newWorld(t, func(c *payment.Config) { s.Store = c.Store; c.Store = s })
	var seals []audit.Seal
	var last payment.Payment
	for day := range 4 {
		last = w.ended(fmt.Sprint("d", day), acquirer.Accepted)
		w.ended(fmt.Sprint("e", day), acquirer.Refused)
		today := w.clock.Now().Format(time.DateOnly)
		var b bytes.Buffer
		if _, err := w.Export(w.ctx, today, &b); !errors.Is(err, payment.ErrInvalid) || b.Len() > 0 {
			t.Fatalf("a day that is not over was exported: %v", err)
		}
		w.pass(24 * time.Hour)
		seal, err := w.Export(w.ctx, today, &b)
		w.must("Export", err)
		again := bytes.Buffer{}
		if other, err := w.Export(w.ctx, today, &again); err != nil || other != seal || again.String() != b.String() {
			t.Error("the same day twice gives other bytes")
		}
		if !strings.Contains(b.String()[strings.LastIndex(b.String(), "\nseal;"):], fmt.Sprintf("%x", seal)) {
			t.Errorf("the last line is not the seal: %s", b.String())
		}
		seals = append(seals, seal)
	}
	w.must("Verify", w.Verify(w.ctx, slices.Values(seals)))
	w.must("Verify some", w.Verify(w.ctx, slices.Values(seals[1:3])))
	none, err := w.Export(w.ctx, "2017-09-10", io.Discard)
	w.must("Export of a day before the first payment", err)
	w.must("Verify with its seal", w.Verify(w.ctx, slices.Values(append([]audit.Seal{none}, seals...))))
	if err := w.Verify(w.ctx, slices.Values([]audit.Seal{seals[1], seals[0]})); !errors.Is(err, payment.ErrAltered) {
		t.Errorf("in another order: %v", err)
	}
	s.hide = last.ID
	w.must("without seals a deletion is not seen; Verify", w.Verify(w.ctx, nil))
	if err := w.Verify(w.ctx, slices.Values(seals)); !errors.Is(err, payment.ErrAltered) {
		t.Errorf("a deleted payment: %v", err)
	}
	_, err = w.Export(w.ctx, last.CreatedAt.Format(time.DateOnly), io.Discard)
	if !errors.Is(err, payment.ErrAltered) || !strings.Contains(err.Error(), string(last.ID)) {
		t.Errorf("the export of the day on which a deleted payment moved: %v, want ErrAltered and %s", err, last.ID)
	}
}

// Days that were exported while the clock was ahead were called altered when it was right again. Their seals verify, whatever the clock says,
// and find what is deleted all the same.
func TestSealsOfDaysToCome(t *testing.T) {
	s := &tampered{}
	w := newWorld(t, func(c *payment.Config) { s.Store = c.Store; c.Store = s })
	p := w.ended("1", acquirer.Accepted)
	var seals []audit.Seal
	w.clock.Add(49 * time.Hour)
	for _, day := range []string{"2017-09-11", "2017-09-12"} {
		seal, err := w.Export(w.ctx, day, io.Discard)
		w.must("Export", err)
		seals = append(seals, seal)
	}
	for _, back := range []time.Duration{0, 24 * time.Hour, 24 * time.Hour, 365 * 24 * time.Hour} {
		w.clock.Add(-back)
		w.must("Verify", w.Verify(w.ctx, slices.Values(seals)))
	}
	s.hide = p.ID
	if err := w.Verify(w.ctx, slices.Values(seals)); !errors.Is(err, payment.ErrAltered) {
		t.Errorf("a deleted payment: %v", err)
	}
}

// An orphan is the only trace of its money: seals kept outside also show that one was taken away or changed.
func TestSealsHoldOrphans(t *testing.T) {
	s := &tampered{}
	w := newWorld(t, func(c *payment.Config) { s.Store = c.Store; c.Store = s })
	p := w.ended("1", acquirer.Accepted)
	_, _, err := w.try(p, acquirer.Result{Reference: "PCLCB172540009999", Outcome: acquirer.Accepted, AuthorisationID: "000009"})
	if !errors.Is(err, payment.ErrNotFound) {
		t.Fatal(err)
	}
	w.pass(24 * time.Hour)
	seal, err := w.Export(w.ctx, "2017-09-11", io.Discard)
	w.must("Export", err)
	seals := slices.Values([]audit.Seal{seal})
	w.must("Verify", w.Verify(w.ctx, seals))
	for name, c := range map[string]func([]payment.Orphan) []payment.Orphan{
		"deleted": func([]payment.Orphan) []payment.Orphan { return nil },
		"amount":  func(all []payment.Orphan) []payment.Orphan { all[0].Result.Amount = decimal.New(1, -2); return all },
		"instant": func(all []payment.Orphan) []payment.Orphan { all[0].At = all[0].At.Add(time.Second); return all },
		"doubled": func(all []payment.Orphan) []payment.Orphan { return append(all, all[0]) },
	} {
		s.orphans = c
		if err := w.Verify(w.ctx, seals); !errors.Is(err, payment.ErrAltered) {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

func TestErase(t *testing.T) {
	w := newWorld(t)
	p := w.ended("1", acquirer.Accepted)
	_, err := w.Record(w.ctx, p.ID)
	w.must("Record", err)
	w.work()
	if e, err := w.Erase(w.ctx, p.Debtor); err != nil || len(e.Erased) > 0 || !errors.Is(e.Err(), payment.ErrRetained) {
		t.Errorf("a young payment: %v %v", e, err)
	}
	w.pass(27 * time.Hour)
	var before, after bytes.Buffer
	seal, err := w.Export(w.ctx, "2017-09-11", &before)
	w.must("Export", err)
	w.clock.Add(5 * 366 * 24 * time.Hour)
	e, err := w.Erase(w.ctx, p.Debtor)
	if len(e.Erased) != 1 || e.Err() != nil || err != nil {
		t.Fatalf("%v %v", e, err)
	}
	q := w.get(p.ID)
	if q.Debtor != "" || q.Debt != "" || q.Notice != "" || q.Key != "" || q.Claim != "" || q.MaskedPAN != "" {
		t.Errorf("something personal is left: %+v", q.LogValue())
	}
	w.must("Verify", w.Verify(w.ctx, slices.Values([]audit.Seal{seal})))
	again, err := w.Export(w.ctx, "2017-09-11", &after)
	if err != nil || again != seal {
		t.Errorf("the seal changed: %v", err)
	}
	if _, err := w.Erase(w.ctx, ""); !errors.Is(err, payment.ErrInvalid) {
		t.Errorf("nobody: %v", err)
	}
}

// A payment that changed, or was erased, while Verify read it was reported as altered.
func TestChangedDuringVerify(t *testing.T) {
	for name, change := range map[string]func(*world, payment.Payment) error{
		"erased": func(w *world, p payment.Payment) error { _, err := w.Erase(w.ctx, p.Debtor); return err },
		"moved on": func(w *world, p payment.Payment) error {
			_, err := w.Question(w.ctx, payment.Command{ID: p.ID, Version: p.Version, By: "clerk", Why: "a chargeback"})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := &tampered{}
			w := newWorld(t, func(c *payment.Config) { s.Store = c.Store; c.Store = s })
			p, err := w.Record(w.ctx, w.ended("1", acquirer.Accepted).ID)
			w.must("Record", err)
			w.work()
			w.clock.Add(6 * 366 * 24 * time.Hour)
			n := 0
			s.row = func(q payment.Payment) payment.Payment { // it was read, and its journal is read next
				if n++; n == 1 {
					w.must(name, change(w, p))
				}
				return q
			}
			w.must("Verify", w.Verify(w.ctx, nil))
		})
	}
}

// Secrets and persons must not be printed by any verb.
func TestNothingPersonalIsPrinted(t *testing.T) {
	var log bytes.Buffer
	w := newWorld(t, func(c *payment.Config) { c.Logger = textLogger(&log) })
	p, s := w.begin("secret-debt")
	w.visit(s, mock.Behaviour{})
	p = w.get(p.ID)
	w.pass(2 * time.Hour)
	out := log.String() + fmt.Sprintf("%v %+v %#v %s %d %v %+v %#v", p, p, p, p, p, s, s, s)
	for _, secret := range []string{p.Debtor, p.Key, p.Debt, p.Notice, p.MaskedPAN, s.Fields.Get("token")} {
		if secret == "" || strings.Contains(out, secret) {
			t.Errorf("%q is printed: %s", secret, out)
		}
	}
	if !strings.Contains(out, p.Reference) {
		t.Error("not even the reference is printed")
	}
}
