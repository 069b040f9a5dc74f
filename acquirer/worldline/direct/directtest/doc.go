// Package directtest is the platform of Worldline Direct on a loopback port, as httptest is for HTTP.
//
//	platform := directtest.NewServer(directtest.Options{})
//	defer platform.Close()
//	client, err := direct.New(platform.Config())
//
// It speaks the REST API (v2) to any client, in whatever language: hosted checkouts and their pages in French, payments with
// details, captures and refunds, capture, cancel, refund, testconnection, webhooks and their credentials. Every request's
// signature is checked, with the clock; every webhook is signed. The official SDK for Node.js drives it in the tests of
// internal/integration/clients/direct.
//
// Behind the wire stand the payment pages of our bank, a clock and a book: [Server.Book] tells what really happened, whatever
// the messages said. [Server.Visit] plays the payer without a browser. [Server.Inject] makes the next call, webhook or session
// go wrong, on real sockets; [Server.Answer] has the next call refused with a code; [Server.Down] takes the platform off the
// net. [Server.Advance] moves the clock: captures and refunds that were only requested are carried out overnight, webhooks that
// were not taken come again, sessions end, and three hours after their creation they are forgotten. [Server.Requests] is the
// journal of what was asked, with the string to sign.
//
// The outcome of a payment is chosen as in pre-production: by amount (docs/direct.md §14), and beyond that by the last two
// digits of the card, as on our bank's other pages; see [Amounts].
//
// A webhook is posted on the goroutine that caused it: when Visit or Advance returns, it has been answered. Nothing is ever
// sent to another machine: a webhook address that is not on this one gets nothing, and [Server.Callbacks] has it all the same.
//
// What it does not do: it moves no money; stored cards, other means of payment than cards, partial captures and partial
// cancellations are refused with 400. Where the platform's behaviour is not known it is strict, so that what works here has a
// chance to work there. It is no proof that the platform accepts a message: pre-production is.
//
// Read in this order: [Options], [Merchant], [NewServer], [Server.Visit], [Server.Inject], [Server.Book].
package directtest
