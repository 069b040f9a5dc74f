package office

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/payment"
)

// The library's table has no state and no event that the pages have no words, or no place, for.
func TestWords(t *testing.T) {
	for tr := range payment.Transitions() {
		for _, s := range []payment.State{tr.From, tr.To} {
			if _, ok := places[s]; !ok || states[s].Text == "" || states[s].Tone == "" || !slices.Contains(drawn, s) {
				t.Errorf("state %s has no words or no place", s)
			}
		}
		if events[tr.On] == "" {
			t.Errorf("event %s has no words", tr.On)
		}
		if tr.Effect != payment.EffectChanged && tr.Effect != payment.EffectDuplicate && effects[tr.Effect] == "" {
			t.Errorf("effect %s has no words", tr.Effect)
		}
	}
	var listed []string
	for _, list := range [][]choice{notices, calls} {
		for _, c := range list {
			listed = append(listed, c.Value)
		}
	}
	for _, f := range mock.Faults() {
		if f != mock.RedirectOnce && f != mock.RedirectTwice && !slices.Contains(listed, string(f)) {
			t.Errorf("fault %s is not on the panel", f)
		}
	}
	for name := range acts {
		if !slices.Contains(order, name) || done[name].Text == "" {
			t.Errorf("act %s has no button or no words afterwards", name)
		}
	}
	for _, trouble := range troubles {
		if !done[trouble.name].Bad {
			t.Errorf("trouble %s has no words", trouble.name)
		}
	}
}

// The diagram marks where a payment stands, the way it came, and where it may go.
func TestDraw(t *testing.T) {
	d := draw(payment.Paid, []payment.Entry{
		{To: payment.Created, Event: payment.OnCreated},
		{From: payment.Created, To: payment.Redirected, Event: payment.OnOpened},
		{From: payment.Redirected, To: payment.Paid, Event: payment.OnAccepted},
	})
	var here, visited []payment.State
	for _, b := range d.Boxes {
		if b.Here {
			here = append(here, b.State)
		}
		if b.Visited {
			visited = append(visited, b.State)
		}
		if b.Left < 0 || b.Top < 0 || b.Left+boxWidth > float64(d.Width) || b.Top+boxHeight > float64(d.Height) {
			t.Errorf("the box of %s is outside: %v", b.State, b)
		}
		for _, other := range d.Boxes {
			if other.State != b.State && max(other.X-b.X, b.X-other.X) < boxWidth && max(other.Y-b.Y, b.Y-other.Y) < boxHeight {
				t.Errorf("the boxes of %s and %s overlap", b.State, other.State)
			}
		}
	}
	var taken, open [][2]payment.State
	for _, a := range d.Arrows {
		if a.Taken {
			taken = append(taken, [2]payment.State{a.From, a.To})
		}
		if a.Open {
			open = append(open, [2]payment.State{a.From, a.To})
		}
	}
	slices.SortFunc(taken, func(a, b [2]payment.State) int { return slices.Compare(a[:], b[:]) })
	want := struct{ Here, Visited, Taken, Open any }{
		[]payment.State{payment.Paid}, []payment.State{payment.Created, payment.Redirected, payment.Paid},
		[][2]payment.State{{payment.Created, payment.Redirected}, {payment.Redirected, payment.Paid}},
		[][2]payment.State{{payment.Paid, payment.Refunding}, {payment.Paid, payment.Review}, {payment.Paid, payment.Recorded}},
	}
	slices.SortFunc(open, func(a, b [2]payment.State) int { return slices.Index(drawn, a[1]) - slices.Index(drawn, b[1]) })
	slices.SortFunc(want.Open.([][2]payment.State), func(a, b [2]payment.State) int { return slices.Index(drawn, a[1]) - slices.Index(drawn, b[1]) })
	if d := cmp.Diff(want, struct{ Here, Visited, Taken, Open any }{here, visited, taken, open}); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
	var onto []payment.State
	for _, s := range onward(payment.Paid) {
		onto = append(onto, s.To)
	}
	if len(onto) != len(open) {
		t.Errorf("the list leads to %v, the arrows %v", onto, open)
	}
}
