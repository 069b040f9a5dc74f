package payfip_test

import (
	"fmt"

	"github.com/quittance/quittance/acquirer/payfip"
)

// Every mistake is said at once.
func ExampleNew_mistakes() {
	_, err := payfip.New(payfip.Config{Numcli: "6270", Objet: "Créance"})
	fmt.Println(err)
	// Output:
	// payfip: Config.Numcli: not six digits; it is text, and its zeros belong to it
	// payfip: Config.Saisie: "" is none of T (test), X (activation) and W (production); there is no default, because the letter decides about real money
	// payfip: Config.Mailbox: PayFiP insists on an e-mail address: set the régie's own, or Mel
	// payfip: Config.Objet: not at most 100 letters without accents, digits and spaces
}
