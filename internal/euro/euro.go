// Package euro turns amounts in euros into integer cents and back, exactly.
//
// An amount is looked at by its exponent and its number of digits before any arithmetic: comparing or printing
// decimal.New(1, 20000000) would take seconds, and such values arrive from outside.
package euro

import (
	"errors"
	"math"
	"math/big"
	"strconv"

	"github.com/shopspring/decimal"
)

// Max is the largest amount in cents: 12 digits, what a card acquirer's amount field holds (Sips: N12).
const Max = 999_999_999_999

// What can be wrong with an amount.
var (
	ErrNegative = errors.New("the amount is negative")
	ErrFraction = errors.New("the amount has a fraction of a cent")
	ErrTooLarge = errors.New("the amount is above 9999999999.99 euros")
	ErrSyntax   = errors.New(`the amount is not a number of euros such as "50.00"`)
)

// maxDigits bounds the coefficient: 12 digits of cents and as many trailing zeros as anybody writes.
const maxDigits = 40

var tooManyDigits = pow10(maxDigits)

// Cents returns d euros in cents. The error is ErrNegative, ErrFraction or ErrTooLarge; nothing is rounded.
// The cost depends neither on the exponent nor on the number of digits. More than 40 digits are never an amount: they are
// ErrTooLarge, or ErrFraction when 31 or more of them stand after the point.
func Cents(d decimal.Decimal) (int64, error) {
	switch d.Sign() {
	case 0:
		return 0, nil
	case -1:
		return 0, ErrNegative
	}
	exp := d.Exponent()
	shift := int64(exp) + 2 // cents = coefficient × 10^shift

	// What is compared has d's own exponent: so nothing is scaled, and digits are counted only where they are few.
	// NumDigits of ten million digits takes a second.
	long := decimal.New(math.MaxInt64, exp).LessThan(d)
	if long && decimal.NewFromBigInt(tooManyDigits, exp).LessThanOrEqual(d) {
		if maxDigits+1+shift > 12 {
			return 0, ErrTooLarge
		}
		return 0, ErrFraction
	}

	n := int64(d.NumDigits())
	switch {
	case n+shift > 12:
		return 0, ErrTooLarge
	case n+shift < 1:
		return 0, ErrFraction
	case long:
		q, r := new(big.Int).QuoRem(d.Coefficient(), pow10(-shift), new(big.Int))
		if r.Sign() != 0 {
			return 0, ErrFraction
		}
		return q.Int64(), nil
	}
	c := d.CoefficientInt64()
	for ; shift > 0; shift-- {
		c *= 10
	}
	for ; shift < 0; shift++ {
		if c%10 != 0 {
			return 0, ErrFraction
		}
		c /= 10
	}
	return c, nil
}

func pow10(n int64) *big.Int { return new(big.Int).Exp(big.NewInt(10), big.NewInt(n), nil) }

// Of returns an amount of so many cents, with two decimals.
func Of(cents int64) decimal.Decimal { return decimal.New(cents, -2) }

// Format writes cents as euros with a point and two decimals: 5000 is "50.00". It is the form of stored and exchanged
// data; what a person reads is formatted elsewhere.
func Format(cents int64) string {
	return string(Append(make([]byte, 0, 16), cents))
}

// Append appends what Format returns.
func Append(b []byte, cents int64) []byte {
	if cents < 0 {
		b, cents = append(b, '-'), -cents
	}
	b = strconv.AppendInt(b, cents/100, 10)
	return append(b, '.', byte('0'+cents/10%10), byte('0'+cents%10))
}

// Describe words an amount for an error or a log: "50.00", or what is wrong with it. It never prints a value that is
// not an amount, which could be millions of digits long.
func Describe(d decimal.Decimal) string {
	c, err := Cents(d)
	if err != nil {
		return "(" + err.Error() + ")"
	}
	return Format(c)
}

// Parse reads an amount written with a point: "50", "50.5", "50.00", "5e1". Text longer than 64 bytes is refused unread.
// The result may still be negative or have a fraction of a cent: Cents tells.
func Parse(s string) (decimal.Decimal, error) {
	if s == "" || len(s) > 64 {
		return decimal.Decimal{}, ErrSyntax
	}
	d, err := decimal.NewFromString(s)
	if err != nil {
		return decimal.Decimal{}, ErrSyntax
	}
	return d, nil
}
