// Package quittance is the guided tour of a software development kit for paying a small public debt online by card. The package
// itself is empty: import its rooms.
//
// A debt comes in; what goes out is a card payment whose truth is known, and an acknowledgement in correct French. The kit implements the
// teleservice « Paiement d'une créance » of the compte ameli: medical co-payments (participations forfaitaires, franchises)
// between 50 and 150 euros that were claimed by an « avis de somme à payer ».
//
// # The rooms
//
// Data flows one way, and so do imports: creance, then payment, then inbox, with acquirer beside payment. Read them in this order:
//
//   - [github.com/quittance/quittance/creance]: what is owed, and may it be paid online? Pure: no input or output, no clock.
//   - [github.com/quittance/quittance/acquirer]: the contract with whoever takes the card.
//   - [github.com/quittance/quittance/acquirer/mock]: an acquirer in the process, with every fault there is; start with it.
//   - [github.com/quittance/quittance/acquirer/worldline/direct]: Worldline Direct, which follows Sips.
//   - [github.com/quittance/quittance/acquirer/payfip]: PayFiP, for public bodies whose accountant is at the DGFiP.
//   - [github.com/quittance/quittance/acquirer/worldline/sips]: Sips 2.0, for what was paid there until the end of 2025.
//   - directtest, payfiptest and sipstest beside them: each platform on a loopback port, as httptest is for HTTP.
//   - [github.com/quittance/quittance/acquirer/preflight]: what a client says before the start about its configuration.
//   - [github.com/quittance/quittance/acquirer/acquirertest]: the suite that every acquirer passes, also yours.
//   - [github.com/quittance/quittance/payment]: one trip to the payment page: its states, its service, its journal, its store.
//   - [github.com/quittance/quittance/payment/audit]: its accounts: the day's export, its seal, verification.
//   - [github.com/quittance/quittance/payment/storetest]: the suite that every store passes, also yours.
//   - [github.com/quittance/quittance/payment/paymenttest]: the world for your own tests: a bank, a mailbox, and a clock that you move.
//   - [github.com/quittance/quittance/payment/sqlstore]: payments in SQLite or PostgreSQL, with the host's own driver.
//   - [github.com/quittance/quittance/inbox]: what the payer reads: banner, letters, answers.
//   - [github.com/quittance/quittance/inbox/sqlmailbox]: the mailbox in SQLite or PostgreSQL.
//   - [github.com/quittance/quittance/inbox/mailboxtest]: the suite that every mailbox passes, also yours.
//
// A module of its own, payment/riverwork, does the due work as River jobs, for hosts that operate River.
//
// # Where to begin
//
// docs/guides in the repository has the guides, whose code is executed: start (five minutes), integrate (a portal that exists), acquirers (which is
// mine), go-live, operate, privacy, and how to write an acquirer, a store or a mailbox. payment/OBSERVE.md has the metrics and the alerts.
//
// Nobody of this project has called a real platform: the clients were built from public documentation, clients and recordings. The documentation
// of each begins with what is not confirmed, and says how to try an account of one's own, without moving money. In a clone, or in a module after
// go get -t github.com/quittance/quittance/...@latest, which gets what the tests import too:
//
//	go test -run TestPlatform -v github.com/quittance/quittance/acquirer/worldline/direct
//
// The program examples/quickstart walks through all of the rooms; its output is what a payer and a fund see. The program
// examples/teleservice is the whole service in a browser, to copy from. The program examples/kiosk is a bank to test against, and
// examples/reconcile compares the accounts with the bank's.
//
// # What holds everywhere
//
// Nothing is paid without a verified seal and a result that equals the order. No card number, no cryptogram and no social security number is in a
// log, an error, an address or a store. A call that may have moved money is never repeated blindly. Late truth wins: a verified acceptance
// counts whatever was believed before. Input from outside causes errors, never a panic.
//
// Amounts are decimal euros, exact, never rounded in silence. Stored instants are UTC in microseconds; what a person reads, and
// every day, is Europe/Paris. Errors say what was done, to what, and why; find them with errors.Is and errors.As.
//
// # What is not promised
//
// Until version 1 exported names may change, and the changelog says so. Strings that are stored (states, events, reasons, codes,
// claims, fingerprints, references) are frozen already. Texts for the payer may change in any release. What is in folders
// named internal, the texts of errors and the fields of log lines are nobody's to rely on.
package quittance
