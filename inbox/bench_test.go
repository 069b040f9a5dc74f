package inbox

import (
	"testing"

	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/internal/euro"
	"github.com/quittance/quittance/payment"
	"golang.org/x/text/language"
)

func BenchmarkRender(b *testing.B) {
	c := catalog(b)
	below := creance.Reason{Code: creance.BelowMinimum, Actual: euro.Of(49_99), Limit: euro.Of(50_00)}
	for _, n := range []Content{
		Acknowledgement{samplePayment(payment.Paid), sampleFund},
		PaymentAccepted{samplePayment(payment.Paid)},
		PaymentFailed{samplePayment(payment.Refused)},
		NotEligible{creance.Decision{Reasons: []creance.Reason{below, {Code: creance.NoNotice}}}, sampleFund},
	} {
		b.Run(n.name(), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := c.Render(language.French, n); err != nil {
					b.Fatal(err)
				}
			}
		})
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

func BenchmarkEuros(b *testing.B) {
	b.ReportAllocs()
	d := euro.Of(1234_50)
	for b.Loop() {
		if _, err := Euros(d); err != nil {
			b.Fatal(err)
		}
	}
}
