package payment_test

import (
	"os"
	"runtime/debug"
	"testing"
)

// TestMain lets the heap grow to five times what is in use, unless GOGC says otherwise: the tests throw one small store away after another, and
// a sixth of their time would go into collecting four megabytes again and again.
func TestMain(m *testing.M) {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400)
	}
	m.Run()
}
