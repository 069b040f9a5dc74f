package payment_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/payment"
)

var update = flag.Bool("update", false, "write the golden files anew")

// compareGolden compares got with a file of testdata, or writes it.
func compareGolden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); d != "" {
		t.Errorf("%s is not what it was; if that is meant, run the test with -update (-want +got):\n%s", path, d)
	}
}

var (
	allStates = strings.Fields(`created redirected unknown paid recorded refused cancelled expired failed refunding refunded review`)
	allEvents = strings.Fields(`opened not_opened
		accepted accepted_too refused cancelled expired failed pending absent silent
		returned returned_part not_returned confirmed refund_refused refund_unknown
		mismatched unfit recorded refund_asked overdue questioned kept giving_back was_returned no_money`)
)

// expectation is the life of a payment told state by state. It is written from the contract's text and not from the table: each line
// has events, and after the colon the state they lead to, or what they are in the same state. Every state names each of the 27
// events once.
const expectation = `
created
	opened: redirected
	not_opened absent: failed
	accepted: paid
	accepted_too mismatched returned: review
	refused: refused
	cancelled: cancelled
	expired: expired
	failed: failed
	pending: unknown
	silent: noted
	unfit: contradiction
	overdue recorded refund_asked refund_refused refund_unknown questioned kept giving_back was_returned no_money returned_part not_returned confirmed: not allowed
redirected
	accepted: paid
	accepted_too mismatched returned overdue: review
	refused: refused
	cancelled: cancelled
	expired absent: expired
	failed: failed
	pending: unknown
	silent: noted
	opened not_opened: stale
	unfit: contradiction
	recorded refund_asked refund_refused refund_unknown questioned kept giving_back was_returned no_money returned_part not_returned confirmed: not allowed
unknown
	accepted: paid
	accepted_too mismatched returned overdue absent: review
	refused: refused
	cancelled: cancelled
	expired: expired
	failed: failed
	pending silent: noted
	opened not_opened: stale
	unfit: contradiction
	recorded refund_asked refund_refused refund_unknown questioned kept giving_back was_returned no_money returned_part not_returned confirmed: not allowed
paid
	recorded: recorded
	refund_asked: refunding
	returned_part not_returned confirmed: noted
	questioned returned: review
	overdue: noted
	accepted accepted_too: duplicate
	mismatched refused cancelled expired failed absent unfit: contradiction
	pending silent opened not_opened: stale
	refund_refused refund_unknown kept giving_back was_returned no_money: not allowed
recorded
	refund_asked: refunding
	returned_part not_returned confirmed: noted
	questioned returned: review
	recorded accepted accepted_too: duplicate
	mismatched refused cancelled expired failed absent unfit: contradiction
	pending silent opened not_opened: stale
	overdue refund_refused refund_unknown kept giving_back was_returned no_money: not allowed
refused
	accepted: paid
	accepted_too mismatched returned: review
	pending: noted
	refused absent: duplicate
	cancelled expired failed silent opened not_opened: stale
	unfit: contradiction
	overdue recorded refund_asked refund_refused refund_unknown questioned kept giving_back was_returned no_money returned_part not_returned confirmed: not allowed
cancelled
	accepted: paid
	accepted_too mismatched returned: review
	pending: noted
	cancelled absent: duplicate
	refused expired failed silent opened not_opened: stale
	unfit: contradiction
	overdue recorded refund_asked refund_refused refund_unknown questioned kept giving_back was_returned no_money returned_part not_returned confirmed: not allowed
expired
	accepted: paid
	accepted_too mismatched returned: review
	pending: noted
	expired absent: duplicate
	refused cancelled failed silent opened not_opened: stale
	unfit: contradiction
	overdue recorded refund_asked refund_refused refund_unknown questioned kept giving_back was_returned no_money returned_part not_returned confirmed: not allowed
failed
	accepted: paid
	accepted_too mismatched returned questioned: review
	pending: noted
	failed absent not_opened: duplicate
	refused cancelled expired silent opened: stale
	unfit: contradiction
	overdue recorded refund_asked refund_refused refund_unknown kept giving_back was_returned no_money returned_part not_returned confirmed: not allowed
refunding
	returned: refunded
	refund_refused overdue: review
	silent pending refund_unknown returned_part not_returned confirmed: noted
	refund_asked accepted accepted_too: duplicate
	mismatched refused cancelled expired failed absent unfit: contradiction
	opened not_opened: stale
	recorded questioned kept giving_back was_returned no_money: not allowed
refunded
	mismatched not_returned questioned: review
	confirmed: noted
	returned refund_asked accepted accepted_too: duplicate
	unfit: contradiction
	refused cancelled expired failed absent pending silent refund_refused refund_unknown opened not_opened: stale
	recorded overdue returned_part kept giving_back was_returned no_money: not allowed
review
	kept: paid
	giving_back: refunding
	was_returned: refunded
	no_money: failed
	questioned: duplicate
	accepted accepted_too mismatched refused cancelled expired failed pending absent silent: noted
	returned returned_part not_returned confirmed refund_refused refund_unknown overdue: noted
	unfit: contradiction
	opened not_opened: stale
	recorded refund_asked: not allowed
`

