package creance_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/creance"
	"github.com/shopspring/decimal"
)

func item(k creance.Kind, year int, cents int64) creance.Item {
	return creance.Item{Kind: k, Year: year, Amount: decimal.New(cents, -2)}
}

// What the law makes impossible or odd, and what it does not.
func TestPlausible(t *testing.T) {
	pf, fr := creance.Participation, creance.Franchise
	for _, c := range []struct {
		name   string
		items  []creance.Item
		status creance.Status
		notice int64
		want   []string
	}{
		{name: "nothing"},
		{name: "both caps of two years", items: []creance.Item{item(pf, 2024, 50_00), item(fr, 2024, 50_00), item(pf, 2025, 50_00)}},
		{name: "a cap exceeded by a cent", items: []creance.Item{item(fr, 2024, 50_01)}, want: []string{"over_cap, franchise 2024: 50.01, the limit is 50.00"}},
		{name: "a cap exceeded by two items", items: []creance.Item{item(pf, 2024, 30_00), item(pf, 2024, 21_00)},
			want: []string{"over_cap, participation_forfaitaire 2024: 51.00, the limit is 50.00"}},
		{name: "of a year more than both", items: []creance.Item{item(pf, 2024, 70_00), item(fr, 2024, 50_00)},
			want: []string{"over_cap, participation_forfaitaire 2024: 70.00, the limit is 50.00", "over_year 2024: 120.00, the limit is 100.00"}},
		{name: "before 2005", items: []creance.Item{item(pf, 2003, 10_00)}, status: creance.Prescribed, want: []string{"before_law, participation_forfaitaire 2003"}},
		{name: "before 2008", items: []creance.Item{item(fr, 2007, 10_00)}, status: creance.Prescribed, want: []string{"before_law, franchise 2007"}},
		{name: "the first years", items: []creance.Item{item(pf, 2005, 10_00), item(fr, 2008, 10_00)}, status: creance.Prescribed},
		{name: "a year to come", items: []creance.Item{item(pf, 2031, 10_00)}, want: []string{"year_to_come, participation_forfaitaire 2031"}},
		{name: "the year of the decision", items: []creance.Item{item(pf, 2026, 10_00), item(fr, 2026, 10_00)}},
		{name: "the next year", items: []creance.Item{item(fr, 2027, 10_00)}, want: []string{"year_to_come, franchise 2027"}},
		{name: "no year", items: []creance.Item{item(pf, 0, 10_50)}, want: []string{"no_year, participation_forfaitaire"}},
		{name: "cents", items: []creance.Item{item(pf, 2024, 48_53), item(fr, 2024, 48_53)}, want: []string{"cents, participation_forfaitaire 2024"}},
		{name: "cents that add up", items: []creance.Item{item(pf, 2024, 10_50), item(pf, 2024, 10_50)}},
		{name: "the fifth year", items: []creance.Item{item(pf, 2021, 10_00)}},
		{name: "older than five years, and open", items: []creance.Item{item(pf, 2020, 10_00)}, want: []string{"old, participation_forfaitaire 2020"}},
		{name: "older than five years, and not claimed", items: []creance.Item{item(pf, 2020, 10_00)}, status: creance.Prescribed},
		{name: "a notice of next to nothing", items: []creance.Item{item(fr, 2024, 50_00)}, notice: 1, want: []string{"small_notice: 0.01, the limit is 1.00"}},
		{name: "a notice of 1 €", items: []creance.Item{item(fr, 2024, 50_00)}, notice: 1_00},
		{name: "what Decide refuses already", items: []creance.Item{item("indu", 1999, 999_00), item(fr, 2024, -1), item(fr, 2031, 0)}},
		{name: "several, in order", items: []creance.Item{item(pf, 2019, 60_50), item(fr, 2024, 50_50), item(fr, 2001, 1_00)},
			want: []string{"over_cap, participation_forfaitaire 2019: 60.50, the limit is 50.00", "over_cap, franchise 2024: 50.50, the limit is 50.00",
				"before_law, franchise 2001", "cents, participation_forfaitaire 2019", "old, franchise 2001", "old, participation_forfaitaire 2019"}},
	} {
		d := creance.Debt{ID: "d", Debtor: "p", Items: c.items, Status: c.status, Notice: &creance.Notice{Number: "1", Channel: creance.Paper, Amount: decimal.New(c.notice, -2)}}
		var got []string
		for _, doubt := range creance.Plausible(d, parisNoon(2026, time.March, 2)) {
			got = append(got, doubt.String())
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

// The doubts of one code are in the order of the years, whatever the order of the items.
func TestPlausibleOrdersYears(t *testing.T) {
	d := creance.Debt{ID: "d", Debtor: "p", Status: creance.Prescribed}
	var want, got []int
	for year := 2025; year >= 2008; year-- {
		d.Items = append(d.Items, item(creance.Franchise, year, 50_00), item(creance.Participation, year, 70_00))
		want = append([]int{year}, want...)
	}
	for _, doubt := range creance.Plausible(d, parisNoon(2026, time.March, 2)) {
		if doubt.Code == creance.DoubtOverYear {
			got = append(got, doubt.Year)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func parisNoon(y int, m time.Month, d int) time.Time {
	return time.Date(y, m, d, 11, 0, 0, 0, time.UTC)
}

// The rules refuse what they are about and nothing else, and a policy's fingerprint tells them apart.
func TestPlausibleRules(t *testing.T) {
	on := parisNoon(2026, time.March, 2)
	policy := func(rules ...creance.Rule) creance.Policy {
		p := creance.Ameli()[0]
		p.Rules = rules
		if err := (creance.Policies{p}).Validate(); err != nil {
			t.Fatal(err)
		}
		return p
	}
	debt := func(items ...creance.Item) creance.Debt {
		return creance.Debt{ID: "d", Debtor: "p", Items: items, Notice: &creance.Notice{Number: "1", Channel: creance.Paper, IssuedOn: on}}
	}
	impossible := debt(item(creance.Participation, 2024, 70_00))
	cents := debt(item(creance.Participation, 2024, 48_53), item(creance.Franchise, 2024, 10_00))
	years := debt(item(creance.Franchise, 2024, 40_00), item(creance.Franchise, 2025, 40_00))
	one := debt(item(creance.Participation, 2024, 50_00), item(creance.Franchise, 2024, 50_00), item(creance.Franchise, 2023, 0))
	for _, c := range []struct {
		name    string
		policy  creance.Policy
		refuses []creance.Debt
		lets    []creance.Debt
	}{
		{"no rule", policy(), nil, []creance.Debt{impossible, cents, years, one}},
		{"every doubt", policy(creance.PlausibleRule()), []creance.Debt{impossible, cents}, []creance.Debt{years, one}},
		{"the impossible", policy(creance.ImpossibleRule()), []creance.Debt{impossible}, []creance.Debt{cents, years, one}},
		{"cents", policy(creance.PlausibleRule(creance.DoubtCents)), []creance.Debt{cents}, []creance.Debt{impossible, years}},
		{"one year", policy(creance.OneYearRule()), []creance.Debt{years}, []creance.Debt{one, cents}},
	} {
		for _, d := range c.refuses {
			dec := c.policy.Decide(d, on)
			if len(dec.Reasons) != 1 || dec.Reasons[0].Code != creance.Doubtful {
				t.Errorf("%s: %v of %v", c.name, dec.Reasons, d.Items)
			}
		}
		for _, d := range c.lets {
			if dec := c.policy.Decide(d, on); !dec.Eligible() {
				t.Errorf("%s: %v of %v", c.name, dec.Reasons, d.Items)
			}
		}
	}
	if a, b := creance.PlausibleRule(creance.DoubtOld, creance.DoubtCents, creance.DoubtOld), creance.PlausibleRule(creance.DoubtCents, creance.DoubtOld); a.ID != b.ID || a.ID == creance.PlausibleRule().ID {
		t.Errorf("%q, %q", a.ID, b.ID)
	}
}

// Whether a debt is of one year does not depend on the order of its items; a year that is not known beside one that is makes two.
func TestOneYearRuleInEveryOrder(t *testing.T) {
	of := func(years ...int) (items []creance.Item) {
		for _, y := range years {
			items = append(items, item(creance.Franchise, y, 10_00))
		}
		return items
	}
	for _, c := range []struct {
		name    string
		items   []creance.Item
		refused bool
	}{
		{"none", nil, false},
		{"one", of(2024, 2024), false},
		{"two", of(2024, 2025), true},
		{"not known", of(0, 0), false},
		{"one that is not known, first", of(0, 2024), true},
		{"one that is not known, last", of(2024, 0), true},
		{"one that is not known, first of three", of(0, 2024, 2024), true},
		{"another of nothing", append(of(2024), item(creance.Franchise, 2025, 0)), false},
	} {
		got := creance.OneYearRule().Check(creance.Debt{ID: "d", Debtor: "p", Items: c.items}, parisNoon(2026, time.March, 2))
		if (len(got) > 0) != c.refused {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

// The codes are stored by hosts: they are frozen.
func TestDoubtCodesAreFrozen(t *testing.T) {
	var got []creance.DoubtCode
	for c := range creance.DoubtCodes() {
		got = append(got, c)
	}
	want := []creance.DoubtCode{"over_cap", "over_year", "before_law", "year_to_come", "no_year", "cents", "old", "small_notice"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// The table has no gap and no two lines for one day, and every line has its source.
func TestAmounts(t *testing.T) {
	type of struct {
		rule creance.AmountRule
		kind creance.Kind
	}
	last := map[of]creance.Amount{}
	for a := range creance.Amounts() {
		k := of{a.Rule, a.Kind}
		if was, ok := last[k]; ok && !was.Until.AddDate(0, 0, 1).Equal(a.From) {
			t.Errorf("%v: %v ends on %v, the next begins on %v", k, was.Euros, was.Until, a.From)
		}
		if a.Source == "" || a.Confidence == "" || a.Euros.IsZero() == (a.Count == 0) || !a.Until.IsZero() && !a.From.Before(a.Until) {
			t.Errorf("%+v", a)
		}
		last[k] = a
	}
	for k, a := range last {
		if !a.Until.IsZero() {
			t.Errorf("%v ends", k)
		}
	}
	for _, c := range []struct {
		rule creance.AmountRule
		kind creance.Kind
		day  time.Time
		want string
	}{
		{creance.RulePerAct, creance.Participation, parisNoon(2024, time.May, 14), "1.00"}, {creance.RulePerAct, creance.Participation, parisNoon(2024, time.May, 15), "2.00"},
		{creance.RulePerBox, creance.Franchise, parisNoon(2024, time.March, 30), "0.50"}, {creance.RulePerBox, creance.Franchise, parisNoon(2024, time.March, 31), "1.00"},
		{creance.RulePerDayTransport, creance.Franchise, parisNoon(2024, time.March, 30), "4.00"}, {creance.RulePerDayTransport, creance.Franchise, parisNoon(2026, time.March, 2), "8.00"},
		{creance.RulePerTrip, creance.Franchise, parisNoon(2007, time.December, 31), ""}, {creance.RulePerYear, creance.Participation, parisNoon(2004, time.December, 31), ""},
		{creance.RulePerYear, creance.Franchise, parisNoon(2026, time.March, 2), "50.00"},
	} {
		got := ""
		for a := range creance.Amounts() {
			if a.Rule == c.rule && a.Kind == c.kind && a.In(c.day) {
				got += a.Euros.StringFixed(2)
			}
		}
		if got != c.want {
			t.Errorf("%s %s on %s: %q, want %q", c.rule, c.kind, c.day.Format(time.DateOnly), got, c.want)
		}
	}
}

// Plausible is total: whatever a debt holds, it gives doubts of the list, in its order, and none about what is not a co-payment.
func FuzzPlausible(f *testing.F) {
	f.Add("franchise", 2024, int64(50_01), int32(-2), "", int64(1))
	f.Add("participation_forfaitaire", -5, int64(-1), int32(3), "settled", int64(0))
	f.Add("indu", 99999, int64(1), int32(20000000), "foo", int64(99))
	f.Fuzz(func(t *testing.T, kind string, year int, amount int64, exp int32, status string, notice int64) {
		d := creance.Debt{
			ID: "d", Debtor: "p", Status: creance.Status(status), Notice: &creance.Notice{Amount: decimal.New(notice, -2)},
			Items: []creance.Item{
				{Kind: creance.Kind(kind), Year: year, Amount: decimal.New(amount, exp)}, item(creance.Franchise, 2024, 20_00), item(creance.Participation, year, 30_00),
			},
		}
		codes := map[creance.DoubtCode]int{}
		for c := range creance.DoubtCodes() {
			codes[c] = len(codes)
		}
		last := 0
		for _, doubt := range creance.Plausible(d, parisNoon(2026, time.March, 2)) {
			at, known := codes[doubt.Code]
			if !known || at < last || doubt.String() == "" || doubt.Kind != "" && doubt.Kind != creance.Franchise && doubt.Kind != creance.Participation {
				t.Fatalf("%+v", doubt)
			}
			last = at
		}
	})
}
