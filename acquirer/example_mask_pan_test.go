package acquirer_test

import (
	"fmt"

	"github.com/quittance/quittance/acquirer"
)

func ExampleMaskPAN() {
	fmt.Println(acquirer.MaskPAN("5017670000001800"))
	// Output: 5017##########00
}
