package creance_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/creance"
	"github.com/shopspring/decimal"
)

// Policies change at midnight in Paris, whatever the day is in UTC.
func TestPoliciesOn(t *testing.T) {
	first := at("2015-12-31T23:00:00Z") // 1 January 2016 in Paris
	ps := creance.Policies{
		{Name: "summer", Since: at("2024-06-30T22:00:00Z")}, // 1 July 2024
		{Name: "first", Since: first},
		{Name: "new_year", Since: at("2026-01-01T12:00:00Z")}, // any instant of that day
	}
	for _, tt := range []struct{ day, want string }{
		{"2015-12-31T22:59:59Z", ""},
		{"2015-12-31T23:00:00Z", "first"},
		{"2016-01-01T00:00:00Z", "first"},
		{"2024-06-30T21:59:59Z", "first"},
		{"2024-06-30T22:00:00Z", "summer"},
		{"2024-07-01T23:00:00+02:00", "summer"},
		{"2025-12-31T22:59:59Z", "summer"},
		{"2025-12-31T23:00:00Z", "new_year"},
		{"2025-12-31T23:30:00Z", "new_year"},
		{"2999-01-01T00:00:00Z", "new_year"},
	} {
		p, err := ps.On(at(tt.day))
		if p.Name != tt.want || (err != nil) != (tt.want == "") {
			t.Errorf("On(%s) = %q, %v; want %q", tt.day, p.Name, err, tt.want)
		}
	}
	if _, err := ps.On(first.Add(-time.Nanosecond)); err == nil || err.Error() != "creance: no policy is in force on 2015-12-31" {
		t.Errorf("the error reads %v", err)
	}
	if _, err := (creance.Policies{}).On(today); err == nil {
		t.Error("an empty list has a policy")
	}
	// Validate refuses two of one day; without it the later in the list holds.
	twice := creance.Policies{{Name: "a", Since: first}, {Name: "b", Since: first.Add(time.Hour)}}
	if p, _ := twice.On(today); p.Name != "b" {
		t.Errorf("of two of one day %q holds", p.Name)
	}
}

// S9, S13, S14: from 50 to 150 euros.
func TestAmeli(t *testing.T) {
	p := ameli(t)
	want := creance.Policy{Name: "ameli", Since: at("2015-12-31T23:00:00Z"), Min: eur("50"), Max: eur("150")}
	if diff := cmp.Diff(want, p); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if err := creance.Ameli().Validate(); err != nil {
		t.Errorf("Validate: %v", err)
	}
	// A caller that changes its copy changes nobody else's.
	mine := creance.Ameli()
	mine[0].Max = eur("1000")
	if diff := cmp.Diff(want, creance.Ameli()[0]); diff != "" {
		t.Errorf("somebody changed it (-want +got):\n%s", diff)
	}
}

// Fingerprints are stored with every payment: they are frozen. A failure here means that stored payments no longer name a policy
// that can be found; never change these strings. The first is the beginning of
// SHA-256("policy/1 5:ameli 20160101 5000 15000").
func TestFingerprintGolden(t *testing.T) {
	for _, tt := range []struct {
		p    creance.Policy
		want string
	}{
		{creance.Ameli()[0], "15f0b63a60bf8132"},
		{creance.Policy{}, "2ed39b333c42962e"},
		{creance.Policy{
			Name: "intégration « 20 € »", Since: at("2017-09-10T22:00:00Z"), Min: eur("0.01"), Max: eur("9999999999.99"),
			Rules: []creance.Rule{{ID: "has_account/1"}, {ID: "not_exempt/2"}},
		}, "a0c18b447643d26a"},
		{creance.Policy{ // SHA-256("policy/1 7:cantine 20260901 100 30000 kinds 7:cantine 6:creche")
			Name: "cantine", Since: at("2026-08-31T22:00:00Z"), Min: eur("1"), Max: eur("300"), Kinds: []creance.Kind{"creche", "cantine"},
		}, "ef063070c4b3735e"},
	} {
		if got := tt.p.Fingerprint(); got != tt.want {
			t.Errorf("the fingerprint of %q is %s, was %s", tt.p.Name, got, tt.want)
		}
		if got, want := tt.p.Decide(creance.Debt{}, today).Policy, tt.p.Name+"@"+tt.want; got != want {
			t.Errorf("a decision names %q, want %q", got, want)
		}
	}
}

