//go:build !race

package bench

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/payment"
	"github.com/shopspring/decimal"
)

// Time runs twenty times as fast here as at a real bank: a question that hangs takes a second instead of twenty, one that is answered ten
// milliseconds instead of two hundred.
const (
	quick = 10 * time.Millisecond
	hang  = time.Second
	light = 2 * time.Millisecond // of a delivery
)

// BenchmarkHanging compares Work beside a bank that answers with Work beside one that does not (M3): how long it takes until all questions
// that do not hang have their answer and all deliveries are made, when one in a hundred hangs; and how long deliveries alone take,
// when all hang. It measures no store, so it uses that of the process's memory, and needs some hundred payments: -benchtime 1500x.
func BenchmarkHanging(b *testing.B) {

	b.Run("OneInAHundred", func(b *testing.B) {
		n := max(b.N/rounds, 1)
		t := times(n, newFund(b, 0).answers, newFund(b, 100).answers)
		b.ReportMetric(0, "ns/op")
		limit(b, n, ratio(func(r int) float64 { return t[1][r] / t[0][r] }), "times-without", atMost(3))
	})
	b.Run("All", func(b *testing.B) {
		n := max(b.N/rounds, 1)
		t := times(n, newFund(b, 0).delivers, newFund(b, 1).delivers)
		b.ReportMetric(0, "ns/op")
		limit(b, n, ratio(func(r int) float64 { return t[0][r] / t[1][r] }), "of-the-rate-alone", atLeast(0.5))
	})
}

// fund has payments that nobody has told it of: it must ask.
type fund struct {
	b       *testing.B
	bank    *mock.Acquirer
	service *payment.Service
	oneIn   int // question that hangs; zero: none
	payers  int
	ahead   atomic.Int64 // of noon

	mu       sync.Mutex
	hanging  map[string]bool // by reference
	answered atomic.Int64
	made     atomic.Int64 // deliveries
}

// slowly is the fund's bank.
type slowly struct {
	*mock.Acquirer
	f *fund
}

func (s slowly) Status(ctx context.Context, q acquirer.Question) (acquirer.Result, error) {
	s.f.mu.Lock()
	hangs := s.f.hanging[q.Reference]
	s.f.mu.Unlock()
	if hangs {
		time.Sleep(hang)
		return acquirer.Result{}, &acquirer.Error{Op: acquirer.OpStatus, Reference: q.Reference, Kind: acquirer.ErrUnanswered}
	}
	time.Sleep(quick)
	defer s.f.answered.Add(1)
	return s.Acquirer.Status(ctx, q)
}

func newFund(b *testing.B, oneIn int) *fund {
	f := &fund{b: b, oneIn: oneIn}
	now := func() time.Time { return noon.Add(time.Duration(f.ahead.Load())) }
	f.bank = &mock.Acquirer{Now: now, Notify: func(acquirer.Callback) {}}
	var err error
	f.service, err = payment.New(payment.Config{
		Store: payment.NewMemoryStore(), Acquirer: slowly{f.bank, f}, Policies: creance.Ameli(), ReturnURL: "https://portail.example/retour", Now: now,
		Logger: slog.New(slog.DiscardHandler),
		Deliver: func(context.Context, payment.Change) error {
			time.Sleep(light)
			f.made.Add(1)
			return nil
		},
	})
	if err != nil {
		b.Fatal(err)
	}
	return f
}

// prepare makes n payments that were paid without a word; each has two changes to deliver. It returns how many questions will hang.
func (f *fund) prepare(n int) (hanging int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.ahead.Add(int64(2 * time.Hour)) // what hung before may be answered now
	f.hanging = map[string]bool{}
	for range n {
		f.payers++
		name := fmt.Sprint(f.payers)
		p, session, err := f.service.Begin(f.b.Context(), payment.BeginRequest{Key: "K", Debt: creance.Debt{
			ID: name, Debtor: "A-" + name, Items: []creance.Item{{Kind: creance.Franchise, Year: 2025, Amount: decimal.New(75_00, -2)}},
			Notice: &creance.Notice{Number: "N-" + name, Channel: creance.Electronic, IssuedOn: noon.AddDate(0, 0, -10)},
		}})
		if err == nil {
			_, err = f.bank.Visit(session, mock.Behaviour{Abandon: true})
		}
		if !errors.Is(err, mock.ErrNoReturn) {
			f.b.Fatal(err)
		}
		if f.oneIn > 0 && f.payers%f.oneIn == 0 {
			f.hanging[p.Reference] = true
			hanging++
		}
	}
	f.answered.Store(0)
	f.made.Store(0)
	return hanging
}

// work measures Work until it is done, and leaves nothing behind.
func (f *fund) work(done func() bool) time.Duration {
	ctx, cancel := context.WithCancel(f.b.Context())
	ended := make(chan error)
	start := time.Now()
	go func() { ended <- f.service.Work(ctx) }()
	for !done() {
		time.Sleep(time.Millisecond)
	}
	took := time.Since(start)
	cancel()
	if err := <-ended; err != nil {
		f.b.Error(err)
	}
	f.mu.Lock()
	f.hanging = nil
	f.mu.Unlock()
	for {
		n, err := f.service.WorkOnce(f.b.Context())
		if err != nil {
			f.b.Fatal(err)
		}
		if n == 0 {
			return took
		}
	}
}

// answers is how long it takes until n questions, but those that hang, are answered, and all changes delivered that do not wait for
// one that hangs.
func (f *fund) answers(n int) time.Duration {
	want := int64(n - f.prepare(n))
	f.ahead.Add(int64(20 * time.Minute))
	return f.work(func() bool { return f.answered.Load() >= want && f.made.Load() >= 2*int64(n)+want })
}

// delivers is how long the changes of n payments take that were there before any question.
func (f *fund) delivers(n int) time.Duration {
	f.prepare(n)
	f.ahead.Add(int64(20 * time.Minute))
	return f.work(func() bool { return f.made.Load() >= 2*int64(n) })
}
