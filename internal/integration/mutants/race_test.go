//go:build race

package mutants

// underRace: the tests that mutants are run against are programs of their own, so the race detector sees nothing of them.
const underRace = true
