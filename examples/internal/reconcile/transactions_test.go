package reconcile

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// movementsOf reads Movements from words such as "R1 -7500 A2 near": reference, cents, authorisation.
func movementsOf(s string) (out []Movement) {
	for i, part := range strings.Split(s, ",") {
		words := strings.Fields(part)
		if len(words) == 0 {
			continue
		}
		m := Movement{Reference: words[0], Currency: "EUR", Line: i + 1}
		fmt.Sscan(words[1], &m.Cents)
		if m.Cents < 0 {
			m.Refund, m.Cents = true, -m.Cents
		}
		for _, w := range words[2:] {
			switch w {
			case "near":
				m.Near = true
			case "USD":
				m.Currency = w
			default:
				m.Authorisation = w
			}
		}
		out = append(out, m)
	}
	return out
}

// described is what was found: reference, verdict, and the positions on both sides.
func described(found []Difference) (out []string) {
	for _, d := range found {
		s := ""
		if d.Here != nil {
			s = d.Here.Reference + " " + string(d.Verdict) + " " + fmt.Sprint(d.Here.Line)
		}
		if d.There != nil {
			if s == "" {
				s = d.There.Reference + " " + string(d.Verdict)
			}
			s += fmt.Sprint("/", d.There.Line)
		}
		out = append(out, s)
	}
	return out
}

func TestCompare(t *testing.T) {
	for name, c := range map[string]struct {
		here, there string
		remitted    bool
		want        []string
	}{
		"nothing":                          {"", "", false, nil},
		"the same, in another order":       {"R1 7500, R2 5000, R1 -7500", "R1 -7500, R2 5000, R1 7500", false, nil},
		"only here":                        {"R1 7500, R2 5000", "R2 5000", false, []string{"R1 only here 1"}},
		"only there":                       {"R2 5000", "R1 7500, R2 5000", false, []string{"R1 only there/1"}},
		"other amount":                     {"R1 7500", "R1 7600", false, []string{"R1 other amount 1/1"}},
		"other currency":                   {"R1 7500", "R1 7500 USD", false, []string{"R1 other amount 1/1"}},
		"other state":                      {"R1 7500", "R1 -7500", false, []string{"R1 other state 1/1"}},
		"other state, beside a pair":       {"R1 7500, R1 -7500", "R1 7500, R1 7500", false, []string{"R1 other state 2/2"}},
		"a refund in parts":                {"R1 7500, R1 -7500", "R1 7500, R1 -2500, R1 -5000", false, []string{"R1 other amount 2/2", "R1 only there/3"}},
		"twice here":                       {"R1 7500, R1 7500", "R1 7500", false, []string{"R1 twice here 2"}},
		"twice there":                      {"R1 7500", "R1 7500, R1 7500, R1 7500", false, []string{"R1 twice there/2", "R1 twice there/3"}},
		"twice there, and never here":      {"", "R1 7500, R1 7500", false, []string{"R1 only there/1", "R1 twice there/2"}},
		"two authorisations are not twice": {"R1 7500 A1, R1 7500 A2", "R1 7500 A1", false, []string{"R1 only here 2"}},
		"authorisations find each other":   {"R1 7500 A1, R1 7500 A2", "R1 7500 A2, R1 7500 A1", false, nil},
		"one does not say":                 {"R1 7500 A1, R1 7500", "R1 7500 A2, R1 7500 A1", false, nil},
		"another authorisation":            {"R1 7500 A1", "R1 7500 A2", false, []string{"R1 only here 1", "R1 only there/1"}},
		"dropped zeros":                    {"R1 7500 001234", "R1 7500 1234", false, nil},
		"another reference":                {"R1 7500", "R2 7500", false, []string{"R1 only here 1", "R2 only there/1"}},
		"near: a partner":                  {"R1 7500 near", "R1 7500", false, nil},
		"near: not missed":                 {"R1 7500 near, R2 5000", "R2 5000, R3 5000 near", false, nil},
		"near: both differ, not our day":   {"R1 7500 near", "R1 7600 near", false, nil},
		"near: one differs":                {"R1 7500 near", "R1 7600", false, []string{"R1 other amount 1/1"}},
		"near: the day itself comes first": {"R1 7500 A1 near, R1 7500 A1", "R1 7500 A1", false, []string{"R1 twice here 1"}},
		"near: the same on both days":      {"R1 7500 A1", "R1 7500 A1, R1 7500 A1 near", false, []string{"R1 twice there/2"}},
		"given back before remittance":     {"R1 7500, R1 -7500", "", true, nil},
		"given back, and all is listed":    {"R1 7500, R1 -7500", "", false, []string{"R1 only here 1", "R1 only here 2"}},
		"given back in part":               {"R1 7500, R1 -2500", "", true, []string{"R1 only here 1", "R1 only here 2"}},
		"the rest is remitted":             {"R1 7500, R1 -2500", "R1 5000", true, nil},
		"the rest, but all is listed":      {"R1 7500, R1 -2500", "R1 5000", false, []string{"R1 other amount 1/1", "R1 only here 2"}},
		"the rest in two parts":            {"R1 7500, R1 -2500, R1 -500", "R1 4500", true, nil},
		"given back after remittance":      {"R1 7500, R1 -7500", "R1 7500", true, []string{"R1 only here 2"}},
	} {
		t.Run(name, func(t *testing.T) {
			if d := cmp.Diff(c.want, described(compareTransactions(movementsOf(c.here), movementsOf(c.there), c.remitted))); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
}

// Whatever is on a list, it agrees with itself in any order; and each mistake that is made in a copy is found, and nothing else.
func TestCompareFindsWhatWasInjected(t *testing.T) {
	const seed = 1
	r := rand.New(rand.NewPCG(seed, 2))
	for n := range 2000 {
		var here []Movement
		for i := range 1 + r.IntN(20) {
			m := Movement{Reference: fmt.Sprintf("R%02d", i), Cents: 5000 + r.Int64N(10000), Currency: "EUR", Authorisation: fmt.Sprint(100000 + i)}
			here = append(here, m)
			if r.IntN(3) == 0 {
				m.Refund = true
				here = append(here, m)
			}
		}
		there := slices.Clone(here)
		r.Shuffle(len(there), func(i, j int) { there[i], there[j] = there[j], there[i] })
		if found := compareTransactions(here, there, false); len(found) > 0 {
			t.Fatalf("seed %d, run %d: a list differs from itself: %v", seed, n, described(found))
		}
		i := r.IntN(len(there))
		want := there[i].Reference + " "
		switch r.IntN(4) {
		case 0:
			there[i].Cents++
			want += string(OtherAmount)
		case 1:
			there = slices.Delete(there, i, i+1)
			want += string(OnlyHere)
		case 2:
			there = append(there, there[i])
			want += string(TwiceThere)
		case 3:
			there[i].Refund = !there[i].Refund
			want += string(OtherState)
		}
		found := compareTransactions(here, there, false)
		if len(found) != 1 || !strings.HasPrefix(described(found)[0], want) {
			t.Fatalf("seed %d, run %d: found %v, want %s", seed, n, described(found), want)
		}
		mirrored := map[Verdict]Verdict{OnlyHere: OnlyThere, TwiceThere: TwiceHere, OtherAmount: OtherAmount, OtherState: OtherState}
		if back := compareTransactions(there, here, false); len(back) != 1 || back[0].Verdict != mirrored[found[0].Verdict] {
			t.Fatalf("seed %d, run %d: the other way round %v", seed, n, described(back))
		}
	}
}
