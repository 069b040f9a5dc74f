package payment_test

import (
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/paymenttest"
)

// eightEvents are the events of one payment: opened, silent, twice pending, accepted, recorded, and given back.
var eightEvents = []payment.EventKind{
	payment.OnOpened, payment.OnSilent, payment.OnPending, payment.OnPending, payment.OnAccepted, payment.OnRecorded,
	payment.OnRefundAsked, payment.OnReturned,
}

// bareNext is a switch written by hand that does what Next does, for the states that eightEvents leads through.
//
//go:noinline
func bareNext(from payment.State, on payment.EventKind) (payment.State, payment.Effect) {
	switch from {
	case payment.Created:
		switch on {
		case payment.OnOpened:
			return payment.Redirected, payment.EffectChanged
		case payment.OnNotOpened, payment.OnAbsent, payment.OnFailed:
			return payment.Failed, payment.EffectChanged
		case payment.OnAccepted:
			return payment.Paid, payment.EffectChanged
		case payment.OnAcceptedToo, payment.OnMismatched, payment.OnReturned:
			return payment.Review, payment.EffectChanged
		case payment.OnRefused:
			return payment.Refused, payment.EffectChanged
		case payment.OnCancelled:
			return payment.Cancelled, payment.EffectChanged
		case payment.OnExpired:
			return payment.Expired, payment.EffectChanged
		case payment.OnPending:
			return payment.Unknown, payment.EffectChanged
		case payment.OnSilent:
			return from, payment.EffectNoted
		case payment.OnUnfit:
			return from, payment.EffectContradiction
		}
	case payment.Redirected:
		switch on {
		case payment.OnAccepted:
			return payment.Paid, payment.EffectChanged
		case payment.OnAcceptedToo, payment.OnMismatched, payment.OnReturned, payment.OnOverdue:
			return payment.Review, payment.EffectChanged
		case payment.OnRefused:
			return payment.Refused, payment.EffectChanged
		case payment.OnCancelled:
			return payment.Cancelled, payment.EffectChanged
		case payment.OnExpired, payment.OnAbsent:
			return payment.Expired, payment.EffectChanged
		case payment.OnFailed:
			return payment.Failed, payment.EffectChanged
		case payment.OnPending:
			return payment.Unknown, payment.EffectChanged
		case payment.OnSilent:
			return from, payment.EffectNoted
		case payment.OnOpened, payment.OnNotOpened:
			return from, payment.EffectStale
		case payment.OnUnfit:
			return from, payment.EffectContradiction
		}
	case payment.Unknown:
		switch on {
		case payment.OnAccepted:
			return payment.Paid, payment.EffectChanged
		case payment.OnAcceptedToo, payment.OnMismatched, payment.OnReturned, payment.OnOverdue, payment.OnAbsent:
			return payment.Review, payment.EffectChanged
		case payment.OnRefused:
			return payment.Refused, payment.EffectChanged
		case payment.OnCancelled:
			return payment.Cancelled, payment.EffectChanged
		case payment.OnExpired:
			return payment.Expired, payment.EffectChanged
		case payment.OnFailed:
			return payment.Failed, payment.EffectChanged
		case payment.OnPending, payment.OnSilent:
			return from, payment.EffectNoted
		case payment.OnOpened, payment.OnNotOpened:
			return from, payment.EffectStale
		case payment.OnUnfit:
			return from, payment.EffectContradiction
		}
	case payment.Paid, payment.Recorded:
		switch on {
		case payment.OnRecorded:
			if from == payment.Recorded {
				return from, payment.EffectDuplicate
			}
			return payment.Recorded, payment.EffectChanged
		case payment.OnRefundAsked:
			return payment.Refunding, payment.EffectChanged
		case payment.OnQuestioned, payment.OnReturned:
			return payment.Review, payment.EffectChanged
		case payment.OnOverdue:
			if from == payment.Paid {
				return from, payment.EffectNoted
			}
		case payment.OnReturnedPart, payment.OnNotReturned, payment.OnConfirmed:
			return from, payment.EffectNoted
		case payment.OnAccepted, payment.OnAcceptedToo:
			return from, payment.EffectDuplicate
		case payment.OnMismatched, payment.OnRefused, payment.OnCancelled, payment.OnExpired, payment.OnFailed, payment.OnAbsent,
			payment.OnUnfit:
			return from, payment.EffectContradiction
		case payment.OnPending, payment.OnSilent, payment.OnOpened, payment.OnNotOpened:
			return from, payment.EffectStale
		}
	case payment.Refunding:
		switch on {
		case payment.OnReturned:
			return payment.Refunded, payment.EffectChanged
		case payment.OnRefundRefused, payment.OnOverdue:
			return payment.Review, payment.EffectChanged
		case payment.OnSilent, payment.OnPending, payment.OnRefundUnknown, payment.OnReturnedPart, payment.OnNotReturned, payment.OnConfirmed:
			return from, payment.EffectNoted
		case payment.OnRefundAsked, payment.OnAccepted, payment.OnAcceptedToo:
			return from, payment.EffectDuplicate
		case payment.OnMismatched, payment.OnRefused, payment.OnCancelled, payment.OnExpired, payment.OnFailed, payment.OnAbsent,
			payment.OnUnfit:
			return from, payment.EffectContradiction
		case payment.OnOpened, payment.OnNotOpened:
			return from, payment.EffectStale
		}
	}
	return from, ""
}

