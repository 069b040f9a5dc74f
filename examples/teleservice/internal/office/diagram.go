package office

import (
	"slices"

	"github.com/quittance/quittance/payment"
)

// The diagram has a box for each state, one below the other, and at their right a lane for each state that an arrow leads to: an arrow leaves
// its box, follows the lane of the state that it leads to, and enters that one's box. Lines cross at right angles and none runs behind a box. It
// is as narrow as a telephone. States and arrows are the library's table's; the order is ours.

const (
	boxWidth, boxHeight = 132, 34
	rowPitch, lanePitch = 46, 15
	boxLeft, boxTop     = 4, 6
	firstLane           = boxLeft + boxWidth + 22
)

// drawn is the order of the boxes: as a payment goes, then the ends without money.
var drawn = []payment.State{
	payment.Created, payment.Redirected, payment.Unknown, payment.Paid, payment.Recorded, payment.Review, payment.Refunding, payment.Refunded,
	payment.Refused, payment.Cancelled, payment.Expired, payment.Failed,
}

// box is a state as it is drawn.
type box struct {
	State         payment.State
	Left, Top     int
	X, Y          int // its middle
	Here, Visited bool
	End           bool
}

// arrow leads from a state to another.
type arrow struct {
	From, To    payment.State
	X, Out, In  int  // the lane, and the heights at which the arrow leaves and comes
	Taken, Open bool // the payment went this way; it may go this way next
}

// diagram is what the page draws.
type diagram struct {
	Boxes         []box
	Arrows        []arrow
	Width, Height int
	BoxRight      int
}

// pair is two states that an arrow joins.
type pair [2]payment.State

// joined are the pairs of states between which something changes, in the table's order.
var joined = func() (pairs []pair) {
	for t := range payment.Transitions() {
		p := pair{t.From, t.To}
		if t.Effect == payment.EffectChanged && t.From != t.To && !slices.Contains(pairs, p) {
			pairs = append(pairs, p)
		}
	}
	return pairs
}()

// draw lays the diagram out for a payment: where it stands, which way it came, where it may go; and all other ways too, if they are asked for.
func draw(now payment.State, journal []payment.Entry, all bool) diagram {
	visited, taken := map[payment.State]bool{}, map[pair]bool{}
	for _, e := range journal {
		visited[e.To] = true
		taken[pair{e.From, e.To}] = true
	}
	row := func(s payment.State) int { return slices.Index(drawn, s) }
	d := diagram{Height: 2*boxTop + (len(drawn)-1)*rowPitch + boxHeight, BoxRight: boxLeft + boxWidth}
	for _, p := range joined {
		if taken[p] || p[0] == now || all {
			d.Arrows = append(d.Arrows, arrow{From: p[0], To: p[1], Taken: taken[p], Open: p[0] == now})
		}
	}
	for i, lane := range lanes(d.Arrows) {
		x := firstLane + i*lanePitch
		d.Width = max(d.Width, x+lanePitch)
		for j := range d.Arrows {
			if a := &d.Arrows[j]; a.To == lane {
				middle := func(s payment.State) int { return boxTop + row(s)*rowPitch + boxHeight/2 }
				a.X, a.Out, a.In = x, middle(a.From)+8, middle(a.To)-8
			}
		}
	}
	d.Width = max(d.Width, firstLane+11*lanePitch)
	// What matters is drawn last, above the rest.
	slices.SortStableFunc(d.Arrows, func(a, b arrow) int { return weight(a) - weight(b) })
	for i, s := range drawn {
		top := boxTop + i*rowPitch
		d.Boxes = append(d.Boxes, box{s, boxLeft, top, boxLeft + boxWidth/2, top + boxHeight/2, s == now, visited[s], s.Ended()})
	}
	return d
}

// lanes are the states that arrows lead to, the nearest lane first: that of the state whose arrows are the shortest.
func lanes(arrows []arrow) (to []payment.State) {
	longest := map[payment.State]int{}
	for _, a := range arrows {
		if !slices.Contains(to, a.To) {
			to = append(to, a.To)
		}
		from, end := slices.Index(drawn, a.From), slices.Index(drawn, a.To)
		longest[a.To] = max(longest[a.To], from-end, end-from)
	}
	slices.SortStableFunc(to, func(a, b payment.State) int { return longest[a] - longest[b] })
	return to
}

func weight(a arrow) int {
	switch {
	case a.Taken:
		return 2
	case a.Open:
		return 1
	}
	return 0
}

// step is a state that a payment may come to, and by which events.
type step struct {
	To payment.State
	By []payment.EventKind
}

// onward are the steps that lead away from a state.
func onward(from payment.State) (steps []step) {
	for t := range payment.Transitions() {
		if t.From != from || t.Effect != payment.EffectChanged || t.To == from {
			continue
		}
		i := slices.IndexFunc(steps, func(s step) bool { return s.To == t.To })
		if i < 0 {
			i = len(steps)
			steps = append(steps, step{To: t.To})
		}
		steps[i].By = append(steps[i].By, t.On)
	}
	return steps
}
