package inbox_test

import (
	"fmt"

	"github.com/quittance/quittance/inbox"
	"github.com/shopspring/decimal"
)

// The spaces are U+202F between thousands and U+00A0 before the sign.
func ExampleEuros() {
	s, err := inbox.Euros(decimal.New(123450, -2))
	fmt.Printf("%+q %v\n", s, err)
	_, err = inbox.Euros(decimal.New(-1, 0))
	fmt.Println(err)
	// Output:
	// "1\u202f234,50\u00a0\u20ac" <nil>
	// inbox: the amount is negative
}
