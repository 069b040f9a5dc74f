package bank

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	"github.com/quittance/quittance/acquirer/internal/sipscode"
)

// Card is the outcome that a payer's card brings about, and the digits of it that may be shown. It holds neither number nor
// cryptogram.
//
// The last two digits of the card decide, as on the simulation platform of Sips (sips.md §10): they are the responseCode, and
// digits that are no such code are accepted. A Code takes precedence; one that is not listed is kept as it is.
// The zero Card is accepted.
type Card struct {
	Code  string // the outcome, instead of the digits; at most 2 of [A-Za-z0-9]
	Last  string // the last two digits; zero: Code if it is two digits, else "00"
	First string // the first four, for the masked number only; zero: "5017", those of S44
	Brand string // zero: "CB"

	// Authentication is how the authentication of the holder ended (Sips: holderAuthentStatus): SUCCESS, NotAuthenticated, CANCEL, or
	// one of those that a card number brings about, see [ReadCard]. Zero: there was no authentication.
	Authentication string
}

// NotAuthenticated is the Authentication of a holder who did not pass: the acquirer is not asked.
const NotAuthenticated = "FAILURE"

// authentications are how a holder who passes is authenticated, by the third and fourth digit from the end of the card number: our
// own rule, for the ends that a platform reports and no payer chooses. Any other digits: as the payer chooses.
var authentications = map[string]string{"31": "ATTEMPT", "32": "ERROR", "33": "NOT_ENROLLED"}

func digitsOnly(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// withDefaults returns the card with its defaults, and false when a field is not valid.
func (c Card) withDefaults() (Card, bool) {
	if c.Code != "" && !isCode(c.Code) || len(c.Brand) > 20 || len(c.Authentication) > 20 {
		return c, false
	}
	if c.Last == "" {
		c.Last = "00"
		if len(c.Code) == 2 && digitsOnly(c.Code) {
			c.Last = c.Code
		}
	}
	if c.Code == "" {
		c.Code = "00"
		if sipscode.Listed(c.Last) {
			c.Code = c.Last
		}
	}
	c.First, c.Brand = cmp.Or(c.First, "5017"), cmp.Or(c.Brand, "CB")
	return c, len(c.First) == 4 && digitsOnly(c.First) && len(c.Last) == 2 && digitsOnly(c.Last)
}

// Masked is the form of S44 whatever the length of the number: four digits, ten #, two digits.
func (c Card) Masked() string { return c.First + "##########" + c.Last }

// brands by the first six digits (sips.md §10, and the card of S31). Of a card that bears two the first is used where both are taken.
var brands = map[string][]string{
	"340000": {"AMEX"}, "400000": {"VPAY"}, "410000": {"VISA"}, "420000": {"CB"}, "430000": {"CB", "VISA"}, "440000": {"CB", "VPAY"},
	"450000": {"CB", "VISA_ELECTRON"}, "460000": {"VISA", "MASTERCARD"}, "500000": {"MAESTRO"}, "510000": {"MASTERCARD"},
	"520000": {"CB", "MASTERCARD"}, "530000": {"CB", "MAESTRO"}, "501767": {"CB"},
}

// CardBrands returns every brand that a test card can have, in alphabetical order.
func CardBrands() []string {
	var all []string
	for _, of := range brands {
		all = append(all, of...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// ErrBrand: the card bears none of the brands that are taken.
var ErrBrand = errors.New("bank: the card bears none of the brands that are taken")

// ErrCardNumber: not 15 to 19 digits.
var ErrCardNumber = errors.New("bank: a card number has 15 to 19 digits")

// ReadCard keeps of a card number what decides and what may be shown: the first four digits, the last two, the brand, and of the two
// digits before the last how the holder is authenticated. Spaces are skipped. The error is ErrCardNumber and does not repeat the
// number.
func ReadCard(number string) (Card, error) { return ReadCardOf(number, nil) }

// ReadCardOf is ReadCard where only some brands are taken; none means every one. The error may also be ErrBrand.
func ReadCardOf(number string, taken []string) (Card, error) {
	if len(number) > 40 {
		return Card{}, ErrCardNumber
	}
	n := strings.ReplaceAll(number, " ", "")
	if len(n) < 15 || len(n) > 19 || !digitsOnly(n) {
		return Card{}, ErrCardNumber
	}
	borne := brands[n[:6]]
	if borne == nil {
		borne = []string{"CB"}
	}
	for _, brand := range borne {
		if len(taken) == 0 || slices.Contains(taken, brand) {
			return Card{First: n[:4], Last: n[len(n)-2:], Brand: brand, Authentication: authentications[n[len(n)-4:len(n)-2]]}, nil
		}
	}
	return Card{}, ErrBrand
}
