package inbox

import (
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/internal/euro"
	"github.com/quittance/quittance/payment"
	"github.com/shopspring/decimal"
	"golang.org/x/text/language"
)

func BenchmarkRender(b *testing.B) {
	c := catalog(b)
	below := creance.Reason{Code: creance.BelowMinimum, Actual: euro.Of(49_99), Limit: euro.Of(50_00)}
	for _, n := range []Content{
		Acknowledgement{samplePayment(payment.Paid), sampleFund},
		PaymentAccepted{samplePayment(payment.Paid)},
		PaymentFailed{samplePayment(payment.Refused)},
		NotEligible{Decision: creance.Decision{Reasons: []creance.Reason{below, {Code: creance.NoNotice}}}, From: sampleFund},
		AsLetter{PaymentFailed{samplePayment(payment.Refused)}, sampleFund},
		sampleReminder(),
	} {
		b.Run(n.contentName(), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := c.Render(language.French, n); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// A letter, which is three renderings, is made with few allocations. It is a count, not a time.
func TestLetterAllocations(t *testing.T) {
	const most = 28
	c, letter := catalog(t), Acknowledgement{samplePayment(payment.Paid), sampleFund}
	render(t, c, letter) // the sender is put in words
	if n := testing.AllocsPerRun(200, func() { written = render(t, c, letter).Text }); n > most {
		t.Errorf("a letter takes %.0f allocations, at most %d", n, most)
	}
}

func BenchmarkNewCatalog(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := NewCatalog(Verbatim()); err != nil {
			b.Fatal(err)
		}
	}
}

// mostOfStrconv is how many times as long as strconv an amount may take.
const mostOfStrconv = 3

var written string

// strconvAmount is what strconv alone can do, unchecked and without thousands: "1234,50".
func strconvAmount(cents int64) string {
	b := strconv.AppendInt(make([]byte, 0, 24), cents/100, 10)
	b = append(b, ',')
	if cents%100 < 10 {
		b = append(b, '0')
	}
	return string(strconv.AppendInt(b, cents%100, 10))
}

// BenchmarkEuros writes amounts from a cent to the largest. It reports how many times as long as strconv it takes, the median of five
// rounds in which both take turns, and fails above its limit.
func BenchmarkEuros(b *testing.B) {
	cents := []int64{1, 50_00, 62_50, 1234_50, 999999_99, euro.Max}
	var amounts []decimal.Decimal
	for _, c := range cents {
		amounts = append(amounts, euro.Of(c))
	}
	const turn = 600 // amounts in a row, before the other's turn: what else the machine does then hits both
	take := func(write func(i int)) time.Duration {
		start := time.Now()
		for i := range turn {
			write(i % len(cents))
		}
		return time.Since(start)
	}
	turns := max(b.N/5/turn, 1)
	var ratios, ours []float64
	for range 5 {
		var base, own time.Duration
		for range turns {
			base += take(func(i int) { written = strconvAmount(cents[i]) })
			own += take(func(i int) {
				s, err := Euros(amounts[i])
				if err != nil {
					b.Fatal(err)
				}
				written = s
			})
		}
		ratios, ours = append(ratios, float64(own)/float64(max(base, 1))), append(ours, float64(own)/float64(turns*turn))
	}
	slices.Sort(ratios)
	slices.Sort(ours)
	b.ReportMetric(0, "ns/op") // it would be the sum of both
	b.ReportMetric(ours[2], "ns/amount")
	b.ReportMetric(ratios[2], "x-of-strconv")
	if ratios[2] > mostOfStrconv && turns > 50 {
		b.Errorf("an amount takes %.1f times as long as strconv, at most %d", ratios[2], mostOfStrconv)
	}
}
