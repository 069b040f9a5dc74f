package creance

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/quittance/quittance/internal/euro"
	"github.com/quittance/quittance/internal/nir"
	"github.com/quittance/quittance/internal/paris"
	"github.com/quittance/quittance/internal/strictjson"
	"github.com/shopspring/decimal"
)

// The JSON form of a debt:
//
//	{"id": "D-1", "debtor": "A-7", "status": "",
//	 "items":  [{"kind": "franchise", "year": 2025, "amount": "32.50"}],
//	 "notice": {"number": "N-1", "channel": "paper", "issued_on": "2026-03-02", "amount": "32.50"}}
//
// Amounts are written as strings with two decimals; numbers are read too, exactly. decimal.Decimal's own JSON is not
// used: package variables of that library change it.
type (
	debtJSON struct {
		ID     string      `json:"id"`
		Debtor string      `json:"debtor"`
		Items  []itemJSON  `json:"items"`
		Notice *noticeJSON `json:"notice,omitempty"`
		Status Status      `json:"status,omitempty"`
	}
	itemJSON struct {
		Kind   Kind    `json:"kind"`
		Year   int     `json:"year"`
		Amount *amount `json:"amount"`
	}
	noticeJSON struct {
		Number   string  `json:"number"`
		Channel  Channel `json:"channel"`
		IssuedOn day     `json:"issued_on,omitzero"`
		Amount   *amount `json:"amount,omitempty"`
	}
	decisionJSON struct {
		Eligible bool         `json:"eligible"`
		Amount   amount       `json:"amount"`
		Reasons  []reasonJSON `json:"reasons"`
		Policy   string       `json:"policy"`
	}
	reasonJSON struct {
		Code   ReasonCode `json:"code"`
		Kind   Kind       `json:"kind,omitempty"`
		Actual *amount    `json:"actual,omitempty"`
		Limit  *amount    `json:"limit,omitempty"`
	}
)

// amount is a number of euros in JSON.
type amount decimal.Decimal

func (a amount) MarshalJSON() ([]byte, error) {
	c, err := euro.Cents(decimal.Decimal(a))
	if err != nil {
		return nil, err
	}
	return append(euro.Append([]byte{'"'}, c), '"'), nil
}

func (a *amount) UnmarshalJSON(data []byte) error {
	if len(data) > 1 && data[0] == '"' {
		data = data[1 : len(data)-1]
	}
	d, err := euro.Parse(string(data))
	if err != nil {
		return err
	}
	*a = amount(d)
	return nil
}

// amountOrNil is nil for zero, which JSON leaves out.
func amountOrNil(d decimal.Decimal) *amount {
	if d.Sign() == 0 {
		return nil
	}
	return (*amount)(&d)
}

// day is a Paris day in JSON.
type day time.Time

func (d day) IsZero() bool { return time.Time(d).IsZero() }

func (d day) MarshalJSON() ([]byte, error) { return json.Marshal(paris.Of(time.Time(d)).String()) }

func (d *day) UnmarshalJSON(data []byte) error {
	var s string
	if err := json.Unmarshal(data, &s); err != nil {
		return errors.New(`a day is a string such as "2026-03-02"`)
	}
	p, err := paris.Parse(s)
	if err != nil {
		return err
	}
	*d = day(p.Start())
	return nil
}

// describeDebt words a debt for an error. A social security number must not stand there, even if somebody made it an identifier.
func describeDebt(id string) string {
	switch {
	case id == "":
		return "debt"
	case nir.Debtor(id):
		return "debt (its id is a social security number)"
	}
	return fmt.Sprintf("debt %.40q", id)
}

// MarshalJSON writes the debt, amounts as strings with two decimals. An amount that is not one is an error that names
// its item.
func (d Debt) MarshalJSON() ([]byte, error) {
	j := debtJSON{ID: d.ID, Debtor: d.Debtor, Items: []itemJSON{}, Status: d.Status}
	if _, err := d.Balance(); err != nil {
		return nil, fmt.Errorf("%s: %w", describeDebt(d.ID), err)
	}
	for _, it := range d.Items {
		j.Items = append(j.Items, itemJSON{it.Kind, it.Year, (*amount)(&it.Amount)})
	}
	if n := d.Notice; n != nil {
		if _, err := euro.Cents(n.Amount); err != nil {
			return nil, fmt.Errorf("%s: notice: %w", describeDebt(d.ID), err)
		}
		j.Notice = &noticeJSON{n.Number, n.Channel, day(n.IssuedOn), amountOrNil(n.Amount)}
	}
	return json.Marshal(j)
}

