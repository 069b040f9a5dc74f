package simulation

import (
	cryptorand "crypto/rand"
	"encoding/binary"
	"hash/fnv"
	"sync"
)

// stream stands for crypto/rand.Reader while a world runs, so that identifiers and salts are the seed's.
type stream struct {
	mu    sync.Mutex
	state uint64
}

// splitmix64 is a number that looks random, by splitmix64.
func splitmix64(x uint64) uint64 {
	x += 0x9E3779B97F4A7C15
	x = (x ^ x>>30) * 0xBF58476D1CE4E5B9
	x = (x ^ x>>27) * 0x94D049BB133111EB
	return x ^ x>>31
}

// Read fills p.
func (s *stream) Read(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var b [8]byte
	for i := 0; i < len(p); i += len(b) {
		s.state++
		binary.LittleEndian.PutUint64(b[:], splitmix64(s.state))
		copy(p[i:], b[:])
	}
	return len(p), nil
}

// restartAt begins another part of the stream, and returns where it was.
func (s *stream) restartAt(at uint64) (before uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	before, s.state = s.state, at
	return before
}

// oneWorld: crypto/rand.Reader is the process's, so one world runs at a time.
var oneWorld sync.Mutex

// replaceRandReader puts the stream in the place of crypto/rand.Reader until the function that it returns is called.
func (s *stream) replaceRandReader() (restore func()) {
	oneWorld.Lock()
	before := cryptorand.Reader
	cryptorand.Reader = s
	return func() {
		cryptorand.Reader = before
		oneWorld.Unlock()
	}
}

// hashOf is a number that depends on nothing but the seed and what it is for: what leaves out a step of a script leaves the others as they are.
func hashOf(seed uint64, what string, n uint64) uint64 {
	h := fnv.New64a()
	h.Write([]byte(what))
	return splitmix64(h.Sum64() ^ splitmix64(seed) ^ splitmix64(n)<<1)
}
