package sips_test

import (
	"fmt"

	"github.com/quittance/quittance/acquirer/worldline/sips"
)

// A shop on the simulation platform. The merchant and its key are public: they are printed in the guides.
func ExampleNew() {
	client, err := sips.New(sips.Config{
		MerchantID: "002001000000001",
		Keys:       sips.Keyring{1: {Secret: sips.NewSecret("002001000000001_KEY1")}},
		Endpoints:  sips.Mercanet.Simulation(),
	})
	fmt.Println(client, err)
	// Output: sips client of 002001000000001 at payment-webinit.simu.mercanet.bnpparibas.net, key version 1 <nil>
}
