package mailboxtest_test

import (
	"testing"

	"github.com/quittance/quittance/inbox"
	"github.com/quittance/quittance/inbox/mailboxtest"
)

// The test of a mailbox opens an empty one for each case.
func Example() {
	TestMailbox := func(t *testing.T) {
		mailboxtest.Run(t, func(t *testing.T) inbox.Mailbox { return inbox.NewMemoryMailbox() })
	}
	_ = TestMailbox // in a file of your own: func TestMailbox(t *testing.T)
}