// readExpectation reads expectation: state, event, and what becomes of it in one word.
func readExpectation(t *testing.T) map[string]map[string]string {
	t.Helper()
	out := map[string]map[string]string{}
	var of map[string]string
	for line := range strings.Lines(strings.TrimSpace(expectation)) {
		line, inner := strings.CutPrefix(strings.TrimRight(line, "\n"), "\t")
		if !inner {
			of = map[string]string{}
			out[line] = of
			continue
		}
		events, what, _ := strings.Cut(line, ": ")
		for _, e := range strings.Fields(events) {
			if of[e] != "" {
				t.Fatalf("the expectation has %s twice in a state", e)
			}
			if !slices.Contains(allEvents, e) {
				t.Fatalf("the expectation has an event %q", e)
			}
			of[e] = what
		}
	}
	if len(out) != len(allStates) {
		t.Fatalf("the expectation has %d states", len(out))
	}
	for s, of := range out {
		if len(of) != len(allEvents) || !slices.Contains(allStates, s) {
			t.Fatalf("the expectation has %d events in state %q", len(of), s)
		}
	}
	return out
}

// The table in the code and the life as it is written agree in all 324 cells.
func TestTableIsTheLifeAsWritten(t *testing.T) {
	want, cells := readExpectation(t), 0
	for _, s := range allStates {
		for _, e := range allEvents {
			cells++
			to, effect := payment.Next(payment.State(s), payment.EventKind(e))
			got := string(effect)
			switch effect {
			case payment.EffectChanged:
				got = string(to)
			case "":
				got = "not allowed"
			}
			if got != want[s][e] {
				t.Errorf("%s on %s: %s, want %s", s, e, got, want[s][e])
			}
			if effect != payment.EffectChanged && string(to) != s {
				t.Errorf("%s on %s is %q and leads to %s", s, e, effect, to)
			}
			if effect == payment.EffectChanged && string(to) == s {
				t.Errorf("%s on %s is a change to the same state", s, e)
			}
		}
	}
	if cells != 324 {
		t.Errorf("%d cells", cells)
	}
}

func TestTableGolden(t *testing.T) {
	var b strings.Builder
	for _, s := range allStates {
		for _, e := range allEvents {
			to, effect := payment.Next(payment.State(s), payment.EventKind(e))
			switch effect {
			case payment.EffectChanged:
				fmt.Fprintf(&b, "%-10s  %-14s  %-13s  %s\n", s, e, effect, to)
			case "":
				fmt.Fprintf(&b, "%-10s  %-14s  not allowed\n", s, e)
			default:
				fmt.Fprintf(&b, "%-10s  %-14s  %s\n", s, e, effect)
			}
		}
	}
	compareGolden(t, "table.golden", b.String())
}

// Strings that are no state or no event lead nowhere: what comes from a store or from outside cannot panic.
func TestNextOfStringsItDoesNotKnow(t *testing.T) {
	for _, c := range []struct {
		from payment.State
		on   payment.EventKind
	}{
		{"", ""},
		{"", payment.OnAccepted},
		{payment.Created, ""},
		{"Paid", payment.OnRecorded},
		{"paid ", payment.OnRecorded},
		{payment.Paid, "Recorded"},
		{"a state of tomorrow", "an event of tomorrow"},
		{payment.State(payment.OnAccepted), payment.EventKind(payment.Paid)},
		{payment.Created, payment.OnCreated}, // the first entry of a journal, and no event of the table
	} {
		to, effect := payment.Next(c.from, c.on)
		if to != c.from || effect != "" {
			t.Errorf("Next(%q, %q) = %q, %q", c.from, c.on, to, effect)
		}
	}
}

