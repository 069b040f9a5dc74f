// Package audit is the accounts of a payment store: what moved each day, sealed, and whether the record is what it was.
//
// [Books.Export] and [Books.ExportJSON] write the movements of one day in Paris for the accounting officer, and return the day's
// [Seal]. The seals are kept outside the database, in order. [Books.Verify] checks every journal, and with the seals finds payments that were
// deleted or rewritten whole; without them it finds accidents only. [Books.Orphans] lists money that belongs to no payment.
//
// It needs a store and a clock, and no acquirer: an officer's program opens the database and nothing else.
//
// Read in this order: [New], [Books.Export], [Seal], [Books.Verify].
//
// What is not promised: an export says what the journal says. What an acquirer's own desk did and no message, answer or question told
// of is not in it; compare with the acquirer's list (examples/reconcile).
package audit
