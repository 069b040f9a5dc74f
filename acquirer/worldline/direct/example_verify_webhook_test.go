package direct_test

import (
	"encoding/base64"
	"fmt"
	"net/http"

	"github.com/quittance/quittance/acquirer/worldline/direct"
)

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
