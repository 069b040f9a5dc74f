package acquirertest

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
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
			"parse/hint",
			"A message that proves nothing is a hint: it names its trip and says nothing else, neither outcome nor amount nor card; where messages " +
				"are sealed none is a hint." + closed,
			hintDecidesNothing,
		},
		{
			"parse/field_missing",
			"A genuine callback that has lost its seal, or anything that the seal covers, is refused and leaves nothing; a hint so spoilt leads to no other " +
				"outcome." + closed,
			func(t *trial) error { return t.spoilGenuine(missing) },
		},
		{
			"parse/field_changed",
			"A genuine callback of which one character was changed is refused and leaves nothing; a hint so spoilt leads to no other outcome." + closed,
			func(t *trial) error { return t.spoilGenuine(changed) },
		},
		{
			"parse/field_doubled",
			"A field that stands twice never lets the second value through unverified: what is checked and what is used are the same. No hint with " +
				"two values leads to another outcome." + closed,
			fieldDoubled,
		},
		{
			"parse/spliced",
			"The content of one genuine callback under the seal of another is ErrUnverified; a hint put together from two leads to no other outcome " +
				"than each trip's own." + closed,
			spliced,
		},
		{
			"parse/body_bytes",
			"Where a message is a signed body, its bytes as received are what is verified: one byte more, less or other, or the same JSON " +
				"written again, is ErrUnverified." + closed,
			bodyBytes,
		},
		{
			"parse/again",
			"Parse has no memory: the same callback gives the same result each time, so that a doubled one is recognised by its fingerprint.",
			parseAgain,
		},
	}
}

// genuine brings about one callback with an outcome, and what it leads to.
func (t *trial) genuine(outcome acquirer.Outcome) (acquirer.Callback, acquirer.Result, error) {
	before := len(t.sent(acquirer.Notify))
	if _, err := t.pay(outcome); err != nil {
		return acquirer.Callback{}, acquirer.Result{}, err
	}
	cbs, err := t.await(acquirer.Notify, before+1)
	if err != nil {
		return acquirer.Callback{}, acquirer.Result{}, err
	}
	r, _, err := t.follow(cbs[before])
	return cbs[before], r, err
}

func parseRubbish(t *trial) error {
	long := strings.Repeat("A", acquirer.MaxCallback)
	rubbish := make(map[string]acquirer.Callback)
	for name, pairs := range map[string]url.Values{
		"nothing":       nil,
		"empty":         {},
		"empty values":  {"Data": {""}, "Seal": {""}},
		"no values":     {"Data": nil, "Seal": nil},
		"other field":   {"data": {"responseCode=00"}},
		"rubbish":       {"Data": {"\x00\xff|=|"}, "Seal": {"zz"}, "InterfaceVersion": {"HP_2.0"}},
		"long":          {"Data": {long}, "Seal": {long}},
		"unsealed paid": {"Data": {"responseCode=00|amount=5000"}},
	} {
		rubbish["a form: "+name] = acquirer.Callback{Form: pairs}
		rubbish["a query: "+name] = acquirer.Callback{Query: pairs}
	}
	for name, body := range map[string]string{
		"null": "null", "cut": `{"payment":{`, "an array": "[]", "a number": "1e400", "not UTF-8": "\xff\xfe", "deep": strings.Repeat("[", 1<<15),
		"unsigned paid": `{"type":"payment.captured","payment":{"statusOutput":{"statusCode":9}}}`, "long": long,
	} {
		rubbish["a body: "+name] = acquirer.Callback{Body: []byte(body), Header: http.Header{"Content-Type": {"application/json"}}}
	}
	check := func(cb acquirer.Callback) error {
		_, err := t.spoilt(cb)
		return err
	}
	for _, c := range []acquirer.Channel{acquirer.Notify, acquirer.Return} {
		err := each(rubbish, func(cb acquirer.Callback) error {
			cb.Channel = c
			return check(cb)
		})
		if err != nil {
			return fmt.Errorf("on the channel %s: %w", c, err)
		}
	}
	return nil
}

