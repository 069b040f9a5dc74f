package acquirer

// Means is what a payer pays by, as far as the acquirer says; the empty one is not known. It decides nothing about money: it chooses
// the words. The strings are frozen.
type Means string

const (
	Card        Means = "card"         // of a bank, or a wallet that holds one: the acceptance is an authorisation
	DirectDebit Means = "direct_debit" // ordered by the payer: accepted, but the money comes some days later, and may be sent back
)