func TestFingerprintSensitivity(t *testing.T) {
	base := func() creance.Policy {
		return creance.Policy{
			Name: "own", Since: at("2024-06-30T22:00:00Z"), Min: eur("50"), Max: eur("150"), Rules: []creance.Rule{{ID: "a"}, {ID: "b"}},
		}
	}
	seen := map[string]string{base().Fingerprint(): "the base"}
	for name, change := range map[string]func(*creance.Policy){
		"another name":            func(p *creance.Policy) { p.Name = "Own" },
		"no name":                 func(p *creance.Policy) { p.Name = "" },
		"another day":             func(p *creance.Policy) { p.Since = at("2024-07-01T22:00:00Z") },
		"another minimum":         func(p *creance.Policy) { p.Min = eur("49.99") },
		"another maximum":         func(p *creance.Policy) { p.Max = eur("150.01") },
		"limits exchanged":        func(p *creance.Policy) { p.Min, p.Max = p.Max, p.Min },
		"a limit that is none":    func(p *creance.Policy) { p.Min = decimal.New(1, 20_000_000) },
		"no rules":                func(p *creance.Policy) { p.Rules = nil },
		"a rule less":             func(p *creance.Policy) { p.Rules = p.Rules[:1] },
		"a rule more":             func(p *creance.Policy) { p.Rules = append(p.Rules, creance.Rule{ID: "c"}) },
		"a rule twice":            func(p *creance.Policy) { p.Rules = append(p.Rules, creance.Rule{ID: "b"}) },
		"rules in another order":  func(p *creance.Policy) { p.Rules[0], p.Rules[1] = p.Rules[1], p.Rules[0] },
		"a rule changed":          func(p *creance.Policy) { p.Rules[1].ID = "b/2" },
		"two rules run together":  func(p *creance.Policy) { p.Rules = []creance.Rule{{ID: "ab"}} },
		"two rules as one string": func(p *creance.Policy) { p.Rules = []creance.Rule{{ID: "a 1:b"}} },
		"other kinds":             func(p *creance.Policy) { p.Kinds = []creance.Kind{"cantine"} },
		"one more":                func(p *creance.Policy) { p.Kinds = []creance.Kind{"cantine", "creche"} },
		"the kinds named":         func(p *creance.Policy) { p.Kinds = []creance.Kind{creance.Participation, creance.Franchise} },
		"no kind at all":          func(p *creance.Policy) { p.Kinds = []creance.Kind{} },
		"kinds as a rule":         func(p *creance.Policy) { p.Rules = append(p.Rules, creance.Rule{ID: " kinds 7:cantine"}) },
		"a rule with no ID":       func(p *creance.Policy) { p.Rules = append(p.Rules, creance.Rule{}) },
	} {
		p := base()
		change(&p)
		f := p.Fingerprint()
		if other, ok := seen[f]; ok {
			t.Errorf("%s has the fingerprint of %s", name, other)
		}
		seen[f] = name
	}

	// What means the same has the same: another instant of the day, another way to write an amount, what a rule does.
	p := base()
	p.Since, p.Min, p.Max = at("2024-07-01T18:00:00Z"), eur("5e1"), eur("150.000")
	p.Rules[0].Check = func(creance.Debt, time.Time) []creance.Reason { return nil }
	if got, want := p.Fingerprint(), base().Fingerprint(); got != want {
		t.Errorf("the same policy has another fingerprint: %s, %s", got, want)
	}
}

// A fingerprint does not depend on how long a name is: the buffer it is made in has an end.
func TestFingerprintOfLongNames(t *testing.T) {
	seen := map[string]int{}
	for n := range 600 {
		p := creance.Policy{Name: strings.Repeat("n", n), Max: eur("150")}
		f := p.Fingerprint()
		if len(f) != 16 || strings.Trim(f, "0123456789abcdef") != "" {
			t.Fatalf("a name of %d letters has the fingerprint %q", n, f)
		}
		if m, ok := seen[f]; ok {
			t.Fatalf("names of %d and %d letters have one fingerprint", m, n)
		}
		seen[f] = n
	}
}

