package acquirer

// Outcome is how a payment ended at the acquirer, as far as its own last word says. The strings are frozen.
type Outcome string

const (
	Accepted  Outcome = "accepted"  // authorised; the money will be captured
	Refused   Outcome = "refused"   // declined; no money moves
	Cancelled Outcome = "cancelled" // given up by the payer
	Expired   Outcome = "expired"   // the session ended without a payment
	Pending   Outcome = "pending"   // not final: ask again
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
