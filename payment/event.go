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
	OnReturned      EventKind = "returned"       // the whole amount is back
	OnReturnedPart  EventKind = "returned_part"  // of a payment that has money: more than before is back, and not all
	OnNotReturned   EventKind = "not_returned"   // of such a payment, an answer to a question: less is back than was believed
	OnConfirmed     EventKind = "confirmed"      // of such a payment: the authorisation of the money, which was not known
	OnRefundRefused EventKind = "refund_refused" // certainly not done
	OnRefundUnknown EventKind = "refund_unknown" // called, or about to be: from now on the answer counts, not the call

	// From the acquirer, verified and not equal to the order.
	OnMismatched EventKind = "mismatched" // an acceptance; also a second one with another authorisation
	OnUnfit      EventKind = "unfit"      // anything else

	// From the host.
	OnRecorded    EventKind = "recorded"
	OnRefundAsked EventKind = "refund_asked"

	// From the clock.
	OnOverdue EventKind = "overdue"

	// From a person.
	OnQuestioned  EventKind = "questioned" // chargeback, complaint
	OnKept        EventKind = "kept"
	OnGivingBack  EventKind = "giving_back"
	OnWasReturned EventKind = "was_returned"
	OnNoMoney     EventKind = "no_money"

	// OnCreated is the first entry of every journal. It is no event of the table.
	OnCreated EventKind = "created"
)

var events = [...]EventKind{
	OnOpened, OnNotOpened,
	OnAccepted, OnAcceptedToo, OnRefused, OnCancelled, OnExpired, OnFailed, OnPending, OnAbsent, OnSilent,
	OnReturned, OnReturnedPart, OnNotReturned, OnConfirmed, OnRefundRefused, OnRefundUnknown,
	OnMismatched, OnUnfit,
	OnRecorded, OnRefundAsked,
	OnOverdue,
	OnQuestioned, OnKept, OnGivingBack, OnWasReturned, OnNoMoney,
}

// index is the column of k in the table; -1 for a string that is no event.
func (k EventKind) index() int {
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
	EffectChanged       Effect = "changed"       // to another state
	EffectNoted         Effect = "noted"         // journaled and delivered, state the same
	EffectDuplicate     Effect = "duplicate"     // known already; nothing is written
	EffectStale         Effect = "stale"         // overtaken; written once
	EffectContradiction Effect = "contradiction" // against what is known; written once, the state stands
)

// Event is one thing that happened to a payment.
type Event struct {
	Kind    EventKind
	At      time.Time
	Channel acquirer.Channel  // how Result came; empty for events that are not the acquirer's
	Result  *acquirer.Result  // what the acquirer said, for the events that come from it
	Session *acquirer.Session // OnOpened
	By, Why string            // a person, or the worker
	Err     string            // the cause, redacted
}
