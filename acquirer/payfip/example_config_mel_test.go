package payfip_test

import (
	"context"
	"fmt"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/payfip"
)

// The payer's own address is looked up by the host when it is needed, and kept by nobody.
func ExampleConfig_mel() {
	addresses := map[string]string{"0r2v4k6m8p0r2v4k6m8p0r2v4k": "usager@example.org"} // the host's directory, by payment
	client, err := payfip.New(payfip.Config{
		Numcli: "006270", Saisie: payfip.Test, Mailbox: "regie@ville.example.fr",
		Mel: func(_ context.Context, o acquirer.Order) (string, error) { return addresses[o.ID], nil },
	})
	fmt.Println(client, err)
	// Output: payfip client of 006270 at www.payfip.gouv.fr, saisie T <nil>
}
