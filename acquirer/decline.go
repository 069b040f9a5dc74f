package acquirer

import "iter"

// Decline is why a card was refused, in words common to acquirers. The strings are frozen; a value not listed here is
// possible. A payer is told the [Advice], hardly ever the decline itself: to say « stolen card » helps a thief.
type Decline string

const (
	DoNotHonour          Decline = "do_not_honour"
	InsufficientFunds    Decline = "insufficient_funds"
	LimitExceeded        Decline = "limit_exceeded"
	InvalidCard          Decline = "invalid_card"
	ExpiredCard          Decline = "expired_card"
	CardNotAccepted      Decline = "card_not_accepted"
	AuthenticationFailed Decline = "authentication_failed"
	ContactIssuer        Decline = "contact_issuer"
	LostOrStolen         Decline = "lost_or_stolen"
	SuspectedFraud       Decline = "suspected_fraud"
	TooManyAttempts      Decline = "too_many_attempts"
	NotPermitted         Decline = "not_permitted"
	IssuerUnavailable    Decline = "issuer_unavailable"
	MerchantProblem      Decline = "merchant_problem"
)

// Advice is what the payer can do after a refusal.
type Advice string

const (
	SameCard  Advice = "same_card"  // try again, the same card may do
	OtherCard Advice = "other_card" // try another card
	Later     Advice = "later"      // try again later
	AskBank   Advice = "ask_bank"   // ask the bank that issued the card
	Never     Advice = "never"      // trying again here will not help: pay another way
)

var declines = []struct {
	decline Decline
	advice  Advice
}{
	{DoNotHonour, AskBank},
	{InsufficientFunds, OtherCard},
	{LimitExceeded, OtherCard},
	{InvalidCard, SameCard}, // most often a slip of the finger
	{ExpiredCard, OtherCard},
	{CardNotAccepted, OtherCard},
	{AuthenticationFailed, SameCard},
	{ContactIssuer, AskBank},
	{LostOrStolen, AskBank},
	{SuspectedFraud, AskBank},
	{TooManyAttempts, Later},
	{NotPermitted, AskBank},
	{IssuerUnavailable, Later},
	{MerchantProblem, Never},
}

// Declines yields every decline that is listed, in a fixed order.
func Declines() iter.Seq[Decline] {
	return func(yield func(Decline) bool) {
		for _, d := range declines {
			if !yield(d.decline) {
				return
			}
		}
	}
}

// Advice is what the payer can do; AskBank for a decline that is not listed.
func (d Decline) Advice() Advice {
	for _, e := range declines {
		if e.decline == d {
			return e.advice
		}
	}
	return AskBank
}
