package payment_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/payment"
	"github.com/shopspring/decimal"
)

// A social security number is refused in each field of the request, and the error names the field.
func TestBeginRefusesAtTheDoor(t *testing.T) {
	const nir = "183027599900103"
	for _, c := range []struct {
		name string
		with func(*payment.BeginRequest)
		says string
	}{
		{"no key", func(r *payment.BeginRequest) { r.Key = "" }, "Key is empty"},
		{"long key", func(r *payment.BeginRequest) { r.Key = strings.Repeat("k", 201) }, "Key is longer"},
		{"no debtor", func(r *payment.BeginRequest) { r.Debt.Debtor = "" }, "Debt.Debtor is empty"},
		{"no debt", func(r *payment.BeginRequest) { r.Debt.ID = "" }, "Debt.ID is empty"},
		{"control characters", func(r *payment.BeginRequest) { r.Debt.ID = "a\nb" }, "Debt.ID has characters"},
		{"not UTF-8", func(r *payment.BeginRequest) { r.Key = "\xff" }, "Key has characters"},
		{"NIR as key", func(r *payment.BeginRequest) { r.Key = nir }, "Key is a social security number"},
		{"labelled NIR as key", func(r *payment.BeginRequest) { r.Key = "nir:" + nir }, "Key is a social security number"},
		{"labelled NIR as debtor", func(r *payment.BeginRequest) { r.Debt.Debtor = "urn:fr:NIR:" + nir[:13] }, "Debt.Debtor is a social"},
		{"labelled NIR as notice", func(r *payment.BeginRequest) { r.Debt.Notice.Number = "num_secu=" + nir }, "Debt.Notice.Number is a social"},
		{"NIR as debt", func(r *payment.BeginRequest) { r.Debt.ID = nir }, "Debt.ID is a social security number"},
		{"NIR as debtor", func(r *payment.BeginRequest) { r.Debt.Debtor = "1 83 02 75 999 001 03" }, "Debt.Debtor is a social"},
		{"NIR without key as debtor", func(r *payment.BeginRequest) { r.Debt.Debtor = nir[:13] }, "Debt.Debtor is a social"},
		{"NIR as notice", func(r *payment.BeginRequest) { r.Debt.Notice.Number = nir }, "Debt.Notice.Number is a social"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			r := payment.BeginRequest{Key: key("1"), Debt: debt("1")}
			c.with(&r)
			_, s, err := w.Begin(w.ctx, r)
			if !errors.Is(err, payment.ErrInvalid) || !strings.Contains(err.Error(), c.says) || !s.IsZero() {
				t.Errorf("error %v, want %q", err, c.says)
			}
			if strings.Contains(err.Error(), nir[:13]) {
				t.Error("the error repeats the number")
			}
		})
	}
}

func TestBeginRefusesTheIneligible(t *testing.T) {
	w := newWorld(t)
	d := debt("1")
	d.Items[0].Amount = decimal.New(49_99, -2) // S13
	d.Notice = nil                             // S15
	_, _, err := w.Begin(w.ctx, payment.BeginRequest{Key: "k", Debt: d})
	var no *creance.IneligibleError
	if !errors.As(err, &no) || !errors.Is(err, creance.ErrIneligible) || len(no.Decision.Reasons) != 2 {
		t.Fatalf("error %v, want both reasons", err)
	}
	for range w.List(w.ctx, payment.Filter{}) {
		t.Fatal("a payment was kept")
	}
	if len(w.bank.Book()) > 0 {
		t.Fatal("the bank was asked")
	}
}

// A second tab that pays again: one session; the other tab is told which payment holds the debt.
func TestTwoTabs(t *testing.T) {
	w := newWorld(t)
	var wg sync.WaitGroup
	type got struct {
		p payment.Payment
		s acquirer.Session
		e error
	}
	var tabs [8]got
	for i := range tabs {
		wg.Go(func() {
			g := &tabs[i]
			g.p, g.s, g.e = w.Begin(w.ctx, payment.BeginRequest{Key: fmt.Sprint("tab", i), Debt: debt("1")})
		})
	}
	wg.Wait()
	var winner got
	for _, g := range tabs {
		if g.e == nil {
			if winner.p.ID != "" {
				t.Fatal("two tabs have a session")
			}
			winner = g
		}
	}
	for _, g := range tabs {
		var held *payment.HeldError
		if g.e == nil {
			continue
		}
		if !errors.As(g.e, &held) || held.By.ID != winner.p.ID || !g.s.IsZero() {
			t.Errorf("error %v, session %v", g.e, g.s)
		}
	}
	if winner.s.IsZero() {
		t.Fatal("no tab has a session")
	}
}

