package direct_test

import (
	"fmt"

	"github.com/quittance/quittance/acquirer/worldline/direct"
)

func ExampleSign() {
	toSign, signature := direct.Sign(direct.NewSecret("I42Zf4pVnRdroHfuHnRiJjJ2B6+22h0yQt/s3nZR8Xg="),
		"GET", "", "Sat, 28 Nov 2026 10:00:00 GMT", nil, "/v2/PCLDirect1/services/testconnection")
	fmt.Printf("%q\n", toSign)
	fmt.Println("Authorization: GCS v1HMAC:5e45c937b9db33ae:" + signature)
	// Output:
	// "GET\n\nSat, 28 Nov 2026 10:00:00 GMT\n/v2/PCLDirect1/services/testconnection\n"
	// Authorization: GCS v1HMAC:5e45c937b9db33ae:/M9/LnDqXPUOsnvhARLM4xboqaeL78zzJoQEcWu4yTs=
}
