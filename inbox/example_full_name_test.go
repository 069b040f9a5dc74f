package inbox_test

import (
	"fmt"

	"github.com/quittance/quittance/inbox"
)

func ExampleFullName() {
	fmt.Println(inbox.FullName("PIERRE", "Belage"))
	fmt.Println(inbox.FullName("anne-sophie", "d'Éluard"))
	// Output:
	// Pierre BELAGE
	// Anne-Sophie d’ÉLUARD
}
