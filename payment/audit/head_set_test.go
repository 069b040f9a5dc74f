package audit

import (
	"crypto/sha256"
	"encoding/binary"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
)

// headsNumbered are n heads in no order.
func headsNumbered(n int) (heads [][32]byte) {
	for i := range n {
		heads = append(heads, sha256.Sum256(binary.BigEndian.AppendUint64(nil, uint64(i))))
	}
	return heads
}

// collected is a set of heads, whose file is removed when the test ends.
func collected(t *testing.T, heads [][32]byte) *headSet {
	s := &headSet{}
	t.Cleanup(s.close)
	for _, h := range heads {
		s.add(h)
	}
	return s
}

// The heads of a day are sorted the same in memory and beyond it, and where there is no temporary file; none of it stays behind.
func TestHeadsInOrder(t *testing.T) {
	for name, c := range map[string]struct {
		n       int
		noFile  bool
		written int64
	}{
		"none": {0, false, 0}, "as many as are held": {mostHeld, false, 0}, "one more": {mostHeld + 1, false, 1},
		"many": {2*mostHeld + 7, false, 2}, "no room for a file": {2*mostHeld + 7, true, 0},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if c.noFile {
				dir = filepath.Join(dir, "absent")
			}
			t.Setenv("TMPDIR", dir) // Unix
			t.Setenv("TMP", dir)    // Windows
			heads := headsNumbered(c.n)
			s := collected(t, heads)
			want := slices.Collect(sorted(slices.Clone(heads)))
			if got := slices.Collect(s.inOrder()); !slices.Equal(got, want) || s.err != nil {
				t.Errorf("%d heads, %v; want %d in order", len(got), s.err, len(want))
			}
			if while, _ := os.ReadDir(dir); runtime.GOOS == "linux" && len(while) > 0 {
				t.Errorf("%v would stay behind if the process were killed now", while)
			}
			if s.runs != c.written || s.isEmpty() != (c.n == 0) {
				t.Errorf("%d runs in the file, empty %v", s.runs, s.isEmpty())
			}
			s.close()
			if left, err := os.ReadDir(dir); len(left) > 0 || (err != nil) != c.noFile {
				t.Errorf("%v stay behind, %v", left, err)
			}
		})
	}
}

// A file that was cut off makes no seal.
func TestHeadsOfAFileThatWasCutOff(t *testing.T) {
	for _, size := range []int64{0, 32 * 10, 32*10 + 1} {
		s := collected(t, headsNumbered(mostHeld+1))
		if err := s.file.Truncate(size); err != nil {
			t.Fatal(err)
		}
		if got := slices.Collect(s.inOrder()); s.err == nil {
			t.Errorf("after %d bytes there are %d heads and no error", size, len(got))
		}
	}
}