// The switch says what the table says, or it would be no measure.
func TestBareSwitchIsTheTable(t *testing.T) {
	for _, s := range []payment.State{
		payment.Created, payment.Redirected, payment.Unknown, payment.Paid, payment.Recorded, payment.Refunding,
	} {
		for _, k := range allEvents {
			to, effect := bareNext(s, payment.EventKind(k))
			if want, wantEffect := payment.Next(s, payment.EventKind(k)); to != want || effect != wantEffect {
				t.Errorf("%s on %s: the switch says %s %s, the table %s %s", s, k, to, effect, want, wantEffect)
			}
		}
	}
	s := payment.Created
	for _, k := range eightEvents {
		s, _ = payment.Next(s, k)
	}
	if s != payment.Refunded {
		t.Errorf("the life of eight events ends as %s", s)
	}
}

var sink payment.State

// BenchmarkNext lives a life of eight events. It reports how many times as long as a bare switch over the same states it takes: the
// median of five rounds in which both take turns.
func BenchmarkNext(b *testing.B) {
	lives := func(n int, next func(payment.State, payment.EventKind) (payment.State, payment.Effect)) time.Duration {
		start := time.Now()
		for range n {
			s := payment.Created
			for _, k := range eightEvents {
				s, _ = next(s, k)
			}
			sink = s
		}
		return time.Since(start)
	}
	n := max(b.N/5, 1)
	var ratios, table []float64
	for range 5 {
		hand, ours := lives(n, bareNext), lives(n, payment.Next)
		ratios = append(ratios, float64(ours)/float64(max(hand, 1)))
		table = append(table, float64(ours)/float64(n))
	}
	slices.Sort(ratios)
	slices.Sort(table)
	b.ReportMetric(0, "ns/op") // it would be the sum of both
	b.ReportMetric(table[2], "ns/life")
	b.ReportMetric(ratios[2], "x-of-switch")
}

// BenchmarkApply is one verified acceptance on the payment page. It does not allocate.
func BenchmarkApply(b *testing.B) {
	p, e := fullRow(payment.Redirected), fullAnswer(payment.OnAccepted)
	b.ReportAllocs()
	for b.Loop() {
		q, _, _ := p.Apply(e)
		sink = q.State
	}
}

// BenchmarkReceive is a sealed notification on the store in memory: the first about a payment, and the same once more.
func BenchmarkReceive(b *testing.B) {
	const page = 256 // payments in one store
	for _, again := range []bool{false, true} {
		b.Run(map[bool]string{false: "accepted", true: "duplicate"}[again], func(b *testing.B) {
			var service *payment.Service
			var sealed []acquirer.Callback
			b.ReportAllocs()
			for n := 0; b.Loop(); n++ {
				if n%page == 0 {
					b.StopTimer()
					service, sealed = paidOnPaymentPage(b, page)
					for _, cb := range sealed {
						if again {
							receive(b, service, cb, payment.EffectChanged)
						}
					}
					b.StartTimer()
				}
				want := payment.EffectChanged
				if again {
					want = payment.EffectDuplicate
				}
				receive(b, service, sealed[n%page], want)
			}
		})
	}
}

func receive(b *testing.B, s *payment.Service, cb acquirer.Callback, want payment.Effect) {
	if _, effect, err := s.Receive(b.Context(), cb); err != nil || effect != want {
		b.Fatalf("effect %s, error %v", effect, err)
	}
}

// paidOnPaymentPage sends payers to the payment page, has them pay, and returns the notifications, which nobody has received yet.
func paidOnPaymentPage(b *testing.B, n int) (*payment.Service, []acquirer.Callback) {
	var sealed []acquirer.Callback
	c := paymenttest.NewClock(noon)
	bank := &mock.Acquirer{Now: c.Now, Notify: func(cb acquirer.Callback) { sealed = append(sealed, cb) }}
	s, err := payment.New(payment.Config{
		Store: payment.NewMemoryStore(), Acquirer: bank, Policies: creance.Ameli(), ReturnURL: "https://portail.example/retour",
		NotifyURL: "https://portail.example/notification", Now: c.Now,
		Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		b.Fatal(err)
	}
	for i := range n {
		_, session, err := s.Begin(b.Context(), payment.BeginRequest{Key: "k", Debt: debt(fmt.Sprint("bench", i))})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := bank.Visit(session, mock.Behaviour{}); err != nil {
			b.Fatal(err)
		}
	}
	return s, sealed
}

// BenchmarkBeginToPaid is a trip from the debt to paid: begun, paid on the payment page, received.
func BenchmarkBeginToPaid(b *testing.B) {
	const page = 256
	var s *payment.Service
	var bank *mock.Acquirer
	b.ReportAllocs()
	for n := 0; b.Loop(); n++ {
		if n%page == 0 {
			b.StopTimer()
			c := paymenttest.NewClock(noon)
			bank = &mock.Acquirer{Now: c.Now, Notify: func(acquirer.Callback) {}}
			var err error
			if s, err = payment.New(payment.Config{
				Store: payment.NewMemoryStore(), Acquirer: bank, Policies: creance.Ameli(), ReturnURL: "https://portail.example/retour",
				Now: c.Now, Logger: slog.New(slog.DiscardHandler),
			}); err != nil {
				b.Fatal(err)
			}
			b.StartTimer()
		}
		_, session, err := s.Begin(b.Context(), payment.BeginRequest{Key: "k", Debt: debt(fmt.Sprint("bench", n%page))})
		if err != nil {
			b.Fatal(err)
		}
		cb, err := bank.Visit(session, mock.Behaviour{})
		if err != nil {
			b.Fatal(err)
		}
		receive(b, s, cb, payment.EffectChanged)
	}
}
