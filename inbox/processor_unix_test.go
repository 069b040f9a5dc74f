//go:build unix

package inbox

import (
	"syscall"
	"testing"
	"time"
)

// processorTime is what this process has taken of the processor.
func processorTime(t *testing.T) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
