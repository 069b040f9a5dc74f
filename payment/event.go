package payment

import (
	"time"

	"github.com/quittance/quittance/acquirer"
)

// EventKind is what happened to a payment. The strings are stored and frozen.
type EventKind string

const (
	// From the service.
	OnOpened    EventKind = "opened"     // the acquirer opened a session
	OnNotOpened EventKind = "not_opened" // no session was handed out

	// From the acquirer, verified and equal to the order.
	OnAccepted      EventKind = "accepted"
	OnAcceptedToo   EventKind = "accepted_too" // another payment of the claim is paid or recorded
	OnRefused       EventKind = "refused"
	OnCancelled     EventKind = "cancelled"
	OnExpired       EventKind = "expired"
	OnFailed        EventKind = "failed"
	OnPending       EventKind = "pending"        // not final, or a code that is not known
	OnAbsent        EventKind = "absent"         // asked after the window, twice: the acquirer knows nothing
	OnSilent        EventKind = "silent"         // could not be asked
	OnReturned      EventKind = "returned"       // the whole amount has gone back
	OnReturnedPart  EventKind = "returned_part"  // of a payment that has money: more of it has gone back than before, and not all
	OnNotReturned   EventKind = "not_returned"   // of such a payment, in an answer to Status: less has gone back than the row says
	OnConfirmed     EventKind = "confirmed"      // of such a payment: the number of the authorisation, which the row did not have
	OnRefundRefused EventKind = "refund_refused" // certainly not done
	OnRefundUnknown EventKind = "refund_unknown" // the acquirer was called for the refund, or is about to be: only answers to Status count from now on

	// From the acquirer, verified and not equal to the order.
	OnMismatched EventKind = "mismatched" // an acceptance; also a second acceptance with another authorisation
	OnUnfit      EventKind = "unfit"      // anything else

	// From the host.
	OnRecorded    EventKind = "recorded"
	OnRefundAsked EventKind = "refund_asked"

	// From the clock.
	OnOverdue EventKind = "overdue"

	// From a clerk.
	OnQuestioned  EventKind = "questioned" // chargeback, complaint
	OnKept        EventKind = "kept"
	OnGivingBack  EventKind = "giving_back"
	OnWasReturned EventKind = "was_returned"
	OnNoMoney     EventKind = "no_money"

	// OnCreated is the first entry of every journal. It is no event of the table.
	OnCreated EventKind = "created"
)

var eventOrder = [...]EventKind{
	OnOpened, OnNotOpened,
	OnAccepted, OnAcceptedToo, OnRefused, OnCancelled, OnExpired, OnFailed, OnPending, OnAbsent, OnSilent,
	OnReturned, OnReturnedPart, OnNotReturned, OnConfirmed, OnRefundRefused, OnRefundUnknown,
	OnMismatched, OnUnfit,
	OnRecorded, OnRefundAsked,
	OnOverdue,
	OnQuestioned, OnKept, OnGivingBack, OnWasReturned, OnNoMoney,
}

// tableColumn returns the index of k in eventOrder, which is its column in the table; -1 for a string that is no event. It is a switch for
// the reason of tableRow.
func (k EventKind) tableColumn() int {
	switch k {
	case OnOpened:
		return 0
	case OnNotOpened:
		return 1
	case OnAccepted:
		return 2
	case OnAcceptedToo:
		return 3
	case OnRefused:
		return 4
	case OnCancelled:
		return 5
	case OnExpired:
		return 6
	case OnFailed:
		return 7
	case OnPending:
		return 8
	case OnAbsent:
		return 9
	case OnSilent:
		return 10
	case OnReturned:
		return 11
	case OnReturnedPart:
		return 12
	case OnNotReturned:
		return 13
	case OnConfirmed:
		return 14
	case OnRefundRefused:
		return 15
	case OnRefundUnknown:
		return 16
	case OnMismatched:
		return 17
	case OnUnfit:
		return 18
	case OnRecorded:
		return 19
	case OnRefundAsked:
		return 20
	case OnOverdue:
		return 21
	case OnQuestioned:
		return 22
	case OnKept:
		return 23
	case OnGivingBack:
		return 24
	case OnWasReturned:
		return 25
	case OnNoMoney:
		return 26
	}
	return -1
}

// Effect is what an event does to a payment. The strings are stored and frozen.
type Effect string

const (
	EffectChanged       Effect = "changed"       // the payment is in another state; journaled and delivered
	EffectNoted         Effect = "noted"         // the state is the same; journaled and delivered
	EffectDuplicate     Effect = "duplicate"     // it was known already; nothing is written
	EffectStale         Effect = "stale"         // something newer is known already; journaled once
	EffectContradiction Effect = "contradiction" // it contradicts what is known; journaled once, and the state is the same
)

// Event is one thing that happened to a payment.
type Event struct {
	Kind    EventKind
	At      time.Time
	Channel acquirer.Channel  // by which Result came; empty for events that do not come from the acquirer
	Result  *acquirer.Result  // what the acquirer said, for the events that come from it
	Session *acquirer.Session // OnOpened
	By, Why string            // the clerk and the reason; byService for what the service questions itself
	Err     string            // the cause, redacted

	NotBefore time.Time // OnSilent: until then the acquirer wants to be left alone about the payment
}