func TestSameKeyAgain(t *testing.T) {
	w := newWorld(t)
	r := payment.BeginRequest{Key: "k", Debt: debt("1")}
	p, s, err := w.Begin(w.ctx, r)
	w.must("Begin", err)
	q, again, err := w.Begin(w.ctx, r)
	w.must("Begin again", err)
	if q.ID != p.ID || cmp.Diff(s.Fields, again.Fields) != "" || again.IsZero() {
		t.Errorf("%v %v, want the same payment and session", q, again)
	}
	other := r
	other.Debt.Items = []creance.Item{{Kind: creance.Franchise, Year: 2016, Amount: decimal.New(80_00, -2)}}
	if _, _, err := w.Begin(w.ctx, other); !errors.Is(err, payment.ErrKeyReused) {
		t.Errorf("another amount: %v", err)
	}
	w.clock.Add(61 * time.Minute)
	if q, s, err := w.Begin(w.ctx, r); err != nil || q.ID != p.ID || !s.IsZero() {
		t.Errorf("after the session: %v %v %v, want the payment and no session", q, s, err)
	}
	w.bank.Notify = nil
	w.say(p, acquirer.Result{Outcome: acquirer.Accepted})
	if q, s, err := w.Begin(w.ctx, r); err != nil || q.State != payment.Paid || !s.IsZero() {
		t.Errorf("after the payment: %v %v %v", q, s, err)
	}
}

// gate is an acquirer that waits inside Begin, so that a test can do something meanwhile.
type gate struct {
	*mock.Acquirer
	inside func()
	err    error
}

func (g *gate) Begin(ctx context.Context, o acquirer.Order) (acquirer.Session, error) {
	s, err := g.Acquirer.Begin(ctx, o)
	if g.inside != nil {
		g.inside()
	}
	switch {
	case g.err != nil:
		return acquirer.Session{}, g.err
	case ctx.Err() != nil:
		return acquirer.Session{}, &acquirer.Error{Op: acquirer.OpBegin, Kind: acquirer.ErrUnanswered, Err: ctx.Err()}
	}
	return s, err
}

// newGate puts a gate before the world's bank.
func newGate(t *testing.T, with ...func(*payment.Config)) (*world, *gate) {
	g := &gate{}
	with = append(with, func(c *payment.Config) { g.Acquirer = c.Acquirer.(*mock.Acquirer); c.Acquirer = g })
	return newWorld(t, with...), g
}

// A process that is suspended between the acquirer's answer and its commit hands out no session.
func TestSleeperHandsOutNothing(t *testing.T) {
	w, g := newGate(t)
	g.inside = func() { w.pass(10 * time.Minute) }
	p, s, err := w.Begin(w.ctx, payment.BeginRequest{Key: "k", Debt: debt("1")})
	w.must("Begin", err)
	if p.State != payment.Failed || !s.IsZero() {
		t.Errorf("%s with %v, want failed and no session", p.State, s)
	}
	w.tells(p.ID, "created not_opened→failed opened/stale")
}

// The first request has no session before the second gives up. The millisecond is the bubble's: on a busy machine a real one is over
// before the store is asked.
func TestInProgress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, g := newGate(t)
		r := payment.BeginRequest{Key: "k", Debt: debt("1")}
		g.inside = func() {
			impatient, cancel := context.WithTimeout(w.ctx, time.Millisecond)
			defer cancel()
			if _, s, err := w.Begin(impatient, r); !errors.Is(err, payment.ErrInProgress) || !s.IsZero() {
				t.Errorf("the same request meanwhile: %v %v", s, err)
			}
		}
		_, _, err := w.Begin(w.ctx, r)
		w.must("Begin", err)
	})
}

// While the acquirer is asked for a session, an older attempt is accepted: the new session is dropped.
func TestMoneyArrivesWhileBeginning(t *testing.T) {
	w, g := newGate(t)
	old := w.ended("1", acquirer.Cancelled)
	g.inside = func() { w.say(old, acquirer.Result{Outcome: acquirer.Accepted}) }
	_, s, err := w.Begin(w.ctx, payment.BeginRequest{Key: "k2", Debt: debt("1")})
	var held *payment.HeldError
	if !errors.As(err, &held) || held.By.ID != old.ID || !s.IsZero() {
		t.Fatalf("%v %v, want the older payment", s, err)
	}
}

