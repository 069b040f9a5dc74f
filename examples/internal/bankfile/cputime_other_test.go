//go:build !unix

package bankfile

import "time"

var started = time.Now()

// cpuTime is the time that has passed.
func cpuTime() time.Duration { return time.Since(started) }
