package inbox_test

import (
	"fmt"

	"github.com/quittance/quittance/inbox"
	"github.com/shopspring/decimal"
)

// What has no cents is written without them in prose.
func ExampleRoundEuros() {
	whole, _ := inbox.RoundEuros(decimal.New(50, 0))
	cents, _ := inbox.RoundEuros(decimal.New(4853, -2))
	fmt.Printf("%+q %+q\n", whole, cents)
	// Output:
	// "50\u00a0\u20ac" "48,53\u00a0\u20ac"
}
