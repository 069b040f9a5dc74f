package callback

import (
	"maps"
	"net/url"
	"slices"

	"github.com/quittance/quittance/acquirer"
)

// Copy is a deep copy.
func Copy(cb acquirer.Callback) acquirer.Callback {
	cb.Form, cb.Query = copyValues(cb.Form), copyValues(cb.Query)
	cb.Header, cb.Body = cb.Header.Clone(), slices.Clone(cb.Body)
	return cb
}

func copyValues(v url.Values) url.Values {
	c := maps.Clone(v)
	for name, values := range c {
		c[name] = slices.Clone(values)
	}
	return c
}
