package audit_test

import (
	"context"
	"fmt"
	"slices"

	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/audit"
)

// An officer's program has the day seals in a file of its own, one a line, oldest first.
func ExampleBooks_Verify() {
	kept := []string{"0000000000000000000000000000000000000000000000000000000000000000"}
	var seals []audit.Seal
	for _, line := range kept {
		seal, err := audit.ParseSeal(line)
		if err != nil {
			fmt.Println(err)
			return
		}
		seals = append(seals, seal)
	}
	books, _ := audit.New(payment.NewMemoryStore(), audit.Options{})
	fmt.Println(books.Verify(context.Background(), slices.Values(seals)))
	// Output: <nil>
}
