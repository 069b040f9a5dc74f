// Package storetest is the conformance suite that every [payment.Store] passes, also yours. One call is enough:
//
//	func TestStore(t *testing.T) {
//		storetest.Run(t, func(t *testing.T) payment.Store { return payment.NewMemoryStore() })
//	}
//
// Each case opens a store of its own, and says when it fails what a payment would lose by it. Run it with -race: many cases use a
// store from several goroutines. A store that outlives its process is tried with [RunReopened] instead, which finds one that keeps
// nothing. A case that does not end is a failure, not a test that hangs.
//
// [Cases] gives the same cases without a *testing.T, for another test framework, or for a test which proves that the suite
// finds what it should.
//
// Next: package sqlstore is a store to compare with, package paymenttest tests what a host builds on one.
package storetest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"iter"
	"net/url"
	"reflect"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/payment"
	"github.com/shopspring/decimal"
)

// Case is one promise put to the test.
type Case struct {
	Name    string
	Promise string // what is promised, and what a payment would lose without it

	run func(*trial)
}

// Reopen opens anew what a store has kept, as the next process does. Nil: the store ends with its process.
type Reopen func() (payment.Store, error)

// SkipError says that a case needs what it was not given. It is not a failure.
type SkipError struct{ What string }

// Error names what is missing.
func (e *SkipError) Error() string { return "skipped: no " + e.What }

// Run runs every case against the stores that open returns; each must be empty.
func Run(t *testing.T, open func(t *testing.T) payment.Store) {
	RunReopened(t, func(t *testing.T) (payment.Store, Reopen) { return open(t), nil })
}

// RunReopened is [Run] for stores that outlive their process.
func RunReopened(t *testing.T, open func(t *testing.T) (payment.Store, Reopen)) {
	for _, c := range Cases() {
		t.Run(c.Name, func(t *testing.T) {
			s, reopen := open(t)
			err := c.Check(t.Context(), s, reopen)
			if skip := (*SkipError)(nil); errors.As(err, &skip) {
				t.Skip(skip.Error())
			}
			if err != nil {
				t.Errorf("%v\nThe promise: %s", err, c.Promise)
			}
		})
	}
}

// caseTimeout ends a case whose store hangs. It is no measure of speed.
const caseTimeout = 3 * time.Minute

// Check runs the case on an empty store that nobody else uses. A nil error says that the promise was kept, a *SkipError that it could not
// be tried. A store that panics has broken it; so has one that does not return, even where its context has ended.
func (c Case) Check(ctx context.Context, s payment.Store, reopen Reopen) error {
	return c.checkWithin(ctx, caseTimeout, s, reopen)
}

func (c Case) checkWithin(ctx context.Context, patience time.Duration, s payment.Store, reopen Reopen) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	done := make(chan error, 1)
	go func() {
		t := &trial{Store: s, ctx: ctx, reopen: reopen}
		done <- errors.Join(catchFailure(func() { c.run(t) }), t.notedFailures())
	}()
	select {
	case err := <-done:
		if ctx.Err() != nil {
			err = endedLate(err, patience)
		}
		return err
	case <-ctx.Done():
		select {
		case err := <-done: // the store has noticed that the time is over
			return endedLate(err, patience)
		case <-time.After(patience/10 + time.Second):
			return fmt.Errorf("the store does not return, %w", context.Cause(ctx))
		}
	}
}

// endedLate says of a case's failure that its time was over.
func endedLate(err error, patience time.Duration) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("the case was ended after %v, since the store hangs, reads all that it holds at each call, or waits for a disk at each commit: %w", patience, err)
}

// catchFailure runs f and returns how it ended: nil, the failure with which it ended the case, or its panic.
func catchFailure(f func()) (err error) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case failure:
			err = r.error
		default:
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	f()
	return nil
}

// failure is the panic by which a helper ends a case.
type failure struct{ error }

// trial is what a case works with. Its helpers end the case when the store breaks the promise.
type trial struct {
	payment.Store
	ctx    context.Context
	reopen Reopen
	n      int // payments so far

	mu     sync.Mutex
	failed []error // by goroutines that cannot end the case
}

