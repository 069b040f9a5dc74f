// Package acquirertest is the conformance suite every acquirer passes, by the promises of its kind.
//
// Write a [World] for your acquirer: the client under test, and somebody at its payment page. Where the acquirer is not of the
// kind of the zero [acquirer.Traits] the world says so, as a [Kind]. Then
//
//	func TestConformance(t *testing.T) {
//		acquirertest.Run(t, func(t *testing.T) acquirertest.World { return newWorld(t) })
//	}
//
// Each case has a name, opens a world of its own, and when it fails says which promise of [acquirer.Client] is broken and why it
// matters. It asks of each kind what that kind promises: a sealed message must say how a payment ended, a hint must lead to the
// answer that does, and neither may be believed when it was changed. What a world cannot offer is skipped, by name. Run it with
// -race: one of the cases uses the client from many goroutines.
//
// [Cases] gives the same cases without a *testing.T, for another test framework, or for a test which proves that the suite
// finds what it should.
//
// What is not checked: the wire format, the texts of the payment page, and whether a host keeps what it is given: the trial
// keeps each order's handle as package payment does.
package acquirertest
