package payment_test

import (
	"fmt"

	"github.com/quittance/quittance/payment"
)

func ExampleNext() {
	fmt.Println(payment.Next(payment.Expired, payment.OnAccepted)) // late truth wins
	fmt.Println(payment.Next(payment.Paid, payment.OnRefused))     // and stands
	_, effect := payment.Next(payment.Refused, payment.OnRecorded)
	fmt.Println(effect == "") // not allowed
	// Output:
	// paid changed
	// paid contradiction
	// true
}
