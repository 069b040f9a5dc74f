package mock

import (
	"errors"
	"iter"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/internal/bank"
	"github.com/shopspring/decimal"
)

// The kinds that this SDK has clients for, as values of [Acquirer.Traits]. Each is named after the acquirer whose behaviour it
// has; the messages are the mock's own.
var (
	// Sips takes no new payment after 2025: choose it for what is still to be asked about and given back there. It is the zero
	// value. Messages are sealed forms and say how the payment ended; the reference finds it; both ways back are open.
	Sips = acquirer.Traits{}

	// Direct is Worldline Direct, which follows Sips. A notification is signed JSON, and a browser comes back by GET with the
	// session and its proof; both are hints. The session finds the payment for three hours, then only the payment's own id
	// does, which an answer to a question tells. Refund gives back before and after remittance, once for each key; Cancel is
	// not supported.
	Direct = acquirer.Traits{
		AskedByHandle: true, ReferencesRepeat: true, HintsOnly: true, Proof: true, Forgets: true, Idempotent: true,
	}

	// PayFiP is for public bodies whose accountant is at the DGFiP. A notification is a form with one number, and a browser
	// comes back with the same number, by GET; both are hints. The number opens the payment page and finds the payment. A
	// session in which nobody paid is open until the night, then not found. A refusal has no reason; nothing can be given back.
	PayFiP = acquirer.Traits{
		AskedByHandle: true, ReferencesRepeat: true, HintsOnly: true, AbandonedIsOpen: true, NoDecline: true,
		Smallest: decimal.New(1, 0), Largest: decimal.New(99_999_99, -2),
	}
)

// Kinds yields Sips, Direct and PayFiP with their names, for a host whose tests should pass with each.
func Kinds() iter.Seq2[string, acquirer.Traits] {
	return func(yield func(string, acquirer.Traits) bool) {
		_ = yield("sips", Sips) && yield("direct", Direct) && yield("payfip", PayFiP)
	}
}

// contradictions are traits that do not go together in one mock.
var contradictions = []struct {
	found func(acquirer.Traits) bool
	text  string
}{
	{func(k acquirer.Traits) bool { return k.HintsOnly && !k.AskedByHandle }, "HintsOnly needs AskedByHandle"},
	{func(k acquirer.Traits) bool { return k.ReferencesRepeat && !k.AskedByHandle }, "ReferencesRepeat needs AskedByHandle"},
	{func(k acquirer.Traits) bool { return k.Forgets && !k.AskedByHandle }, "Forgets needs AskedByHandle"},
	{func(k acquirer.Traits) bool { return k.Proof && !k.HintsOnly }, "Proof needs HintsOnly: a sealed message is proof enough"},
	{func(k acquirer.Traits) bool { return k.Forgets && k.AbandonedIsOpen }, "an acquirer either Forgets or has AbandonedIsOpen"},
	{func(k acquirer.Traits) bool { return !k.Largest.IsZero() && k.Smallest.GreaterThan(k.Largest) }, "Smallest is above Largest"},
}

// checkTraits returns what is wrong with the traits, or nil.
func checkTraits(k acquirer.Traits) error {
	for _, c := range contradictions {
		if c.found(k) {
			return errors.New("Traits: " + c.text)
		}
	}
	return nil
}

// dialect is the form of an acquirer's messages.
type dialect struct {
	shapes map[acquirer.Channel]acquirer.Shape
	header string // that notifications have beside a body

	// write makes the message about a transaction, parse reads one, and writeFor makes the message that says a given result.
	write    func(*Acquirer, bank.Transaction, acquirer.Channel) acquirer.Callback
	parse    func(*Acquirer, acquirer.Callback) (acquirer.Result, error)
	writeFor func(*Acquirer, acquirer.Result, acquirer.Channel) (acquirer.Callback, error)

	links        bool // a session is a link, not a form
	hasSeal      bool // a notification can be forged
	saysExpiry   bool // that a session has expired is notified
	cancels      bool // Cancel is offered
	refunds      bool // Refund is offered
	refundsEarly bool // and cancels by itself before remittance
}

// dialectOf chooses the form of the messages: sealed forms where they prove something, else signed JSON with a proof in the way
// back, else a number.
func dialectOf(k acquirer.Traits) dialect {
	switch {
	case !k.HintsOnly:
		return sealedForms
	case k.Proof:
		return signedEvents
	}
	return bareNumbers
}