func TestTransitionsYieldsEachAllowedCellOnce(t *testing.T) {
	type cell struct {
		From payment.State
		On   payment.EventKind
	}
	type result struct {
		To     payment.State
		Effect payment.Effect
		N      int
	}
	want, got := map[cell]result{}, map[cell]result{}
	for _, s := range allStates {
		for _, e := range allEvents {
			c := cell{payment.State(s), payment.EventKind(e)}
			if to, effect := payment.Next(c.From, c.On); effect != "" {
				want[c] = result{to, effect, 1}
			}
		}
	}
	for tr := range payment.Transitions() {
		c := cell{tr.From, tr.On}
		got[c] = result{tr.To, tr.Effect, got[c].N + 1}
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("Transitions (-Next +Transitions):\n%s", d)
	}
	n := 0
	for range payment.Transitions() {
		if n++; n == 3 {
			break
		}
	}
	if n != 3 {
		t.Errorf("%d transitions after a break at the third", n)
	}
}

// reachableFrom returns the states that can be reached from one, itself included, by the changes that via allows.
func reachableFrom(from payment.State, via func(payment.Transition) bool) map[payment.State]bool {
	seen := map[payment.State]bool{from: true}
	for grown := true; grown; {
		grown = false
		for tr := range payment.Transitions() {
			if tr.Effect == payment.EffectChanged && seen[tr.From] && !seen[tr.To] && via(tr) {
				seen[tr.To], grown = true, true
			}
		}
	}
	return seen
}

func TestEveryStateIsReachedAndHasAWayOn(t *testing.T) {
	anything := func(payment.Transition) bool { return true }
	if got := reachableFrom(payment.Created, anything); len(got) != len(allStates) {
		t.Errorf("from created only %v can be reached", got)
	}
	for _, s := range allStates {
		ends := 0
		for to := range reachableFrom(payment.State(s), anything) {
			if to.Ended() {
				ends++
			}
		}
		if ends == 0 {
			t.Errorf("%s has no end", s)
		}
	}
	// Without a person nothing leaves review, and what was paid never turns into an end without money.
	machine := func(tr payment.Transition) bool {
		switch tr.On {
		case payment.OnKept, payment.OnGivingBack, payment.OnWasReturned, payment.OnNoMoney, payment.OnQuestioned:
			return false
		}
		return true
	}
	if d := cmp.Diff(map[payment.State]bool{payment.Review: true}, reachableFrom(payment.Review, machine)); d != "" {
		t.Errorf("from review without a person (-want +got):\n%s", d)
	}
	want := map[payment.State]bool{
		payment.Paid: true, payment.Recorded: true, payment.Refunding: true, payment.Refunded: true, payment.Review: true,
	}
	if d := cmp.Diff(want, reachableFrom(payment.Paid, machine)); d != "" {
		t.Errorf("from paid without a person (-want +got):\n%s", d)
	}
}

// The sets of states are those of the contract: which hold a debt, which are attempts, which are money, which have ended.
func TestSetsOfStates(t *testing.T) {
	type sets struct{ Holds, Attempt, Money, Ended []string }
	want := sets{
		Holds:   []string{"created", "redirected", "unknown", "paid", "refunding", "review"},
		Attempt: []string{"created", "redirected", "unknown"},
		Money:   []string{"paid", "recorded"},
		Ended:   []string{"recorded", "refused", "cancelled", "expired", "failed", "refunded"},
	}
	var got sets
	for _, s := range allStates {
		for _, c := range []struct {
			is  bool
			set *[]string
		}{
			{payment.State(s).Holds(), &got.Holds},
			{payment.State(s).Attempt(), &got.Attempt},
			{payment.State(s).Money(), &got.Money},
			{payment.State(s).Ended(), &got.Ended},
		} {
			if c.is {
				*c.set = append(*c.set, s)
			}
		}
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	for _, s := range []payment.State{"", "Paid", "a state of tomorrow"} {
		if s.Holds() || s.Attempt() || s.Money() || s.Ended() {
			t.Errorf("%q is in a set", s)
		}
	}
}
