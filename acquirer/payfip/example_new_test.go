package payfip_test

import (
	"fmt"

	"github.com/quittance/quittance/acquirer/payfip"
)

// A régie in test mode. There is no key: the number and a letter are all.
func ExampleNew() {
	client, err := payfip.New(payfip.Config{
		Numcli: "006270", Saisie: payfip.Test, Mailbox: "regie@ville.example.fr", Objet: "Cantine",
	})
	fmt.Println(client, err)
	// Output: payfip client of 006270 at www.payfip.gouv.fr, saisie T <nil>
}
