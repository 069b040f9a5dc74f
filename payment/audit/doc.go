// Package audit is the accounts of a payment store: the movements of each day, sealed, and the proof that nothing was altered since.
//
// Three calls are all: [New] opens the books of a store, [Books.Export] closes a day, and [Books.Verify] checks the whole store.
//
// [Books.Export] and [Books.ExportJSON] write the movements of one day in Paris for the accounting officer, and return the day's
// [Seal]. The seals are kept outside the database, in order. [Books.Verify] checks every journal, and with the seals finds payments that were
// deleted or rewritten whole; without them it finds accidents only. [Books.Orphans] lists money that belongs to no payment.
//
// It needs a store and a clock, and no acquirer: an officer's program opens the database and nothing else.
//
// Read in this order: [New], [Books.Export], [Seal], [Books.Verify]. Next: examples/reconcile compares the exports with the acquirer's
// list.
//
// What is not promised: an export says what the journal says. A refund at the acquirer's own desk is not in it unless a message or an
// answer told of it.
package audit
