package payfip_test

import (
	"fmt"
	"net/http/httptest"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/payfip"
)

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
