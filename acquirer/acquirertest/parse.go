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
	"github.com/quittance/quittance/acquirer/internal/callback"
)

func parseCases() []Case {
	const closed = " Otherwise whoever can post a form can pay every debt."
	return []Case{
		{
			"parse/nothing",
			"A callback with nothing in it, or with rubbish, is ErrUnverified, or ErrInvalid without a message, and leaves nothing." + closed,
			parseRubbish,
		},
		{
			"parse/hint",
			"A message that proves nothing is a hint: it names its trip and says nothing else, neither outcome nor amount nor " +
				"card; where messages are sealed none is a hint." + closed,
			hintDecidesNothing,
		},
		{
			"parse/field_missing",
			"A genuine callback that has lost its seal, or anything that the seal covers, is refused and leaves nothing; a " +
				"hint so spoilt leads to no other outcome." + closed,
			func(t *trial) error { return t.spoilGenuine(withoutValue) },
		},
		{
			"parse/field_changed",
			"A genuine callback of which one character was changed is refused and leaves nothing; a hint so spoilt leads to " +
				"no other outcome." + closed,
			func(t *trial) error { return t.spoilGenuine(changedBytes) },
		},
		{
			"parse/field_doubled",
			"A field that stands twice never lets the second value through unverified: what is checked and what is used are " +
				"the same. No hint with two values leads to another outcome." + closed,
			fieldDoubled,
		},
		{
			"parse/spliced",
			"The content of one genuine callback under the seal of another is ErrUnverified; a hint put together from two " +
				"leads to no other outcome than each trip's own." + closed,
			splicedMessages,
		},
		{
			"parse/body_bytes",
			"Where a message is a signed body, its bytes as received are what is verified: one byte more, less or other, or " +
				"the same JSON written again, is ErrUnverified." + closed,
			bodyBytes,
		},
		{
			"parse/again",
			"Parse has no memory: the same callback gives the same result each time, so that a doubled one is recognised by its " +
				"fingerprint.",
			parseAgain,
		},
	}
}

// genuineNotification has a payer end an order with an outcome and returns its notification, and the result to which that leads.
func (t *trial) genuineNotification(outcome acquirer.Outcome) (acquirer.Callback, acquirer.Result, error) {
	before := len(t.sentOn(acquirer.Notify))
	if _, err := t.beginAndEnd(outcome); err != nil {
		return acquirer.Callback{}, acquirer.Result{}, err
	}
	cbs, err := t.awaitCallbacks(acquirer.Notify, before+1)
	if err != nil {
		return acquirer.Callback{}, acquirer.Result{}, err
	}
	r, _, err := t.followCallback(cbs[before])
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
	for _, c := range []acquirer.Channel{acquirer.Notify, acquirer.Return} {
		err := forEach(rubbish, func(cb acquirer.Callback) error {
			cb.Channel = c
			_, err := t.checkRefused(cb)
			return err
		})
		if err != nil {
			return fmt.Errorf("on the channel %s: %w", c, err)
		}
	}
	return nil
}

func hintDecidesNothing(t *trial) error {
	for _, outcome := range []acquirer.Outcome{acquirer.Refused, acquirer.Accepted} {
		p, err := t.beginAndEnd(outcome)
		if err != nil {
			return err
		}
		for _, c := range []acquirer.Channel{acquirer.Notify, acquirer.Return} {
			cbs := t.sentOn(c)
			if len(cbs) == 0 {
				continue // other cases demand that one comes
			}
			last := cbs[len(cbs)-1]
			r, err := t.parseGenuine(last)
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
func (t *trial) spoilGenuine(how spoiler) error {
	cb, said, err := t.genuineNotification(acquirer.Accepted)
	if err != nil {
		return err
	}
	if err := t.spoilEach(cb, how, said); err != nil || !t.traits.HintsOnly {
		return err
	}
	back, err := t.awaitCallbacks(acquirer.Return, 1)
	if err != nil {
		return err
	}
	return t.spoilEach(back[0], how)
}

func fieldDoubled(t *trial) error {
	other, _, err := t.genuineNotification(acquirer.Refused)
	if err != nil {
		return err
	}
	return t.spoilGenuine(func(cb acquirer.Callback, p place) []acquirer.Callback { return doubledValue(cb, other, p) })
}

func splicedMessages(t *trial) error {
	other, alsoSaid, err := t.genuineNotification(acquirer.Refused)
	if err != nil {
		return err
	}
	cb, said, err := t.genuineNotification(acquirer.Accepted)
	if err != nil {
		return err
	}
	fromOther := func(other acquirer.Callback) spoiler {
		return func(cb acquirer.Callback, p place) []acquirer.Callback {
			return []acquirer.Callback{p.withValues(cb, p.get(other)...)}
		}
	}
	if err := t.spoilEach(cb, fromOther(other), said, alsoSaid); err != nil || !t.traits.HintsOnly {
		return err
	}
	back, err := t.awaitCallbacks(acquirer.Return, 2)
	if err != nil {
		return err
	}
	return t.spoilEach(back[1], fromOther(back[0]))
}

func bodyBytes(t *trial) error {
	cb, _, err := t.genuineNotification(acquirer.Accepted)
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
	return forEach(bodies, func(body []byte) error {
		bad := callback.Copy(cb)
		bad.Body = body
		r, err := t.client.Parse(bad)
		return refusedWith(err, isZero(r), acquirer.ErrUnverified)
	})
}

func parseAgain(t *trial) error {
	cb, _, err := t.genuineNotification(acquirer.Accepted)
	if err != nil {
		return err
	}
	return t.parseTwice(cb)
}

// parseTwice parses a genuine callback twice.
func (t *trial) parseTwice(cb acquirer.Callback) error {
	before := callback.Copy(cb)
	first, err := t.parseGenuine(cb)
	if err != nil {
		return err
	}
	second, err := t.parseGenuine(cb)
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
