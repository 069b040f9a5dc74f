package inbox

import (
	"strings"
	"unicode"
)

// FullName writes a person's name as a French letter has it: « Pierre BELAGE », « Anne-Sophie D’ARTAGNAN ». The family name is in
// capitals, with its accents (S51). A given name that came in capitals or in small letters only gets its capitals; any other is
// left as it was written. What is empty is left out.
func FullName(given, family string) string {
	given, family = typographic(clean(given)), typographic(clean(family))
	if given == strings.ToUpper(given) || given == strings.ToLower(given) {
		given = capitals(given)
	}
	return strings.Trim(given+" "+strings.ToUpper(family), " ")
}

func typographic(s string) string { return strings.ReplaceAll(s, "'", apostrophe) }

// capitals begins each part of a name with a capital.
func capitals(s string) string {
	inside := false
	return strings.Map(func(r rune) rune {
		if !inside {
			r = unicode.ToUpper(r)
		} else {
			r = unicode.ToLower(r)
		}
		inside = unicode.IsLetter(r) || unicode.IsMark(r)
		return r
	}, s)
}
