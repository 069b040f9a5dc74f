package sipstest

import (
	"crypto/hmac"
	"crypto/sha512"
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"net/url"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/internal/bank"
)

const (
	paymentPath = "/payment"
	tokenLength = 26 // of crypto/rand.Text
)

// redirectionData is the token of a session under a seal, as long and of the same characters as what Sips makes.
func (s *Server) redirectionData(token string) string {
	front := ""
	for _, half := range []string{"1", "2"} {
		h := hmac.New(sha512.New, s.key[:])
		h.Write([]byte(half + token))
		front += base64.RawURLEncoding.EncodeToString(h.Sum(nil))
	}
	return front + token
}

// sessionToken finds the session of a form that brings a payer. Only redirectionData counts; what else clients send with it is
// tolerated.
func (s *Server) sessionToken(form url.Values) (string, bool) {
	data := form.Get("redirectionData")
	if len(data) < tokenLength || len(data) > 300 {
		return "", false
	}
	token := data[len(data)-tokenLength:]
	return token, subtle.ConstantTimeCompare([]byte(data), []byte(s.redirectionData(token))) == 1
}

// routes are what the platform answers.
func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	for path, h := range map[string]http.Handler{
		"/rs-services/v2/paymentInit":                   s.withFaults(acquirer.OpBegin, s.paymentInit),
		"/paymentInit":                                  s.withFaults(acquirer.OpBegin, s.paymentInitForm),
		"/rs-services/v2/diagnostic/getTransactionData": s.withFaults(acquirer.OpStatus, s.getTransactionData),
		"/rs-services/v2/cashManagement/cancel":         s.withFaults(acquirer.OpCancel, s.cash((*bank.Bank).Cancel)),
		"/rs-services/v2/cashManagement/refund":         s.withFaults(acquirer.OpRefund, s.cash((*bank.Bank).Refund)),
		"/rs-services/v2/cashManagement/validate":       s.withFaults(OpValidate, s.cash((*bank.Bank).Validate)),
		paymentPath: &s.kiosk,
	} {
		mux.Handle(path, h)
		mux.Handle(path+"/{$}", h)
	}
	mux.HandleFunc(servicePath, s.absentService)
	other := s.o.Other
	if other == nil {
		other = http.HandlerFunc(s.kiosk.NotFound)
	}
	mux.Handle("/", other)
	return mux
}
