package direct

import (
	"crypto/subtle"
	"errors"
	"net/http"
	"strings"

	"github.com/quittance/quittance/acquirer"
)

// Headers of a webhook, and of the question whether the address is ours.
const (
	keyIDHeader        = "X-GCS-KeyId"
	signatureHeader    = "X-GCS-Signature"
	verificationHeader = "X-GCS-Webhooks-Endpoint-Verification"
)

// VerifyWebhook checks the signature of a webhook over the bytes of its body, before anybody looks at what they say
// (docs/direct.md §13.3). Both headers must stand exactly once; the names are read in any case. A key id that is not among keys
// is no reason to try the others. The comparison takes the same time whatever is wrong.
//
// A signature has neither time nor address in it: a webhook that was seen once can be sent again for ever. It is a reason to
// ask, and no proof of what is true now. The error is an [*acquirer.Error] of kind ErrUnverified.
func VerifyWebhook(keys map[string]Secret, header http.Header, body []byte) error {
	fail := func(what string) error {
		return &acquirer.Error{Op: acquirer.OpParse, Kind: acquirer.ErrUnverified, Err: errors.New(what)}
	}
	id, okID := singleHeader(header, keyIDHeader)
	signature, okSignature := singleHeader(header, signatureHeader)
	if !okID || !okSignature {
		return fail("X-GCS-KeyId and X-GCS-Signature do not stand exactly once each")
	}
	secret, known := keys[id]
	if !known {
		return fail("the key id is not one of ours: was a new webhook key made in the portal?")
	}
	if subtle.ConstantTimeCompare([]byte(seal(secret, body)), []byte(signature)) != 1 {
		return fail("the signature is not that of these bytes with our secret: forged, changed on the way, or another secret")
	}
	return nil
}

// singleHeader returns the value of a header that occurs exactly once.
func singleHeader(h http.Header, name string) (value string, ok bool) {
	n := 0
	for k, values := range h {
		if strings.EqualFold(k, name) {
			n += len(values)
			if len(values) > 0 {
				value = values[0]
			}
		}
	}
	return value, n == 1
}
