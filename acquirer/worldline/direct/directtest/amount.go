package directtest

import "github.com/quittance/quittance/acquirer/internal/bank"

// Amounts in cents that decide by themselves what becomes of a payment by card: those of pre-production (docs/direct.md §14),
// and some more of ours, whose first two digits are 13 and whose last two are the status code, or 83 for a refund that is taken
// and then refused.
var Amounts = map[int64]string{
	1302: "the authorisation is refused (2)",
	1303: "paid; a refund is refused at once (83)",
	1309: "the capture is refused (93)",
	1203: "paid; a refund stays uncertain (82)",
	1209: "the capture stays uncertain (92)",
	1305: "authorised and not captured although a sale was asked for (5)",
	1346: "the payer never comes back from their bank (46)",
	1351: "the acquirer's answer is awaited (51)",
	1383: "paid; a refund is taken (81) and refused overnight (83)",
	1391: "the capture is requested (91), and done overnight (9)",
}

// startCodes are the first status codes of accepted payments, by the special amounts of pre-production.
var startCodes = map[int64]int{1309: 93, 1209: 92, 1305: 5, 1346: 46, 1351: 51, 1391: 91}

// testCards of pre-production are accepted whatever their last digits; the keys are first four and last two digits.
var testCards = map[string]bool{
	"433075": true, "513738": true, "371404": true, "487422": true, "513010": true, "379781": true,
}

// cardFor returns the payer's card with the response code that the amount or the platform's test card prescribes.
func cardFor(t bank.Transaction, c bank.Card) bank.Card {
	switch start := startCodes[t.Cents]; {
	case t.Cents == 1302:
		c.Code = "05"
	case start != 0 && start != 5:
		c.Code = "60" // the bank's pages then say that the result is not known yet
	case testCards[c.First+c.Last]:
		c.Code = "00"
	}
	return c
}
