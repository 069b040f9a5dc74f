package office

import (
	"math"
	"slices"

	"github.com/quittance/quittance/payment"
)

// The diagram has one box for each state and one arrow for each pair of states that the library's table joins. Places are ours; arrows are
// the table's.

const boxWidth, boxHeight = 148, 46

// places are the middles of the boxes.
var places = map[payment.State]point{
	payment.Created:    {90, 170},
	payment.Redirected: {310, 170},
	payment.Unknown:    {310, 50},
	payment.Paid:       {620, 110},
	payment.Recorded:   {850, 50},
	payment.Refunding:  {850, 170},
	payment.Refunded:   {850, 290},
	payment.Review:     {620, 290},
	payment.Failed:     {90, 350},
	payment.Cancelled:  {255, 350},
	payment.Refused:    {420, 350},
	payment.Expired:    {585, 400},
}

type point struct{ X, Y float64 }

// box is a state as it is drawn.
type box struct {
	point
	State         payment.State
	Left, Top     float64
	Here, Visited bool
	End           bool
}

// arrow leads from a state to another.
type arrow struct {
	From, To         payment.State
	Start, Bend, End point
	Taken, Open      bool // the payment went this way; it may go this way next
}

// diagram is what the page draws.
type diagram struct {
	Boxes         []box
	Arrows        []arrow
	Width, Height int
}

// joined are the pairs of states between which something changes, in the table's order.
var joined = func() (pairs [][2]payment.State) {
	for t := range payment.Transitions() {
		pair := [2]payment.State{t.From, t.To}
		if t.Effect == payment.EffectChanged && t.From != t.To && !slices.Contains(pairs, pair) {
			pairs = append(pairs, pair)
		}
	}
	return pairs
}()

// draw lays the diagram out for a payment: where it stands, which way it came, where it may go.
func draw(now payment.State, journal []payment.Entry) diagram {
	d := diagram{Width: 940, Height: 440}
	visited := map[payment.State]bool{}
	taken := map[[2]payment.State]bool{}
	for _, e := range journal {
		visited[e.To] = true
		taken[[2]payment.State{e.From, e.To}] = true
	}
	for _, pair := range joined {
		d.Arrows = append(d.Arrows, lead(pair, taken[pair], pair[0] == now))
	}
	// What matters is drawn last, above the rest.
	slices.SortStableFunc(d.Arrows, func(a, b arrow) int { return weight(a) - weight(b) })
	for s, p := range places {
		d.Boxes = append(d.Boxes, box{p, s, p.X - boxWidth/2, p.Y - boxHeight/2, s == now, visited[s], s.Ended()})
	}
	slices.SortFunc(d.Boxes, func(a, b box) int { return slices.Index(drawn, a.State) - slices.Index(drawn, b.State) })
	return d
}

// drawn is the order of the boxes, so that two pages of one payment are the same.
var drawn = []payment.State{
	payment.Created, payment.Redirected, payment.Unknown, payment.Paid, payment.Recorded, payment.Refunding, payment.Refunded,
	payment.Review, payment.Failed, payment.Cancelled, payment.Refused, payment.Expired,
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

// lead bends an arrow a little to its left, so that the way back is another line, and lets it begin and end at the boxes' edges.
func lead(pair [2]payment.State, taken, open bool) arrow {
	a, b := places[pair[0]], places[pair[1]]
	dx, dy := b.X-a.X, b.Y-a.Y
	bend := point{(a.X+b.X)/2 - dy*.09, (a.Y+b.Y)/2 + dx*.09}
	return arrow{pair[0], pair[1], edge(a, bend, 1), bend, edge(b, bend, 4), taken, open}
}

// edge is where the line from the middle of a box towards p leaves the box, and a little further.
func edge(middle, p point, gap float64) point {
	dx, dy := p.X-middle.X, p.Y-middle.Y
	t := min(boxWidth/2/math.Max(math.Abs(dx), 1e-9), boxHeight/2/math.Max(math.Abs(dy), 1e-9))
	t += gap / math.Hypot(dx, dy)
	return point{math.Round(middle.X + t*dx), math.Round(middle.Y + t*dy)}
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