func hintDecidesNothing(t *trial) error {
	for _, outcome := range []acquirer.Outcome{acquirer.Refused, acquirer.Accepted} {
		p, err := t.pay(outcome)
		if err != nil {
			return err
		}
		for _, c := range []acquirer.Channel{acquirer.Notify, acquirer.Return} {
			cbs := t.sent(c)
			if len(cbs) == 0 {
				continue // whether one comes is another case
			}
			last := cbs[len(cbs)-1]
			r, err := t.parse(last)
			if err != nil {
				return err
			}
			if got := t.tripOf(r); got != p {
				return fmt.Errorf("what came by %s does not lead to its own trip", c)
			}
		}
	}
	return nil
}

// spoilGenuine spoils a genuine notification, and where messages are hints also what a browser brings.
func (t *trial) spoilGenuine(how func(acquirer.Callback, place) []acquirer.Callback) error {
	cb, said, err := t.genuine(acquirer.Accepted)
	if err != nil {
		return err
	}
	if err := t.spoilEach(cb, how, said); err != nil || !t.traits.HintsOnly {
		return err
	}
	back, err := t.await(acquirer.Return, 1)
	if err != nil {
		return err
	}
	return t.spoilEach(back[0], how)
}

func fieldDoubled(t *trial) error {
	other, _, err := t.genuine(acquirer.Refused)
	if err != nil {
		return err
	}
	return t.spoilGenuine(func(cb acquirer.Callback, p place) []acquirer.Callback { return doubled(cb, other, p) })
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
	fromOther := func(other acquirer.Callback) func(acquirer.Callback, place) []acquirer.Callback {
		return func(cb acquirer.Callback, p place) []acquirer.Callback {
			return []acquirer.Callback{p.with(cb, p.get(other)...)}
		}
	}
	if err := t.spoilEach(cb, fromOther(other), said, alsoSaid); err != nil || !t.traits.HintsOnly {
		return err
	}
	back, err := t.await(acquirer.Return, 2)
	if err != nil {
		return err
	}
	return t.spoilEach(back[1], fromOther(back[0]))
}

func bodyBytes(t *trial) error {
	cb, _, err := t.genuine(acquirer.Accepted)
	if err != nil || len(cb.Body) == 0 {
		return err
	}
	bodies := map[string][]byte{
		"a line feed behind": append(slices.Clone(cb.Body), '\n'),
		"a space in front":   append([]byte(" "), cb.Body...),
		"cut by one":         cb.Body[:len(cb.Body)-1],
		"twice":              append(slices.Clone(cb.Body), cb.Body...),
		"slashes escaped":    []byte(strings.ReplaceAll(string(cb.Body), "/", `\/`)),
		"a mark in front":    append([]byte("\ufeff"), cb.Body...),
	}
	var members map[string]json.RawMessage
	if json.Unmarshal(cb.Body, &members) == nil {
		bodies["indented"], _ = json.MarshalIndent(members, "", " ")
		bodies["empty object"] = []byte("{}")
		for name, value := range members {
			first, _ := json.Marshal(name)
			bodies["a member first that stands twice: "+name] = slices.Concat([]byte("{"), first, []byte(":"), value, []byte(","), cb.Body[1:])
		}
	}
	for i := range cb.Body {
		other := slices.Clone(cb.Body)
		other[i] ^= 1
		bodies[fmt.Sprintf("byte %d changed", i)] = other
	}
	maps.DeleteFunc(bodies, func(_ string, body []byte) bool { return string(body) == string(cb.Body) })
	return each(bodies, func(body []byte) error {
		bad := copyOf(cb)
		bad.Body = body
		r, err := t.client.Parse(bad)
		return refusedWith(err, isZero(r), acquirer.ErrUnverified)
	})
}

func parseAgain(t *trial) error {
	cb, _, err := t.genuine(acquirer.Accepted)
	if err != nil {
		return err
	}
	return t.parseTwice(cb)
}

// parseTwice parses a genuine callback twice.
func (t *trial) parseTwice(cb acquirer.Callback) error {
	before := copyOf(cb)
	first, err := t.parse(cb)
	if err != nil {
		return err
	}
	second, err := t.parse(cb)
	switch {
	case err != nil:
		return err
	case !first.Equal(second):
		return fmt.Errorf("first %s, then %s", first, second)
	case !equalCallbacks(before, cb):
		return errors.New("Parse has changed the callback")
	}
	return nil
}
