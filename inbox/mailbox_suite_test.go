package inbox_test

import (
	"testing"

	"github.com/quittance/quittance/inbox"
	"github.com/quittance/quittance/inbox/mailboxtest"
)

func TestMemoryMailbox(t *testing.T) {
	mailboxtest.Run(t, func(*testing.T) inbox.Mailbox { return inbox.NewMemoryMailbox() })
}
