// Package storetest is the conformance suite every store passes.
//
//	func TestStore(t *testing.T) {
//		storetest.Run(t, func(t *testing.T) payment.Store { return payment.NewMemoryStore() })
//	}
//
// Each case opens a store of its own, and says when it fails what a payment would lose by it.
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

// Run runs every case against the stores that open returns; each must be empty.
func Run(t *testing.T, open func(t *testing.T) payment.Store) {
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			c.run(&bench{T: t, Store: open(t), ctx: t.Context()})
		})
	}
}

var cases = []struct {
	name string
	run  func(*bench)
}{
	{"what is created is found", created},
	{"what is not there is not found", notFound},
	{"a key serves one payment of a debtor", keyOnce},
	{"a held debt has no second payment", heldDebt},
	{"a recorded payment holds its claim and no other", heldClaim},
	{"a reference and an id serve once", referenceOnce},
	{"many at once: one payment of a debt", createRace},
	{"a commit needs the version it saw", version},
	{"many at once: one commit of a version", commitRace},
	{"a commit keeps everything", commitAll},
	{"one payment of a claim has money", claimPaid},
	{"one payment of a debt is paid", debtPaid},
	{"many at once: one acceptance of a claim, and of a debt", paidRace},
	{"many at once: one attempt of a debt", attemptRace},
	{"a session's handle serves one payment of a merchant", handleOnce},
	{"one attempt of a debt", attemptOnce},
	{"the journal is whole and in order", journal},
	{"lists select and are in order", list},
	{"a long list is whole", longList},
	{"lists have pages, from either end, and counts", pages},
	{"what is handed out is not shared", isolation},
	{"due rows are leased, once at a time", leaseAttention},
	{"the oldest work is leased first", oldestFirst},
	{"a process is handed what it serves", servedOnly},
	{"what is hastened is due, and its lease void", hastened},
	{"only the lease's own token releases", tokens},
	{"a lease is released once", releasedOnce},
	{"a commit ends the lease", commitEndsLease},
	{"a commit leaves the lease of a delivery alone", commitLeavesDelivery},
	{"failures are counted until something succeeds", failures},
	{"changes are delivered one after the other", deliveries},
	{"an undelivered change holds back its own payment only", holdsBackItsOwn},
	{"stuck work is found and restarted", stuck},
	{"many workers: no task twice", leaseRace},
	{"what is due is named, and leased one payment at a time", pickOne},
	{"a sequence never repeats", sequence},
	{"an orphan is kept once and delivered", orphans},
	{"an orphan that is not delivered holds back no other", orphansApart},
	{"an orphan that is stuck is seen and restarted", stuckOrphan},
	{"what a message said of money stays", moneyKept},
	{"heads are listed by time", headsByTime},
	{"erasing leaves nothing personal", erase},
	{"erased payments have no claim in common", erasedThenPaid},
	{"what was erased is not written again by who had it in hand", erasedMeanwhile},
	{"what must be kept is not erased", retained},
	{"an ended context writes nothing", ended},
}

// bench is what a case works with.
type bench struct {
	*testing.T
	payment.Store
	ctx context.Context
	n   int
}

// start is when the payments of the suite are created.
var start = time.Date(2026, 3, 2, 10, 30, 0, 123456000, time.UTC)

// merchant is who is paid by the payments of the suite, and ours is a process that serves it.
const merchant = "201000005940002"

var ours = payment.Serving{Merchants: []string{merchant}}

// new returns a payment that nothing else is like.
func (b *bench) new() (payment.Payment, payment.Entry) {
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
		Payment: p.ID, Version: 1, Event: payment.OnCreated, Effect: payment.Changed, To: payment.Created, At: p.CreatedAt,
		Why: p.Policy, Hash: p.Head, Row: [32]byte{2}, Personal: [32]byte{3}, Salt: [16]byte{4},
	}
}

// add creates a payment, changed by with first.
func (b *bench) add(with ...func(*payment.Payment)) payment.Payment {
	b.Helper()
	p, e := b.new()
	for _, f := range with {
		f(&p)
	}
	b.must("Create", b.Create(b.ctx, p, e))
	return p
}

// move commits p in another state.
func (b *bench) move(p payment.Payment, to payment.State, with ...func(*payment.Payment)) (payment.Payment, error) {
	e := payment.Entry{
		Payment: p.ID, Version: p.Version + 1, Event: payment.OnAccepted, Effect: payment.Changed, From: p.State, To: to,
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

// moved is move where it must work.
func (b *bench) moved(p payment.Payment, to payment.State, with ...func(*payment.Payment)) payment.Payment {
	b.Helper()
	q, err := b.move(p, to, with...)
	b.must("Commit", err)
	return q
}

func (b *bench) must(what string, err error) {
	b.Helper()
	if err != nil {
		b.Fatalf("%s: %v", what, err)
	}
}

func (b *bench) is(what string, err, want error) {
	b.Helper()
	if !errors.Is(err, want) {
		b.Fatalf("%s: error %v, want %v", what, err, want)
	}
}

func (b *bench) find(id payment.ID) payment.Payment {
	b.Helper()
	p, err := b.Find(b.ctx, payment.Lookup{ID: id})
	b.must("Find", err)
	return p
}

// same fails when two values differ in a field, and names it. Instants are compared as instants, amounts as amounts.
func (b *bench) same(what string, got, want any) {
	b.Helper()
	if d := differ("", reflect.ValueOf(got), reflect.ValueOf(want)); d != "" {
		b.Fatalf("%s: %s", what, d)
	}
}

func differ(path string, got, want reflect.Value) string {
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
			if d := differ(path+"."+want.Type().Field(i).Name, got.Field(i), want.Field(i)); d != "" {
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
			if d := differ(fmt.Sprintf("%s[%d]", path, i), got.Index(i), want.Index(i)); d != "" {
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

func collect[T any](b *bench, what string, seq iter.Seq2[T, error]) []T {
	b.Helper()
	var out []T
	for v, err := range seq {
		b.must(what, err)
		out = append(out, v)
	}
	return out
}

// ids are those of a list, in order.
func ids(list []payment.Payment) []payment.ID {
	out := []payment.ID{}
	for _, p := range list {
		out = append(out, p.ID)
	}
	return out
}

// together runs f n times at once and returns how many gave no error; other errors must be allowed.
func (b *bench) together(n int, f func(i int) error, allowed ...error) int {
	b.Helper()
	var ok atomic.Int64
	var wg sync.WaitGroup
	begin := make(chan struct{})
	for i := range n {
		wg.Go(func() {
			<-begin
			err := f(i)
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
