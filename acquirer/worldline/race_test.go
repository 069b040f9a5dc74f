//go:build race

package worldline

// raceEnabled: sync.Pool drops things at random under the race detector, so allocations are not counted there.
const raceEnabled = true
