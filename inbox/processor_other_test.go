//go:build !unix

package inbox

import (
	"testing"
	"time"
)

var started = time.Now()

// processorTime is the clock's where the processor's cannot be asked for: the bench compares on a quiet machine then.
func processorTime(*testing.T) time.Duration { return time.Since(started) }
