package creance_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/quittance/quittance/creance"
	"github.com/shopspring/decimal"
)

var (
	noon   = time.Date(2023, time.October, 2, 12, 0, 0, 0, time.UTC)
	sample = creance.Debt{
		ID: "D-1", Debtor: "assure-17",
		Items: []creance.Item{
			{Kind: creance.Participation, Year: 2022, Amount: decimal.New(24_00, -2)},
			{Kind: creance.Franchise, Year: 2022, Amount: decimal.New(38_00, -2)},
		},
		Notice: &creance.Notice{Number: "N-1", Channel: creance.Paper, IssuedOn: noon.AddDate(0, -1, 0)},
	}
)

// A debt, the policy of the day, and the decision.
func Example() {
	policy, err := creance.Ameli().On(noon)
	if err != nil {
		fmt.Println(err)
		return
	}
	decision := policy.Decide(sample, noon)
	fmt.Println(decision.Eligible(), decision.Amount)

	other := sample
	other.Notice, other.Status = nil, creance.Disputed
	for _, r := range policy.Decide(other, noon).Reasons {
		fmt.Println(r.Code)
	}
	// Output:
	// true 62
	// in_dispute
	// no_notice
}

func ExampleAmeli() {
	for _, p := range creance.Ameli() {
		fmt.Println(p.Name, p.Since.Format(time.DateOnly), p.Min, p.Max)
	}
	// Output:
	// ameli 2016-01-01 50 150
}

func ExampleDebt_Balance() {
	fmt.Println(sample.Balance())

	broken := creance.Debt{Items: []creance.Item{{Kind: creance.Franchise, Year: 2022, Amount: decimal.New(-1, 0)}}}
	_, err := broken.Balance()
	fmt.Println(err)
	// Output:
	// 62 <nil>
	// item 1 (franchise, 2022): the amount is negative
}

// Another notice of the same debt is another claim.
func ExampleDebt_Claim() {
	fmt.Println(sample.Claim())
	fmt.Println(creance.Debt{ID: "2023/17", Notice: &creance.Notice{Number: "N 2"}}.Claim())
	// Output:
	// D-1/N-1
	// 2023%2F17/N%202
}

func ExampleDebt_MarshalJSON() {
	data, err := json.Marshal(sample)
	fmt.Println(string(data), err)
	// Output:
	// {"id":"D-1","debtor":"assure-17","items":[{"kind":"participation_forfaitaire","year":2022,"amount":"24.00"},{"kind":"franchise","year":2022,"amount":"38.00"}],"notice":{"number":"N-1","channel":"paper","issued_on":"2023-09-02"}} <nil>
}

// A file written by hand has commas; the error says where.
func ExampleDebt_UnmarshalJSON() {
	var d creance.Debt
	err := json.Unmarshal([]byte(`{"id": "D-1", "debtor": "assure-17", "items": [{"kind": "franchise", "year": 2022, "amount": "50,00"}]}`), &d)
	fmt.Println(err)
	// Output:
	// debt "D-1": items[0]: the amount is not a number of euros such as "50.00"
}

func ExampleDecision_Eligible() {
	policy, _ := creance.Ameli().On(noon)
	fmt.Println(policy.Decide(sample, noon).Eligible())
	fmt.Println(creance.Decision{}.Eligible())
	// Output:
	// true
	// false
}

func ExampleDecision_Err() {
	policy, _ := creance.Ameli().On(noon)
	refused := creance.Debt{
		ID: "D-2", Debtor: "assure-17",
		Items: []creance.Item{{Kind: "indu", Year: 2022, Amount: decimal.New(150_01, -2)}},
	}

	err := policy.Decide(refused, noon).Err()
	fmt.Println(err)
	fmt.Println(errors.Is(err, creance.ErrIneligible))
	if why := (*creance.IneligibleError)(nil); errors.As(err, &why) {
		fmt.Println(len(why.Decision.Reasons), "reasons")
	}
	// Output:
	// not payable online: wrong_kind (indu), above_maximum (150.01, the limit is 150.00), no_notice
	// true
	// 3 reasons
}

func ExampleDecision_MarshalJSON() {
	policy, _ := creance.Ameli().On(noon)
	data, err := json.Marshal(policy.Decide(sample, noon))
	fmt.Println(string(data), err)
	// Output:
	// {"eligible":true,"amount":"62.00","reasons":[],"policy":"ameli@15f0b63a60bf8132"} <nil>
}

func ExampleDecision_UnmarshalJSON() {
	var d creance.Decision
	err := json.Unmarshal([]byte(`{"eligible":true,"amount":"62.00","reasons":[{"code":"on_hold"}],"policy":"own@0123456789abcdef"}`), &d)
	fmt.Println(err)
	// Output:
	// decision: eligible contradicts reasons and policy
}

