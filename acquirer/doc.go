// Package acquirer is the contract between a payment service and the acquirer, who takes the card.
//
// A payment takes three calls: [Client.Begin] registers an [Order] and returns a [Session], which sends the payer's
// browser to the acquirer's payment page; no card number ever passes through here. The result comes back as a
// [Callback], by the acquirer's server ([Notify]) and by the payer's browser ([Return]), in any order, more than
// once, or never; and it can be asked for ([Client.Status]). [Client.Parse] verifies first and parses afterwards, and
// gives a [Result].
//
// Read in this order: [Client], [Order], [Session], [Callback], [Result], [Outcome], [Error].
//
// What an implementation promises is written at [Client] and checked by package acquirertest; package mock is an
// acquirer in the process, package direct speaks Worldline Direct, package payfip speaks PayFiP, and package sips the predecessor of
// Direct, Sips 2.0, which takes no new transactions after 2025 and gives back what it took. Package preflight has the report by which
// a client says before the start whether its configuration would work.
//
// The constants of [Outcome], [Decline], [Advice], [Channel], [Means] and [Shape] have no prefix: acquirer.Refused and
// acquirer.ExpiredCard say what they are, and no two types share a word.
//
// What the package does not do: it holds no card number and no cryptogram in any type; it decides nothing about a
// payment (package payment does); it never repeats a call that may have moved money.
package acquirer
