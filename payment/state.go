package payment

import "slices"

// State is where a payment stands. The strings are stored and frozen. The constants have no prefix: they are the nouns of this
// package, and payment.Paid reads as the domain says it.
//
// Refused, Cancelled, Expired and Failed are named after the acquirer.Outcome that leads there, and their strings are the same: the outcome is
// what the acquirer says, the state is what we know, and a later message may change the state and not the word that was said. The types keep
// them apart. Unknown is both too: no final answer yet.
type State string

const (
	Created    State = "created"    // reference reserved, the acquirer not asked yet
	Redirected State = "redirected" // the payment page is open; its session is in the row
	Unknown    State = "unknown"    // the acquirer has answered, and its answer is not final
	Paid       State = "paid"       // accepted, seal and order verified; authorised, to be captured
	Recorded   State = "recorded"   // taken into account on the payer's account (S77: within 24 h)
	Refused    State = "refused"    // declined
	Cancelled  State = "cancelled"  // given up by the payer
	Expired    State = "expired"    // session over without payment
	Failed     State = "failed"     // no session was handed out, or the payment page broke; no money moved
	Refunding  State = "refunding"  // money on its way back
	Refunded   State = "refunded"   // money back
	Review     State = "review"     // a contradiction that a person must resolve
)

// States returns all states, in a fixed order.
func States() []State { return slices.Clone(stateOrder[:]) }

var stateOrder = [...]State{
	Created, Redirected, Unknown, Paid, Recorded, Refused, Cancelled, Expired, Failed, Refunding, Refunded, Review,
}

// Sets of states, for the table of transitions and for stores.
var (
	attemptStates = []State{Created, Redirected, Unknown}        // at most one for a debt
	noMoneyStates = []State{Refused, Cancelled, Expired, Failed} // an end without money
	moneyStates   = []State{Paid, Recorded}                      // at most one for a claim
	holdingStates = []State{Created, Redirected, Unknown, Paid, Refunding, Review}
	endedStates   = []State{Refused, Cancelled, Expired, Failed, Recorded, Refunded}

	clockStates      = []State{Created, Paid}                  // work in these states needs no acquirer: only time passes
	strandableStates = []State{Redirected, Unknown, Refunding} // go to review if no process can ask the acquirer any more
)

// tableRow returns the index of s in stateOrder, which is its row in the table; -1 for a string that is no state. A switch takes a third of
// the time of a map: see BenchmarkNext.
func (s State) tableRow() int {
	switch s {
	case Created:
		return 0
	case Redirected:
		return 1
	case Unknown:
		return 2
	case Paid:
		return 3
	case Recorded:
		return 4
	case Refused:
		return 5
	case Cancelled:
		return 6
	case Expired:
		return 7
	case Failed:
		return 8
	case Refunding:
		return 9
	case Refunded:
		return 10
	case Review:
		return 11
	}
	return -1
}

// isOneOf reports whether s is one of set.
func (s State) isOneOf(set []State) bool { return slices.Contains(set, s) }

// Attempt reports whether the payer may still be on the payment page: created, redirected or unknown. A debt has at most one.
func (s State) Attempt() bool { return s.isOneOf(attemptStates) }

// Money reports whether the payment counts as made: paid or recorded. A claim has at most one.
func (s State) Money() bool { return s.isOneOf(moneyStates) }

// Ended reports whether nothing more is expected: refused, cancelled, expired, failed, recorded or refunded. A late
// acceptance still moves the first four.
func (s State) Ended() bool { return s.isOneOf(endedStates) }

// Holds reports whether a payment in this state keeps its debt from being paid again: an attempt, paid, refunding or
// review. A recorded payment holds its claim only: the host's balance is right again, so another notice may be paid.
func (s State) Holds() bool { return s.isOneOf(holdingStates) }
