// Package bank is one bank behind the mock and the simulators: merchants, sessions at the payment page, card payments, what is
// cancelled and refunded afterwards, and a book of what really happened.
//
// It speaks the codes of Sips (responseCode, transactionStatus) and integer cents. It does no input or output and reads nothing but
// its clock: whoever puts it on a wire turns a [Transaction] into messages and a [Refusal] into an answer. The bank itself never
// errs, so that its book can be the oracle of a test; what goes wrong on the way is package fault's, and the pages that a payer
// sees are package paypage's.
//
// Time is the clock [Bank.Now] and nothing else: a session that nobody uses expires after fifteen minutes, a payment is
// remitted when its day ends in Paris. Both happen at their own instant, whenever somebody looks. The same operations at the
// same times give the same book; only the tokens of the sessions are random.
//
// No type here holds a card number or a cryptogram. [ReadCard] looks at a number and keeps six of its digits.
//
// Read in this order: [Order], [Bank.Open], [Bank.Pay], [Transaction], [Bank.Book].
package bank
