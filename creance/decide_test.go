package creance_test

import (
	"errors"
	"math"
	"math/big"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/creance"
	"github.com/shopspring/decimal"
)

// eur reads an amount; a mistake in a test is a panic.
func eur(s string) decimal.Decimal { return decimal.RequireFromString(s) }

func at(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return t
}

// today is the day of every decision here that is not about days: 2 October 2023, 14:00 in Paris.
var today = at("2023-10-02T12:00:00Z")

// ameli is the policy in force on that day.
func ameli(t testing.TB) creance.Policy {
	t.Helper()
	p, err := creance.Ameli().On(today)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// debt is open, claimed by a paper notice, and owes the amounts as franchises.
func debt(amounts ...decimal.Decimal) creance.Debt {
	d := creance.Debt{
		ID: "D-1", Debtor: "assure-17",
		Notice: &creance.Notice{Number: "N-1", Channel: creance.Paper, IssuedOn: at("2023-09-01T10:00:00Z")},
	}
	for _, a := range amounts {
		d.Items = append(d.Items, creance.Item{Kind: creance.Franchise, Year: 2022, Amount: a})
	}
	return d
}

// with is debt(60.00), changed.
func with(change func(*creance.Debt)) creance.Debt {
	d := debt(eur("60.00"))
	change(&d)
	return d
}

func reason(c creance.ReasonCode) creance.Reason { return creance.Reason{Code: c} }

func invalid(k creance.Kind) creance.Reason {
	return creance.Reason{Code: creance.InvalidAmount, Kind: k}
}

func below(actual string) creance.Reason {
	return creance.Reason{Code: creance.BelowMinimum, Actual: eur(actual), Limit: eur("50")}
}

func above(actual string) creance.Reason {
	return creance.Reason{Code: creance.AboveMaximum, Actual: eur(actual), Limit: eur("150")}
}

func TestDecide(t *testing.T) {
	huge := decimal.NewFromBigInt(new(big.Int).Lsh(big.NewInt(1), 1_000_000), -2) // 300 000 digits
	for _, tt := range []struct {
		name    string
		debt    creance.Debt
		amount  string // empty: refused
		reasons []creance.Reason
	}{
		// S9: between 50 and 150 euros, both included.
		{"S9, the lower limit", debt(eur("50.00")), "50", nil},
		{"S9, the upper limit", debt(eur("150.00")), "150", nil},
		{"S9, in between", debt(eur("62")), "62", nil},
		{"S9, the sum of several items", debt(eur("20"), eur("29.99"), eur("0.01")), "50", nil},
		{"S9, the limit written otherwise", debt(eur("5e1")), "50", nil},
		// S13: less than 50 euros.
		{"S13, a cent below", debt(eur("49.99")), "", []creance.Reason{below("49.99")}},
		{"S13, the sum is a cent below", debt(eur("20"), eur("29.99")), "", []creance.Reason{below("49.99")}},
		{"S13, a cent", debt(eur("0.01")), "", []creance.Reason{below("0.01")}},
		// S14: more than 150 euros.
		{"S14, a cent above", debt(eur("150.01")), "", []creance.Reason{above("150.01")}},
		{"S14, the sum is a cent above", debt(eur("149.01"), eur("1")), "", []creance.Reason{above("150.01")}},
		{"S14, the largest amount", debt(eur("9999999999.99")), "", []creance.Reason{above("9999999999.99")}},
		// S11, S12: both channels count.
		{"S11, a notice in the account", with(func(d *creance.Debt) { d.Notice.Channel = creance.Electronic }), "60", nil},
		{"S12, a notice by post", with(func(d *creance.Debt) { d.Notice.Channel = creance.Paper }), "60", nil},
		{"S12, by pigeon", with(func(d *creance.Debt) { d.Notice.Channel = "pigeon" }), "", []creance.Reason{reason(creance.NoNotice)}},
		// S15: no notice was received.
		{"S15, none", with(func(d *creance.Debt) { d.Notice = nil }), "", []creance.Reason{reason(creance.NoNotice)}},
		{"S15, one without a number", with(func(d *creance.Debt) { d.Notice.Number = "" }), "", []creance.Reason{reason(creance.NoNotice)}},
		{"S15, one of tomorrow", with(func(d *creance.Debt) { d.Notice.IssuedOn = at("2023-10-02T22:00:00Z") }), "",
			[]creance.Reason{reason(creance.NoNotice)}},
		{"one of today", with(func(d *creance.Debt) { d.Notice.IssuedOn = at("2023-10-02T21:59:59Z") }), "60", nil},
		{"one without a day", with(func(d *creance.Debt) { d.Notice.IssuedOn = time.Time{} }), "60", nil},
		// S16: co-payments only.
		{"S16, a participation", with(func(d *creance.Debt) { d.Items[0].Kind = creance.Participation }), "60", nil},
		{"S16, an undue payment", with(func(d *creance.Debt) { d.Items[0].Kind = "indu" }), "",
			[]creance.Reason{{Code: creance.WrongKind, Kind: "indu"}}},
		{"S16, no kind", with(func(d *creance.Debt) { d.Items[0].Kind = "" }), "", []creance.Reason{{Code: creance.WrongKind}}},
		{"S16, each wrong item", with(func(d *creance.Debt) {
			d.Items = append(d.Items, creance.Item{Kind: "indu", Amount: eur("1")}, creance.Item{Kind: "penalite", Amount: eur("1")})
		}), "", []creance.Reason{{Code: creance.WrongKind, Kind: "indu"}, {Code: creance.WrongKind, Kind: "penalite"}}},

		{"settled", with(func(d *creance.Debt) { d.Status = creance.Settled }), "", []creance.Reason{reason(creance.AlreadySettled)}},
		{"disputed", with(func(d *creance.Debt) { d.Status = creance.Disputed }), "", []creance.Reason{reason(creance.InDispute)}},
		{"exempt", with(func(d *creance.Debt) { d.Status = creance.Exempted }), "", []creance.Reason{reason(creance.Exempt)}},
		{"in instalments", with(func(d *creance.Debt) { d.Status = creance.Instalments }), "", []creance.Reason{reason(creance.InInstalments)}},
		{"suspended", with(func(d *creance.Debt) { d.Status = creance.Suspended }), "", []creance.Reason{reason(creance.OnHold)}},
		{"prescribed", with(func(d *creance.Debt) { d.Status = creance.Prescribed }), "", []creance.Reason{reason(creance.TimeBarred)}},
		{"a status that nobody knows", with(func(d *creance.Debt) { d.Status = "lost" }), "", []creance.Reason{reason(creance.OnHold)}},

		{"nothing owed", debt(), "", []creance.Reason{reason(creance.NothingDue)}},
		{"items of zero", debt(eur("0"), decimal.New(0, math.MaxInt32)), "", []creance.Reason{reason(creance.NothingDue)}},

		// What the notice claims is paid, never more than the balance; the limits look at the balance.
		{"the notice claims a part", with(func(d *creance.Debt) { d.Notice.Amount = eur("20") }), "20", nil},
		{"the notice claims all", with(func(d *creance.Debt) { d.Notice.Amount = eur("60") }), "60", nil},
		{"the notice claims more", with(func(d *creance.Debt) { d.Notice.Amount = eur("60.01") }), "60", nil},
		{"the notice claims a part of too much", func() creance.Debt {
			d := debt(eur("200"))
			d.Notice.Amount = eur("60")
			return d
		}(), "", []creance.Reason{above("200")}},

		// What is no amount has a reason of its own, at once.
		{"negative", debt(eur("-60")), "", []creance.Reason{invalid(creance.Franchise)}},
		{"negative beside a positive one", debt(eur("100"), eur("-40")), "", []creance.Reason{invalid(creance.Franchise)}},
		{"a fraction of a cent", debt(eur("60.001")), "", []creance.Reason{invalid(creance.Franchise)}},
		{"1e20000", debt(decimal.New(1, 20_000)), "", []creance.Reason{invalid(creance.Franchise)}},
		{"1e20000000", debt(decimal.New(1, 20_000_000)), "", []creance.Reason{invalid(creance.Franchise)}},
		{"1e-20000000", debt(decimal.New(1, -20_000_000)), "", []creance.Reason{invalid(creance.Franchise)}},
		{"300 000 digits", debt(huge), "", []creance.Reason{invalid(creance.Franchise)}},
		{"a sum above every amount", debt(eur("9999999999.99"), eur("0.01")), "", []creance.Reason{invalid(creance.Franchise)}},
		{"each invalid item", debt(eur("-1"), eur("60"), eur("0.001")), "",
			[]creance.Reason{invalid(creance.Franchise), invalid(creance.Franchise)}},
		{"an invalid claim", with(func(d *creance.Debt) { d.Notice.Amount = decimal.New(1, 20_000_000) }), "",
			[]creance.Reason{reason(creance.InvalidAmount)}},
		{"a negative claim", with(func(d *creance.Debt) { d.Notice.Amount = eur("-1") }), "", []creance.Reason{reason(creance.InvalidAmount)}},

		// All reasons are given, not the first.
		{"everything is wrong", creance.Debt{Status: creance.Disputed, Items: []creance.Item{{Kind: "indu", Amount: eur("49.99")}}}, "",
			[]creance.Reason{reason(creance.InDispute), {Code: creance.WrongKind, Kind: "indu"}, below("49.99"), reason(creance.NoNotice)}},
		{"the zero debt", creance.Debt{}, "", []creance.Reason{reason(creance.NothingDue), reason(creance.NoNotice)}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			want := creance.Decision{Reasons: tt.reasons, Policy: "ameli@" + ameli(t).Fingerprint()}
			if tt.amount != "" {
				want.Amount = eur(tt.amount)
			}
			got := ameli(t).Decide(tt.debt, today)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("(-want +got):\n%s", diff)
			}
			if again := ameli(t).Decide(tt.debt, today); !cmp.Equal(got, again) {
				t.Errorf("decided otherwise the second time: %v", again)
			}
			if got.Eligible() != (tt.amount != "") {
				t.Errorf("Eligible = %v", got.Eligible())
			}
			if err := got.Err(); errors.Is(err, creance.ErrIneligible) == got.Eligible() || (err == nil) != got.Eligible() {
				t.Errorf("Err = %v", err)
			}
		})
	}
}

