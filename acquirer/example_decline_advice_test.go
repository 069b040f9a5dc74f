package acquirer_test

import (
	"fmt"

	"github.com/quittance/quittance/acquirer"
)

func ExampleDecline_Advice() {
	fmt.Println(acquirer.ExpiredCard.Advice())
	fmt.Println(acquirer.LostOrStolen.Advice()) // the payer is not told why
	// Output:
	// other_card
	// ask_bank
}
