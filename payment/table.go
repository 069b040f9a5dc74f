package payment

import (
	"fmt"
	"iter"
	"slices"
)

// Transition is one cell of the table.
type Transition struct {
	From   State
	On     EventKind
	To     State
	Effect Effect
	Doc    string
}

// row is a line of the table: every state of from, on every event of on. An empty to is the same state.
type row struct {
	from   []State
	on     []EventKind
	to     State
	effect Effect
	doc    string
}

// endOf are the ends that an acquirer can report, each with the state of its name.
var endOf = map[EventKind]State{OnRefused: Refused, OnCancelled: Cancelled, OnExpired: Expired, OnFailed: Failed}

var all = states[:]

func of(s ...State) []State         { return s }
func on(e ...EventKind) []EventKind { return e }

func but(set []State, out ...State) []State {
	return slices.DeleteFunc(slices.Clone(set), func(s State) bool { return slices.Contains(out, s) })
}

// rows is the life of a payment. What no row says is not allowed. It feeds [Next], [Transitions], the diagrams and
// the tests.
var rows = func() []row {
	var (
		A = attempts
		N = noMoney
		M = money
	)
	rows := []row{
		{of(Created), on(OnOpened), Redirected, EffectChanged, "the session is in the same commit, and handed out after it"},
		{of(Created), on(OnNotOpened, OnAbsent), Failed, EffectChanged, "no session was handed out: no money can have moved"},
		{slices.Concat(A, N), on(OnAccepted), Paid, EffectChanged, "late truth wins"},
		{slices.Concat(A, N), on(OnAcceptedToo, OnMismatched), Review, EffectChanged, "money that nobody expected; an acknowledgement is due"},
		{of(Created, Redirected), on(OnPending), Unknown, EffectChanged, "the acquirer's word is not final"},
		{of(Redirected), on(OnAbsent), Expired, EffectChanged, "nobody paid in the window"},
		{of(Unknown), on(OnAbsent), Review, EffectChanged, "it had said something before"},
		{of(Redirected, Unknown, Refunding), on(OnOverdue), Review, EffectChanged, "no final word in time"},
		{of(Created, Redirected, Unknown, Refunding), on(OnSilent), "", EffectNoted, "to be asked again"},
		{slices.Concat(of(Unknown, Refunding), N), on(OnPending), "", EffectNoted, "to be asked again"},
		{N, on(OnAbsent), "", EffectDuplicate, "nothing is known there either"},
		{of(Failed), on(OnNotOpened), "", EffectDuplicate, ""},
		{N, on(OnSilent, OnOpened), "", EffectStale, "the end stands"},
		{but(N, Failed), on(OnNotOpened), "", EffectStale, "the end stands"},
		{of(Paid), on(OnRecorded), Recorded, EffectChanged, "taken into account"},
		{of(Recorded), on(OnRecorded), "", EffectDuplicate, ""},
		{of(Paid), on(OnOverdue), "", EffectNoted, "24 hours are over and it is not taken into account"},
		{M, on(OnRefundAsked), Refunding, EffectChanged, ""},
		{M, on(OnQuestioned), Review, EffectChanged, "chargeback or complaint"},
		{slices.Concat(A, N, M), on(OnReturned), Review, EffectChanged, "given back without us"},
		{slices.Concat(M, of(Refunding, Refunded)), on(OnAccepted, OnAcceptedToo), "", EffectDuplicate, ""},
		{slices.Concat(M, of(Refunding)), on(OnMismatched, OnRefused, OnCancelled, OnExpired, OnFailed, OnAbsent), "", EffectContradiction, "what was accepted stands"},
		{slices.Concat(M, of(Refunded)), on(OnPending, OnSilent), "", EffectStale, ""},
		{slices.Concat(M, of(Refunding)), on(OnReturnedPart, OnNotReturned, OnConfirmed), "", EffectNoted, "what is back, and by which authorisation, is as the acquirer says"},
		{of(Refunded), on(OnConfirmed), "", EffectNoted, "the authorisation is known now"},
		{of(Refunded), on(OnNotReturned), Review, EffectChanged, "the money is still here, or here again"},
		{of(Refunded), on(OnQuestioned), Review, EffectChanged, "a person: it was not so"},
		{of(Failed), on(OnQuestioned), Review, EffectChanged, "a person takes back a person's no_money"},
		{of(Refunding), on(OnReturned), Refunded, EffectChanged, ""},
		{of(Refunding), on(OnRefundRefused), Review, EffectChanged, "never back to paid in silence"},
		{of(Refunding), on(OnRefundUnknown), "", EffectNoted, "only ask from now on"},
		{of(Refunding, Refunded), on(OnRefundAsked), "", EffectDuplicate, ""},
		{of(Refunded), on(OnReturned), "", EffectDuplicate, ""},
		{of(Refunded), on(OnMismatched), Review, EffectChanged, "another authorisation"},
		{of(Refunded), on(OnRefused, OnCancelled, OnExpired, OnFailed, OnAbsent, OnRefundRefused, OnRefundUnknown), "", EffectStale, ""},
		{of(Review), on(OnKept), Paid, EffectChanged, "a person: the money is ours"},
		{of(Review), on(OnGivingBack), Refunding, EffectChanged, "a person: give it back"},
		{of(Review), on(OnWasReturned), Refunded, EffectChanged, "a person: it went back"},
		{of(Review), on(OnNoMoney), Failed, EffectChanged, "a person: no money moved"},
		{of(Review), on(OnQuestioned), "", EffectDuplicate, ""},
		{of(Review), on(OnAccepted, OnAcceptedToo, OnMismatched, OnRefused, OnCancelled, OnExpired, OnFailed, OnPending, OnAbsent, OnSilent,
			OnReturned, OnReturnedPart, OnNotReturned, OnConfirmed, OnRefundRefused, OnRefundUnknown, OnOverdue), "", EffectNoted, "evidence"},
		{all, on(OnUnfit), "", EffectContradiction, "it is not what was ordered"},
		{but(all, slices.Concat(of(Created), N)...), on(OnOpened), "", EffectStale, "the session is thrown away"},
		{but(all, slices.Concat(of(Created), N)...), on(OnNotOpened), "", EffectStale, "it was opened"},
	}
	for _, e := range on(OnRefused, OnCancelled, OnExpired, OnFailed) {
		end := endOf[e]
		rows = append(rows,
			row{A, on(e), end, EffectChanged, "final"},
			row{of(end), on(e), "", EffectDuplicate, ""},
			row{but(N, end), on(e), "", EffectStale, "the first end stands"},
		)
	}
	return rows
}()

