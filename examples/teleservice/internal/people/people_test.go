package people

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/paymenttest"
)

// Each sample person is a case: what may be paid, and every reason why not. A payment of each debt can be begun, or is refused for its
// reasons and nothing else.
func TestSample(t *testing.T) {
	d, err := Read()
	if err != nil {
		t.Fatal(err)
	}
	day := time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC)
	policy, err := creance.Ameli().On(day)
	if err != nil {
		t.Fatal(err)
	}
	service := paymenttest.New(t, paymenttest.Options{Start: day}).Service
	got := map[string][]string{}
	for _, p := range d.All() {
		for _, debt := range d.Debts(p.ID) {
			decision := policy.Decide(debt, day)
			if decision.Eligible() {
				got[debt.ID] = []string{decision.Amount.StringFixed(2)}
			}
			for _, r := range decision.Reasons {
				got[debt.ID] = append(got[debt.ID], string(r.Code))
			}
			if _, _, err := service.Begin(t.Context(), payment.BeginRequest{Key: "k", Debt: debt}); err != nil && !errors.Is(err, creance.ErrIneligible) {
				t.Errorf("%s: %v", debt.ID, err)
			}
		}
	}
	want := map[string][]string{
		"creance-101": {"62.00"}, "creance-102": {"100.00"}, "creance-103": {"150.00"}, "creance-203": {"wrong_kind"}, "creance-104": {"50.00"},
		"creance-105": {"below_minimum"}, "creance-106": {"above_maximum"}, "creance-107": {"no_notice"}, "creance-108": {"already_settled"},
		"creance-109": {"in_dispute"}, "creance-110": {"on_hold"}, "creance-111": {"time_barred"}, "creance-112": {"nothing_due"},
		"creance-113": {"invalid_amount"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the sample's decisions (-want +got):\n%s", diff)
	}
	// Whatever the law makes impossible is not in the sample: one person owes at most 50 € of each kind for a year.
	for _, p := range d.All() {
		for _, debt := range d.Debts(p.ID) {
			if doubts := creance.Plausible(debt, day); len(doubts) > 0 {
				t.Errorf("%s: %v", debt.ID, doubts)
			}
		}
	}
	var named Person // S51, S52
	for _, p := range d.All() {
		if p.Name == "PIERRE BELAGE" {
			named = p
		}
	}
	if named.Born.String() != "25/02/1983" {
		t.Errorf("the source's person was born on %s", named.Born)
	}
}

// Who got a notice on paper is found by its number and the day of birth, and nobody else is (S12).
func TestAddressee(t *testing.T) {
	d, err := Read()
	if err != nil {
		t.Fatal(err)
	}
	born := time.Date(1958, time.September, 12, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		notice string
		born   time.Time
		want   string
	}{
		{"ASP-2025-0104", born, "assure-4"},
		{"asp-2025-0104", born, "assure-4"},
		{"ASP 2025 0104", born, "assure-4"}, // as people copy it from a letter
		{" asp\u2011 2025\u2013 0104.", born, "assure-4"},
		{"ASP20250104", born, "assure-4"},
		{"ASP-2025-104", born, ""},
		{"-", born, ""},
		{"ASP-2025-0104", born.AddDate(0, 0, 1), ""},
		{"ASP-2025-0101", time.Date(1983, time.February, 25, 0, 0, 0, 0, time.UTC), ""}, // has an account
		{"", born, ""},
	} {
		if p, ok := d.Addressee(c.notice, c.born); p.ID != c.want || ok != (c.want != "") {
			t.Errorf("%s, %s: %q, %t, want %q", c.notice, c.born.Format(time.DateOnly), p.ID, ok, c.want)
		}
	}
}

func TestParseWrong(t *testing.T) {
	for name, c := range map[string][2]string{
		"no JSON":          {"", "[]"},
		"no name":          {`[{"id":"a"}]`, "[]"},
		"twice":            {`[{"id":"a","name":"A"},{"id":"a","name":"B"}]`, "[]"},
		"not a day":        {`[{"id":"a","name":"A","born":"31/12/1960"}]`, "[]"},
		"a debt twice":     {`[{"id":"a","name":"A"},{"id":"b","name":"B"}]`, `[{"id":"d","debtor":"a","items":[]},{"id":"d","debtor":"b","items":[]}]`},
		"a debt of nobody": {`[{"id":"a","name":"A"}]`, `[{"id":"d","debtor":"b","items":[]}]`},
	} {
		if _, err := Parse([]byte(c[0]), []byte(c[1])); err == nil {
			t.Errorf("%s is read", name)
		}
	}
}
