// Package payfiptest is PayFiP on a loopback port, as httptest is for HTTP.
//
//	platform := payfiptest.NewServer(payfiptest.Options{})
//	defer platform.Close()
//	client, err := payfip.New(platform.Config())
//
// It speaks the web service to any SOAP client, in whatever language (its own description stands at ?wsdl), shows payment pages in
// French, posts notifications and sends browsers back. Behind it stands a book: [Server.Book] tells what really happened.
//
// [Server.Visit] plays the payer without a browser. [Habits] are the ways in which the real platform was seen to behave, or may:
// the form of answers, when a notification comes and how, whether a session that was given up can still be paid. [Server.Inject]
// and [Server.Answer] make one call go wrong, on real sockets; [Server.Down] takes the whole platform off the net.
// [Server.Advance] moves the clock: sessions close after 15 minutes, what led nowhere is purged in the night, and the rest is forgotten
// after a year.
//
// A notification that is due at once is sent on the goroutine that caused it: when Visit returns, it has been answered. Nothing is
// ever sent to another machine.
//
// [Server.Journal] has every envelope, with session numbers, e-mail addresses and objects masked: as on the real platform, whoever
// knows a session's number reads the payer's data.
//
// It was written from the same facts as package payfip (docs/payfip.md), so what works here has a chance to work there. It is no proof
// that the DGFiP accepts a message: a payment in mode T is. Where nothing is known it is strict.
//
// Read in this order: [Options], [NewServer], [Server.Visit], [Habits], [Server.Inject], [Server.Book].
package payfiptest
