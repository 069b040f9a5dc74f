package sipstest

import (
	"crypto/hmac"
	"crypto/sha512"
	"crypto/subtle"
	"encoding/base64"
	"net/url"
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
