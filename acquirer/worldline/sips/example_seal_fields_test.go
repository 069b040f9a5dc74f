package sips_test

import (
	"fmt"

	"github.com/quittance/quittance/acquirer/worldline/sips"
)

// The guide's own sample.
func ExampleSealFields() {
	seal, err := sips.SealFields(sips.HMACSHA256, sips.NewSecret("secret123"), []byte(`{
		"amount": 2500, "automaticResponseUrl": "https://automatic-response-url.fr/", "captureDay": 0, "captureMode": "AUTHOR_CAPTURE",
		"currencyCode": "978", "customerContact": {"email": "customer@email.com"}, "interfaceVersion": "IR_WS_2.22",
		"merchantId": "011223344550000", "normalReturnUrl": "https://normal-return-url/", "orderChannel": "INTERNET", "orderId": "ORD101",
		"returnContext": "ReturnContext", "transactionOrigin": "SO_WEBAPPLI", "transactionReference": "TREFEXA2012",
		"keyVersion": 1, "sealAlgorithm": "HMAC-SHA-256"}`))
	fmt.Println(seal, err)
	// Output: 322b943d833417c1570e0a282641e8e29d6a5b968c9b846694b5610e18ab5b81 <nil>
}
