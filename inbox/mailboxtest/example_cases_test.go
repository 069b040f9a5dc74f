package mailboxtest_test

import (
	"context"
	"fmt"
	"time"

	"github.com/quittance/quittance/inbox"
	"github.com/quittance/quittance/inbox/mailboxtest"
)

// hoarder is a mailbox that never deletes.
type hoarder struct{ inbox.Mailbox }

func (hoarder) DeleteDue(context.Context, time.Time) (int, error) { return 0, nil }

// Cases is for other test frameworks, and for a test which proves that a broken mailbox is found.
func ExampleCases() {
	broken := 0
	for _, c := range mailboxtest.Cases() {
		if err := c.Check(context.Background(), inbox.NewMemoryMailbox()); err != nil {
			fmt.Println("a mailbox in memory:", c.Name, err)
		}
		if c.Check(context.Background(), hoarder{inbox.NewMemoryMailbox()}) != nil {
			broken++
		}
	}
	fmt.Println("a hoarder is found:", broken > 0)
	// Output: a hoarder is found: true
}
