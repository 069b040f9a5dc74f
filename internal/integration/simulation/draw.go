package simulation

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/quittance/quittance/acquirer/mock"
)

// How large a world is.
const (
	day     = 24 * time.Hour
	active  = 14 * day // in which things happen
	trips   = 30
	debtors = 7
	faults  = 45
)

// codes are how a visit to the bank's page may end.
var codes = []string{"00", "00", "00", "00", "00", "00", "05", "51", "17", "97", "60", "60", "60", "90", "99", "Z1"}

// Draw makes the script of a seed. With database there are also steps that need one: rows that are damaged, and restarts.
func Draw(seed uint64, database bool) Script {
	d := drawing{Rand: rand.New(rand.NewPCG(seed, 23))}
	for trip := 1; trip <= trips; trip++ {
		d.drawTrip(trip)
	}
	d.drawFund()
	d.drawOfficer()
	for range faults {
		d.drawFault()
	}
	if database {
		d.Rand = rand.New(rand.NewPCG(seed, 24)) // the rest of the script is the same without
		for range 1 + d.IntN(2) {
			d.addStep(Step{At: d.upTo(active), Do: Damages, Trip: 1 + d.IntN(trips), N: d.IntN(4), For: time.Hour + d.upTo(72*time.Hour)})
		}
		for range d.IntN(3) {
			d.addStep(Step{At: d.upTo(active), Do: Reopens})
		}
	}
	slices.SortStableFunc(d.steps, func(a, b Step) int { return cmp.Compare(a.At, b.At) })
	return Script{seed, d.steps}
}

type drawing struct {
	*rand.Rand
	steps []Step
}

func (d *drawing) addStep(s Step) { d.steps = append(d.steps, s) }

// upTo is a span below most, in whole milliseconds.
func (d *drawing) upTo(most time.Duration) time.Duration {
	return time.Duration(d.Int64N(int64(most))).Truncate(time.Millisecond)
}

// oneIn is true one time in n.
func (d *drawing) oneIn(n int) bool { return d.IntN(n) == 0 }

// drawNotifications is when notifications arrive: soon, late, twice, or never.
func (d *drawing) drawNotifications() []time.Duration {
	switch d.IntN(10) {
	case 0, 1, 2:
		return nil
	case 3:
		return []time.Duration{d.upTo(48 * time.Hour)}
	case 4:
		return []time.Duration{d.upTo(10 * day)}
	case 5:
		return []time.Duration{d.upTo(2 * time.Minute), d.upTo(10 * day)}
	}
	return []time.Duration{d.upTo(2 * time.Minute)}
}

// drawReturns is when the browser comes back: soon, never, again and again, or after days.
func (d *drawing) drawReturns() (at []time.Duration) {
	if !d.oneIn(4) {
		at = append(at, d.upTo(3*time.Minute))
	}
	if d.oneIn(8) {
		at = append(at, d.upTo(5*day))
	}
	if d.oneIn(16) {
		for range 5 { // the page is loaded again
			at = append(at, d.upTo(time.Hour))
		}
	}
	return at
}

var spoilings = []mock.Fault{mock.Tampered, mock.Forged, mock.Unsealed}

// drawTrip is a payer's, with all that becomes of it.
func (d *drawing) drawTrip(n int) {
	begins := d.upTo(active)
	who := d.IntN(debtors)
	d.addStep(Step{At: begins, Do: Begins, Trip: n, Who: who})
	if d.oneIn(6) { // a double click, or the same button again later
		d.addStep(Step{At: begins + []time.Duration{d.upTo(time.Second), d.upTo(20 * time.Minute)}[d.IntN(2)], Do: Begins, Trip: n, Who: who})
	}
	if d.oneIn(6) { // another button meanwhile is another trip: this one comes again with the next notice
		d.addStep(Step{At: begins + d.upTo(3*day), Do: NewNotice, Who: who})
	}
	if !d.oneIn(8) {
		visit := Step{At: begins + d.upTo(14*time.Minute), Do: Visits, Trip: n, Code: codes[d.IntN(len(codes))], Later: d.drawNotifications(), Back: d.drawReturns()}
		if d.oneIn(8) {
			visit.At = begins + d.upTo(70*time.Minute)
		}
		if d.oneIn(10) {
			visit.Spoilt = []mock.Fault{spoilings[d.IntN(len(spoilings))]}
		}
		d.addStep(visit)
		if visit.Code == "60" || visit.Code == "Z1" {
			d.addStep(Step{At: visit.At + d.upTo([]time.Duration{2 * time.Hour, 5 * day}[d.IntN(2)]), Do: Decides, Trip: n, Code: []string{"00", "00", "05"}[d.IntN(3)], Later: d.drawNotifications()})
		}
	}
	if d.oneIn(2) {
		d.addStep(Step{At: begins + d.upTo(40*time.Hour), Do: Records, Trip: n})
	}
	for range d.IntN(3) {
		d.drawLaterAct(n, begins)
	}
	for range d.IntN(3) {
		d.drawResolution(n, begins+d.upTo(9*day))
	}
}