// What may be asked of a test shop, and why the pilot's payment of 20 euros was let through (S25).
func ExamplePolicy_Decide() {
	twenty := creance.Debt{
		ID: "D-3", Debtor: "assure-17",
		Items:  []creance.Item{{Kind: creance.Franchise, Year: 2016, Amount: decimal.New(20_00, -2)}},
		Notice: &creance.Notice{Number: "N-3", Channel: creance.Electronic},
	}
	day := time.Date(2017, time.September, 11, 13, 39, 0, 0, time.UTC)
	ameli, _ := creance.Ameli().On(day)
	integration := creance.Policy{Name: "integration", Since: day, Min: decimal.New(1, -2), Max: decimal.New(150, 0)}
	fmt.Println(ameli.Decide(twenty, day).Err())
	fmt.Println(integration.Decide(twenty, day).Amount)
	// Output:
	// not payable online: below_minimum (20.00, the limit is 50.00)
	// 20
}

// A policy of an integrator's own, with a rule. Its fingerprint travels into the payment.
func ExamplePolicy_Fingerprint() {
	own := creance.Policy{
		Name: "fund-34", Since: noon, Min: decimal.New(50, 0), Max: decimal.New(150, 0),
		Rules: []creance.Rule{{ID: "one_year/1", Check: func(d creance.Debt, _ time.Time) []creance.Reason {
			for _, it := range d.Items {
				if it.Year != d.Items[0].Year {
					return []creance.Reason{{Code: "several_years", Kind: it.Kind}}
				}
			}
			return nil
		}}},
	}
	fmt.Println(own.Fingerprint())
	own.Rules[0].ID = "one_year/2"
	fmt.Println(own.Fingerprint())
	// Output:
	// ab72489ddfc5b109
	// bd49460c0a51a19b
}

func ExamplePolicies_On() {
	ps := append(creance.Ameli(), creance.Policy{
		Name: "up_to_300", Since: time.Date(2027, time.January, 1, 12, 0, 0, 0, time.UTC), Min: decimal.New(50, 0), Max: decimal.New(300, 0),
	})
	before, _ := ps.On(time.Date(2026, time.December, 31, 22, 59, 0, 0, time.UTC)) // 23:59 in Paris
	after, _ := ps.On(time.Date(2026, time.December, 31, 23, 0, 0, 0, time.UTC))   // midnight in Paris
	fmt.Println(before.Name, after.Name)

	_, err := ps.On(time.Date(2015, time.July, 1, 0, 0, 0, 0, time.UTC))
	fmt.Println(err)
	// Output:
	// ameli up_to_300
	// creance: no policy is in force on 2015-07-01
}

func ExamplePolicies_Validate() {
	fmt.Println(creance.Policies{
		{Name: "", Min: decimal.New(150, 0), Max: decimal.New(50, 0)},
		{Name: "own", Since: noon, Max: decimal.New(1, -3)},
	}.Validate())
	// Output:
	// creance: policy 1 (""): Name is empty
	// creance: policy 1 (""): Min 150.00 is above Max 50.00
	// creance: policy 2 ("own"): Max: the amount has a fraction of a cent
}

func ExampleReasonCodes() {
	fmt.Println(slices.Collect(creance.ReasonCodes())[:3])
	// Output:
	// [nothing_due below_minimum above_maximum]
}

// What cannot be right about a debt: nobody owes more than 50 € of participations for a year, and they are whole euros.
func ExamplePlausible() {
	debt := creance.Debt{
		ID: "d-1", Debtor: "assure-17",
		Items: []creance.Item{{Kind: creance.Participation, Year: 2024, Amount: decimal.New(70_30, -2)}},
	}
	for _, doubt := range creance.Plausible(debt, time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC)) {
		fmt.Println(doubt)
	}
	// Output:
	// over_cap, participation_forfaitaire 2024: 70.30, the limit is 50.00
	// cents, participation_forfaitaire 2024
}

// A host that wants such debts refused adds a rule to its policy.
func ExampleImpossibleRule() {
	policy := creance.Ameli()[0]
	policy.Rules = append(policy.Rules, creance.ImpossibleRule())
	decision := policy.Decide(creance.Debt{
		ID: "d-1", Debtor: "assure-17",
		Items:  []creance.Item{{Kind: creance.Franchise, Year: 2007, Amount: decimal.New(50_00, -2)}},
		Notice: &creance.Notice{Number: "ASP-2026-1", Channel: creance.Paper},
	}, time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC))
	fmt.Println(decision.Err())
	// Output:
	// not payable online: doubtful (franchise)
}

// A town hall takes what its régie collects, and no co-payments.
func ExamplePolicy_kinds() {
	town := creance.Policies{{
		Name: "mairie", Since: time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC),
		Min: decimal.New(1, 0), Max: decimal.New(300, 0), Kinds: []creance.Kind{"cantine", "creche"},
	}}
	policy, err := town.On(time.Date(2026, 11, 28, 10, 0, 0, 0, time.UTC))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, kind := range []creance.Kind{"cantine", creance.Franchise} {
		d := policy.Decide(creance.Debt{
			Items:  []creance.Item{{Kind: kind, Year: 2026, Amount: decimal.New(4250, -2)}},
			Notice: &creance.Notice{Number: "F-2026-117", Channel: creance.Paper},
		}, time.Date(2026, 11, 28, 10, 0, 0, 0, time.UTC))
		fmt.Println(kind, d.Eligible(), d.Amount, d.Err())
	}
	// Output:
	// cantine true 42.5 <nil>
	// franchise false 0 not payable online: wrong_kind (franchise)
}
