package sips_test

import (
	"fmt"
	"net/url"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/worldline/sips"
)

// While a key is being changed, both versions are live: what was begun with the first is still notified under it.
func ExampleKeyring() {
	client, err := sips.New(sips.Config{
		MerchantID: "002001000000001",
		Keys: sips.Keyring{
			1: {Secret: sips.NewSecret("the-old-one"), Algorithm: sips.SHA256},
			2: {Secret: sips.NewSecret("the-new-one")},
		},
		Endpoints: sips.Worldline.Simulation(),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	data := "transactionReference=REF1|responseCode=00|amount=5000|currencyCode=978|keyVersion=1"
	seal, _ := sips.SealData(sips.SHA256, sips.NewSecret("the-old-one"), data)
	r, err := client.Parse(acquirer.Callback{Channel: acquirer.Notify, Form: url.Values{"Data": {data}, "Seal": {seal}}})
	fmt.Println(r.Reference, r.Outcome, err)
	// Output: REF1 accepted <nil>
}
