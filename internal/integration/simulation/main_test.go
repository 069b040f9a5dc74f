package simulation

import (
	"runtime"
	"runtime/debug"
	"testing"
)

func TestMain(m *testing.M) {
	debug.SetGCPercent(400) // a world is small, and soon garbage
	runtime.GOMAXPROCS(1)   // one thing happens at a time: a second core is only woken and put to sleep
	m.Run()
}
