package sips_test

import (
	"fmt"

	"github.com/quittance/quittance/acquirer/worldline/sips"
)

// Every problem is said at once.
func ExampleNew_problems() {
	_, err := sips.New(sips.Config{
		MerchantID: "002001000000001",
		Keys:       sips.Keyring{1: {Secret: sips.NewSecret("002001000000001_KEY1\n")}},
		Endpoints:  sips.Worldline.Production(),
	})
	fmt.Println(err)
	// Output:
	// sips: Config.Keys: version 1: the secret has a space or a line end: was it pasted whole and alone?
	// sips: Config.MerchantID: 002001000000001 is a public test merchant, and payment-webinit.sips-services.com is production
	// sips: Config.MerchantID: 002001000000001 is a public test merchant, and office-server.sips-services.com is production
}
