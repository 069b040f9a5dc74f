package web

import (
	"regexp"
	"slices"
)

var (
	wideSpace   = regexp.MustCompile(`(«) | ([:»])`)
	narrowSpace = regexp.MustCompile(` ([;?!])`)
)

// spaced gives a French text the spaces at which no line ends: inside « », and before : ; ? and !
func spaced(s string) string {
	return narrowSpace.ReplaceAllString(wideSpace.ReplaceAllStringFunc(s, func(m string) string {
		if m == "« " {
			return "«\u00a0"
		}
		return "\u00a0" + m[1:]
	}), "\u202f$1")
}

// typeset spaces the words around a page, and those of a problem.
func (page *Page) typeset() {
	page.Title = spaced(page.Title)
	page.Errors = slices.Clone(page.Errors)
	for i := range page.Errors {
		page.Errors[i].Text = spaced(page.Errors[i].Text)
	}
	if text, ok := page.Body.(string); ok {
		page.Body = spaced(text)
	}
}
