//go:build !race

package sips

const raceEnabled = false
