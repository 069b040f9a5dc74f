package acquirer_test

import (
	"fmt"

	"github.com/quittance/quittance/acquirer"
	"github.com/shopspring/decimal"
)

func ExampleCents() {
	fmt.Println(acquirer.Cents(decimal.RequireFromString("62.50")))
	fmt.Println(acquirer.Cents(decimal.RequireFromString("62.505")))
	// Output:
	// 6250 <nil>
	// 0 acquirer: invalid request: the amount has a fraction of a cent
}
