// Package acquirer is the contract with whoever takes the card.
//
// A payment goes one way: [Client.Begin] registers an [Order] and returns a [Session], which sends the payer's
// browser to the acquirer's own page; no card number ever passes through here. What happened there comes back as a
// [Callback], by the acquirer's server ([Notify]) and by the payer's browser ([Return]), in any order, more than
// once, or never; and it can be asked for ([Client.Status]). [Client.Parse] verifies first and parses afterwards, and
// gives a [Result].
//
// Read in this order: [Client], [Order], [Session], [Callback], [Result], [Outcome], [Error].
//
// What an implementation promises is written at [Client] and checked by package acquirertest; package mock is an
// acquirer in the process, package direct speaks Worldline Direct, and package sips its predecessor Sips 2.0, which takes no new
// transactions after 2025 and gives back what it took.
//
// What the package does not do: it holds no card number and no cryptogram in any type; it decides nothing about a
// payment (package payment does); it never repeats a call that may have moved money.
package acquirer
