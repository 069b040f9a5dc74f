package acquirertest

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"

	"github.com/quittance/quittance/acquirer"
)

// place is one part of a callback that somebody could change: a field of the form, a pair of the query, a header, the body.
type place struct {
	name string
	get  func(acquirer.Callback) []string
	set  func(*acquirer.Callback, []string)
}

// places are those that a callback has, in a fixed order.
func places(cb acquirer.Callback) []place {
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

// with returns a copy of the callback with other values in one place.
func (p place) with(cb acquirer.Callback, values ...string) acquirer.Callback {
	c := copyOf(cb)
	p.set(&c, values)
	return c
}

// first is the first value in the place.
func (p place) first(cb acquirer.Callback) string {
	if v := p.get(cb); len(v) > 0 {
		return v[0]
	}
	return ""
}

// copyOf is a deep copy.
func copyOf(cb acquirer.Callback) acquirer.Callback {
	cb.Form, cb.Query = copyValues(cb.Form), copyValues(cb.Query)
	cb.Header, cb.Body = cb.Header.Clone(), slices.Clone(cb.Body)
	return cb
}

func copyValues(v url.Values) url.Values {
	c := maps.Clone(v)
	for k, values := range c {
		c[k] = slices.Clone(values)
	}
	return c
}

// equalCallbacks compares two callbacks by all that was received.
func equalCallbacks(a, b acquirer.Callback) bool {
	return a.Channel == b.Channel && slices.Equal(a.Body, b.Body) && maps.EqualFunc(a.Form, b.Form, slices.Equal) &&
		maps.EqualFunc(a.Query, b.Query, slices.Equal) && maps.EqualFunc(a.Header, b.Header, slices.Equal)
}

// missing takes what stands in the place away, or empties it.
func missing(cb acquirer.Callback, p place) []acquirer.Callback {
	return []acquirer.Callback{p.with(cb), p.with(cb, "")}
}

// changed changes one bit of each byte in the place, and adds to it.
func changed(cb acquirer.Callback, p place) []acquirer.Callback {
	var all []acquirer.Callback
	v := p.first(cb)
	for i := range len(v) {
		b := []byte(v)
		b[i] ^= 1
		all = append(all, p.with(cb, string(b)))
	}
	return append(all, p.with(cb, v+"|responseCode=00"))
}

// doubled has two values in the place: the true one and another, in either order.
func doubled(cb, other acquirer.Callback, p place) []acquirer.Callback {
	v := p.first(cb)
	return []acquirer.Callback{p.with(cb, v, "x"), p.with(cb, "x", v), p.with(cb, p.first(other), v), p.with(cb, v, p.first(other))}
}

// spoilt parses a callback that was spoilt, of a client whose messages are sealed. It is refused, or it still says exactly what a genuine
// one says: a field may stand beside what is sealed and announce nothing that counts, or only how to read it. unverified reports
// that the seal was the reason.
func (t *trial) spoilt(cb acquirer.Callback, genuine ...acquirer.Result) (unverified bool, err error) {
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

// harmless parses a callback that was spoilt, of a client whose messages are hints, and does what a host does then. It is refused, or it
// leads to nobody, or to what is true of the trip that it names.
func (t *trial) harmless(cb acquirer.Callback) error {
	r, err := t.client.Parse(cb)
	if err != nil {
		return refusedWith(err, isZero(r), acquirer.ErrUnverified, acquirer.ErrInvalid)
	}
	if err := onlyHints(r); err != nil {
		return err
	}
	p := t.tripOf(r)
	if p == nil || cb.Channel == acquirer.Return && t.traits.Proof && r.Handle.Proof != p.session.Handle.Proof {
		return nil // nobody is asked
	}
	q := t.question(p)
	q.Handle = q.Handle.With(r.Handle)
	answer, err := t.client.Status(t.ctx, q)
	if err != nil {
		_, err := typed(err)
		return err
	}
	truth, err := t.ask(p)
	if err != nil {
		return err
	}
	return same(truth, answer)
}

// spoilEach spoils every place of a genuine callback in every way that how yields.
//
// Of sealed messages the content and the seal count both: where only one place matters although there are more, the seal is not looked at.
func (t *trial) spoilEach(cb acquirer.Callback, how func(acquirer.Callback, place) []acquirer.Callback, genuine ...acquirer.Result) error {
	all, counting := places(cb), 0
	for _, p := range all {
		counts := false
		for _, bad := range how(cb, p) {
			if equalCallbacks(bad, cb) {
				continue
			}
			var unverified bool
			var err error
			if t.traits.HintsOnly {
				err = t.harmless(bad)
			} else {
				unverified, err = t.spoilt(bad, genuine...)
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
