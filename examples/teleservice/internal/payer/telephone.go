package payer

import (
	"regexp"
	"strings"
	"unicode"
)

// telephone is a number as letters write it: « 36 46 », « +33 1 84 90 36 46 ».
var telephone = regexp.MustCompile(`\+\d[\d\x{a0}\x{202f} ]*\d|\b\d{2}[\x{a0}\x{202f} ]\d{2}\b`)

// piece is a piece of a text: a number that can be called, or what stands between two.
type piece struct{ Text, Digits string }

// telephones cuts a text into the numbers in it and the rest, so that a telephone can call them.
func telephones(text string) (all []piece) {
	at := 0
	for _, m := range telephone.FindAllStringIndex(text, -1) {
		all = append(all, piece{Text: text[at:m[0]]}, piece{text[m[0]:m[1]], digits(text[m[0]:m[1]])})
		at = m[1]
	}
	return append(all, piece{Text: text[at:]})
}

func digits(number string) string {
	return strings.Map(func(r rune) rune {
		if r == '+' || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, number)
}
