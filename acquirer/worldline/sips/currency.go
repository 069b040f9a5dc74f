package sips

import (
	"errors"

	"github.com/shopspring/decimal"
)

// euros is the only currency that a payment is begun in: the amounts of this SDK are euros.
const (
	euros       = "EUR"
	euroNumeric = "978"
)

type currency struct {
	letters  string
	decimals int32 // ISO 4217: yen have none, dinars have three
}

// currencies by ISO 4217 number, as text: 036 keeps its zero. A notification about another application's payment may be in any of
// them.
var currencies = map[string]currency{
	"032": {"ARS", 2}, "036": {"AUD", 2}, "048": {"BHD", 3}, "116": {"KHR", 2}, "124": {"CAD", 2}, "144": {"LKR", 2},
	"156": {"CNY", 2}, "191": {"HRK", 2}, "203": {"CZK", 2}, "208": {"DKK", 2}, "344": {"HKD", 2}, "348": {"HUF", 2},
	"352": {"ISK", 0}, "356": {"INR", 2}, "376": {"ILS", 2}, "392": {"JPY", 0}, "410": {"KRW", 0}, "414": {"KWD", 3},
	"458": {"MYR", 2}, "480": {"MUR", 2}, "484": {"MXN", 2}, "524": {"NPR", 2}, "554": {"NZD", 2}, "578": {"NOK", 2},
	"634": {"QAR", 2}, "643": {"RUB", 2}, "682": {"SAR", 2}, "702": {"SGD", 2}, "710": {"ZAR", 2}, "752": {"SEK", 2},
	"756": {"CHF", 2}, "764": {"THB", 2}, "784": {"AED", 2}, "788": {"TND", 3}, "826": {"GBP", 2}, "840": {"USD", 2},
	"901": {"TWD", 2}, "941": {"RSD", 2}, "946": {"RON", 2}, "949": {"TRY", 2}, "952": {"XOF", 0}, "953": {"XPF", 0},
	"975": {"BGN", 2}, euroNumeric: {euros, 2}, "980": {"UAH", 2}, "985": {"PLN", 2}, "986": {"BRL", 2},
}

// currencyOf returns the letters of a number; of one that is not listed, the number itself and two decimals.
func currencyOf(numeric string) currency {
	if c, ok := currencies[numeric]; ok {
		return c
	}
	return currency{numeric, 2}
}

var errAmount = errors.New("not an amount of at most 12 digits")

// parseMinor reads an amount as Sips writes it: N12, the smallest unit of the currency.
func parseMinor(s string) (int64, error) {
	if s == "" || len(s) > 12 {
		return 0, errAmount
	}
	var n int64
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, errAmount
		}
		n = n*10 + int64(s[i]-'0')
	}
	return n, nil
}

func (c currency) amount(minor int64) decimal.Decimal { return decimal.New(minor, -c.decimals) }
