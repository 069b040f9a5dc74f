package inbox

import "slices"

// LetterKind is a letter that [Deliverer] writes on request. The source shows none of them (S61): what they say stands on the
// home page of the account. The strings are part of [Letter].Key, and frozen.
type LetterKind string

const (
	LetterFailed      LetterKind = "failed"         // a payment was refused or broke off, with advice
	LetterCancelled   LetterKind = "cancelled"      // the payer left the payment page
	LetterExpired     LetterKind = "expired"        // the time to pay is over
	LetterUnknown     LetterKind = "result_unknown" // the bank's answer was not final
	LetterReview      LetterKind = "review"         // somebody checks the payment
	LetterPaidTwice   LetterKind = "paid_twice"     // a second payment, which is given back
	LetterNotRecorded LetterKind = "not_recorded"   // 24 hours are over and the account does not show the payment (S77)
	LetterRecorded    LetterKind = "recorded"       // the account shows the payment
	LetterRefunding   LetterKind = "refunding"      // money is on its way back
)

// letterKinds are all that can be asked for.
func letterKinds() []LetterKind {
	var out []LetterKind
	for _, o := range letterOccasions {
		if o.kind != "" && !slices.Contains(out, o.kind) {
			out = append(out, o.kind)
		}
	}
	return out
}
