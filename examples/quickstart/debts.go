package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/quittance/quittance/creance"
)

// readDebts reads a list of debts, or the sample when there is no path, and returns every mistake at once: nobody pays before the whole
// file is right.
func (b body) readDebts(ctx context.Context, path string) ([]creance.Debt, error) {
	name, data := cmp.Or(path, b.file), b.debts
	if path != "" {
		var err error
		if data, err = os.ReadFile(path); err != nil {
			return nil, err
		}
	}
	debts, errs := b.parseDebts(data)
	if len(errs) == 0 {
		errs = b.rehearseBegin(ctx, debts)
	}
	for i, err := range errs {
		errs[i] = fmt.Errorf("%s: %w", name, err)
	}
	return debts, errors.Join(errs...)
}

// parseDebts reads the list debt by debt, so that each error can say which one it is about.
func (b body) parseDebts(data []byte) (debts []creance.Debt, errs []error) {
	var entries []json.RawMessage
	if err := json.Unmarshal(data, &entries); err != nil {
		if wrong := (*json.UnmarshalTypeError)(nil); errors.As(err, &wrong) {
			return nil, []error{fmt.Errorf("a list of debts is expected, not one JSON %s", wrong.Value)}
		}
		return nil, []error{fmt.Errorf("it is not JSON: %w", err)}
	}
	if len(entries) == 0 {
		return nil, []error{errors.New("there is no debt in it")}
	}
	first := map[string]int{} // the entry of each id
	for i, data := range entries {
		bad := func(err error) { errs = append(errs, fmt.Errorf("entry %d: %w", i+1, err)) }
		var d creance.Debt
		if err := json.Unmarshal(data, &d); err != nil {
			bad(err)
			continue
		}
		for _, err := range b.checkDebt(d) {
			bad(err)
		}
		if first[d.ID] > 0 {
			bad(fmt.Errorf("debt %.40q: id is that of entry %d", d.ID, first[d.ID]))
		}
		first[d.ID] = i + 1
		debts = append(debts, d)
	}
	return debts, errs
}

// channels are the ways by which a notice came, in words.
var channels = map[creance.Channel]string{
	creance.Electronic: "reçu dans votre compte",
	creance.Paper:      "reçu par courrier",
}

var statuses = map[creance.Status]bool{
	creance.Open: true, creance.Settled: true, creance.Disputed: true, creance.Suspended: true, creance.Prescribed: true,
	creance.Exempted: true, creance.Instalments: true,
}

// The years of an item and of a notice: the first co-payment is of 2005, and a reference has two digits for its year.
const firstYear, lastYear = 2005, 2098

// checkDebt finds what creance.Debt lets pass because a host may mean it, and a file surely does not. It returns every mistake.
func (b body) checkDebt(d creance.Debt) (errs []error) {
	bad := func(format string, a ...any) {
		errs = append(errs, fmt.Errorf("debt %.40q: "+format, append([]any{d.ID}, a...)...))
	}
	if len(d.Items) == 0 {
		bad("items is missing or empty")
	}
	for i, it := range d.Items {
		if it.Kind == "" {
			bad("items[%d]: kind is missing", i)
		} else if b.kinds[it.Kind] == "" {
			bad("items[%d]: kind %.40q is not known", i, string(it.Kind))
		}
		if it.Year == 0 {
			bad("items[%d]: year is missing", i)
		} else if it.Year < firstYear || it.Year > lastYear {
			bad("items[%d]: year %d is not in %d to %d", i, it.Year, firstYear, lastYear)
		}
	}
	if _, err := d.Balance(); err != nil {
		bad("%w", err)
	}
	if n := d.Notice; n != nil {
		if n.Number == "" {
			bad("notice: number is missing")
		}
		if n.Channel == "" {
			bad("notice: channel is missing")
		} else if channels[n.Channel] == "" {
			bad("notice: channel %.40q is not known", string(n.Channel))
		}
		if y := n.IssuedOn.In(paris).Year(); y > lastYear {
			bad("notice: issued_on is after %d", lastYear)
		}
		if _, err := formatEuros(n.Amount); err != nil {
			bad("notice: amount: %w", err)
		}
	}
	if !statuses[d.Status] {
		bad("status %.40q is not known", string(d.Status))
	}
	return errs
}

// rehearseBegin begins a payment of each debt with a bank and a store that are thrown away: what the service would refuse then, such as
// a social security number as an id, is found now. That a debt may not be paid is no mistake.
func (b body) rehearseBegin(ctx context.Context, debts []creance.Debt) (errs []error) {
	h, err := newHost(setting{bank: "mock", at: firstDay(debts), body: b})
	if err != nil {
		return []error{err}
	}
	for i, d := range debts {
		if _, _, err := h.begin(ctx, d); err != nil && !errors.Is(err, creance.ErrIneligible) {
			errs = append(errs, fmt.Errorf("entry %d: %w", i+1, err)) // by position: the id may be what is wrong
		}
	}
	return errs
}

// firstDay is when the payers come: on the day of the source's letter (S66), and with younger notices on the day after the last.
func firstDay(debts []creance.Debt) time.Time {
	day := time.Date(2018, time.July, 5, 8, 50, 0, 0, paris)
	for _, d := range debts {
		if d.Notice == nil {
			continue
		}
		if y, m, n := d.Notice.IssuedOn.In(paris).Date(); !d.Notice.IssuedOn.Before(day) {
			day = time.Date(y, m, n+1, 8, 50, 0, 0, paris)
		}
	}
	return day
}
