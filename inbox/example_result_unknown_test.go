package inbox_test

import (
	"fmt"

	"github.com/quittance/quittance/inbox"
	"golang.org/x/text/language"
)

// When the result could not be learnt, a host has a zero payment and an error. The payment has not failed.
func ExampleResultUnknown() {
	catalog, _ := inbox.NewCatalog()
	m, _ := catalog.Render(language.French, inbox.ResultUnknown{})
	fmt.Println(m.Plain())
	// Output:
	// Nous vérifions le résultat de votre paiement auprès de la banque.
	//
	// Nous ne savons pas encore si la somme est débitée. Ne payez pas à nouveau : vous pourriez payer deux fois.
	//
	// Vous n'avez rien à faire : le résultat s'affichera sur votre compte dès que nous le connaîtrons.
}
