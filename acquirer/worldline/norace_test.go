//go:build !race

package worldline

const raceEnabled = false
