package bank

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
)

// carry seals what is kept of a card, and after how many attempts it was typed, for the page that authenticates the payer:
// between the two pages the kiosk remembers nothing. The seal binds it to the session.
func (k *Kiosk) carry(token string, attempts int, c Card) string {
	s := strings.Join([]string{strconv.Itoa(attempts), c.First, c.Last, c.Brand}, ".")
	return s + "." + hex.EncodeToString(k.mac(token, s))
}

// carried opens what carry has sealed.
func (k *Kiosk) carried(token, s string) (attempts int, c Card, ok bool) {
	end := strings.LastIndexByte(s, '.')
	if end < 0 {
		return 0, Card{}, false
	}
	seal, err := hex.DecodeString(s[end+1:])
	if err != nil || !hmac.Equal(seal, k.mac(token, s[:end])) {
		return 0, Card{}, false
	}
	p := strings.Split(s[:end], ".") // ours: the seal says so
	attempts, _ = strconv.Atoi(p[0])
	return attempts, Card{First: p[1], Last: p[2], Brand: p[3]}, true
}

func (k *Kiosk) mac(token, s string) []byte {
	k.once.Do(func() { rand.Read(k.key[:]) }) // never fails: crypto/rand ends the program rather than return an error
	h := hmac.New(sha256.New, k.key[:])
	h.Write([]byte(token + "." + s))
	return h.Sum(nil)
}
