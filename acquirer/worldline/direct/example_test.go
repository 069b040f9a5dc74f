package direct_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/worldline/direct"
	"github.com/quittance/quittance/acquirer/worldline/direct/directtest"
	"github.com/shopspring/decimal"
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

func ExampleSign() {
	toSign, signature := direct.Sign(direct.NewSecret("I42Zf4pVnRdroHfuHnRiJjJ2B6+22h0yQt/s3nZR8Xg="),
		"GET", "", "Sat, 28 Nov 2026 10:00:00 GMT", nil, "/v2/PCLDirect1/services/testconnection")
	fmt.Printf("%q\n", toSign)
	fmt.Println("Authorization: GCS v1HMAC:5e45c937b9db33ae:" + signature)
	// Output:
	// "GET\n\nSat, 28 Nov 2026 10:00:00 GMT\n/v2/PCLDirect1/services/testconnection\n"
	// Authorization: GCS v1HMAC:5e45c937b9db33ae:/M9/LnDqXPUOsnvhARLM4xboqaeL78zzJoQEcWu4yTs=
}

// Two keys are known while one replaces the other.
func ExampleVerifyWebhook() {
	keys := map[string]direct.Secret{"old": direct.NewSecret("hello"), "new": direct.NewSecret("hello+world")}
	empty, _ := base64.StdEncoding.DecodeString("")
	header := http.Header{"X-Gcs-Keyid": {"new"}, "X-Gcs-Signature": {"FHbwt14Rjkjdn51x5EiyjgVQ7gN6ftgh5Y2l0KpQmLw="}}
	fmt.Println(direct.VerifyWebhook(keys, header, empty))
	fmt.Println(direct.VerifyWebhook(keys, header, []byte("{}")))
	// Output:
	// <nil>
	// acquirer: parse: seal missing or wrong: the signature is not that of these bytes with our secret: forged, changed on the way, or another secret
}

// The whole of a payment, against the simulator: begun, paid, asked about, given back.
func Example() {
	platform := directtest.NewServer(directtest.Options{})
	defer platform.Close()
	client, err := direct.New(platform.Config())
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	session, err := client.Begin(ctx, acquirer.Order{
		ID: "abcdefghij234567klmnopqrst", Reference: "PCLCB263320000001", Amount: decimal.New(7550, -2), Currency: "EUR",
		ReturnURL: "http://127.0.0.1/return", Language: "fr",
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	// session.Handle is kept with the payment, before session.Send sends the payer on.
	if _, err := platform.Visit(session, directtest.Payer{}); err != nil {
		fmt.Println(err)
		return
	}
	paid, err := client.Status(ctx, acquirer.Question{Reference: "PCLCB263320000001", Handle: session.Handle})
	fmt.Println(paid.Outcome, paid.Amount, paid.Currency, err)

	given, err := client.Refund(ctx, acquirer.Modification{
		Reference: "PCLCB263320000001", Handle: session.Handle.With(paid.Handle), Amount: paid.Amount, Currency: "EUR",
		Key: "0123456789abcdefghijklmnopqrstuv",
	})
	fmt.Println("on its way:", given.Returning, err)
	platform.Advance(24 * time.Hour)
	back, err := client.Status(ctx, acquirer.Question{Reference: "PCLCB263320000001", Handle: session.Handle.With(paid.Handle)})
	fmt.Println("back:", back.Returned, err)
	// Output:
	// accepted 75.5 EUR <nil>
	// on its way: 75.5 <nil>
	// back: 75.5 <nil>
}
