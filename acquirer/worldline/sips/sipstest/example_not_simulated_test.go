package sipstest_test

import (
	"fmt"

	"github.com/quittance/quittance/acquirer/worldline/sips/sipstest"
)

// What the platform takes and does not simulate: a shop's own tests can look there before they trust a silent yes.
func ExampleNotSimulated() {
	for _, a := range sipstest.NotSimulated() {
		if a.Name == "templateName" || a.Name == "cashManagement/duplicate" {
			fmt.Println(a.Name+":", a.Text)
		}
	}
	// Output:
	// templateName: there is one look
	// cashManagement/duplicate: answered with 40, a function that the shop does not have
}
