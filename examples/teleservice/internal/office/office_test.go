package office

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/examples/teleservice/internal/database"
	"github.com/quittance/quittance/examples/teleservice/internal/people"
	"github.com/quittance/quittance/payment"
)

// The library's table has no state and no event that the pages have no words, or no place, for; and no act that no desk can do.
func TestWords(t *testing.T) {
	for tr := range payment.Transitions() {
		for _, s := range []payment.State{tr.From, tr.To} {
			if states[s].Text == "" || states[s].Tone == "" || !slices.Contains(drawn, s) {
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
	for d := range acquirer.Declines() {
		if declines[d] == "" {
			t.Errorf("decline %s has no words", d)
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
	done := map[payment.EventKind]bool{}
	for _, a := range options {
		if outcomes[a.Name].Text == "" || a.Text == "" || a.Hint == "" {
			t.Errorf("act %s has no words", a.Name)
		}
		done[a.on] = true
	}
	for _, on := range []payment.EventKind{
		payment.OnRecorded, payment.OnRefundAsked, payment.OnQuestioned, payment.OnKept, payment.OnGivingBack, payment.OnWasReturned, payment.OnNoMoney,
	} {
		if !done[on] {
			t.Errorf("nobody can do %s", on)
		}
	}
	for _, trouble := range troubles {
		if !outcomes[trouble.name].Bad {
			t.Errorf("trouble %s has no words", trouble.name)
		}
	}
	desks := map[Desk]bool{}
	for _, a := range people.Agents {
		desks[deskOf(a)] = true
	}
	if d := (map[Desk]bool{Claims: true, Accounting: true}); !cmp.Equal(d, desks) {
		t.Errorf("the agents' desks are %v, the office has %v", desks, d)
	}
}

// The diagram marks where a payment stands, the way it came, and where it may go; the others are there when they are asked for. No box is over another,
// no line runs behind a box, and no two arrows to different states share a lane.
func TestDraw(t *testing.T) {
	journal := []payment.Entry{
		{To: payment.Created, Event: payment.OnCreated},
		{From: payment.Created, To: payment.Redirected, Event: payment.OnOpened},
		{From: payment.Redirected, To: payment.Paid, Event: payment.OnAccepted},
	}
	byOrder := func(a, b pair) int { return slices.Compare(a[:], b[:]) }
	for _, all := range []bool{false, true} {
		d := draw(payment.Paid, journal, all)
		var here, visited []payment.State
		for _, b := range d.Boxes {
			if b.Here {
				here = append(here, b.State)
			}
			if b.Visited {
				visited = append(visited, b.State)
			}
			if b.Left < 0 || b.Top < 0 || b.Top+boxHeight > d.Height || b.Left+boxWidth > d.BoxRight {
				t.Errorf("the box of %s is outside: %v", b.State, b)
			}
		}
		if len(d.Boxes) != len(payment.States()) {
			t.Errorf("%d boxes", len(d.Boxes))
		}
		var taken, open, drawn []pair
		lanes := map[int]payment.State{}
		for _, a := range d.Arrows {
			p := pair{a.From, a.To}
			drawn = append(drawn, p)
			if a.Taken {
				taken = append(taken, p)
			}
			if a.Open {
				open = append(open, p)
			}
			if a.X <= d.BoxRight || a.X >= d.Width {
				t.Errorf("the arrow %v runs at %d: behind a box, or outside", p, a.X)
			}
			if to, ok := lanes[a.X]; ok && to != a.To {
				t.Errorf("one lane leads to %s and %s", to, a.To)
			}
			lanes[a.X] = a.To
		}
		slices.SortFunc(taken, byOrder)
		slices.SortFunc(open, byOrder)
		want := struct{ Here, Visited, Taken, Open any }{
			[]payment.State{payment.Paid}, []payment.State{payment.Created, payment.Redirected, payment.Paid},
			[]pair{{payment.Created, payment.Redirected}, {payment.Redirected, payment.Paid}},
			[]pair{{payment.Paid, payment.Recorded}, {payment.Paid, payment.Refunding}, {payment.Paid, payment.Review}},
		}
		if d := cmp.Diff(want, struct{ Here, Visited, Taken, Open any }{here, visited, taken, open}); d != "" {
			t.Errorf("-want +got:\n%s", d)
		}
		if all && len(drawn) != len(joined) || !all && len(drawn) != len(taken)+len(open) {
			t.Errorf("%d arrows are drawn, all: %v", len(drawn), all)
		}
		if d.Width > 343 { // a telephone of 375 pixels, without its margins
			t.Errorf("the diagram is %d wide", d.Width)
		}
		var onto []payment.State
		for _, s := range onward(payment.Paid) {
			onto = append(onto, s.To)
		}
		if len(onto) != len(open) {
			t.Errorf("the list leads to %v, the arrows %v", onto, open)
		}
	}
}

// The chart is inside its frame whatever the days are: what is accepted for no payment stands on what is accepted, what is given back hangs down.
func TestDrawChart(t *testing.T) {
	sum := func(cents int64) database.Sum { return database.Sum{Count: 1, Cents: cents} }
	for name, days := range map[string][]database.Day{
		"nothing":      make([]database.Day, 30),
		"no days":      nil,
		"all":          {{Accepted: sum(312_00), Orphan: sum(75_00), Returned: sum(62_00), Reviewed: sum(90_00)}},
		"only orphans": {{}, {Orphan: sum(150_00)}, {}},
		"only returns": {{Returned: sum(150_00)}},
		"a cent":       {{Accepted: sum(1), Orphan: sum(1)}, {Accepted: sum(1_000_000_00)}},
	} {
		for _, f := range []format{wideChart, narrowChart} {
			c := drawChart(days, f)
			want := 0
			for _, d := range days {
				for _, s := range []database.Sum{d.Accepted, d.Orphan, d.Returned, d.Reviewed} {
					if s.Cents != 0 {
						want++
					}
				}
			}
			if len(c.Bars) != want {
				t.Errorf("%s: %d bars, want %d", name, len(c.Bars), want)
			}
			bars := map[string]bar{} // of the last day
			for _, b := range c.Bars {
				if b.X < c.Left || b.X+b.W > c.Right || b.Y < 0 || b.H < 1 || b.Y+b.H > c.Height {
					t.Errorf("%s: a bar is outside: %+v", name, b)
				}
				if down := b.Kind == "returned"; down && b.Y < c.Zero || !down && b.Y > c.Zero {
					t.Errorf("%s: a bar is on the wrong side of %d: %+v", name, c.Zero, b)
				}
				bars[b.Kind] = b
			}
			if a, o := bars["accepted"], bars["orphan"]; name == "all" && (o.Y+o.H != a.Y || o.X != a.X || a.Y+a.H != c.Zero) {
				t.Errorf("%s: orphans %+v do not stand on what is accepted %+v", name, o, a)
			}
		}
	}
}

// A page is parsed when it is first shown: that each can be is seen here, not by whoever comes first.
func TestEveryPageParses(t *testing.T) {
	o, err := New(Config{})
	if err == nil {
		err = o.pages.Check()
	}
	if err != nil {
		t.Error(err)
	}
}
