package acquirertest

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/internal/callback"
)

// place is one part of a callback that somebody could change: a field of the form, a pair of the query, a header, the body.
type place struct {
	name string
	get  func(acquirer.Callback) []string
	set  func(*acquirer.Callback, []string)
}

// placesOf returns the places of a callback, in a fixed order.
func placesOf(cb acquirer.Callback) []place {
	var all []place
	in := func(kind string, names []string, of func(*acquirer.Callback) map[string][]string) {
		for _, name := range names {
			all = append(all, place{
				kind + " " + name,
				func(cb acquirer.Callback) []string { return of(&cb)[name] },
				func(cb *acquirer.Callback, values []string) {
					if values == nil {
						delete(of(cb), name)
						return
					}
					of(cb)[name] = values
				},
			})
		}
	}
	in("field", slices.Sorted(maps.Keys(cb.Form)), func(cb *acquirer.Callback) map[string][]string { return cb.Form })
	in("pair", slices.Sorted(maps.Keys(cb.Query)), func(cb *acquirer.Callback) map[string][]string { return cb.Query })
	in("header", slices.Sorted(maps.Keys(cb.Header)), func(cb *acquirer.Callback) map[string][]string { return cb.Header })
	if len(cb.Body) > 0 {
		all = append(all, place{
			"the body",
			func(cb acquirer.Callback) []string { return []string{string(cb.Body)} },
			func(cb *acquirer.Callback, values []string) {
				cb.Body = nil
				for _, v := range values {
					cb.Body = append(cb.Body, v...)
				}
			},
		})
	}
	return all
}

// withValues returns a copy of the callback with other values in one place.
func (p place) withValues(cb acquirer.Callback, values ...string) acquirer.Callback {
	c := callback.Copy(cb)
	p.set(&c, values)
	return c
}

// firstValue is the first value in the place.
func (p place) firstValue(cb acquirer.Callback) string {
	if v := p.get(cb); len(v) > 0 {
		return v[0]
	}
	return ""
}

// equalCallbacks compares two callbacks by all that was received.
func equalCallbacks(a, b acquirer.Callback) bool {
	return a.Channel == b.Channel && slices.Equal(a.Body, b.Body) && maps.EqualFunc(a.Form, b.Form, slices.Equal) &&
		maps.EqualFunc(a.Query, b.Query, slices.Equal) && maps.EqualFunc(a.Header, b.Header, slices.Equal)
}

// spoiler returns copies of a callback, each spoilt in one place in another way.
type spoiler func(acquirer.Callback, place) []acquirer.Callback

// withoutValue returns the callback without the values in the place, and with an empty one.
func withoutValue(cb acquirer.Callback, p place) []acquirer.Callback {
	return []acquirer.Callback{p.withValues(cb), p.withValues(cb, "")}
}

// changedBytes returns one callback for each byte in the place, with one bit of it changed, and one with text added.
func changedBytes(cb acquirer.Callback, p place) []acquirer.Callback {
	var all []acquirer.Callback
	v := p.firstValue(cb)
	for i := range len(v) {
		b := []byte(v)
		b[i] ^= 1
		all = append(all, p.withValues(cb, string(b)))
	}
	return append(all, p.withValues(cb, v+"|responseCode=00"))
}

// doubledValue returns callbacks with two values in the place: the true one and another, in either order.
func doubledValue(cb, other acquirer.Callback, p place) []acquirer.Callback {
	var all []acquirer.Callback
	v := p.firstValue(cb)
	for _, values := range [][]string{{v, "x"}, {"x", v}, {p.firstValue(other), v}, {v, p.firstValue(other)}} {
		all = append(all, p.withValues(cb, values...))
	}
	return all
}

// checkRefused parses a spoilt callback of a client whose messages are sealed. Parse must refuse it, or say exactly what a
// genuine callback says: some fields stand beside the seal and do not count, or only say how to decode the others. unverified
// reports that the error was ErrUnverified.
func (t *trial) checkRefused(cb acquirer.Callback, genuine ...acquirer.Result) (unverified bool, err error) {
	r, err := t.client.Parse(cb)
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

// checkHarmless parses a spoilt callback of a client whose messages are hints, and asks Status as a host would. Parse must
// refuse the callback, or name no trip that exists, or name one of which Status then says the same as ever.
func (t *trial) checkHarmless(cb acquirer.Callback) error {
	r, err := t.client.Parse(cb)
	if err != nil {
		return refusedWith(err, isZero(r), acquirer.ErrUnverified, acquirer.ErrInvalid)
	}
	if err := onlyHints(r); err != nil {
		return err
	}
	p := t.tripOf(r)
	if p == nil || cb.Channel == acquirer.Return && t.traits.Proof && r.Handle.Proof != p.session.Handle.Proof {
		return nil // a host does not ask about it
	}
	q := t.questionAbout(p)
	q.Handle = q.Handle.With(r.Handle)
	answer, err := t.client.Status(t.ctx, q)
	if err != nil {
		_, err := asError(err)
		return err
	}
	truth, err := t.askAbout(p)
	if err != nil {
		return err
	}
	return sameResult(truth, answer)
}

// spoilEach spoils every place of a genuine callback in every way that how yields.
//
// Of sealed messages the content and the seal count both: where only one place matters although there are more, the seal is not
// looked at.
func (t *trial) spoilEach(cb acquirer.Callback, how spoiler, genuine ...acquirer.Result) error {
	all, counting := placesOf(cb), 0
	for _, p := range all {
		counts := false
		for _, bad := range how(cb, p) {
			if equalCallbacks(bad, cb) {
				continue
			}
			var unverified bool
			var err error
			if t.traits.HintsOnly {
				err = t.checkHarmless(bad)
			} else {
				unverified, err = t.checkRefused(bad, genuine...)
			}
			if err != nil {
				return fmt.Errorf("%s: %w", p.name, err)
			}
			counts = counts || unverified
		}
		if counts {
			counting++
		}
	}
	if !t.traits.HintsOnly && counting < min(2, len(all)) {
		return fmt.Errorf("of %d fields only %d can be spoilt and be refused as unverified: the seal is not looked at", len(all), counting)
	}
	return nil
}
