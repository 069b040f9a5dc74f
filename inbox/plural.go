package inbox

import (
	"cmp"
	"math"

	"github.com/quittance/quittance/internal/french"
	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

// Forms are the words for a number of things, one for each form of number that a language has (CLDR). French and English have One
// and Other; in French zero is One, in English Other, and whole millions are Many: « 2 000 000 de jours ». A form that is empty is
// Other.
type Forms struct{ Zero, One, Two, Few, Many, Other string }

// Plural writes a whole number with the words that go with it: « 0 jour », « 1 jour », « 2 jours », "0 days". Thousands are set
// apart as the language does, « 1 000 jours » and "1,000 days", and the space between number and word is U+00A0.
func Plural(tag language.Tag, n int, f Forms) string {
	digits := n
	if digits < 0 {
		digits = -max(digits, -math.MaxInt) // the lowest number has no opposite
	}
	form := f.Other
	switch pluralForm(tag, digits) {
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
	return string(french.AppendGrouped(nil, int64(n), formatsFor(tag).thousands)) + nbsp + form
}

// millions are the languages in which whole millions have a form of their own since CLDR 38. The tables of x/text are those of CLDR
// 32 and do not know it.
var millions = map[string]bool{"fr": true, "es": true, "it": true, "pt": true, "ca": true}

func pluralForm(tag language.Tag, n int) plural.Form {
	if base, _ := tag.Base(); n != 0 && n%1_000_000 == 0 && millions[base.String()] {
		return plural.Many
	}
	return plural.Cardinal.MatchPlural(tag, n, 0, 0, 0, 0)
}
