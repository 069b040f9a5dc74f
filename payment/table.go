package payment

import (
	"fmt"
	"iter"
	"slices"
)

// Transition is one cell of the table: what an event does in a state.
type Transition struct {
	From   State
	On     EventKind
	To     State // From, unless Effect is EffectChanged
	Effect Effect
	Doc    string // why, in a few words; may be empty
}

// row is a line of the table: it decides every event of on in every state of from. An empty to leaves the state as it is.
type row struct {
	from   []State
	on     []EventKind
	to     State
	effect Effect
	doc    string
}

// endOf maps the ends that an acquirer can report to the states of the same names.
var endOf = map[EventKind]State{OnRefused: Refused, OnCancelled: Cancelled, OnExpired: Expired, OnFailed: Failed}

var allStates = stateOrder[:]

func inStates(s ...State) []State         { return s }
func onEvents(e ...EventKind) []EventKind { return e }

func statesWithout(set []State, out ...State) []State {
	return slices.DeleteFunc(slices.Clone(set), func(s State) bool { return slices.Contains(out, s) })
}

// rows is the life of a payment: an event that no row names is not allowed. It feeds [Next], [Transitions], the diagrams and the
// tests.
var rows = func() []row {
	var (
		A = attemptStates
		N = noMoneyStates
		M = moneyStates
	)
	rows := []row{
		{inStates(Created), onEvents(OnOpened), Redirected, EffectChanged, "the session is in the same commit, and handed out after it"},
		{inStates(Created), onEvents(OnNotOpened, OnAbsent), Failed, EffectChanged, "no session was handed out: no money can have moved"},
		{slices.Concat(A, N), onEvents(OnAccepted), Paid, EffectChanged, "late truth wins"},
		{slices.Concat(A, N), onEvents(OnAcceptedToo, OnMismatched), Review, EffectChanged, "money that nobody expected; an acknowledgement is due"},
		{inStates(Created, Redirected), onEvents(OnPending), Unknown, EffectChanged, "the acquirer's word is not final"},
		{inStates(Redirected), onEvents(OnAbsent), Expired, EffectChanged, "nobody paid in the window"},
		{inStates(Unknown), onEvents(OnAbsent), Review, EffectChanged, "it had said something before"},
		{inStates(Redirected, Unknown, Refunding), onEvents(OnOverdue), Review, EffectChanged, "no final word in time"},
		{inStates(Created, Redirected, Unknown, Refunding), onEvents(OnSilent), "", EffectNoted, "to be asked again"},
		{slices.Concat(inStates(Unknown, Refunding), N), onEvents(OnPending), "", EffectNoted, "to be asked again"},
		{N, onEvents(OnAbsent), "", EffectDuplicate, "nothing is known there either"},
		{inStates(Failed), onEvents(OnNotOpened), "", EffectDuplicate, ""},
		{N, onEvents(OnSilent, OnOpened), "", EffectStale, "the end stands"},
		{statesWithout(N, Failed), onEvents(OnNotOpened), "", EffectStale, "the end stands"},
		{inStates(Paid), onEvents(OnRecorded), Recorded, EffectChanged, "taken into account"},
		{inStates(Recorded), onEvents(OnRecorded), "", EffectDuplicate, ""},
		{inStates(Paid), onEvents(OnOverdue), "", EffectNoted, "24 hours are over and it is not taken into account"},
		{M, onEvents(OnRefundAsked), Refunding, EffectChanged, ""},
		{M, onEvents(OnQuestioned), Review, EffectChanged, "chargeback or complaint"},
		{slices.Concat(A, N, M), onEvents(OnReturned), Review, EffectChanged, "given back without us"},
		{slices.Concat(M, inStates(Refunding, Refunded)), onEvents(OnAccepted, OnAcceptedToo), "", EffectDuplicate, ""},
		{slices.Concat(M, inStates(Refunding)), onEvents(OnMismatched, OnRefused, OnCancelled, OnExpired, OnFailed, OnAbsent), "", EffectContradiction, "what was accepted stands"},
		{slices.Concat(M, inStates(Refunded)), onEvents(OnPending, OnSilent), "", EffectStale, ""},
		{slices.Concat(M, inStates(Refunding)), onEvents(OnReturnedPart, OnNotReturned, OnConfirmed), "", EffectNoted, "what is back, and by which authorisation, is as the acquirer says"},
		{inStates(Refunded), onEvents(OnConfirmed), "", EffectNoted, "the authorisation is known now"},
		{inStates(Refunded), onEvents(OnNotReturned), Review, EffectChanged, "the money is still here, or here again"},
		{inStates(Refunded), onEvents(OnQuestioned), Review, EffectChanged, "a person: it was not so"},
		{inStates(Failed), onEvents(OnQuestioned), Review, EffectChanged, "a person takes back a person's no_money"},
		{inStates(Refunding), onEvents(OnReturned), Refunded, EffectChanged, ""},
		{inStates(Refunding), onEvents(OnRefundRefused), Review, EffectChanged, "never back to paid in silence"},
		{inStates(Refunding), onEvents(OnRefundUnknown), "", EffectNoted, "only ask from now on"},
		{inStates(Refunding, Refunded), onEvents(OnRefundAsked), "", EffectDuplicate, ""},
		{inStates(Refunded), onEvents(OnReturned), "", EffectDuplicate, ""},
		{inStates(Refunded), onEvents(OnMismatched), Review, EffectChanged, "another authorisation"},
		{inStates(Refunded), onEvents(OnRefused, OnCancelled, OnExpired, OnFailed, OnAbsent, OnRefundRefused, OnRefundUnknown), "", EffectStale, ""},
		{inStates(Review), onEvents(OnKept), Paid, EffectChanged, "a person: the money is ours"},
		{inStates(Review), onEvents(OnGivingBack), Refunding, EffectChanged, "a person: give it back"},
		{inStates(Review), onEvents(OnWasReturned), Refunded, EffectChanged, "a person: it went back"},
		{inStates(Review), onEvents(OnNoMoney), Failed, EffectChanged, "a person: no money moved"},
		{inStates(Review), onEvents(OnQuestioned), "", EffectDuplicate, ""},
		{inStates(Review), onEvents(OnAccepted, OnAcceptedToo, OnMismatched, OnRefused, OnCancelled, OnExpired, OnFailed, OnPending, OnAbsent, OnSilent,
			OnReturned, OnReturnedPart, OnNotReturned, OnConfirmed, OnRefundRefused, OnRefundUnknown, OnOverdue), "", EffectNoted, "evidence"},
		{allStates, onEvents(OnUnfit), "", EffectContradiction, "it is not what was ordered"},
		{statesWithout(allStates, slices.Concat(inStates(Created), N)...), onEvents(OnOpened), "", EffectStale, "the session is thrown away"},
		{statesWithout(allStates, slices.Concat(inStates(Created), N)...), onEvents(OnNotOpened), "", EffectStale, "it was opened"},
	}
	for _, e := range onEvents(OnRefused, OnCancelled, OnExpired, OnFailed) {
		end := endOf[e]
		rows = append(rows,
			row{A, onEvents(e), end, EffectChanged, "final"},
			row{inStates(end), onEvents(e), "", EffectDuplicate, ""},
			row{statesWithout(N, end), onEvents(e), "", EffectStale, "the first end stands"},
		)
	}
	return rows
}()

// cell is what an event does in a state; the zero cell means that it is not allowed.
type cell struct {
	to     State
	effect Effect
}

// table has a cell for every state and event. Two rows that decide one cell are a mistake in this file, and a panic.
var table = func() (t [len(stateOrder)][len(eventOrder)]cell) {
	for tr := range Transitions() {
		c := &t[tr.From.tableRow()][tr.On.tableColumn()]
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
	i, j := from.tableRow(), on.tableColumn()
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
