package payfip

// Saisie is the mode of entry: which kind of payment a session is. One host serves all three, and this letter alone
// decides between real money and none (docs/payfip.md §2, §4, §9).
type Saisie string

// The modes of the web service. The letters A and M belong to the older interface by form, and P to nothing.
const (
	Test       Saisie = "T" // test cards; no money moves
	Activation Saisie = "X" // one payment with a test card, which activates a means of payment for the next working day
	Production Saisie = "W" // real money
)

// Money reports whether payments in this mode move money.
func (s Saisie) Money() bool { return s == Production }

var saisieWords = map[Saisie]string{
	Test:       "TEST: test cards only, no money moves",
	Activation: "TEST: activation, one payment with a test card for each means of payment, no money moves",
	Production: "production: real money",
}
