// Package sipstest is a Sips platform on a loopback port, as httptest is for HTTP.
//
//	platform := sipstest.NewServer(sipstest.Options{})
//	defer platform.Close()
//	client, err := sips.New(sips.Config{
//		MerchantID: "002001000000001",
//		Keys:       sips.Keyring{1: {Secret: sips.NewSecret("002001000000001_KEY1")}},
//		Endpoints:  platform.Endpoints(),
//	})
//
// It speaks the wire of Sips 2.0 to any client, in whatever language: paymentInit by JSON and by form, the payment pages in French,
// the automatic and the manual response, and of Office getTransactionData, cancel and refund. Behind the wire stands a bank with
// a clock and a book: [Server.Book] tells what really happened, whatever the messages said.
//
// [Server.Visit] plays the payer without a browser. [Server.Inject] makes the next call, the next notification or the next session
// go wrong, on real sockets; [Server.Answer] has the next call refused with a code; [Server.Down] takes the whole platform off the
// net. [Server.Advance] moves the clock.
//
// A notification is posted on the goroutine that caused it: when Visit or Advance returns, it has been answered. Nothing is ever
// sent to another machine: an automaticResponseUrl that is not on this one gets nothing, and [Server.Callbacks] has it
// all the same.
//
// What it does not do: it moves no money. Every payment is by card, at once and whole (captureMode AUTHOR_CAPTURE or IMMEDIATE,
// paymentPattern ONE_SHOT); other modes are refused with 12. Of what is known of Sips from captures only, it follows the captures;
// where nothing is known it is strict, so that what works here has a chance to work there. It is no proof that a platform
// accepts a message: the bank's own simulation is.
//
// Read in this order: [Options], [Merchant], [NewServer], [Server.Visit], [Server.Inject], [Server.Book].
package sipstest
