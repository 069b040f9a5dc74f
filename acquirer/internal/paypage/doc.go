// Package paypage is the payment page behind the mock and the simulators: HTML in French, without script and without cookies, the
// same for every wire. A [Handler] shows it in front of a bank; whoever mounts it says how a session is recognised, what a browser
// brings back, and is called when a notification is due.
//
// The handler forgets what a payer has typed with the request. Between the card and the authentication it keeps nothing either:
// the six digits that a masked number shows are carried by the page itself, under a seal.
package paypage
