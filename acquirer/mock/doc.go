// Package mock is an acquirer in the process: a fake for tests, with a payer who can be played and faults that can be injected.
// It can be each of the three kinds that this SDK knows.
//
// Choose the kind first, for it decides what a host must be able to do. Sips takes no new payment after 2025, by its maker's
// own word:
//
//	&mock.Acquirer{Traits: mock.Direct} // Worldline Direct, which follows Sips: for a fund whose bank sells it
//	&mock.Acquirer{Traits: mock.PayFiP} // PayFiP: for public bodies whose accountant is at the DGFiP
//	&mock.Acquirer{}                    // mock.Sips: for what is still to be asked about and given back there
//
// With Sips a message says how the payment ended, under a seal. With the other two it is a hint: it proves nothing, and the
// host asks. A host whose tests pass with each of [Kinds] can change its acquirer by configuration. Traits of your own are
// possible too: an acquirer with handles whose messages are sealed, smallest and largest amounts.
//
// The zero [Acquirer] works. It satisfies [acquirer.Client], [acquirer.Listener], [acquirer.Canceller] and [acquirer.Refunder];
// [Acquirer.Client] is the same without the methods that the kind does not have. Behind it stands a bank with a clock and a book:
//
//	a := &mock.Acquirer{Notify: func(cb acquirer.Callback) { service.Receive(ctx, cb) }}
//	session, err := a.Begin(ctx, order)
//	back, err := a.Visit(session, mock.Behaviour{Outcome: acquirer.Refused})
//
// [Acquirer.Visit] plays the payer without a browser: it sends the notification and returns what the browser would bring back.
// What the payer does is told in a [Behaviour], or planned by order in [Acquirer.Plan]. [Acquirer.Inject] makes the next call or
// the next notification go wrong; [Acquirer.Book] tells what really happened, whatever the messages said. [NewRequest] brings a
// callback to a host's handler over HTTP.
//
// [Acquirer.PaymentPage] is the same for a person with a browser: the payment page in French, mounted in the host's own server. The
// card's last two digits decide, a simulated authentication may fail, and the ticket leads back to the host:
//
//	a := &mock.Acquirer{URL: "http://127.0.0.1:8080/bank"}
//	mux.Handle("/bank/", a.PaymentPage())
//
// Time is [Acquirer.Now]. Call [Acquirer.Tick] after moving that clock: it sends what the clock has made due. Nothing runs in the
// background.
//
// What it is not: it moves no money and takes no real card, and it speaks no acquirer's wire protocol; package sipstest speaks
// that of Sips. Its seal is its own, with a random key for each Acquirer. The codes in its results are those of Sips in every
// kind, and so are the names of an [acquirer.Result.Field]: the other two have codes of their own, on which no host should
// rely.
package mock
