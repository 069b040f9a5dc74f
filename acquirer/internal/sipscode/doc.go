// Package sipscode has the codes of Sips that mean something to more than one package: what a payment's responseCode and
// acquirerResponseCode say, and the currencies. The client reads by it, the bank behind the mock and the simulator ends payments by
// it, and so both agree on what a payer is told.
//
// Source: the Sips guide, "responseCode" and "acquirerResponseCode" (fact sheet sips.md §7.3 and §7.4), and ISO 4217.
package sipscode