func (d *drawing) drawResolution(n int, at time.Duration) {
	s := Step{At: at, Do: Resolves, Trip: n}
	if d.oneIn(5) {
		s.N = 1 + d.IntN(4)
	}
	d.addStep(s)
}

// drawLaterAct is what somebody does to a payment later.
func (d *drawing) drawLaterAct(n int, begins time.Duration) {
	s := Step{At: begins + d.upTo(7*day), Trip: n}
	switch d.IntN(10) {
	case 0, 1:
		s.Do = Refunds
	case 2:
		s.Do = Questions
		d.drawResolution(n, s.At+d.upTo(2*day))
	case 3:
		s.Do = Reconciles
	case 4:
		s.Do, s.N = DeskPart, 2+d.IntN(3)
		if d.oneIn(2) {
			d.addStep(Step{At: s.At + d.upTo(2*day), Do: Reconciles, Trip: n})
		}
	case 5:
		s.Do = DeskAll
	case 6, 7:
		s.Do = ChargesBack
		d.addStep(Step{At: s.At + d.upTo(6*time.Hour), Do: Reconciles, Trip: n})
		d.drawResolution(n, s.At+d.upTo(2*day))
		if d.oneIn(2) {
			d.addStep(Step{At: s.At + day + d.upTo(4*day), Do: WinsBack, Trip: n})
		}
	case 8:
		s.Do = Replays
	case 9:
		s.Do = Restarts
	}
	d.addStep(s)
}

// drawFund is what happens to the fund and its banks.
func (d *drawing) drawFund() {
	for range d.IntN(3) {
		d.addStep(Step{At: d.upTo(active), Do: Moves, Who: d.IntN(3), N: d.IntN(3)})
	}
	for range 1 + d.IntN(2) {
		d.addStep(Step{At: d.upTo(active), Do: Outage, Who: d.IntN(3), For: time.Hour + d.upTo([]time.Duration{4 * time.Hour, 4 * time.Hour, 100 * time.Hour}[d.IntN(3)])})
	}
	for range 1 + d.IntN(3) {
		d.addStep(Step{At: d.upTo(active), Do: Lags, Who: d.IntN(3), For: 10*time.Minute + d.upTo(6*time.Hour)})
	}
	for range d.IntN(6) {
		d.addStep(Step{At: d.upTo(active), Do: Dies, Who: d.IntN(2), N: d.IntN(3)})
	}
	for range debtors * 2 {
		d.addStep(Step{At: d.upTo(active), Do: NewNotice, Who: d.IntN(debtors)})
	}
}

// drawOfficer exports every day, and now and then somebody sets the clock back just then.
func (d *drawing) drawOfficer() {
	for at := day; at < active+day; at += day { // the world begins at midnight in Paris
		s := Step{At: at + 6*time.Minute + d.upTo([]time.Duration{5 * time.Minute, 10 * time.Hour}[d.IntN(2)]), Do: Exports, N: 1}
		if d.oneIn(5) {
			s.N = 2
		}
		d.addStep(s)
		if d.oneIn(8) {
			d.addStep(Step{At: s.At + d.upTo(time.Minute), Do: SetBack, For: time.Hour + d.upTo(30*time.Hour), Later: []time.Duration{d.upTo(3 * time.Hour)}})
		}
	}
}

// drawFault is one call that goes wrong.
func (d *drawing) drawFault() {
	s := Step{At: d.upTo(active), Do: Fails, On: boundaries[d.IntN(len(boundaries))]}
	s.Trouble = troubles[s.On][d.IntN(len(troubles[s.On]))]
	if s.Trouble == Slow || s.Trouble == SlowAnswer {
		s.For = d.upTo([]time.Duration{15 * time.Second, 5 * time.Minute, 3 * time.Hour}[d.IntN(3)])
	}
	d.addStep(s)
}
