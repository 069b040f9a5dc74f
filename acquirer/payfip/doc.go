// Package payfip speaks the web service of PayFiP, by which the DGFiP collects for town halls, hospitals, schools and every other
// public body with an accountant of the State: an [acquirer.Client] for one régie.
//
// # Limits
//
// Nobody here has called the real service. The package was written from its published schema, from what programs in the field send
// and read, and from codes that others recorded; docs/payfip.md says of each fact where it comes from, and its last section what the
// DGFiP should confirm before production. Not confirmed, in the order of what it could cost:
//
//   - Whether a direct debit that comes back unpaid is ever told: nothing here relies on it. V is Accepted, and somebody must
//     read the accountant's statement. A régie for which debits were never activated has none.
//   - The letters of newer means of payment (simplified transfer, Paylib, Wero): they are Unknown, and a person decides.
//   - Whether a session that was given up can be paid for some minutes: a payment after a cancellation is believed.
//   - The codes of objet and exer, and the exact limits: orders are checked before they leave, by the narrowest limits known.
//
// To check it with a régie of your own, set QUITTANCE_PAYFIP_NUMCLI and QUITTANCE_PAYFIP_MAILBOX. Then, in a clone, or in your module
// after go get -t github.com/quittance/quittance/...@latest, which gets what the tests import too,
//
//	go test -run TestPlatform -v github.com/quittance/quittance/acquirer/payfip
//
// runs [Client.Doctor], opens one payment of one euro in the mode T that nobody makes, and asks about it and about a session that
// does not exist. QUITTANCE_PAYFIP_SERVICE and QUITTANCE_PAYFIP_PAGE name another platform. Without the variables the test skips.
//
// PayFiP gives nothing back: no operation cancels or refunds. A refund is a task for a person at the régie or at the accountant's,
// and Returned is always zero. Debts that Hélios has taken over (« Titres ») and the older interface by form are not supported.
//
// # A tour
//
// [New] takes a [Config]: the régie's number, the [Saisie], an e-mail address. [Client.Doctor] asks PayFiP who the régie is.
// [Client.Begin] opens a session and returns where to send the payer. What comes back, by the platform's server and by the payer's
// browser, is the session's number and nothing else: [Client.Parse] makes a hint of it. [Client.Status] asks what happened; its
// answer is the only truth. Package payfiptest is the platform, for tests.
//
// Errors are an [*acquirer.Error]; each method lists its kinds. A Client is safe for concurrent use, and keeps nothing but
// connections.
//
// # There are no credentials
//
// PayFiP has neither keys nor seals. Whoever knows a session's number, the idOp, can read the payer's e-mail address, the amount and
// the result. So the idOp stands in [acquirer.Handle.Session], which prints nowhere, and in the address of the payer's own
// [acquirer.Session]; like the e-mail address and the object it is in no log, no error and no attribute of Observe. A host keeps it
// out of access logs: the payer's browser brings it in the query of the return address.
//
// An answer is believed when it came from the service's address over TLS, about the session that was asked about, in the mode of
// entry that is configured: a test payment is no money. Amount, reference and régie are for the caller to compare.
//
// # What is sent, and why
//
// numcli, saisie, montant and refdet as configured and ordered; exer, the year in Paris; mel, because PayFiP refuses to do without an
// address; objet where it is configured; urlnotif and urlredirect. Nothing else about the payer.
package payfip
