package rig

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
)

// measureSize measures this process, on Linux.
func measureSize() (s Size, err error) {
	debug.FreeOSMemory() // which takes the garbage out first
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	s.Heap, s.Goroutines = int(m.HeapAlloc), runtime.NumGoroutine()
	files, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return s, err
	}
	s.Files = len(files)
	b, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return s, err
	}
	var total, resident int
	if _, err := fmt.Sscan(string(b), &total, &resident); err != nil {
		return s, err
	}
	s.Resident = resident * os.Getpagesize()
	return s, nil
}