// The browser that goes away while the acquirer is asked, as with a second click, leaves no payment half begun. Who has gone before begins none.
func TestBrowserGone(t *testing.T) {
	w, g := newGate(t)
	ctx, cancel := context.WithCancel(w.ctx)
	g.inside = cancel
	r := payment.BeginRequest{Key: "k", Debt: debt("1")}
	p, s, err := w.Begin(ctx, r)
	if err != nil || s.IsZero() || p.State != payment.Redirected {
		t.Errorf("%v %v %v", p, s, err)
	}
	if _, again, err := w.Begin(w.ctx, r); err != nil || again.URL != s.URL {
		t.Errorf("the second click: %v %v, want %v", again, err, s)
	}
	if p, _, err := w.Begin(ctx, payment.BeginRequest{Key: "late", Debt: debt("3")}); !errors.Is(err, context.Canceled) || p.ID != "" {
		t.Errorf("whoever had gone before: %v %v", p, err)
	}
	g.inside, g.err = nil, &acquirer.Error{Op: acquirer.OpBegin, Kind: acquirer.ErrUnanswered}
	ctx, cancel = context.WithCancel(w.ctx)
	g.inside = cancel
	p, _, err = w.Begin(ctx, payment.BeginRequest{Key: "k", Debt: debt("2")})
	if !errors.Is(err, acquirer.ErrUnanswered) || p.State != payment.Failed {
		t.Errorf("%v %v", p, err)
	}
}

func TestBeginErrors(t *testing.T) {
	for _, c := range []struct {
		kind error
		asks bool // it is looked at once more
	}{
		{acquirer.ErrInvalid, false},
		{acquirer.ErrConfiguration, false},
		{acquirer.ErrReferenceUsed, false},
		{acquirer.ErrUnavailable, true},
		{acquirer.ErrUnanswered, true},
		{acquirer.ErrUnverified, true},
	} {
		t.Run(c.kind.Error(), func(t *testing.T) {
			w, g := newGate(t)
			g.err = &acquirer.Error{Op: acquirer.OpBegin, Kind: c.kind, Code: "99"}
			p, s, err := w.Begin(w.ctx, payment.BeginRequest{Key: "k", Debt: debt("1")})
			if !errors.Is(err, c.kind) || !s.IsZero() || p.State != payment.Failed {
				t.Fatalf("%v %v %v", p, s, err)
			}
			if p.AttentionAt.IsZero() == c.asks {
				t.Errorf("looked at again at %v, want %v", p.AttentionAt, c.asks)
			}
			if c.kind == acquirer.ErrReferenceUsed {
				if _, _, err := w.Refresh(w.ctx, p.ID); !errors.Is(err, payment.ErrNotAllowed) {
					t.Errorf("somebody else's transaction was asked about: %v", err)
				}
			}
			// The debt is free again.
			g.err = nil
			w.begin("1")
		})
	}
}

func TestSequenceDay(t *testing.T) {
	w := newWorld(t)
	w.clock.Set(time.Date(2026, 12, 31, 23, 30, 0, 0, time.UTC)) // 1 January 00:30 in Paris
	p, _ := w.begin("1")
	if p.Reference != "PCLCB270010000001" {
		t.Errorf("reference %s", p.Reference)
	}
}

func TestDayFull(t *testing.T) {
	w := newWorld(t, func(c *payment.Config) { c.Store = fullStore{c.Store} })
	_, _, err := w.Begin(w.ctx, payment.BeginRequest{Key: "k", Debt: debt("1")})
	if !errors.Is(err, payment.ErrDayFull) {
		t.Errorf("error %v", err)
	}
}

type fullStore struct{ payment.Store }

func (fullStore) Sequence(context.Context, string) (int, error) { return 0, payment.ErrDayFull }

// brokenAfterCommit is a store whose commits work and then report a broken connection.
type brokenAfterCommit struct {
	payment.Store
	broken bool
}

var errBroken = errors.New("the connection was reset")

func (a *brokenAfterCommit) Create(ctx context.Context, p payment.Payment, e payment.Entry) error {
	return errors.Join(a.Store.Create(ctx, p, e), a.err())
}

