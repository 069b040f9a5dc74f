//go:build race

package simulation

// underRace: one thing happens at a time, so there is little to be found, and it takes long.
const underRace = true
