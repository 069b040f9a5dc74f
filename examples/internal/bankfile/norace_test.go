//go:build !race

package bankfile

const underRace = false
