package direct_test

import (
	"fmt"
	"time"

	"github.com/quittance/quittance/acquirer/worldline/direct"
)

// A client of the pre-production of CAWL, the brand of the Crédit Agricole.
func ExampleNew() {
	client, err := direct.New(direct.Config{
		MerchantID: "PCLDirect1",
		APIKey: direct.APIKey{
			ID: "5e45c937b9db33ae", Secret: direct.NewSecret("from your vault"), // with a space in it: pasted badly
			ExpiresAt: time.Date(2028, 11, 28, 0, 0, 0, 0, time.UTC),
		},
		WebhookKeys:    map[string]direct.Secret{"wh-key-1": direct.NewSecret("from-your-vault-too")},
		Endpoint:       direct.CAWL.Preproduction(),
		SessionTimeout: 3 * time.Hour,
	})
	fmt.Println(client)
	fmt.Println(err)
	// Output:
	// <nil>
	// direct: Config.APIKey.Secret: the secret has a space or a line end: was it pasted whole and alone?
	// direct: Config.SessionTimeout: 3h0m0s is not whole minutes between 1m0s and 2h0m0s
}
