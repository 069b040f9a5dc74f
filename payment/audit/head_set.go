package audit

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"iter"
	"os"
	"slices"
)

// mostHeld is how many heads are sorted in memory: two megabytes.
const mostHeld = 1 << 16

// headSet collects the heads of one day in any order, and yields them sorted. Whatever the day, it needs little memory: what is more than
// mostHeld lies in a temporary file, which has nothing but hashes. Where no file can be written, all stay in memory.
type headSet struct {
	held   [][32]byte
	file   *os.File // runs of mostHeld heads, each sorted
	named  bool     // the file has a name still
	runs   int64
	noFile bool
	err    error // of the file, once all are yielded
}

func (s *headSet) add(head [32]byte) {
	if len(s.held) >= mostHeld && !s.noFile && !s.writeRun() {
		s.noFile = true
	}
	s.held = append(s.held, head)
}

func (s *headSet) isEmpty() bool { return len(s.held) == 0 }

// writeRun moves the heads in memory to the file, and reports whether it could.
func (s *headSet) writeRun() bool {
	if s.file == nil {
		var err error
		if s.file, err = os.CreateTemp("", "quittance-heads-"); err != nil {
			return false
		}
		// Where an open file can lose its name, a process that is killed leaves nothing behind.
		s.named = os.Remove(s.file.Name()) != nil
	}
	out := bufio.NewWriter(io.NewOffsetWriter(s.file, s.runs*mostHeld*32))
	for head := range sorted(s.held) {
		out.Write(head[:])
	}
	if out.Flush() != nil {
		return false
	}
	s.held, s.runs = s.held[:0], s.runs+1
	return true
}

// close removes the file.
func (s *headSet) close() {
	if s.file != nil {
		s.file.Close()
	}
	if s.named {
		os.Remove(s.file.Name())
	}
}

// inOrder yields all heads. err says afterwards whether they could be read.
func (s *headSet) inOrder() iter.Seq[[32]byte] {
	return func(yield func([32]byte) bool) {
		runs := []func() ([32]byte, bool){}
		for i := range s.runs {
			runs = append(runs, s.readRun(i))
		}
		held, stop := iter.Pull(sorted(s.held))
		defer stop()
		runs = append(runs, held)
		for head := range merged(runs) {
			if !yield(head) {
				return
			}
		}
	}
}

// readRun returns a function that reads one head of a run after the other.
func (s *headSet) readRun(n int64) func() ([32]byte, bool) {
	in := bufio.NewReader(io.NewSectionReader(s.file, n*mostHeld*32, mostHeld*32))
	left := mostHeld
	return func() (head [32]byte, ok bool) {
		if left == 0 {
			return head, false
		}
		left--
		if _, err := io.ReadFull(in, head[:]); err != nil {
			s.err = fmt.Errorf("the hashes in %s cannot be read, export the day again: %w", s.file.Name(), err)
			return head, false
		}
		return head, true
	}
}

// merged yields what several sorted runs have, sorted.
func merged(runs []func() ([32]byte, bool)) iter.Seq[[32]byte] {
	return func(yield func([32]byte) bool) {
		type run struct {
			first [32]byte
			next  func() ([32]byte, bool)
		}
		var open []run
		for _, next := range runs {
			if first, ok := next(); ok {
				open = append(open, run{first, next})
			}
		}
		for len(open) > 0 {
			least := 0
			for i := range open {
				if bytes.Compare(open[i].first[:], open[least].first[:]) < 0 {
					least = i
				}
			}
			if !yield(open[least].first) {
				return
			}
			var ok bool
			if open[least].first, ok = open[least].next(); !ok {
				open = slices.Delete(open, least, least+1)
			}
		}
	}
}

// sorted sorts heads, and yields them.
func sorted(heads [][32]byte) iter.Seq[[32]byte] {
	slices.SortFunc(heads, func(a, b [32]byte) int { return bytes.Compare(a[:], b[:]) })
	return slices.Values(heads)
}
