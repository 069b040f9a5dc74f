package acquirer

import "github.com/shopspring/decimal"

// Traits are what differs between acquirers and is no fault of any of them: package acquirertest tests each kind by its own
// promises, and package mock can be of each kind. The zero value describes an acquirer whose sealed message is the
// truth, which finds a transaction by our reference and refuses one that is used twice.
type Traits struct {
	// AskedByHandle: a question and a refund need the handle; a reference alone is not found. False: the reference is enough.
	AskedByHandle bool

	// ReferencesRepeat: the same reference twice makes two payable sessions. False: the second is ErrReferenceUsed.
	ReferencesRepeat bool

	// HintsOnly: no message proves anything; each is a hint.
	HintsOnly bool

	// Proof: a browser that returns brings the handle's Proof.
	Proof bool

	// Forgets: some hours after a session's end the acquirer cannot tell any more that nobody paid: Status is then ErrUnsupported.
	// False: it tells, as Expired, Open or ErrNotFound, for as long as it matters.
	Forgets bool

	// AbandonedIsOpen: a session that ended without payment stays Open, and later ErrNotFound; that it expired is never said. False: it
	// is Expired.
	AbandonedIsOpen bool

	// NoDecline: a refusal comes without a reason, so Result.Decline is empty. False: it has one.
	NoDecline bool

	// Idempotent: a call to give money back that has the Key of an earlier one moves nothing, and is answered as that one was. False: Key
	// is not looked at, and whoever repeats a call asks for the money again.
	Idempotent bool

	// Smallest and Largest are the amounts that are taken; zero: one cent, and 9 999 999 999,99.
	Smallest, Largest decimal.Decimal
}
