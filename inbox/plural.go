package inbox

import (
	"cmp"
	"math"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

// Forms are the words for a number of things, one for each form of number that a language has (CLDR). French and English have One
// and Other; in French zero is One, in English Other. A form that is empty is Other.
type Forms struct{ Zero, One, Two, Few, Many, Other string }

// Plural writes a number with the words that go with it: « 0 jour », « 1 jour », « 2 jours », "0 days". Thousands are set apart,
// and the space between number and word is U+00A0.
func Plural(tag language.Tag, n int, f Forms) string {
	digits := n
	if digits < 0 {
		digits = -max(digits, -math.MaxInt) // the lowest number has no opposite
	}
	form := f.Other
	switch plural.Cardinal.MatchPlural(tag, digits, 0, 0, 0, 0) {
	case plural.Zero:
		form = cmp.Or(f.Zero, f.Other)
	case plural.One:
		form = cmp.Or(f.One, f.Other)
	case plural.Two:
		form = cmp.Or(f.Two, f.Other)
	case plural.Few:
		form = cmp.Or(f.Few, f.Other)
	case plural.Many:
		form = cmp.Or(f.Many, f.Other)
	}
	return groupInt(n) + nbsp + form
}
