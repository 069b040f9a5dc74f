package reconcile

import "slices"

// Exports and statements rarely cover the same days, and a bank's cut-off is not midnight: some of our payments are remitted
// after the statement ends, and the statement begins with remittances of payments before the first export. A cut says which.
//
// Only what stands at a border can be cut off, and only in the order of time: the last payments, or the first remittances. The sums
// must then be equal to the cent. The cut that drops least is taken.

// borders are the first and the last day of both sides.
type borders struct {
	firstOurs, lastOurs, firstBank, lastBank string
	dues                                     map[string]string // what due says of a day: most movements share theirs
}

func (b borders) due(day string) string {
	if b.dues[day] == "" {
		b.dues[day] = due(day)
	}
	return b.dues[day]
}

// compares reports whether a line of the account can be of a payment that our side covers.
func (b borders) compares(day string) bool { return day >= b.firstOurs && day <= b.due(b.lastOurs) }

// side is one direction: payments that came in, or refunds that went out.
type side struct {
	name    string
	refunds bool
	ours    []Movement // by time
	bank    []accountLine
}

// cut is how much is dropped at each end.
type cut struct{ oursBefore, oursAfter, bankBefore, bankAfter int }

// dropSure takes out what by its day alone cannot be on the other side.
func (s *side) dropSure(b borders) (out []Border) {
	drop := func(bank, after bool, days []string, cents []int64) {
		if len(days) == 0 {
			return
		}
		border := Border{Bank: bank, After: after, Out: s.refunds, Sure: true, From: slices.Min(days), Until: slices.Max(days)}
		for _, c := range cents {
			border.Sum.add(c)
		}
		out = append(out, border)
	}
	for _, after := range []bool{false, true} {
		var days []string
		var cents []int64
		s.bank = slices.DeleteFunc(s.bank, func(l accountLine) bool {
			outside := l.Day < b.firstOurs
			if after {
				outside = l.Day > b.due(b.lastOurs)
			}
			if outside {
				days, cents = append(days, l.Day), append(cents, abs(amountOf(l.Line)))
			}
			return outside
		})
		drop(true, after, days, cents)
	}
	var days []string
	var cents []int64
	s.ours = slices.DeleteFunc(s.ours, func(m Movement) bool {
		outside := b.firstBank != "" && b.due(m.Day) < b.firstBank
		if outside {
			days, cents = append(days, m.Day), append(cents, m.Cents)
		}
		return outside
	})
	drop(false, false, days, cents)
	return out
}

func abs(n int64) int64 { return max(n, -n) }

// mostAtBorder is how many remittances may stand at one border.
const mostAtBorder = 20

// cut finds the cut that makes both sides equal; extra is what the bank took back besides. ok is false if there is none.
func (s *side) cut(b borders, extra int64) (best cut, ok bool) {
	var ours, bank int64
	for _, m := range s.ours {
		ours += m.Cents
	}
	for _, l := range s.bank {
		bank += abs(amountOf(l.Line))
	}
	bank += extra
	horizon := min(b.lastBank, b.lastOurs)
	after := map[int64]int{} // by the sum of the last movements: how many
	least, sum := 0, int64(0)
	for k := 0; k <= len(s.ours); k++ {
		if k > 0 {
			m := s.ours[len(s.ours)-k]
			if b.due(m.Day) < horizon {
				break
			}
			if m.Day > b.lastBank {
				least = k
			}
			sum += m.Cents
		}
		if _, there := after[sum]; !there {
			after[sum] = k
		}
	}
	before := []int64{0}
	for i := 0; i < len(s.ours) && s.ours[i].Day < b.firstBank; i++ {
		before = append(before, before[i]+s.ours[i].Cents)
	}
	bankBefore := []int64{0}
	for i := 0; i < len(s.bank) && i < mostAtBorder && s.bank[i].Day <= due(dayBefore(b.firstOurs)); i++ {
		bankBefore = append(bankBefore, bankBefore[i]+abs(amountOf(s.bank[i].Line)))
	}
	bankAfter := []int64{0}
	for i := 0; i < len(s.bank) && i < mostAtBorder && s.bank[len(s.bank)-1-i].Day > b.lastOurs; i++ {
		bankAfter = append(bankAfter, bankAfter[i]+abs(amountOf(s.bank[len(s.bank)-1-i].Line)))
	}
	for p := range bankBefore {
		for j := range bankAfter {
			if p+j > len(s.bank) || ok && p+j >= best.bankBefore+best.bankAfter {
				continue
			}
			for a := range before {
				// If some of ours were remitted before the statement, its first lines are not of days before ours.
				if a > 0 && p > 0 {
					break
				}
				k, found := after[(ours-before[a])-(bank-bankBefore[p]-bankAfter[j])]
				if found && k >= least && a+k <= len(s.ours) && (p+j < len(s.bank) || p+j == 0) {
					best, ok = cut{a, k, p, j}, true
					break
				}
			}
		}
	}
	return best, ok
}

