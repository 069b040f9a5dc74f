package sips

import "strings"

// languages are those of the payment pages, as ISO 639-1 in lower case.
var languages = func() map[string]bool {
	m := make(map[string]bool)
	for _, l := range strings.Fields("bg br cs da de el en es et fi fr hi hr hu it ja ko lt lv nl no pl pt ro ru sk sl sv tr uk zh") {
		m[l] = true
	}
	return m
}()

// macro are the tags that people use for a language which the pages know under another one.
var macro = map[string]string{"nb": "no", "nn": "no"}

// languageOf turns a BCP 47 tag into a customerLanguage: French for none, and empty for a language that the pages do not speak:
// then the platform chooses by the payer's browser.
func languageOf(tag string) string {
	if tag == "" {
		return "fr"
	}
	primary, _, _ := strings.Cut(strings.ReplaceAll(tag, "_", "-"), "-")
	primary = strings.ToLower(primary)
	if m, ok := macro[primary]; ok {
		primary = m
	}
	if !languages[primary] {
		return ""
	}
	return primary
}
