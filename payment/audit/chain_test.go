package audit

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/internal/euro"
	"github.com/quittance/quittance/internal/paris"
	"github.com/quittance/quittance/payment"
)

// Seals are kept outside for years: what they are made of is frozen. The days have two heads, none, and an orphan's.
func TestSealsAreFrozen(t *testing.T) {
	day := func(n int) time.Time { return time.Date(2017, 9, n, 12, 0, 0, 123456000, time.UTC) }
	h := heads{}
	h.addJournal([]payment.Entry{{At: day(11), Hash: [32]byte{9}}, {At: day(11), Hash: [32]byte{2}}}) // a day has the last one
	h.addJournal([]payment.Entry{{At: day(11), Hash: [32]byte{1}}})
	h.addOrphans([]payment.Orphan{{At: day(13), Result: acquirer.Result{
		Reference: "PCLCB172560000001", OrderID: "a", Merchant: "201000005940002", Amount: euro.Of(7500), Currency: "EUR", Outcome: acquirer.Accepted, Code: "00",
		AuthorisationID: "000001",
	}}})
	var got []string
	for _, seal := range h.sealDaysBefore(paris.Of(day(14))).seals {
		got = append(got, seal.String())
	}
	want := []string{
		"eda419090b8e51b7478e15634967c1f22e3aa7400a62fe6a8cec94a873940249",
		"9c044e4fe3cc0d3da239d94a158747598931c122ee5cc016c650648c4e9cd894",
		"630db44c7ddb4962e64a3d2ea4451eaad91447ac8d5f6df0e5bbefd3fc619231",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}
