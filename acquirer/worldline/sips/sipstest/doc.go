// Package sipstest is a Sips platform on a loopback port, as httptest is for HTTP.
//
//	platform := sipstest.NewServer(sipstest.Options{})
//	defer platform.Close()
//	client, err := sips.New(platform.Config())
//
// It speaks the wire of Sips 2.0 to any client, in whatever language: paymentInit by JSON and by form, the payment pages in French,
// the automatic and the manual response, and of Office getTransactionData, cancel, refund and validate. Behind the wire stands a bank
// with a clock and a book: [Server.Book] tells what really happened, whatever the messages said.
//
// [Server.Visit] plays the payer without a browser. [Server.Inject] makes the next call, the next notification or the next session
// go wrong, on real sockets; [Server.Answer] has the next call refused with a code; [Server.Down] takes the whole platform off the
// net. [Server.Advance] moves the clock.
//
// A notification is posted on the goroutine that caused it: when Visit or Advance returns, it has been answered. Nothing is ever
// sent to another machine: an automaticResponseUrl that is not on this one gets nothing, and [Server.Callbacks] has it
// all the same.
//
// A message has the fields that captures of real platforms have, in their order, by the version in which it is written: shorter for the
// public shops, which are told in HP_2.4 as on the simulation platform, longer for a shop of one's own. On the pages the last two digits
// of a card choose the code; the two before them, 31, 32 and 33, an authentication that ends with ATTEMPT, ERROR or NOT_ENROLLED.
//
// What it does not do: it moves no money, and every payment is by card. What official samples send is taken; what is taken and has no
// effect is listed by [NotSimulated], and named in a header Not-Simulated of the answer. Of what is known of Sips from captures only,
// it follows the captures, and it is strict where there is evidence that the platform is. It is no proof that a platform accepts a
// message: the bank's own simulation is.
//
// Read in this order: [Options], [Merchant], [NewServer], [Server.Visit], [Server.Inject], [Server.Book].
package sipstest
