package rig

import (
	"database/sql"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
)

// closeIdle closes the connections that nobody uses: how many a pool has open depends on how many came at one moment, and says nothing of
// growth.
func closeIdle(pools []*sql.DB) {
	for _, pool := range pools {
		pool.SetMaxIdleConns(0)
		pool.SetMaxIdleConns(idleConnections)
	}
}

// idleConnections is how many a pool keeps after it was measured.
const idleConnections = 16

// measureSize measures this process, on Linux.
func measureSize() (s Size, err error) {
	runtime.GC()         // what pools keep goes with the second collection
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