func TestValidate(t *testing.T) {
	day := at("2024-06-30T22:00:00Z")
	check := func(creance.Debt, time.Time) []creance.Reason { return nil }
	sound := func() creance.Policy {
		return creance.Policy{Name: "own", Since: day, Min: eur("50"), Max: eur("150"), Rules: []creance.Rule{{ID: "a", Check: check}}}
	}
	one := func(change func(*creance.Policy)) creance.Policies {
		p := sound()
		change(&p)
		return creance.Policies{p}
	}
	for _, tt := range []struct {
		name string
		ps   creance.Policies
		want string // all of the error; empty: none
	}{
		{"sound", creance.Policies{sound()}, ""},
		{"one amount", one(func(p *creance.Policy) { p.Min = p.Max }), ""},
		{"empty", nil, "creance: no policy"},
		{"no name", one(func(p *creance.Policy) { p.Name = "" }), `creance: policy 1 (""): Name is empty`},
		{"one name twice", creance.Policies{sound(), {Name: "own", Since: day.AddDate(1, 0, 0)}},
			`creance: policy 2 ("own"): Name is used twice`},
		{"one day twice", creance.Policies{sound(), {Name: "b", Since: day.Add(time.Hour)}},
			`creance: policy 2 ("b"): another policy begins on 2024-07-01 too`},
		{"limits exchanged", one(func(p *creance.Policy) { p.Min, p.Max = p.Max, p.Min }),
			`creance: policy 1 ("own"): Min 150.00 is above Max 50.00`},
		{"limits that are none", one(func(p *creance.Policy) { p.Min, p.Max = eur("-1"), decimal.New(1, 20_000_000) }),
			"creance: policy 1 (\"own\"): Min: the amount is negative\n" +
				"creance: policy 1 (\"own\"): Max: the amount is above 9999999999.99 euros"},
		{"rules", one(func(p *creance.Policy) {
			p.Rules = append(p.Rules, creance.Rule{}, creance.Rule{ID: "a", Check: check})
		}),
			"creance: policy 1 (\"own\"): rule 2: ID is empty\n" +
				"creance: policy 1 (\"own\"): rule 2 (\"\"): Check is nil\n" +
				"creance: policy 1 (\"own\"): rule 3: ID \"a\" is used twice"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := ""
			if err := tt.ps.Validate(); err != nil {
				got = err.Error()
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// A canteen's bill is no co-payment: each policy takes its own kinds, and says so of every other.
func TestPolicyKinds(t *testing.T) {
	town := creance.Policy{Name: "mairie", Min: eur("1"), Max: eur("300"), Kinds: []creance.Kind{"cantine", "creche"}}
	own := creance.Policy{Name: "own", Min: eur("1"), Max: eur("300")}
	for _, tt := range []struct {
		p     creance.Policy
		kinds []creance.Kind
		wrong []creance.Kind
	}{
		{town, []creance.Kind{"cantine", "creche"}, nil},
		{town, []creance.Kind{"cantine", creance.Franchise}, []creance.Kind{creance.Franchise}},
		{town, []creance.Kind{""}, []creance.Kind{""}},
		{own, []creance.Kind{creance.Participation, creance.Franchise}, nil},
		{own, []creance.Kind{"cantine"}, []creance.Kind{"cantine"}},
	} {
		d := creance.Debt{Notice: &creance.Notice{Number: "N", Channel: creance.Paper}}
		for _, k := range tt.kinds {
			d.Items = append(d.Items, creance.Item{Kind: k, Year: 2026, Amount: eur("20")})
		}
		var want []creance.Reason
		for _, k := range tt.wrong {
			want = append(want, creance.Reason{Code: creance.WrongKind, Kind: k})
		}
		if diff := cmp.Diff(want, tt.p.Decide(d, today).Reasons); diff != "" {
			t.Errorf("%s of %v (-want +got):\n%s", tt.p.Name, tt.kinds, diff)
		}
	}
	for name, kinds := range map[string][]creance.Kind{"none": {}, "empty": {""}, "twice": {"a", "a"}} {
		p := town
		p.Kinds = kinds
		if err := (creance.Policies{p}).Validate(); err == nil || !strings.Contains(err.Error(), "Kinds") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := (creance.Policies{town}).Validate(); err != nil {
		t.Error(err)
	}
	a, b := town, town
	b.Kinds = []creance.Kind{"creche", "cantine"}
	if a.Fingerprint() != b.Fingerprint() {
		t.Error("the order of the kinds changes the fingerprint")
	}
}