func (a *brokenAfterCommit) Commit(ctx context.Context, p payment.Payment, e payment.Entry) error {
	if err := a.Store.Commit(ctx, p, e); err != nil {
		return err
	}
	return a.err()
}

func (a *brokenAfterCommit) err() error {
	if a.broken {
		return errBroken
	}
	return nil
}

// A commit that returns an error is unknown, not failed.
func TestAmbiguousCommit(t *testing.T) {
	var a *brokenAfterCommit
	w := newWorld(t, func(c *payment.Config) { a = &brokenAfterCommit{Store: c.Store, broken: true}; c.Store = a })
	p := w.ended("1", acquirer.Accepted)
	w.tells(p.ID, "created opened accepted→paid")
	w.work()
	w.converged()
}

func TestNewNamesEveryMistake(t *testing.T) {
	_, err := payment.New(payment.Config{ReturnURL: "/relative", NotifyURL: "ftp://x", Prefix: "a", KeepFor: -1})
	for _, want := range []string{"Store", "Acquirer", "Policies", "ReturnURL", "NotifyURL", "Prefix", "KeepFor"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v does not name %s", err, want)
		}
	}
}

// A payer cancels and begins again; while the second payment page is open, the first attempt is accepted. Begin must not send the payer
// to the second page any more.
func TestLateAcceptanceBesideAnOpenAttempt(t *testing.T) {
	for _, c := range []struct {
		name string
		then func(*world, payment.Payment)
	}{
		{"paid", func(*world, payment.Payment) {}},
		{"recorded", func(w *world, p payment.Payment) { _, err := w.Record(w.ctx, p.ID); w.must("Record", err) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			first := w.ended("1", acquirer.Cancelled)
			w.clock.Add(time.Minute)
			again := payment.BeginRequest{Key: key("1"), Debt: debt("1")}
			second, session, err := w.Begin(w.ctx, again)
			if err != nil || session.IsZero() {
				t.Fatalf("session %v, %v", session, err)
			}
			w.say(first, acquirer.Result{Outcome: acquirer.Accepted})
			c.then(w, first)
			if p, err := w.Latest(w.ctx, "A-1"); err != nil || p.ID != first.ID {
				t.Errorf("the home page speaks of %v, %v", p, err)
			}
			p, session, err := w.Begin(w.ctx, again)
			var held *payment.HeldError
			if !errors.As(err, &held) || held.By.ID != first.ID || !session.IsZero() || p.ID != second.ID {
				t.Errorf("%v with session %v, %v", p, session, err)
			}
			if now := w.get(first.ID); !second.OvertakenBy(now) || now.OvertakenBy(second) || now.OvertakenBy(now) {
				t.Errorf("who has overtaken whom is not said")
			}
		})
	}
}

func TestSince(t *testing.T) {
	w := newWorld(t)
	if _, err := w.Since(w.ctx, "x"); !errors.Is(err, payment.ErrNotFound) {
		t.Errorf("error %v", err)
	}
	p, s := w.begin("1")
	w.clock.Add(5 * time.Minute)
	w.visit(s, mock.Behaviour{Outcome: acquirer.Refused})
	ended := w.at(p.ID, payment.Refused)
	at, err := w.Since(w.ctx, p.ID)
	if err != nil || at.Sub(ended.CreatedAt) < 5*time.Minute {
		t.Errorf("refused since %v, %v", at, err)
	}
	w.pass(20 * time.Hour) // questions, and nothing new
	if again, err := w.Since(w.ctx, p.ID); err != nil || !again.Equal(at) {
		t.Errorf("refused since %v, then since %v, %v", at, again, err)
	}
}

func TestLatest(t *testing.T) {
	w := newWorld(t)
	if _, err := w.Latest(w.ctx, "A-1"); !errors.Is(err, payment.ErrNotFound) {
		t.Errorf("error %v", err)
	}
	first := w.ended("1", acquirer.Refused)
	w.clock.Add(time.Minute)
	second := w.ended("1", acquirer.Cancelled)
	for _, c := range []struct {
		say  func()
		want payment.ID
	}{
		{func() {}, second.ID},
		{func() { w.say(first, acquirer.Result{Outcome: acquirer.Accepted}) }, first.ID}, // the home page must not say « échoué »
	} {
		c.say()
		p, err := w.Latest(w.ctx, "A-1")
		if err != nil || p.ID != c.want {
			t.Errorf("%v %v, want %v", p, err, w.get(c.want))
		}
	}
}
