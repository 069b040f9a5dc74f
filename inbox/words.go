package inbox

import (
	"fmt"
	"maps"
	"slices"

	"golang.org/x/text/language"
)

// Words are a host's own words, by language (BCP 47): Words{"fr": "par chèque", "en": "by cheque"}. A letter in a language takes the
// words of that language or of its nearest parent (fr for fr-CA), never those of another language.
type Words map[string]string

// French are words in French alone.
func French(words string) Words { return Words{"fr": words} }

// forLanguage returns the words in a language or its nearest parent; empty if there are none.
func (w Words) forLanguage(tag language.Tag) string {
	if len(w) == 0 {
		return ""
	}
	if words, ok := w[tag.String()]; ok {
		return words
	}
	for t := tag; t != language.Und; t = t.Parent() {
		for key, words := range w {
			if language.Make(key) == t {
				return words
			}
		}
	}
	return ""
}

// validate returns what is wrong with words that stand in a field.
func (w Words) validate(field string) (errs []error) {
	for _, key := range slices.Sorted(maps.Keys(w)) {
		if tag, err := language.Parse(key); err != nil || tag == language.Und {
			errs = append(errs, fmt.Errorf("%s has words in %.40q, which is no language (BCP 47), such as fr", field, key))
		}
		if linkPattern.MatchString(w[key]) {
			errs = append(errs, fmt.Errorf("%s has a link; whoever reads a letter with a link learns to trust the next one", field))
		}
	}
	return errs
}
