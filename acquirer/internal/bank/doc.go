// Package bank is one bank behind the mock and the simulators: merchants, sessions at the payment page, card payments, what is cancelled
// and refunded afterwards, and a book of what really happened.
//
// It speaks the codes of Sips (responseCode, transactionStatus) and integer cents. The [Bank] itself does no input or output and
// reads nothing but its clock: whoever puts it on a wire turns a [Transaction] into messages, a [Refusal] into an answer, and
// hands the notifications to a [Post], which calls back when one is to be sent. A [Kiosk] is an HTTP handler: the payment page,
// in French, the same for every wire. A [Fault] is what can go wrong on the way; the bank itself never errs, so that its book
// can be the oracle of a test.
//
// Time is the clock [Bank.Now] and nothing else: a session that nobody uses expires after fifteen minutes, a payment is
// remitted when its day ends in Paris. Both happen at their own instant, whenever somebody looks. The same operations at the
// same times give the same book; only the tokens of the sessions are random.
//
// No type here holds a card number or a cryptogram. [ReadCard] looks at a number and keeps six of its digits; the payment page forgets
// what a payer has typed with the request, and carries those six digits in the page, sealed, until the payer is authenticated.
//
// Read in this order: [Order], [Bank.Open], [Bank.Pay], [Transaction], [Bank.Book], [Fault], [Post], [Kiosk].
package bank
