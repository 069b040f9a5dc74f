package payment_test

import (
	"fmt"
	"time"

	"github.com/quittance/quittance/payment"
)

func ExampleParseReference() {
	r, err := payment.ParseReference("PCLCB172540000004")
	fmt.Println(r.Prefix, r.Day.Format(time.DateOnly), r.Sequence, err)
	fmt.Println(r)
	_, err = payment.ParseReference("PCLCB173660000004")
	fmt.Println(err)
	// Output:
	// PCLCB 2017-09-11 4 <nil>
	// PCLCB172540000004
	// payment: reference "PCLCB173660000004": 2017 has no day 366
}
