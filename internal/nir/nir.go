// Package nir recognises the French social security number, in order to refuse it: it must never become a key, a
// reference or a debtor's identifier here (décret 2019-341 lists who may process it; an acquirer is not on the list).
package nir

import (
	"slices"
	"strings"
)

// Full reports whether s is a NIR with its key: 15 characters, spaces, dots and hyphens aside, whose key is right.
func Full(s string) bool {
	c, n := significantDigits(s)
	return n == 15 && controlKey(c) == int(c[13]-'0')*10+int(c[14]-'0')
}

// Number reports whether s has the form of the 13 characters without the key, with which people sign in to the account.
func Number(s string) bool {
	c, n := significantDigits(s)
	if n != 13 {
		return false
	}
	month := int(c[3]-'0')*10 + int(c[4]-'0')
	return c[0] >= '1' && c[0] <= '8' && (month >= 1 && month <= 12 || month >= 20 && month <= 42 || month >= 50)
}

// labels are words that say what number follows, as in "nir:…", "urn:fr:NIR:…", "num_secu=…" or "NSS1…".
var labels = [...]string{"nir", "nss", "insee", "secu", "ssn"}

// Labelled reports whether s is a NIR behind a word that says so: with its key, or in the form without it. Such a word is what makes an
// identifier of the host's own out of the number that it must not have.
func Labelled(s string) bool {
	i := strings.IndexAny(s, "0123456789")
	if i <= 0 {
		return false
	}
	label, number := strings.ToLower(s[:i]), s[i:]
	return slices.ContainsFunc(labels[:], func(l string) bool { return strings.Contains(label, l) }) && (Full(number) || Number(number))
}

// Identifier reports whether an identifier is a NIR with its key, bare or behind a word that says so.
func Identifier(s string) bool { return Full(s) || Labelled(s) }

// Debtor is [Identifier] for what names a person: there the 13 characters without the key are a NIR too.
func Debtor(s string) bool { return Identifier(s) || Number(s) }

// significantDigits keeps digits and a Corsican letter in its place (2A, 2B); n is -1 when s has anything else or is too long.
func significantDigits(s string) (c [15]byte, n int) {
	for i := 0; i < len(s); i++ {
		b := s[i]
		switch {
		case b == ' ' || b == '.' || b == '-':
			continue
		case n == 15:
			return c, -1
		case b >= '0' && b <= '9':
		case n == 6 && c[5] == '2' && (b|0x20 == 'a' || b|0x20 == 'b'):
			b &^= 0x20
		default:
			return c, -1
		}
		c[n] = b
		n++
	}
	return c, n
}

// controlKey computes 97 − N mod 97; 2A counts as 19 and 2B as 18.
func controlKey(c [15]byte) int {
	switch c[6] {
	case 'A':
		c[5], c[6] = '1', '9'
	case 'B':
		c[5], c[6] = '1', '8'
	}
	n := 0
	for _, b := range c[:13] {
		n = (n*10 + int(b-'0')) % 97
	}
	return 97 - n
}

// Within reports whether a text that people write has a NIR with its key somewhere in it. The form is looked at too: one in ninety-seven of
// all numbers of 15 digits, such as a merchant's, has a right key.
func Within(text string) bool {
	for i := range text {
		if !isDigit(text[i]) || i > 0 && isDigit(text[i-1]) {
			continue
		}
		for end := i + 15; end <= len(text) && end <= i+15+10; end++ { // with spaces, dots and hyphens in between
			candidate := text[i:end]
			if !isDigit(text[end-1]) || end < len(text) && isDigit(text[end]) || !Full(candidate) {
				continue
			}
			if c, _ := significantDigits(candidate); Number(string(c[:13])) {
				return true
			}
		}
	}
	return false
}

func isDigit(b byte) bool { return b >= '0' && b <= '9' }
