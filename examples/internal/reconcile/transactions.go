package reconcile

import (
	"cmp"
	"slices"
	"strings"
)

// Verdict says how a movement differs between the two sides.
type Verdict string

// The verdicts. They are stored in people's files: never change one.
const (
	OnlyHere    Verdict = "only here"
	OnlyThere   Verdict = "only there"
	OtherAmount Verdict = "other amount"
	OtherState  Verdict = "other state" // a payment here, a refund there, or the other way round
	TwiceHere   Verdict = "twice here"
	TwiceThere  Verdict = "twice there"
	ChargedBack Verdict = "charged back" // the bank took it back, and here it counts as accepted
)

// Difference is one thing that the two sides do not agree about. Where only one side has it, the other is nil.
type Difference struct {
	Verdict Verdict   `json:"verdict"`
	Here    *Movement `json:"here,omitempty"`
	There   *Movement `json:"there,omitempty"`
	Reason  string    `json:"reason,omitempty"` // of a chargeback, as the journal codes it
}

// Reference is the transaction's.
func (d Difference) Reference() string {
	if d.Here != nil {
		return d.Here.Reference
	}
	return d.There.Reference
}

// like reports whether both may be of one authorisation. A spreadsheet that took the number for a number has dropped its zeros.
func (m Movement) like(o Movement) bool {
	a, b := strings.TrimLeft(m.Authorisation, "0"), strings.TrimLeft(o.Authorisation, "0")
	return a == b || m.Authorisation == "" || o.Authorisation == ""
}

func (m Movement) sameAmount(o Movement) bool { return m.Cents == o.Cents && m.Currency == o.Currency }

// equal reports whether both are one movement, as far as the sides say.
func (m Movement) equal(o Movement) bool { return m.Refund == o.Refund && m.sameAmount(o) && m.like(o) }

// pairing says what makes a pair, and what is wrong with it, in the order in which pairs are looked for: what is certain first.
var pairing = []struct {
	verdict Verdict
	pair    func(here, there Movement) bool
}{
	{"", func(h, t Movement) bool { return h.equal(t) && h.Authorisation != "" && t.Authorisation != "" }},
	{"", Movement.equal},
	{OtherAmount, func(h, t Movement) bool { return h.Refund == t.Refund && h.like(t) }},
	{OtherState, func(h, t Movement) bool { return h.sameAmount(t) && h.like(t) }},
}

// compareTransactions pairs the movements of both sides, reference by reference, and returns what does not agree, by reference.
// With remitted the other side has only what was remitted: a payment that was given back before is on its list neither as one nor
// as the other, and one that was given back in part is there with the rest. The lists are not changed.
func compareTransactions(here, there []Movement, remitted bool) []Difference {
	byReference := func(a, b Movement) int { return cmp.Compare(a.Reference, b.Reference) }
	here = slices.Clone(here)
	slices.SortStableFunc(here, byReference)
	there = renamed(there, here)
	slices.SortStableFunc(there, byReference)
	var out []Difference
	for len(here) > 0 || len(there) > 0 {
		var next string
		switch {
		case len(here) == 0:
			next = there[0].Reference
		case len(there) == 0:
			next = here[0].Reference
		default:
			next = min(here[0].Reference, there[0].Reference)
		}
		h, t := group(here, next), group(there, next)
		if len(h) != 1 || len(t) != 1 || !h[0].equal(t[0]) {
			out = append(out, compareOne(h, t, remitted)...)
		}
		here, there = here[len(h):], there[len(t):]
	}
	return out
}

// group is the beginning of sorted movements that has a reference.
func group(all []Movement, reference string) []Movement {
	n := 0
	for n < len(all) && all[n].Reference == reference {
		n++
	}
	return all[:n:n]
}

// renamed returns a copy of the other side with our references: a gateway may call a transaction by the number that we gave the order, our
// payment's ID. here is sorted by reference.
func renamed(there, here []Movement) []Movement {
	there = slices.Clone(there)
	var alias map[string]string
	for i, m := range there {
		_, known := slices.BinarySearchFunc(here, m.Reference, func(h Movement, r string) int { return cmp.Compare(h.Reference, r) })
		if known {
			continue
		}
		if alias == nil {
			alias = map[string]string{}
			for _, h := range here {
				if h.other != "" {
					alias[h.other] = h.Reference
				}
			}
		}
		there[i].Reference = cmp.Or(alias[m.Reference], alias[m.other], m.Reference)
	}
	return there
}

// compareOne compares the movements of one reference.
func compareOne(here, there []Movement, remitted bool) (out []Difference) {
	// A movement of the day itself finds its partner before one that is only near.
	near := func(a, b Movement) int { return cmp.Compare(rank(a), rank(b)) }
	slices.SortStableFunc(here, near)
	slices.SortStableFunc(there, near)
	goneHere, goneThere := make([]bool, len(here)), make([]bool, len(there))
	for _, rule := range pairing {
		if rule.verdict == OtherAmount && remitted {
			takeRests(here, there, goneHere, goneThere)
		}
		for i := range here {
			for j := range there {
				if goneHere[i] || goneThere[j] || !rule.pair(here[i], there[j]) {
					continue
				}
				goneHere[i], goneThere[j] = true, true
				if rule.verdict != "" && !(here[i].Near && there[j].Near) {
					out = append(out, Difference{Verdict: rule.verdict, Here: &here[i], There: &there[j]})
				}
			}
		}
	}
	if remitted {
		dropGivenBack(here, goneHere)
	}
	for i := range here {
		if v, ok := unmatched(here, goneHere, i, OnlyHere, TwiceHere); ok {
			out = append(out, Difference{Verdict: v, Here: &here[i]})
		}
	}
	for j := range there {
		if v, ok := unmatched(there, goneThere, j, OnlyThere, TwiceThere); ok {
			out = append(out, Difference{Verdict: v, There: &there[j]})
		}
	}
	return out
}

func rank(m Movement) int {
	if m.Near {
		return 1
	}
	return 0
}

// unmatched returns the verdict on a movement that has no partner. It is there twice if it is the same as one that has, or that was
// named before; one of a neighbouring day is otherwise not missed.
func unmatched(side []Movement, gone []bool, i int, only, twice Verdict) (Verdict, bool) {
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

// takeRests pairs a payment and its refunds in part with a payment of the rest: they were given back before the remittance.
func takeRests(here, there []Movement, goneHere, goneThere []bool) {
	for i := range here {
		if goneHere[i] || here[i].Refund {
			continue
		}
		rest, parts := here[i].Cents, []int{i}
		for k := range here {
			if !goneHere[k] && here[k].Refund && here[k].Currency == here[i].Currency && here[k].like(here[i]) {
				rest -= here[k].Cents
				parts = append(parts, k)
			}
		}
		for j := range there {
			if len(parts) > 1 && !goneThere[j] && !there[j].Refund && there[j].Cents == rest &&
				there[j].Currency == here[i].Currency && there[j].like(here[i]) {
				goneThere[j] = true
				for _, k := range parts {
					goneHere[k] = true
				}
				break
			}
		}
	}
}

// dropGivenBack takes out payments together with their refunds.
func dropGivenBack(side []Movement, gone []bool) {
	for i := range side {
		for j := range side {
			if !gone[i] && !gone[j] && !side[i].Refund && side[j].Refund && side[i].sameAmount(side[j]) && side[i].like(side[j]) {
				gone[i], gone[j] = true, true
			}
		}
	}
}
