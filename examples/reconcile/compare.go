package main

import (
	"cmp"
	"slices"
	"strings"
)

// movement is money that moved, as one side has it.
type movement struct {
	Reference     string
	Refund        bool // it went back to the payer; otherwise it came in
	Cents         int64
	Currency      string
	Authorisation string // empty where the side does not say
	Day           string // as the side dates it: "2017-09-11"; empty where it does not
	Where         string // file and line
	Near          bool   // of a neighbouring day: it may be the other one of a pair, and is not missed
}

// verdict is what is wrong.
type verdict string

const (
	onlyHere    verdict = "only here"
	onlyThere   verdict = "only there"
	otherAmount verdict = "other amount"
	otherState  verdict = "other state" // a payment here, a refund there, or the other way round
	twiceHere   verdict = "twice here"
	twiceThere  verdict = "twice there"
)

// difference is one thing that the two sides do not agree about. Where only one side has it, the other is nil.
type difference struct {
	Verdict     verdict
	Here, There *movement
}

// like reports whether both may be of one authorisation. A spreadsheet that took the number for a number has dropped its zeros.
func (m movement) like(o movement) bool {
	a, b := strings.TrimLeft(m.Authorisation, "0"), strings.TrimLeft(o.Authorisation, "0")
	return a == b || m.Authorisation == "" || o.Authorisation == ""
}

func (m movement) sameAmount(o movement) bool { return m.Cents == o.Cents && m.Currency == o.Currency }

// equal reports whether both are one movement, as far as can be told.
func (m movement) equal(o movement) bool { return m.Refund == o.Refund && m.sameAmount(o) && m.like(o) }

// rules say what makes a pair, and what is wrong with it, in the order in which pairs are looked for: what is certain first.
var rules = []struct {
	verdict verdict
	pair    func(here, there movement) bool
}{
	{"", func(h, t movement) bool { return h.equal(t) && h.Authorisation != "" && t.Authorisation != "" }},
	{"", movement.equal},
	{otherAmount, func(h, t movement) bool { return h.Refund == t.Refund && h.like(t) }},
	{otherState, func(h, t movement) bool { return h.sameAmount(t) && h.like(t) }},
}

// compare pairs the movements of both sides, reference by reference, and returns what does not agree, by reference. With remitted
// the other side has only what was remitted: a payment that was given back before is on its list neither as one nor as the
// other. The lists are not changed.
func compare(here, there []movement, remitted bool) []difference {
	type sides struct{ here, there []movement }
	by := map[string]*sides{}
	of := func(m movement) *sides {
		if by[m.Reference] == nil {
			by[m.Reference] = new(sides)
		}
		return by[m.Reference]
	}
	for _, m := range here {
		of(m).here = append(of(m).here, m)
	}
	for _, m := range there {
		of(m).there = append(of(m).there, m)
	}
	references := make([]string, 0, len(by))
	for r := range by {
		references = append(references, r)
	}
	slices.Sort(references)
	var out []difference
	for _, r := range references {
		out = append(out, compareOne(by[r].here, by[r].there, remitted)...)
	}
	return out
}

// compareOne compares the movements of one reference.
func compareOne(here, there []movement, remitted bool) (out []difference) {
	// A movement of the day itself finds its partner before one that is only near.
	far := func(a, b movement) int { return cmp.Compare(rank(a), rank(b)) }
	slices.SortStableFunc(here, far)
	slices.SortStableFunc(there, far)
	goneHere, goneThere := make([]bool, len(here)), make([]bool, len(there))
	for _, rule := range rules {
		for i := range here {
			for j := range there {
				if goneHere[i] || goneThere[j] || !rule.pair(here[i], there[j]) {
					continue
				}
				goneHere[i], goneThere[j] = true, true
				if rule.verdict != "" && !(here[i].Near && there[j].Near) {
					out = append(out, difference{rule.verdict, &here[i], &there[j]})
				}
			}
		}
	}
	if remitted {
		dropGivenBack(here, goneHere)
	}
	for i := range here {
		if v, ok := left(here, goneHere, i, onlyHere, twiceHere); ok {
			out = append(out, difference{Verdict: v, Here: &here[i]})
		}
	}
	for j := range there {
		if v, ok := left(there, goneThere, j, onlyThere, twiceThere); ok {
			out = append(out, difference{Verdict: v, There: &there[j]})
		}
	}
	return out
}

func rank(m movement) int {
	if m.Near {
		return 1
	}
	return 0
}

// left says what is wrong with a movement that has no partner. It is there twice if it is the same as one that has, or that was
// named before; one of a neighbouring day is otherwise not missed.
func left(side []movement, gone []bool, i int, only, twice verdict) (verdict, bool) {
	if gone[i] {
		return "", false
	}
	for k := range side {
		if k != i && side[k].equal(side[i]) && (gone[k] || k < i) {
			return twice, true
		}
	}
	return only, !side[i].Near
}

// dropGivenBack takes out payments together with their refunds.
func dropGivenBack(side []movement, gone []bool) {
	for i := range side {
		for j := range side {
			if !gone[i] && !gone[j] && !side[i].Refund && side[j].Refund && side[i].sameAmount(side[j]) && side[i].like(side[j]) {
				gone[i], gone[j] = true, true
			}
		}
	}
}
