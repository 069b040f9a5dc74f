package acquirer

// Outcome is how a payment ended at the acquirer, as far as its own last word says. The strings are frozen.
type Outcome string

const (
	Accepted  Outcome = "accepted"  // authorised; the money will be captured
	Refused   Outcome = "refused"   // declined; no money moves
	Cancelled Outcome = "cancelled" // given up by the payer
	Expired   Outcome = "expired"   // the session ended without a payment
	Pending   Outcome = "pending"   // the payer did something, and the answer is not final: ask again
	Open      Outcome = "open"      // known, and nobody has paid yet: it means nothing while the session can be paid, and "nobody did" after it
	Failed    Outcome = "failed"    // the acquirer broke; no money moved
	Unknown   Outcome = "unknown"   // a code that is not known: not final, never taken for Accepted
)

// Final reports whether the outcome will not change by itself.
func (o Outcome) Final() bool {
	switch o {
	case Accepted, Refused, Cancelled, Expired, Failed:
		return true
	}
	return false
}
