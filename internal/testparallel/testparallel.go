// Package testparallel is for tests that mostly wait: for time-outs, other processes, or the disk.
package testparallel

import (
	"flag"
	"strconv"
)

// Raise has so many parallel tests run at once, more than there are cores, unless -parallel says how many. It comes first in a TestMain.
func Raise(most int) {
	flag.Parse()
	said := false
	flag.Visit(func(f *flag.Flag) { said = said || f.Name == "test.parallel" })
	if said {
		return
	}
	if err := flag.Set("test.parallel", strconv.Itoa(most)); err != nil {
		panic(err) // the flag is package testing's
	}
}