// Fatalf ends the case.
func (*trial) Fatalf(format string, a ...any) { panic(failure{fmt.Errorf(format, a...)}) }

// Fatal ends the case.
func (*trial) Fatal(a ...any) { panic(failure{errors.New(fmt.Sprint(a...))}) }

// Errorf notes a failure, from any goroutine.
func (b *trial) Errorf(format string, a ...any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.failed = append(b.failed, fmt.Errorf(format, a...))
}

// notedFailures returns the failures that Errorf has noted, three at most.
func (b *trial) notedFailures() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.failed) > 3 { // the first say enough
		return errors.Join(b.failed[:3]...)
	}
	return errors.Join(b.failed...)
}

// start is when the payments of the suite are created.
var start = time.Date(2026, 3, 2, 10, 30, 0, 123456000, time.UTC)

// merchant is paid by the payments of the suite, and ownMerchant is a process that serves it.
const merchant = "201000005940002"

var ownMerchant = payment.Serving{Merchants: []string{merchant}}

// draft is a payment that is not stored yet, and its first entry.
type draft struct {
	p payment.Payment
	e payment.Entry
}

// newPayment returns a payment that shares no field with another one, and its first entry. Nothing is stored.
func (b *trial) newPayment() (payment.Payment, payment.Entry) {
	b.n++
	id := fmt.Sprintf("%026d", b.n)
	p := payment.Payment{
		ID: payment.ID(id), Version: 1, State: payment.Created,
		Reference: fmt.Sprintf("PCLCB26061%07d", b.n), Merchant: merchant,
		Claim: fmt.Sprintf("D-%d/N-%d", b.n, b.n), Debt: fmt.Sprintf("D-%d", b.n), Notice: fmt.Sprintf("N-%d", b.n),
		Debtor: fmt.Sprintf("A-%d", b.n), Key: fmt.Sprintf("K-%d", b.n), Policy: "ameli@0123456789abcdef", Language: "fr",
		Amount: decimal.New(50_00+int64(b.n), -2), Currency: "EUR",
		CreatedAt: start.Add(time.Duration(b.n) * time.Second), Head: [32]byte{byte(b.n), 1},
	}
	p.AttentionAt = p.CreatedAt.Add(2 * time.Minute)
	return p, payment.Entry{
		Payment: p.ID, Version: 1, Event: payment.OnCreated, Effect: payment.EffectChanged, To: payment.Created, At: p.CreatedAt,
		Why: p.Policy, Hash: p.Head, Row: [32]byte{2}, Personal: [32]byte{3}, Salt: [16]byte{4},
	}
}

// addPayment stores a new payment, after with has changed it.
func (b *trial) addPayment(with ...func(*payment.Payment)) payment.Payment {
	p, e := b.newPayment()
	for _, f := range with {
		f(&p)
	}
	b.must("Create", b.Create(b.ctx, p, e))
	return p
}

// tryMove commits p in another state, and returns what was committed and the store's error.
func (b *trial) tryMove(p payment.Payment, to payment.State, with ...func(*payment.Payment)) (payment.Payment, error) {
	e := payment.Entry{
		Payment: p.ID, Version: p.Version + 1, Event: payment.OnAccepted, Effect: payment.EffectChanged, From: p.State, To: to,
		At: p.CreatedAt.Add(time.Duration(p.Version) * time.Minute), Channel: acquirer.Notify, Fingerprint: "ab12", By: "Zoé O'Hara", Why: "« oui » \\ \" %_",
		Previous: p.Head, Row: [32]byte{5}, Personal: [32]byte{6}, Salt: [16]byte{7},
	}
	rand.Read(e.Hash[:]) // no two commits are alike
	p.Version, p.State, p.Head = p.Version+1, to, e.Hash
	for _, f := range with {
		f(&p)
	}
	return p, b.Commit(b.ctx, p, e)
}

