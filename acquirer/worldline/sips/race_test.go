//go:build race

package sips

// raceEnabled: sync.Pool drops things at random under the race detector, so allocations are not counted there.
const raceEnabled = true
