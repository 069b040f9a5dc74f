// Package testparallel is for tests that mostly wait: for time-outs, other processes, or the disk.
package testparallel

import (
	"flag"
	"strconv"
)

// most is how many parallel tests run at once where most of each is waiting.
const most = 6

// Raise has more parallel tests run at once than there are cores, unless -parallel says how many. It comes first in a TestMain.
func Raise() {
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