// UnmarshalJSON reads a debt. It refuses a field that it does not know, a key that stands twice, and a value of the
// wrong form, and names the debt and the field. An amount below zero or with a fraction of a cent is read as it
// stands: [Policy.Decide] gives the reason.
func (d *Debt) UnmarshalJSON(data []byte) error {
	// The debt is named in every error, as far as its id can be read at all.
	var who struct {
		ID string `json:"id"`
	}
	_ = json.Unmarshal(data, &who)
	name := describeDebt(who.ID)

	var raw struct {
		ID     json.RawMessage `json:"id"`
		Debtor json.RawMessage `json:"debtor"`
		Items  json.RawMessage `json:"items"`
		Notice json.RawMessage `json:"notice"`
		Status json.RawMessage `json:"status"`
	}
	if err := strictjson.Unmarshal(data, &raw); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	var out Debt
	var items []json.RawMessage
	field := func(field string, data json.RawMessage, v any) error {
		if data == nil {
			return nil
		}
		if err := strictjson.Unmarshal(data, v); err != nil {
			return fmt.Errorf("%s: %s: %w", name, field, err)
		}
		return nil
	}
	if err := errors.Join(
		field("id", raw.ID, &out.ID), field("debtor", raw.Debtor, &out.Debtor), field("status", raw.Status, &out.Status),
		field("items", raw.Items, &items),
	); err != nil {
		return err
	}
	switch {
	case out.ID == "":
		return errors.New("debt: id is missing")
	case out.Debtor == "":
		return fmt.Errorf("%s: debtor is missing", name)
	}
	for i, data := range items {
		var j itemJSON
		item := fmt.Sprintf("items[%d]", i)
		if err := field(item, data, &j); err != nil {
			return err
		}
		if j.Amount == nil {
			return fmt.Errorf("%s: %s: amount is missing", name, item)
		}
		out.Items = append(out.Items, Item{j.Kind, j.Year, decimal.Decimal(*j.Amount)})
	}
	if raw.Notice != nil && string(raw.Notice) != "null" {
		var j noticeJSON
		if err := field("notice", raw.Notice, &j); err != nil {
			return err
		}
		out.Notice = &Notice{Number: j.Number, Channel: j.Channel, IssuedOn: time.Time(j.IssuedOn)}
		if j.Amount != nil {
			out.Notice.Amount = decimal.Decimal(*j.Amount)
		}
	}
	*d = out
	return nil
}

// MarshalJSON writes the decision for an interface or a log; it holds no person.
func (d Decision) MarshalJSON() ([]byte, error) {
	j := decisionJSON{d.Eligible(), amount(d.Amount), []reasonJSON{}, d.Policy}
	for _, r := range d.Reasons {
		j.Reasons = append(j.Reasons, reasonJSON{r.Code, r.Kind, amountOrNil(r.Actual), amountOrNil(r.Limit)})
	}
	return json.Marshal(j)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (d *Decision) UnmarshalJSON(data []byte) error {
	var j decisionJSON
	if err := strictjson.Unmarshal(data, &j); err != nil {
		return fmt.Errorf("decision: %w", err)
	}
	out := Decision{Amount: decimal.Decimal(j.Amount), Policy: j.Policy}
	for _, r := range j.Reasons {
		reason := Reason{Code: r.Code, Kind: r.Kind}
		if r.Actual != nil {
			reason.Actual = decimal.Decimal(*r.Actual)
		}
		if r.Limit != nil {
			reason.Limit = decimal.Decimal(*r.Limit)
		}
		out.Reasons = append(out.Reasons, reason)
	}
	if j.Eligible != out.Eligible() {
		return errors.New("decision: eligible contradicts reasons and policy")
	}
	*d = out
	return nil
}
