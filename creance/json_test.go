package creance_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/creance"
	"github.com/shopspring/decimal"
)

// The JSON form is exchanged between programs of different ages: frozen.
func TestDebtJSONGolden(t *testing.T) {
	d := creance.Debt{
		ID: "D-1", Debtor: "assure-17", Status: creance.Disputed,
		Items: []creance.Item{
			{Kind: creance.Franchise, Year: 2022, Amount: eur("32.5")},
			{Kind: creance.Participation, Year: 2023, Amount: eur("2e1")},
		},
		Notice: &creance.Notice{Number: "N-1", Channel: creance.Electronic, IssuedOn: at("2023-08-31T22:30:00Z"), Amount: eur("52.50")},
	}
	const want = `{"id":"D-1","debtor":"assure-17","items":[` +
		`{"kind":"franchise","year":2022,"amount":"32.50"},{"kind":"participation_forfaitaire","year":2023,"amount":"20.00"}],` +
		`"notice":{"number":"N-1","channel":"electronic","issued_on":"2023-09-01","amount":"52.50"},"status":"disputed"}`
	data, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(data)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	var got creance.Debt
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	d.Notice.IssuedOn = at("2023-08-31T22:00:00Z") // a day is read as its first instant in Paris
	if diff := cmp.Diff(d, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// What is not there is not written.
func TestDebtJSONOfLittle(t *testing.T) {
	data, err := json.Marshal(creance.Debt{ID: "D-1", Debtor: "a", Notice: &creance.Notice{Number: "N-1", Channel: creance.Paper}})
	const want = `{"id":"D-1","debtor":"a","items":[],"notice":{"number":"N-1","channel":"paper"}}`
	if string(data) != want || err != nil {
		t.Errorf("got %s, %v", data, err)
	}
}

// Package variables of decimal change its own JSON; ours stays.
func TestDebtJSONIgnoresPackageVariables(t *testing.T) {
	defer func(old bool) { decimal.MarshalJSONWithoutQuotes = old }(decimal.MarshalJSONWithoutQuotes)
	decimal.MarshalJSONWithoutQuotes = true
	data, err := json.Marshal(debt(eur("60")))
	if err != nil || !strings.Contains(string(data), `"amount":"60.00"`) {
		t.Errorf("got %s, %v", data, err)
	}
}

func TestDebtJSONReads(t *testing.T) {
	for _, tt := range []struct {
		name, amount string
		want         decimal.Decimal
	}{
		{"a string", `"50.00"`, eur("50")},
		{"a number, exactly", `50.10`, eur("50.1")},
		{"a number that no float64 holds", `9007199254740993`, eur("9007199254740993")},
		{"a number with an exponent", `5e1`, eur("50")},
		{"a negative amount, for Decide to refuse", `"-1.00"`, eur("-1")},
		{"a fraction of a cent, for Decide to refuse", `"0.001"`, eur("0.001")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got creance.Debt
			data := `{"id":"D-1","debtor":"a","items":[{"kind":"franchise","year":2022,"amount":` + tt.amount + `}]}`
			if err := json.Unmarshal([]byte(data), &got); err != nil {
				t.Fatal(err)
			}
			want := creance.Debt{ID: "D-1", Debtor: "a", Items: []creance.Item{{Kind: creance.Franchise, Year: 2022, Amount: tt.want}}}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// An error names the debt and the field, and nothing of the debt is used.
func TestDebtJSONRefuses(t *testing.T) {
	item := func(fields string) string {
		return `{"id":"D-1","debtor":"a","items":[{"kind":"franchise","year":2022,` + fields + `}]}`
	}
	notice := func(fields string) string { return `{"id":"D-1","debtor":"a","notice":{` + fields + `}}` }
	const syntax = `the amount is not a number of euros such as "50.00"`
	for _, tt := range []struct{ name, data, want string }{
		{"no id", `{"debtor":"a"}`, `debt: id is missing`},
		{"an empty id", `{"id":"","debtor":"a"}`, `debt: id is missing`},
		{"null", `null`, `debt: id is missing`},
		{"no debtor", `{"id":"D-1"}`, `debt "D-1": debtor is missing`},
		{"a list", `[]`, `debt: json: cannot unmarshal array`},
		{"an id that is a number", `{"id":1,"debtor":"a"}`, `debt: id: json: cannot unmarshal number`},
		{"a debtor that is a number", `{"id":"D-1","debtor":7}`, `debt "D-1": debtor: json: cannot unmarshal number`},
		{"a status that is a list", `{"id":"D-1","debtor":"a","status":[]}`, `debt "D-1": status: json: cannot unmarshal array`},
		{"two wrong fields", `{"id":"D-1","debtor":7,"status":8}`,
			"debt \"D-1\": debtor: json: cannot unmarshal number into Go value of type string\ndebt \"D-1\": status:"},
		{"an unknown field", `{"id":"D-1","debtor":"a","colour":"red"}`, `debt "D-1": json: unknown field "colour"`},
		{"a key twice", `{"id":"D-1","debtor":"a","debtor":"b"}`, `debt "D-1": the key "debtor" stands twice in one JSON object`},
		{"an amount twice", item(`"amount":"60.00","amount":"600.00"`), `debt "D-1": the key "amount" stands twice in one JSON object`},
		{"items that are no list", `{"id":"D-1","debtor":"a","items":{}}`, `debt "D-1": items: json: cannot unmarshal object`},
		{"an item that is a number", `{"id":"D-1","debtor":"a","items":[5]}`, `debt "D-1": items[0]: json: cannot unmarshal number`},
		{"an item that is null", `{"id":"D-1","debtor":"a","items":[null]}`, `debt "D-1": items[0]: amount is missing`},
		{"an item without an amount", `{"id":"D-1","debtor":"a","items":[{"kind":"franchise","year":2022}]}`,
			`debt "D-1": items[0]: amount is missing`},
		{"an amount that is null", item(`"amount":null`), `debt "D-1": items[0]: amount is missing`},
		{"a French comma", item(`"amount":"50,00"`), `debt "D-1": items[0]: ` + syntax},
		{"a currency", item(`"amount":"50.00 €"`), `debt "D-1": items[0]: ` + syntax},
		{"an empty amount", item(`"amount":""`), `debt "D-1": items[0]: ` + syntax},
		{"an amount that is true", item(`"amount":true`), `debt "D-1": items[0]: ` + syntax},
		{"an amount that is a list", item(`"amount":["50.00"]`), `debt "D-1": items[0]: ` + syntax},
		{"an amount of a hundred digits", item(`"amount":"` + strings.Repeat("9", 100) + `"`), `debt "D-1": items[0]: ` + syntax},
		{"1e20000", item(`"amount":1e20000`), `debt "D-1": items[0]: ` + syntax},
		{"1e20000000", item(`"amount":"1e20000000"`), `debt "D-1": items[0]: ` + syntax},
		{"a year that is a string", `{"id":"D-1","debtor":"a","items":[{"year":"2022","amount":"1"}]}`,
			`debt "D-1": items[0]: json: cannot unmarshal string into Go struct field itemJSON.year`},
		{"a year with a fraction", `{"id":"D-1","debtor":"a","items":[{"year":2022.5,"amount":"1"}]}`,
			`debt "D-1": items[0]: json: cannot unmarshal number 2022.5 into Go struct field itemJSON.year`},
		{"an unknown field of an item", item(`"amount":"1","colour":"red"`), `debt "D-1": items[0]: json: unknown field "colour"`},
		{"a notice that is a string", `{"id":"D-1","debtor":"a","notice":"N-1"}`, `debt "D-1": notice: json: cannot unmarshal string`},
		{"a notice number that is a number", notice(`"number":1`),
			`debt "D-1": notice: json: cannot unmarshal number into Go struct field noticeJSON.number`},
		{"a French date", notice(`"number":"N-1","issued_on":"11/09/2017"`),
			`debt "D-1": notice: "11/09/2017" is not a day such as "2017-09-11"`},
		{"a day that is a number", notice(`"number":"N-1","issued_on":20170911`),
			`debt "D-1": notice: a day is a string such as "2026-03-02"`},
		{"a day that is null", notice(`"number":"N-1","issued_on":null`), `debt "D-1": notice: "" is not a day`},
		{"a claim with a comma", notice(`"number":"N-1","amount":"50,00"`), `debt "D-1": notice: ` + syntax},
		{"the second item", `{"id":"D-1","debtor":"a","items":[{"amount":"1"},{"amount":"x"}]}`, `debt "D-1": items[1]: ` + syntax},
		{"nested too deep", `{"id":"D-1","debtor":"a","items":[` + strings.Repeat("[", 40) + strings.Repeat("]", 40) + `]}`,
			`debt "D-1": JSON nested deeper than 32`},
		// A number that must not be an identifier is not repeated in the error that refuses it.
		{"a social security number for an id", `{"id":"2 55 08 14 168 025 38","debtor":7}`,
			`debt (its id is a social security number): debtor: json: cannot unmarshal number`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			before := debt(eur("60"))
			got := before
			err := json.Unmarshal([]byte(tt.data), &got)
			if err == nil || !strings.HasPrefix(err.Error(), tt.want) {
				t.Errorf("got  %v\nwant %s", err, tt.want)
			}
			if diff := cmp.Diff(before, got); diff != "" {
				t.Errorf("the debt was changed:\n%s", diff)
			}
		})
	}
}

// An amount that is not one is not written, and the error names its place.
func TestDebtJSONWritesAmountsOnly(t *testing.T) {
	claim := debt(eur("60"))
	claim.Notice.Amount = eur("-1")
	insured := debt(eur("-1"))
	insured.ID = "2550814168025"
	for name, tt := range map[string]struct {
		d    creance.Debt
		want string
	}{
		"an item":  {debt(eur("60"), decimal.New(1, 20_000_000)), `debt "D-1": item 2 (franchise, 2022): the amount is above 9999999999.99 euros`},
		"a notice": {claim, `debt "D-1": notice: the amount is negative`},
		"a social security number for an id": {insured,
			`debt (its id is a social security number): item 1 (franchise, 2022): the amount is negative`},
	} {
		if data, err := tt.d.MarshalJSON(); err == nil || err.Error() != tt.want {
			t.Errorf("%s: %s, %v; want %s", name, data, err, tt.want)
		}
	}
}

func TestDecisionJSON(t *testing.T) {
	d := debt(eur("49.99"))
	d.Items = append(d.Items, creance.Item{Kind: "indu", Amount: eur("0")})
	for _, tt := range []struct {
		name     string
		decision creance.Decision
		want     string
	}{
		{"eligible", creance.Decision{Amount: eur("60"), Policy: "own@0123456789abcdef"},
			`{"eligible":true,"amount":"60.00","reasons":[],"policy":"own@0123456789abcdef"}`},
		{"refused", creance.Decision{Reasons: ameli(t).Decide(d, today).Reasons, Policy: "own@0123456789abcdef"},
			`{"eligible":false,"amount":"0.00","reasons":[{"code":"wrong_kind","kind":"indu"},` +
				`{"code":"below_minimum","actual":"49.99","limit":"50.00"}],"policy":"own@0123456789abcdef"}`},
		{"zero", creance.Decision{}, `{"eligible":false,"amount":"0.00","reasons":[],"policy":""}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			data, err := json.Marshal(tt.decision)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, string(data)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			var got creance.Decision
			if err := json.Unmarshal(data, &got); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.decision, got); diff != "" {
				t.Errorf("read again (-want +got):\n%s", diff)
			}
		})
	}
	for _, data := range []string{
		`{"eligible":true,"amount":"60.00","reasons":[{"code":"on_hold"}],"policy":"own@1"}`,
		`{"eligible":true,"amount":"60.00","reasons":[],"policy":""}`,
		`{"eligible":false,"amount":"0.00","reasons":[],"policy":"own@1"}`,
		`{"eligible":false,"eligible":true,"amount":"60.00","reasons":[],"policy":"own@1"}`,
		`{"eligible":true,"amount":"60,00","reasons":[],"policy":"own@1"}`,
		`{"eligible":true,"amount":"60.00","reasons":[],"policy":"own@1","by":"me"}`,
	} {
		var got creance.Decision
		if err := json.Unmarshal([]byte(data), &got); err == nil || !strings.HasPrefix(err.Error(), "decision: ") || got.Eligible() {
			t.Errorf("%s was read: %v", data, err)
		}
	}
	// An absurd amount is an error and takes no time.
	if data, err := json.Marshal(creance.Decision{Amount: decimal.New(1, 20_000_000)}); err == nil {
		t.Errorf("written: %d bytes", len(data))
	}
}

// FuzzDebtJSON: whatever is read never panics, and what can be written is read again as the same debt.
func FuzzDebtJSON(f *testing.F) {
	f.Add([]byte(`{"id":"D-1","debtor":"a","items":[{"kind":"franchise","year":2022,"amount":"60.00"}],` +
		`"notice":{"number":"N-1","channel":"paper","issued_on":"2023-09-01"}}`))
	f.Add([]byte(`{"id":"D-1","debtor":"a","items":[{"amount":1e20000}]}`))
	f.Add([]byte(`{"id":"D-1","id":"D-2"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var d creance.Debt
		if err := d.UnmarshalJSON(data); err != nil {
			if !strings.HasPrefix(err.Error(), "debt") {
				t.Fatalf("the error names no debt: %v", err)
			}
			return
		}
		ameli(t).Decide(d, today)
		written, err := d.MarshalJSON()
		if err != nil {
			return // an amount that is not one
		}
		var again creance.Debt
		if err := again.UnmarshalJSON(written); err != nil {
			t.Fatalf("%s: %v", written, err)
		}
		opts := cmp.Options{cmp.Comparer(func(a, b time.Time) bool { return a.Equal(b) })}
		if diff := cmp.Diff(d, again, opts); diff != "" {
			t.Errorf("(-read +written):\n%s", diff)
		}
	})
}
