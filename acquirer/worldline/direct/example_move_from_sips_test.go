package direct_test

import (
	"fmt"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/worldline/direct"
	"github.com/quittance/quittance/acquirer/worldline/sips"
	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/payment"
)

// A fund that has moved from Sips keeps both clients: new payments begin on Direct, and what was paid on Sips is asked about and given back
// there. See docs/move-from-sips.md.
func Example_moveFromSips() {
	before, err := sips.New(sips.Config{
		MerchantID: "201000005940002", Keys: sips.Keyring{1: {Secret: sips.NewSecret("from-your-vault")}}, Endpoints: sips.Worldline.Test(),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	now, err := direct.New(direct.Config{
		MerchantID: "PCLDirect1", APIKey: direct.APIKey{ID: "5e45c937b9db33ae", Secret: direct.NewSecret("from-your-vault")},
		WebhookKeys: map[string]direct.Secret{"wh-key-1": direct.NewSecret("from-your-vault")}, Endpoint: direct.CAWL.Preproduction(),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	service, err := payment.New(payment.Config{
		Store: payment.NewMemoryStore(), Policies: creance.Ameli(),
		Acquirer: now, Others: []acquirer.Client{before},
		ReturnURL: "https://compte.example/paiement/retour", NotifyURL: "https://compte.example/paiement/notification",
	})
	fmt.Println(service != nil, err)
	// Output: true <nil>
}
