package sips

import (
	"errors"
	"strconv"

	"github.com/quittance/quittance/acquirer/internal/sipscode"
	"github.com/quittance/quittance/acquirer/internal/wire"
	"github.com/shopspring/decimal"
)

// currencyOf returns the currency of a number; of one that is not listed, the number itself and two decimals. A notification about
// another application's payment may be in any.
func currencyOf(numeric string) sipscode.Currency {
	if c, ok := sipscode.CurrencyOf(numeric); ok {
		return c
	}
	return sipscode.Currency{Letters: numeric, Decimals: 2}
}

var errAmount = errors.New("not an amount of at most 12 digits")

// parseMinor reads an amount as Sips writes it: N12, the smallest unit of the currency.
func parseMinor(s string) (int64, error) {
	if !wire.Digits(s, 12) {
		return 0, errAmount
	}
	return strconv.ParseInt(s, 10, 64)
}

// amountOf is an amount of the smallest unit of a currency.
func amountOf(minor int64, c sipscode.Currency) decimal.Decimal {
	return decimal.New(minor, -c.Decimals)
}
