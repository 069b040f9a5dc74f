// Package mock is an acquirer in the process: a fake for tests, with a payer who can be played and faults that can be injected.
//
// The zero [Acquirer] works. It satisfies [acquirer.Client], [acquirer.Canceller] and [acquirer.Refunder]; behind it stands a bank
// with a clock and a book:
//
//	a := &mock.Acquirer{Notify: func(cb acquirer.Callback) { service.Receive(ctx, cb) }}
//	session, err := a.Begin(ctx, order)
//	back, err := a.Visit(session, mock.Behaviour{Outcome: acquirer.Refused})
//
// [Acquirer.Visit] plays the payer without a browser: it sends the notification and returns what the browser would bring back.
// What the payer does is told in a [Behaviour], or planned by order in [Acquirer.Plan]. [Acquirer.Inject] makes the next call or
// the next notification go wrong; [Acquirer.Book] tells what really happened, whatever the messages said.
//
// [Acquirer.Kiosk] is the same for a person with a browser: the bank's pages in French, mounted in the host's own server. The card's last
// two digits decide, a simulated authentication may fail, and the ticket leads back to the host:
//
//	a := &mock.Acquirer{URL: "http://127.0.0.1:8080/kiosk"}
//	mux.Handle("/kiosk/", a.Kiosk())
//
// Time is [Acquirer.Now]. Call [Acquirer.Tick] after moving that clock: it sends what the clock has made due. Nothing runs in the
// background.
//
// What it is not: it moves no money, takes no real card, and its seal is its own, with a random key for each Acquirer. It has no word of the Sips
// protocol; package sipstest has.
package mock
