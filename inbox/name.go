package inbox

import (
	"regexp"
	"strings"
	"unicode"
)

// FullName writes a person's name as a French letter has it: « Pierre BELAGE », « Anne-Sophie D’ARTAGNAN ». The family name is in
// capitals, with its accents (S51), but for a particle that came in small letters: « Alfred de VIGNY », « Jean de LA FONTAINE ». A
// given name that came in capitals or in small letters only gets its capitals, and keeps a king's number: « Louis XIV ». Any other
// is left as it was written. What is empty is left out.
func FullName(given, family string) string {
	given, family = typographicApostrophes(cleanLine(given)), typographicApostrophes(cleanLine(family))
	if given == strings.ToUpper(given) || given == strings.ToLower(given) {
		given = capitaliseNameParts(given)
	}
	return strings.Trim(given+" "+familyName(family), " ")
}

func typographicApostrophes(s string) string { return strings.ReplaceAll(s, "'", apostrophe) }

// particle begins a family name that came with it in small letters. « La » and « Le » belong to the name, and are capitals.
var particle = regexp.MustCompile(`^(?:(?:de|du|des) |d’)`)

func familyName(s string) string {
	small := particle.FindString(s)
	return small + toUpper(strings.TrimPrefix(s, small))
}

// romanNumeral is the number of a king, from I to XXXIX.
var romanNumeral = regexp.MustCompile(`^X{0,3}(?:IX|IV|V?I{0,3})$`)

// capitaliseNameParts begins each part of a name with a capital. A roman numeral after the first part stays in capitals.
func capitaliseNameParts(s string) string {
	words := strings.Split(s, " ")
	for i, w := range words {
		if i == 0 || w == "" || !romanNumeral.MatchString(w) {
			words[i] = titleCase(w)
		}
	}
	return strings.Join(words, " ")
}

func titleCase(s string) string {
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
