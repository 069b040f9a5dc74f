//go:build !race

package figure

const underRace = false
