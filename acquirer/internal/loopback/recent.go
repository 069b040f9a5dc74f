package loopback

import "slices"

// remembers is how many requests, and how many deliveries, a platform keeps.
const remembers = 10_000

// KeepNewest drops the older half of a list that has grown beyond ten thousand: the last five thousand at least are kept.
func KeepNewest[T any](list []T) []T {
	if n := len(list); n > remembers {
		return slices.Clone(list[n-remembers/2:])
	}
	return list
}
