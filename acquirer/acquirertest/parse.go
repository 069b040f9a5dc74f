package acquirertest

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/quittance/quittance/acquirer"
)

func parseCases() []Case {
	const closed = " Otherwise whoever can post a form can pay every debt."
	return []Case{
		{"parse/nothing", "A callback with nothing in it, or with rubbish, is ErrUnverified, or ErrInvalid without a message, and leaves nothing." + closed, parseRubbish},
		{
			"parse/field_missing",
			"A genuine callback that has lost its seal, or anything that the seal covers, is refused and leaves nothing." + closed,
			fieldMissing,
		},
		{"parse/field_changed", "A genuine callback of which one character was changed is refused and leaves nothing." + closed, fieldChanged},
		{
			"parse/field_doubled",
			"A field that stands twice never lets the second value through unverified: what is checked and what is used are the same." + closed,
			fieldDoubled,
		},
		{
			"parse/spliced",
			"The content of one genuine callback under the seal of another is ErrUnverified." + closed,
			spliced,
		},
		{
			"parse/again",
			"Parse has no memory: the same callback gives the same result each time, so that a doubled one is recognised by its fingerprint.",
			parseAgain,
		},
	}
}

// genuine brings about one callback with an outcome, and what it says.
func (t *trial) genuine(outcome acquirer.Outcome) (acquirer.Callback, acquirer.Result, error) {
	before := len(t.sent(acquirer.Notify))
	if _, err := t.pay(outcome); err != nil {
		return acquirer.Callback{}, acquirer.Result{}, err
	}
	cbs, err := t.await(acquirer.Notify, before+1)
	if err != nil {
		return acquirer.Callback{}, acquirer.Result{}, err
	}
	r, err := t.parse(cbs[before])
	return cbs[before], r, err
}

func copyForm(f url.Values) url.Values {
	c := maps.Clone(f)
	for k, v := range c {
		c[k] = slices.Clone(v)
	}
	return c
}

// spoilt parses a callback that was spoilt. It is refused, or it still says exactly what a genuine one says: a field may stand beside
// what is sealed and announce nothing that counts, or only how to read it. unverified reports that the seal was the reason.
func (t *trial) spoilt(form url.Values, genuine ...acquirer.Result) (unverified bool, err error) {
	r, err := t.client.Parse(acquirer.Callback{Channel: acquirer.Notify, Form: form})
	if err == nil {
		for _, g := range genuine {
			if r.Equal(g) {
				return false, nil
			}
		}
		return false, fmt.Errorf("it was taken for genuine: %s", r)
	}
	return errors.Is(err, acquirer.ErrUnverified), refusedWith(err, isZero(r), acquirer.ErrUnverified, acquirer.ErrInvalid)
}

func parseRubbish(t *trial) error {
	long := strings.Repeat("A", acquirer.MaxCallback)
	return each(map[string]url.Values{
		"no form":       nil,
		"empty form":    {},
		"empty values":  {"Data": {""}, "Seal": {""}},
		"no values":     {"Data": nil, "Seal": nil},
		"other field":   {"data": {"responseCode=00"}},
		"rubbish":       {"Data": {"\x00\xff|=|"}, "Seal": {"zz"}, "InterfaceVersion": {"HP_2.0"}},
		"long":          {"Data": {long}, "Seal": {long}},
		"unsealed paid": {"Data": {"responseCode=00|amount=5000"}},
	}, func(form url.Values) error {
		_, err := t.spoilt(form)
		return err
	})
}

// variants spoils every field of a genuine callback in every way that how yields. Content and seal count both: where only one field
// matters although there are more, the seal is not looked at.
func (t *trial) variants(how func(form url.Values, field string) []url.Values) error {
	cb, said, err := t.genuine(acquirer.Accepted)
	if err != nil {
		return err
	}
	counting := make(map[string]bool)
	for _, field := range slices.Sorted(maps.Keys(cb.Form)) {
		for _, form := range how(cb.Form, field) {
			unverified, err := t.spoilt(form, said)
			if err != nil {
				return fmt.Errorf("field %s: %w", field, err)
			}
			counting[field] = counting[field] || unverified
		}
	}
	return sealed(cb.Form, counting)
}

// sealed checks that a spoilt field was refused as unverified in the content and in the seal.
func sealed(form url.Values, counting map[string]bool) error {
	n := 0
	for _, counts := range counting {
		if counts {
			n++
		}
	}
	if n < min(2, len(form)) {
		return fmt.Errorf("of %d fields only %d can be spoilt and be refused as unverified: the seal is not looked at", len(form), n)
	}
	return nil
}

func fieldMissing(t *trial) error {
	return t.variants(func(form url.Values, field string) []url.Values {
		without, empty := copyForm(form), copyForm(form)
		delete(without, field)
		empty[field] = []string{""}
		return []url.Values{without, empty}
	})
}

func fieldChanged(t *trial) error {
	return t.variants(func(form url.Values, field string) []url.Values {
		var changed []url.Values
		v := form.Get(field)
		for i := range len(v) {
			b := []byte(v)
			b[i] ^= 1
			f := copyForm(form)
			f[field] = []string{string(b)}
			changed = append(changed, f)
		}
		f := copyForm(form)
		f[field] = []string{v + "|responseCode=00"}
		return append(changed, f)
	})
}

func fieldDoubled(t *trial) error {
	other, _, err := t.genuine(acquirer.Refused)
	if err != nil {
		return err
	}
	return t.variants(func(form url.Values, field string) []url.Values {
		var doubled []url.Values
		for _, values := range [][]string{{form.Get(field), "x"}, {"x", form.Get(field)}, {other.Form.Get(field), form.Get(field)}} {
			f := copyForm(form)
			f[field] = values
			doubled = append(doubled, f)
		}
		return doubled
	})
}

func spliced(t *trial) error {
	other, alsoSaid, err := t.genuine(acquirer.Refused)
	if err != nil {
		return err
	}
	cb, said, err := t.genuine(acquirer.Accepted)
	if err != nil {
		return err
	}
	counting := make(map[string]bool)
	for field := range cb.Form {
		f := copyForm(cb.Form)
		f[field] = other.Form[field]
		unverified, err := t.spoilt(f, said, alsoSaid)
		if err != nil {
			return fmt.Errorf("field %s: %w", field, err)
		}
		counting[field] = unverified
	}
	return sealed(cb.Form, counting)
}

func parseAgain(t *trial) error {
	cb, first, err := t.genuine(acquirer.Accepted)
	if err != nil {
		return err
	}
	before := copyForm(cb.Form)
	second, err := t.parse(cb)
	switch {
	case err != nil:
		return err
	case !first.Equal(second):
		return fmt.Errorf("first %s, then %s", first, second)
	case !maps.EqualFunc(before, cb.Form, slices.Equal):
		return errors.New("Parse has changed the callback")
	}
	return nil
}
