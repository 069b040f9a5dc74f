package inbox_test

import (
	"context"
	"fmt"
	"time"

	"github.com/quittance/quittance/inbox"
)

func ExampleNewMemoryMailbox() {
	ctx := context.Background()
	box := inbox.NewMemoryMailbox()
	received := time.Date(2018, time.July, 5, 6, 52, 0, 0, time.UTC)
	letter := inbox.Letter{
		Key: "k3v5m2q7w4x6y5z2a3b4c5d6e7/acknowledgement", Debtor: "assure-17",
		ReceivedAt: received, DeleteAt: inbox.DeletionDate(received, 6), Message: inbox.Message{Subject: "Bonjour"},
	}
	fmt.Println(box.Deliver(ctx, letter))
	fmt.Println(box.MarkRead(ctx, "assure-17", letter.Key))
	fmt.Println(box.MarkRead(ctx, "somebody-else", letter.Key))
	fmt.Println(box.DeleteDue(ctx, letter.DeleteAt))
	// Output:
	// <nil>
	// <nil>
	// inbox: letter not found
	// 1 <nil>
}
