package inbox_test

import (
	"fmt"

	"github.com/quittance/quittance/inbox"
)

func ExampleAddress() {
	a := inbox.Address{Recipient: "CPAM de l’Exemple", Street: "12 rue de la Preuve", PostCode: "9999", Town: "Exemple Cedex"}
	fmt.Println(a)
	fmt.Println(a.Validate())
	// Output:
	// CPAM de l’Exemple
	// 12 rue de la Preuve
	// 9999 EXEMPLE CEDEX
	// inbox: Address: PostCode has not five digits
}