// mustMove is tryMove, and fails on an error.
func (b *trial) mustMove(p payment.Payment, to payment.State, with ...func(*payment.Payment)) payment.Payment {
	q, err := b.tryMove(p, to, with...)
	b.must("Commit", err)
	return q
}

// must fails on an error.
func (b *trial) must(what string, err error) {
	if err != nil {
		b.Fatalf("%s: %v", what, err)
	}
}

// mustBeError fails unless err is want.
func (b *trial) mustBeError(what string, err, want error) {
	if !errors.Is(err, want) {
		b.Fatalf("%s: error %v, want %v", what, err, want)
	}
}

// mustFind returns the payment with an id.
func (b *trial) mustFind(id payment.ID) payment.Payment {
	p, err := b.Find(b.ctx, payment.Lookup{ID: id})
	b.must("Find", err)
	return p
}

// mustEqual fails if two values differ, and names the field. Instants are compared as instants, amounts as amounts.
func (b *trial) mustEqual(what string, got, want any) {
	if d := firstDifference("", reflect.ValueOf(got), reflect.ValueOf(want)); d != "" {
		b.Fatalf("%s: %s", what, d)
	}
}

// firstDifference returns the first field in which two values differ, and how; empty if they are equal.
func firstDifference(path string, got, want reflect.Value) string {
	switch w := want.Interface().(type) {
	case time.Time:
		if g := got.Interface().(time.Time); !g.Equal(w) || g.Location() != time.UTC && !g.IsZero() {
			return fmt.Sprintf("%s is %v, want %v in UTC", path, g, w)
		}
		return ""
	case decimal.Decimal:
		if g := got.Interface().(decimal.Decimal); !g.Equal(w) {
			return fmt.Sprintf("%s is %v, want %v", path, g, w)
		}
		return ""
	case url.Values:
		if g := got.Interface().(url.Values); g.Encode() != w.Encode() {
			return fmt.Sprintf("%s is %v, want %v", path, g, w)
		}
		return ""
	}
	if want.Kind() == reflect.Struct {
		for i := range want.NumField() {
			if d := firstDifference(path+"."+want.Type().Field(i).Name, got.Field(i), want.Field(i)); d != "" {
				return d
			}
		}
		return ""
	}
	if want.Kind() == reflect.Slice && want.Len() == 0 && got.Len() == 0 {
		return ""
	}
	if want.Kind() == reflect.Slice && want.Len() == got.Len() {
		for i := range want.Len() {
			if d := firstDifference(fmt.Sprintf("%s[%d]", path, i), got.Index(i), want.Index(i)); d != "" {
				return d
			}
		}
		return ""
	}
	if !reflect.DeepEqual(got.Interface(), want.Interface()) {
		return fmt.Sprintf("%s is %v, want %v", path, got.Interface(), want.Interface())
	}
	return ""
}

// collectAll reads an iterator to its end.
func collectAll[T any](b *trial, what string, seq iter.Seq2[T, error]) []T {
	var out []T
	for v, err := range seq {
		b.must(what, err)
		out = append(out, v)
	}
	return out
}

// idsOf returns the ids of a list, in order.
func idsOf(list []payment.Payment) []payment.ID {
	out := []payment.ID{}
	for _, p := range list {
		out = append(out, p.ID)
	}
	return out
}

// runAtOnce runs f n times at once and returns how many calls gave no error. An error that is not allowed is a failure.
func (b *trial) runAtOnce(n int, f func(i int) error, allowed ...error) int {
	var ok atomic.Int64
	var wg sync.WaitGroup
	begin := make(chan struct{})
	for i := range n {
		wg.Go(func() {
			<-begin
			var err error
			if p := catchFailure(func() { err = f(i) }); p != nil {
				err = p
			}
			if err == nil {
				ok.Add(1)
				return
			}
			for _, a := range allowed {
				if errors.Is(err, a) {
					return
				}
			}
			b.Errorf("%d of %d at once: unexpected error %v", i, n, err)
		})
	}
	close(begin)
	wg.Wait()
	return int(ok.Load())
}
