package ordered

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// A set is what a sorted slice of the same values is, through thousands of changes in any order.
func TestSetIsASortedSlice(t *testing.T) {
	for _, values := range []int{10, 3000, 1 << 30} { // few of them come again and again
		r := rand.New(rand.NewPCG(1, uint64(values)))
		s, want := New(cmp.Compare[int]), []int{}
		for step := range 12_000 {
			v := r.IntN(values)
			if step < 2000 && values > 10 {
				v = step // many are inserted in order
			}
			i, there := slices.BinarySearch(want, v)
			switch insert := r.IntN(3) > 0; {
			case insert && !there:
				want = slices.Insert(want, i, v)
				s.Insert(v)
			case insert:
				s.Insert(v)
			case there:
				want = slices.Delete(want, i, i+1)
				s.Delete(v)
			default:
				s.Delete(v)
			}
			if step%500 != 0 {
				continue
			}
			i, _ = slices.BinarySearch(want, v)
			before := slices.Clone(want[:i])
			slices.Reverse(before)
			for name, pair := range map[string][2][]int{
				"all":    {want, slices.Collect(s.All())},
				"from":   {want[i:], slices.Collect(s.From(v))},
				"before": {before, slices.Collect(s.Before(v))},
				"length": {{len(want)}, {s.Len()}},
			} {
				if d := gocmp.Diff(pair[0], pair[1], equateEmpty); d != "" {
					t.Fatalf("step %d, %s, at %d (-want +got):\n%s", step, name, v, d)
				}
			}
		}
	}
}

var equateEmpty = cmpopts.EquateEmpty()

// Who stops looking gets no more.
func TestSetStops(t *testing.T) {
	s := New(cmp.Compare[int])
	for i := range 2000 {
		s.Insert(i)
	}
	for name, seq := range map[string]func(func(int) bool){"all": s.All(), "from": s.From(700), "before": s.Before(1300)} {
		n := 0
		for range seq {
			if n++; n == 3 {
				break
			}
		}
		if n != 3 {
			t.Errorf("%s: %d values", name, n)
		}
	}
}
