package paypage

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"

	"github.com/quittance/quittance/acquirer/internal/bank"
)

// sealCard writes what is kept of a card, and after how many attempts it was typed, into the page that authenticates the payer: the
// handler keeps nothing between the two pages. The seal binds the card to the session.
func (h *Handler) sealCard(token string, attempts int, c bank.Card) string {
	s := strings.Join([]string{strconv.Itoa(attempts), c.First, c.Last, c.Brand, c.Authentication}, ".")
	return s + "." + hex.EncodeToString(h.cardSeal(token, s))
}

// openCard opens what sealCard has sealed.
func (h *Handler) openCard(token, s string) (attempts int, c bank.Card, ok bool) {
	end := strings.LastIndexByte(s, '.')
	if end < 0 {
		return 0, bank.Card{}, false
	}
	seal, err := hex.DecodeString(s[end+1:])
	if err != nil || !hmac.Equal(seal, h.cardSeal(token, s[:end])) {
		return 0, bank.Card{}, false
	}
	p := strings.Split(s[:end], ".") // ours: the seal says so
	attempts, _ = strconv.Atoi(p[0])
	return attempts, bank.Card{First: p[1], Last: p[2], Brand: p[3], Authentication: p[4]}, true
}

func (h *Handler) cardSeal(token, s string) []byte {
	h.once.Do(func() { rand.Read(h.key[:]) }) // never fails: crypto/rand ends the program rather than return an error
	mac := hmac.New(sha256.New, h.key[:])
	mac.Write([]byte(token + "." + s))
	return mac.Sum(nil)
}
