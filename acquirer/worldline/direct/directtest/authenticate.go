package directtest

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"strings"
	"time"

	"github.com/quittance/quittance/acquirer/worldline/direct"
)

// tolerance is how far a request's Date may be from the platform's clock, either way (docs/direct.md §4.3).
const tolerance = 5 * time.Minute

// authenticate verifies the signature of a request and returns its merchant. The reply, when there is one, is a refusal.
func (s *Server) authenticate(r *http.Request, req *Request) (Merchant, *reply) {
	refuse := func(code, id string) (Merchant, *reply) {
		s.mu.Lock()
		s.forged++
		s.mu.Unlock()
		a := gatewayReply(http.StatusForbidden, code, id)
		return Merchant{}, &a
	}
	const unauthorized = "MISSING_OR_INVALID_AUTHORIZATION"
	rest, ok := strings.CutPrefix(r.Header.Get("Authorization"), "GCS v1HMAC:")
	id, signature, cut := strings.Cut(rest, ":")
	if req.KeyID, req.Signature = id, signature; !ok || !cut {
		return refuse("9002", unauthorized)
	}
	var owner Merchant
	var secret string
	for _, m := range s.merchants {
		if text, has := m.APIKeys[id]; has {
			owner, secret = m, text
			if m.PSPID == req.Merchant {
				break
			}
		}
	}
	right := false
	for _, contentType := range signedTypes(r) {
		toSign, expected := direct.Sign(direct.NewSecret(secret), r.Method, contentType, r.Header.Get("Date"), r.Header, r.RequestURI)
		if secret == "" {
			expected = ""
		}
		if matches := subtle.ConstantTimeCompare([]byte(expected), []byte(signature)) == 1; matches || req.StringToSign == "" {
			req.StringToSign, req.Expected = toSign, expected
			right = right || matches && secret != ""
		}
	}
	date, err := http.ParseTime(r.Header.Get("Date"))
	if !right || err != nil || s.now().Sub(date).Abs() > tolerance {
		return refuse("9002", unauthorized)
	}
	if owner.PSPID != req.Merchant {
		return refuse("9007", "ACCESS_TO_MERCHANT_NOT_ALLOWED")
	}
	return owner, nil
}

// signedTypes returns the values of Content-Type that the signature may cover. For a GET that is the empty value, whatever was sent; the
// value that was sent is accepted too (docs/direct.md §4.4).
func signedTypes(r *http.Request) []string {
	sent := r.Header.Get("Content-Type")
	if r.Method == http.MethodGet {
		return []string{"", sent}
	}
	return []string{sent}
}

// sealOf returns the signature of a webhook.
func sealOf(secret string, body []byte) string {
	h := hmac.New(sha256.New, []byte(secret))
	h.Write(body)
	return base64.StdEncoding.EncodeToString(h.Sum(nil))
}
