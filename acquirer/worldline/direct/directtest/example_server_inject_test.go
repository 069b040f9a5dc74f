package directtest_test

import (
	"context"
	"fmt"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/worldline/direct"
	"github.com/quittance/quittance/acquirer/worldline/direct/directtest"
	"github.com/shopspring/decimal"
)

// An answer is lost on its way: the client says that the call may have happened, and the platform's book says what did.
func ExampleServer_Inject() {
	platform := directtest.NewServer(directtest.Options{})
	defer platform.Close()
	client, err := direct.New(platform.Config())
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	if err := platform.Inject(acquirer.OpBegin, directtest.Truncated); err != nil {
		fmt.Println(err)
		return
	}
	order := acquirer.Order{
		ID: "abcdefghij234567klmnopqrst", Reference: "PCLCB263320000001", Amount: decimal.New(75_50, -2), Currency: "EUR",
		ReturnURL: "http://127.0.0.1/return", Language: "fr",
	}
	_, err = client.Begin(ctx, order)
	fmt.Println(err)
	fmt.Println("checkouts in the book:", len(platform.Book()))
	// Output:
	// acquirer: begin PCLCB263320000001: no answer: the answer broke off: unexpected EOF
	// checkouts in the book: 1
}