// Every code that Quittance gives is given by a case above or by a policy below, and is one of the list.
func TestReasonCodes(t *testing.T) {
	want := []creance.ReasonCode{ // stored by hosts, so frozen: append only
		"nothing_due", "below_minimum", "above_maximum", "no_notice", "wrong_kind",
		"already_settled", "in_dispute", "on_hold", "time_barred", "invalid_amount", "exempt", "in_instalments", "doubtful",
	}
	if diff := cmp.Diff(want, slices.Collect(creance.ReasonCodes())); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Nothing is left to pay of what is barred, exempt, settled or not due; every other reason leaves the debt.
func TestSettles(t *testing.T) {
	want := []creance.ReasonCode{creance.NothingDue, creance.AlreadySettled, creance.TimeBarred, creance.Exempt}
	var got []creance.ReasonCode
	for code := range creance.ReasonCodes() {
		if code.Settles() {
			got = append(got, code)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" || creance.ReasonCode("no_account").Settles() {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestDecideRules(t *testing.T) {
	own := creance.Reason{Code: "no_account", Kind: creance.Franchise}
	check := func(r ...creance.Reason) func(creance.Debt, time.Time) []creance.Reason {
		return func(creance.Debt, time.Time) []creance.Reason { return r }
	}
	for _, tt := range []struct {
		name  string
		debt  creance.Debt
		rules []creance.Rule
		want  []creance.Reason
	}{
		{"one that has nothing against it", debt(eur("60")), []creance.Rule{{ID: "a", Check: check()}}, nil},
		{"one that has", debt(eur("60")), []creance.Rule{{ID: "a", Check: check(own)}}, []creance.Reason{own}},
		{"after everything else", debt(eur("1")), []creance.Rule{{ID: "a", Check: check(own)}}, []creance.Reason{below("1"), own}},
		{"all of them", debt(eur("60")), []creance.Rule{{ID: "a", Check: check(own)}, {ID: "b", Check: check(own, own)}},
			[]creance.Reason{own, own, own}},
		{"one that panics", debt(eur("60")), []creance.Rule{{ID: "a", Check: func(d creance.Debt, _ time.Time) []creance.Reason {
			_ = d.Items[7] // a mistake that nobody made on purpose
			return nil
		}}}, []creance.Reason{reason(creance.OnHold)}},
		{"one that panics with nil", debt(eur("60")), []creance.Rule{{ID: "a", Check: func(creance.Debt, time.Time) []creance.Reason {
			panic(nil)
		}}}, []creance.Reason{reason(creance.OnHold)}},
		{"one without a Check", debt(eur("60")), []creance.Rule{{ID: "a"}}, []creance.Reason{reason(creance.OnHold)}},
		{"those after one that panics are checked", debt(eur("60")), []creance.Rule{{ID: "a"}, {ID: "b", Check: check(own)}},
			[]creance.Reason{reason(creance.OnHold), own}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := ameli(t)
			p.Rules = tt.rules
			got := p.Decide(tt.debt, today)
			if diff := cmp.Diff(tt.want, got.Reasons); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if got.Eligible() != (tt.want == nil) {
				t.Errorf("Eligible = %v", got.Eligible())
			}
		})
	}
}

// A rule is told the debt and the instant of the decision.
func TestDecideTellsRules(t *testing.T) {
	var heard creance.Debt
	var when time.Time
	p := ameli(t)
	p.Rules = []creance.Rule{{ID: "listen", Check: func(d creance.Debt, on time.Time) []creance.Reason {
		heard, when = d, on
		return nil
	}}}
	d := debt(eur("60"))
	p.Decide(d, today)
	if diff := cmp.Diff(d, heard); diff != "" || !when.Equal(today) {
		t.Errorf("at %s (-want +got):\n%s", when, diff)
	}
}

func TestDecideLimitsOfThePolicy(t *testing.T) {
	for _, tt := range []struct {
		name     string
		min, max decimal.Decimal
		want     []creance.Reason
	}{
		{"none: a zero Max lets nothing through", decimal.Zero, decimal.Zero,
			[]creance.Reason{{Code: creance.AboveMaximum, Actual: eur("60")}}},
		{"one amount", eur("60"), eur("60"), nil},
		{"no minimum", decimal.Zero, eur("150"), nil},
		// S25: the pilot of 2017 paid 20 euros, outside S9; a test installation has a policy of its own.
		{"S25, a wide one", eur("0.01"), eur("9999999999.99"), nil},
		{"a minimum that is no amount", decimal.New(1, 20_000_000), eur("150"), []creance.Reason{reason(creance.InvalidAmount)}},
		{"a maximum that is no amount", eur("50"), decimal.New(1, 20_000_000), []creance.Reason{reason(creance.InvalidAmount)}},
		{"a negative minimum", eur("-1"), eur("150"), []creance.Reason{reason(creance.InvalidAmount)}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := creance.Policy{Name: "own", Min: tt.min, Max: tt.max}.Decide(debt(eur("60")), today)
			if diff := cmp.Diff(tt.want, got.Reasons); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// The zero values decide against the payment.
func TestZeroValuesRefuse(t *testing.T) {
	if (creance.Decision{}).Eligible() {
		t.Error("the zero Decision is eligible")
	}
	if err := (creance.Decision{}).Err(); !errors.Is(err, creance.ErrIneligible) {
		t.Errorf("Err of the zero Decision: %v", err)
	}
	if (creance.Policy{}).Decide(debt(eur("60")), today).Eligible() {
		t.Error("the zero Policy lets a debt through")
	}
}

func TestIneligibleError(t *testing.T) {
	d := debt(eur("49.99"))
	d.Status, d.Notice = creance.Disputed, nil
	d.Items = append(d.Items, creance.Item{Kind: "indu", Amount: eur("0.00")})
	err := ameli(t).Decide(d, today).Err()
	const want = "creance: not payable online: in_dispute, wrong_kind (indu), below_minimum (49.99, the limit is 50.00), no_notice"
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
	var ineligible *creance.IneligibleError
	if !errors.As(err, &ineligible) || len(ineligible.Decision.Reasons) != 4 {
		t.Errorf("errors.As gives %v", ineligible)
	}
	for _, c := range []struct {
		d    func(*creance.Debt)
		want string
	}{
		{func(d *creance.Debt) { d.Items[0].Amount = eur("50.005") }, "creance: not payable online: invalid_amount (franchise: whole cents from 0.00 to 9999999999.99 are needed)"},
		{func(d *creance.Debt) { d.Notice.Amount = eur("50.005") }, "creance: not payable online: invalid_amount (of the notice or of a limit: whole cents from 0.00 to 9999999999.99 are needed)"},
	} {
		d := debt(eur("60"))
		d.Items[0].Kind = creance.Franchise
		c.d(&d)
		if err := ameli(t).Decide(d, today).Err(); err == nil || err.Error() != c.want {
			t.Errorf("got  %v\nwant %s", err, c.want)
		}
	}
	// A reason of an integrator's rule may hold any amount; printing it must not take seconds.
	absurd := creance.Reason{Code: creance.AboveMaximum, Actual: decimal.New(1, 20_000_000), Limit: decimal.New(-1, 0)}
	err = creance.Decision{Reasons: []creance.Reason{absurd}}.Err()
	const absurdly = "creance: not payable online: above_maximum ((the amount is above 9999999999.99 euros), the limit is (the amount is negative))"
	if err.Error() != absurdly {
		t.Errorf("got %v", err)
	}
}

// Decide is on the way of every page of the account.
func TestDecideAllocates(t *testing.T) {
	p, d := ameli(t), debt(eur("60"))
	if !p.Decide(d, today).Eligible() {
		t.Fatal("not eligible")
	}
	if allocs := testing.AllocsPerRun(100, func() { p.Decide(d, today) }); allocs > 3 {
		t.Errorf("Decide allocates %v times when eligible, at most 3", allocs)
	}
}

func BenchmarkDecide(b *testing.B) {
	p := ameli(b)
	for name, d := range map[string]creance.Debt{
		"eligible": debt(eur("60")), "refused": debt(eur("49.99")), "absurd": debt(decimal.New(1, 20_000_000)),
		"forty_items": debt(slices.Repeat([]decimal.Decimal{eur("1.50")}, 40)...),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				p.Decide(d, today)
			}
		})
	}
}

// FuzzDecide: Decide never panics, is eligible exactly when it has no reason, and never asks for more than is owed.
func FuzzDecide(f *testing.F) {
	f.Add(int64(50_00), int32(-2), int64(0), int32(0), "franchise", "", "N-1", "paper", int64(0))
	f.Add(int64(1), int32(20_000_000), int64(-1), int32(-3), "indu", "disputed", "", "", int64(1<<40))
	f.Fuzz(func(t *testing.T, amount int64, exp int32, claimed int64, claimedExp int32, kind, status, number, channel string, issued int64) {
		d := creance.Debt{
			ID: "D-1", Debtor: "assure-17", Status: creance.Status(status),
			Items: []creance.Item{{Kind: creance.Kind(kind), Amount: decimal.New(amount, exp)}},
			Notice: &creance.Notice{
				Number: number, Channel: creance.Channel(channel), IssuedOn: time.Unix(issued, 0), Amount: decimal.New(claimed, claimedExp),
			},
		}
		got := ameli(t).Decide(d, today)
		balance, err := d.Balance()
		switch {
		case !got.Eligible() && (len(got.Reasons) == 0 || !got.Amount.IsZero()):
			t.Errorf("refused with amount %s and %d reasons", got.Amount, len(got.Reasons))
		case got.Eligible() && (err != nil || got.Amount.Sign() <= 0 || got.Amount.GreaterThan(balance)):
			t.Errorf("%s to pay of a balance of %s, %v", got.Amount, balance, err)
		case got.Eligible() && (balance.LessThan(eur("50")) || balance.GreaterThan(eur("150"))):
			t.Errorf("a balance of %s was let through (S9)", balance)
		}
		if _, err := got.MarshalJSON(); err != nil {
			t.Errorf("MarshalJSON: %v", err)
		}
		if err := got.Err(); err != nil && len(err.Error()) > 600 {
			t.Errorf("the error has %d bytes", len(err.Error()))
		}
	})
}
