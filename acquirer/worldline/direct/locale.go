package direct

import "strings"

// locales are those of the payment page that a French fund may want, by language. The platform documents only the form (fr_FR,
// at most six characters); what it does not speak it shows in its own default (docs/direct.md §5.1).
var locales = map[string]string{
	"fr": "fr_FR", "en": "en_GB", "de": "de_DE", "es": "es_ES", "it": "it_IT", "nl": "nl_NL", "pt": "pt_PT", "pl": "pl_PL", "ro": "ro_RO",
}

// localeOf turns a BCP 47 tag into a locale: French for none, and empty for a language that is not listed: then the platform
// chooses.
func localeOf(tag string) string {
	if tag == "" {
		return locales["fr"]
	}
	primary, _, _ := strings.Cut(strings.ReplaceAll(tag, "_", "-"), "-")
	return locales[strings.ToLower(primary)]
}