// cell is what the table holds at one state and event; the zero cell is not allowed.
type cell struct {
	to     State
	effect Effect
}

// table has every cell of rows. A cell that two rows decide is a mistake in this file.
var table = func() (t [len(states)][len(events)]cell) {
	for tr := range Transitions() {
		c := &t[tr.From.index()][tr.On.index()]
		if c.effect != "" {
			panic(fmt.Sprintf("payment: the table decides %s on %s twice", tr.From, tr.On))
		}
		*c = cell{tr.To, tr.Effect}
	}
	return t
}()

// Next says where an event leads from a state. The effect is empty, and the state the same, where the table does not
// allow the event, or where either is not known.
func Next(from State, on EventKind) (State, Effect) {
	i, j := from.index(), on.index()
	if i < 0 || j < 0 {
		return from, ""
	}
	if c := &table[i][j]; c.effect != "" {
		return c.to, c.effect
	}
	return from, ""
}

// Transitions yields every allowed cell once, in the order of the table's lines.
func Transitions() iter.Seq[Transition] {
	return func(yield func(Transition) bool) {
		for _, r := range rows {
			for _, from := range r.from {
				for _, e := range r.on {
					to := r.to
					if to == "" {
						to = from
					}
					if !yield(Transition{from, e, to, r.effect, r.doc}) {
						return
					}
				}
			}
		}
	}
}
