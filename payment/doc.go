// Package payment takes an online payment from the button « payer » to the accounts: the states that it can be in, the service that
// moves it from one to the next, and the store that keeps it with its journal.
//
// A host makes three calls. [New] wires a [Service] to a store, an acquirer and the policies of package creance. [Service.Begin]
// decides whether a debt may be paid, reserves a reference, asks the acquirer for a session and commits it before it hands it out.
// [Service.Work] runs in the background: it asks the acquirer what no message told, gives money back, and delivers changes.
//
// The result of a payment page comes through [Service.NotifyHandler] and [Service.ReturnHandler], in any order, more than once, or
// never. [Service.Record] says that the payer's account shows the payment. [Service.Refund], [Service.Question] and
// [Service.Resolve] are a clerk's acts, and [Service.Choices] tells a page which of them to offer. Every change goes to the host
// through Config.Deliver, at least once and in order. A [Payment] has one reference for its whole life; another try is a new Payment.
//
// Read in this order: [State], [EventKind] and [Next] (one table feeds the code, the diagrams and the tests),
// [Payment.Apply], [Config], [Service.Begin], [Service.Receive], [Service.Work], [Store]. Next: package sqlstore keeps payments in a
// database, package audit is their accounts, package inbox writes the payer's letters.
//
// # What always holds
//
// Nothing is paid without a verified seal and an equal order. At most one attempt of a debt is under way, at most one
// payment of a claim has money. A paid payment never turns refused; a late acceptance wins over every end without
// money. A call that may have moved money is never repeated blindly: the intention is committed first, and the answer
// to a question decides. Row, journal entry and outgoing change are one commit with a compare-and-swap on the
// version. Every accepted payment ends recorded, refunded or in review, whatever crashed: what is due is a time in
// its row, and any process may do it.
//
// # What the host does
//
//   - It calls Begin with a fresh key for each try, and shows the payment of a [*HeldError] instead of paying twice.
//   - It sends the payer on with [acquirer.Session.Send]. Where that is a form, the page's Content-Security-Policy needs
//     form-action for [acquirer.Session.Origin].
//   - It mounts both handlers and exempts exactly these two routes, for every method, from its protection against cross-origin requests.
//   - It runs Work in at least one process; or riverwork's jobs, where it operates River.
//   - Before it shows a payment it compares its Debtor with the person who is signed in.
//   - It keeps each day's seal outside the database (package audit).
//
// # What is not promised
//
// Delivery is at least once, not once: receivers are idempotent on Change.Key. Refunds are whole; parts are for the
// acquirer's desk and a person. Without seals kept outside, Verify finds accidents, not a determined rewriter.
// [MemoryStore] ends with its process. Clocks of machines that share a store may differ by less than 15 seconds.
//
// All exported functions and methods are safe for concurrent use. Instants are UTC in microseconds; amounts are
// euros; the days of references and exports are Paris days.
package payment
