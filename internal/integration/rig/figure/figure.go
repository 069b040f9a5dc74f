// Package figure says how often a test injects its fault: on every change, or before a release.
package figure

import (
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
)

// Release reports whether the figures are those before a release: the environment has QUITTANCE_FIGURES=release.
func Release() bool { return os.Getenv("QUITTANCE_FIGURES") == "release" }

// Of returns the figure to use: ci on every change, release before a release.
func Of(ci, release int) int {
	if Release() {
		return release
	}
	return ci
}

// Seed returns the seed of a randomised test and logs it. QUITTANCE_SEED repeats a run.
func Seed(t testing.TB) uint64 {
	t.Helper()
	seed := rand.Uint64()
	if s := os.Getenv("QUITTANCE_SEED"); s != "" {
		var err error
		if seed, err = strconv.ParseUint(s, 10, 64); err != nil {
			t.Fatalf("QUITTANCE_SEED is %q; give a whole number", s)
		}
	}
	t.Logf("QUITTANCE_SEED=%d repeats this run", seed)
	return seed
}

// Long is the first line of a test that takes many seconds even on a quiet machine: go test -short, a contributor's inner loop, passes it by.
func Long(t testing.TB) {
	t.Helper()
	if testing.Short() {
		t.Skip("long: it runs without -short")
	}
}
