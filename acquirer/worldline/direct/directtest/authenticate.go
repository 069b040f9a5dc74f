package directtest

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/quittance/quittance/acquirer/internal/loopback"
	"github.com/quittance/quittance/acquirer/worldline/direct"
)

// tolerance is how far a request's Date may be from the platform's clock, either way (docs/direct.md §4.3).
const tolerance = 5 * time.Minute

// Request is one call as it was received: the journal of what a client does.
type Request struct {
	At             time.Time // by the platform's clock
	Method, Target string
	Merchant       string // of the address
	KeyID          string // of the API key; empty when Authorization names none
	StringToSign   string
	Signature      string // that came
	Expected       string // that the string to sign has with the key's secret; empty when the key is unknown
	IdempotenceKey string
	Body           string // as decoded, at most 16 KiB of it
	Status         int    // of the answer; 0 when none was given
	Replayed       bool   // the answer is the first one to the key, said again

	number int64
}

// Signed reports whether the signature was the right one.
func (r Request) Signed() bool { return r.Expected != "" && r.Signature == r.Expected }

// Requests are the calls so far, in the order in which they came; the last five thousand at least are kept.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.journal)
}

// Unsigned is how many calls were refused because of their signature, key or date.
func (s *Server) Unsigned() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.forged
}

// noteRequest adds a request to the journal, and returns the function that completes the entry with the answer.
func (s *Server) noteRequest(r Request) func(status int, replayed bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.noted++
	r.number = s.noted
	s.journal = loopback.KeepNewest(append(s.journal, r))
	return func(status int, replayed bool) {
		s.mu.Lock()
		defer s.mu.Unlock()
		i := slices.IndexFunc(s.journal, func(j Request) bool { return j.number == r.number })
		if i >= 0 {
			s.journal[i].Status, s.journal[i].Replayed = status, replayed
		}
	}
}

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
