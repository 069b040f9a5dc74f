// Package mailboxtest is the conformance suite every mailbox passes.
//
//	func TestMailbox(t *testing.T) {
//		mailboxtest.Run(t, func(t *testing.T) inbox.Mailbox { return inbox.NewMemoryMailbox() })
//	}
//
// Each case opens a mailbox of its own, and says when it fails what a payer would lose by it. Run it with -race:
// some cases use a mailbox from many goroutines.
//
// [Cases] gives the same cases without a *testing.T, for another test framework, or for a test which proves that the suite
// finds what it should.
package mailboxtest
