package payfip_test

import (
	"context"
	"fmt"
	"net/http/httptest"

	"github.com/quittance/quittance/acquirer"
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

// What comes back says nothing but which session to ask about, and prints nothing.
func ExampleClient_Parse() {
	client, err := payfip.New(payfip.Config{Numcli: "006270", Saisie: payfip.Test, Mailbox: "regie@ville.example.fr"})
	if err != nil {
		fmt.Println(err)
		return
	}
	r := httptest.NewRequest("GET", "/return?idop=cc0cb210-1cd4-11ea-8cca-0213ad91a103&status=paid", nil)
	cb, err := acquirer.ReadCallback(httptest.NewRecorder(), r, acquirer.Return, client)
	if err != nil {
		fmt.Println(err)
		return
	}
	result, err := client.Parse(cb)
	fmt.Println(result.Hint, result.Handle.Session, result.Outcome == "", err)
	// Output: true cc0cb210-1cd4-11ea-8cca-0213ad91a103 true <nil>
}
