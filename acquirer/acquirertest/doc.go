// Package acquirertest is the conformance suite every acquirer passes.
//
// Write a [World] for your acquirer: the client under test, and somebody at its kiosk. Then
//
//	func TestConformance(t *testing.T) {
//		acquirertest.Run(t, func(t *testing.T) acquirertest.World { return newWorld(t) })
//	}
//
// Each case has a name, opens a world of its own, and when it fails says which promise of [acquirer.Client] is broken and why it
// matters. What a world cannot offer is skipped, by name. Run it with -race: one of the cases uses the client from many
// goroutines.
//
// [Cases] gives the same cases without a *testing.T, for another test framework, or for a test which proves that the suite
// finds what it should.
//
// What is not checked: the wire format, the texts of the kiosk, and what happens to a message before it reaches Parse.
package acquirertest