// explain says what a cut means. What was due before the account ends did come, if at all: it can only be in the first remittances that
// are cut off at the end, those of one day.
func (s *side) explain(c cut, b borders) (underWay []UnderWay, border []Border) {
	if n := len(s.ours); c.oursAfter > 0 {
		u := UnderWay{Refunds: s.refunds, Due: due(s.ours[n-1].Day)}
		var late, room int64
		var lateDue string
		cutOff := s.bank[len(s.bank)-c.bankAfter:]
		for _, l := range cutOff {
			if l.Day == cutOff[0].Day { // later ones are of payments after these
				room += abs(amountOf(l.Line))
			}
		}
		for _, m := range s.ours[n-c.oursAfter:] {
			u.Sum.add(m.Cents)
			if b.due(m.Day) < b.lastBank {
				late += m.Cents
				lateDue = b.due(m.Day)
			}
			if len(u.References) < mostReferences {
				u.References = append(u.References, m.Reference)
			}
		}
		if late > room {
			u.Overdue, u.Due = true, lateDue
		}
		underWay = append(underWay, u)
	}
	if c.oursBefore > 0 {
		b := Border{Out: s.refunds, From: s.ours[0].Day, Until: s.ours[c.oursBefore-1].Day}
		for _, m := range s.ours[:c.oursBefore] {
			b.Sum.add(m.Cents)
		}
		border = append(border, b)
	}
	for _, end := range []struct {
		after bool
		lines []accountLine
	}{{false, s.bank[:c.bankBefore]}, {true, s.bank[len(s.bank)-c.bankAfter:]}} {
		if len(end.lines) == 0 {
			continue
		}
		b := Border{Bank: true, After: end.after, Out: s.refunds, From: end.lines[0].Day, Until: end.lines[len(end.lines)-1].Day}
		for _, l := range end.lines {
			b.Sum.add(abs(amountOf(l.Line)))
		}
		border = append(border, b)
	}
	return underWay, border
}

// withoutCancelled takes out payments that were given back in full before they can have been remitted: within a day.
func withoutCancelled(in, out side) (side, side, bool) {
	payments := map[string][]int{}
	for i, m := range in.ours {
		payments[m.Reference] = append(payments[m.Reference], i)
	}
	gone := make([]bool, len(in.ours))
	kept := out.ours
	out.ours = nil
	for _, r := range kept {
		j := slices.IndexFunc(payments[r.Reference], func(i int) bool {
			m := in.ours[i]
			return !gone[i] && m.Cents == r.Cents && r.Day >= m.Day && dayBefore(r.Day) <= m.Day
		})
		if j < 0 {
			out.ours = append(out.ours, r)
			continue
		}
		gone[payments[r.Reference][j]] = true
	}
	if len(out.ours) == len(kept) {
		return in, out, false
	}
	all := in.ours
	in.ours = nil
	for i, m := range all {
		if !gone[i] {
			in.ours = append(in.ours, m)
		}
	}
	return in, out, true
}
