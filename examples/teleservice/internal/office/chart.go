package office

import (
	"strings"
	"time"

	"github.com/quittance/quittance/examples/teleservice/internal/database"
)

// The chart has a place for each day: what was accepted stands up, with what was accepted for no payment on top, what was given back hangs down,
// and what went into review stands beside, an outline. It is drawn twice, for a screen and for a telephone; the style shows one. The table behind it has the same numbers.

// format is how large a chart is drawn.
type format struct {
	width, height, left, every int // every so many days have their date
}

var (
	wideChart   = format{width: 980, height: 250, left: 84, every: 3}
	narrowChart = format{width: 340, height: 230, left: 62, every: 7}
)

// chart is what the page draws, in the units of its view box.
type chart struct {
	Width, Height, Left, Right int
	Zero                       int // the height of no euros
	Bars                       []bar
	Lines                      []gridline
	Dates                      []mark
}

type bar struct {
	X, Y, W, H int
	Kind       string // accepted, orphan, returned or reviewed
}

type gridline struct {
	Y    int
	Text string
}

type mark struct {
	X    int
	Text string
}

// drawChart draws days.
func drawChart(days []database.Day, f format) chart {
	const top, bottom, right = 14, 30, 6
	c := chart{Width: f.width, Height: f.height, Left: f.left, Right: f.width - right}
	up, down := int64(0), int64(0)
	for _, d := range days {
		up, down = max(up, d.Accepted.Cents+d.Orphan.Cents, d.Reviewed.Cents), max(down, d.Returned.Cents)
	}
	tick := niceTick(max(up+down, 1_00))
	up, down = (up+tick-1)/tick*tick, (down+tick-1)/tick*tick
	if up+down == 0 {
		up = tick
	}
	inside := int64(f.height - top - bottom)
	y := func(cents int64) int { return top + int((up-cents)*inside/(up+down)) }
	c.Zero = y(0)
	for cents := -down; cents <= up; cents += tick {
		c.Lines = append(c.Lines, gridline{y(cents), shortEuros(cents)})
	}
	place := float64(c.Right-c.Left) / float64(max(len(days), 1))
	for i, d := range days {
		x, w := c.Left+int(float64(i)*place), max(int(place*.46), 2)
		for _, b := range []struct {
			kind     string
			from, to int64 // cents, the lower one first
			beside   bool
		}{
			{"accepted", 0, d.Accepted.Cents, false}, {"orphan", d.Accepted.Cents, d.Accepted.Cents + d.Orphan.Cents, false},
			{"reviewed", 0, d.Reviewed.Cents, true}, {"returned", -d.Returned.Cents, 0, false},
		} {
			if b.from == b.to {
				continue
			}
			one := bar{X: x + 1, W: w, Y: y(b.to), Kind: b.kind}
			one.H = max(y(b.from)-one.Y, 1) // what is little is still seen
			if b.beside {
				one.X, one.W = x+1+w, max(w*3/4, 2)
			}
			c.Bars = append(c.Bars, one)
		}
		if (len(days)-1-i)%f.every == 0 {
			const half = 20 // of the date's width
			c.Dates = append(c.Dates, mark{min(x+int(place/2), f.width-half), dayAndMonth(d.Day)})
		}
	}
	return c
}

// niceTick is a distance between lines: 1, 2 or 5 and noughts, so that there are four or five of them.
func niceTick(cents int64) int64 {
	for tick := int64(1_00); ; tick *= 10 {
		for _, by := range []int64{1, 2, 5} {
			if cents <= 4*by*tick {
				return by * tick
			}
		}
	}
}

// shortEuros is an amount on the axis: whole euros, with a real minus.
func shortEuros(cents int64) string {
	s := ""
	if cents < 0 {
		s, cents = "−", -cents
	}
	return s + thousands(cents/100) + "\u00a0€"
}

// thousands writes a number with the spaces of French.
func thousands(n int64) string {
	digits := []byte{}
	for i := 0; n > 0 || i == 0; i++ {
		if i > 0 && i%3 == 0 {
			digits = append(digits, ' ')
		}
		digits = append(digits, byte('0'+n%10))
		n /= 10
	}
	for i, j := 0, len(digits)-1; i < j; i, j = i+1, j-1 {
		digits[i], digits[j] = digits[j], digits[i]
	}
	return strings.ReplaceAll(string(digits), " ", "\u202f")
}

func dayAndMonth(day string) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return t.Format("02/01")
}
