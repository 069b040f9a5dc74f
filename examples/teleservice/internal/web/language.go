package web

import (
	"net/http"
	"strings"
	"time"

	"golang.org/x/text/language"
)

// languageCookie keeps which language somebody has chosen. It is the choice and nothing else, so it needs no consent.
const languageCookie = "langue"

// languages are those of the payer's pages, French first. The words are in package payer.
var languages = []language.Tag{language.French, language.English}

// Language is the one that the request has chosen; French if it has chosen none.
func Language(r *http.Request) language.Tag {
	c, err := r.Cookie(languageCookie)
	if err != nil {
		return language.French
	}
	for _, tag := range languages {
		if c.Value == tag.String() {
			return tag
		}
	}
	return language.French
}

// ChooseLanguage answers GET /langue/{langue}: it keeps the choice for a year and sends back to the page that the choice was made on. Only
// a page of this service can be that: anything else leads to the first page.
func ChooseLanguage(secure bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		for _, tag := range languages {
			if r.PathValue("langue") != tag.String() {
				continue
			}
			http.SetCookie(w, &http.Cookie{
				Name: languageCookie, Value: tag.String(), Path: "/", MaxAge: int((365 * 24 * time.Hour).Seconds()),
				HttpOnly: true, Secure: secure, SameSite: http.SameSiteLaxMode,
			})
		}
		back := r.FormValue("retour")
		if !LocalPath(back) {
			back = "/"
		}
		http.Redirect(w, r, back, http.StatusSeeOther)
	}
}

// LocalPath reports whether a path is one of this service, which a browser cannot read as another site's address.
func LocalPath(path string) bool {
	return strings.HasPrefix(path, "/") && !strings.HasPrefix(path, "//") && !strings.ContainsAny(path, "\\\r\n\t?#")
}

// Translation are the words of pages in another language, by the French ones. What is not there stays French.
type Translation map[string]string

func (t Translation) of(s string) string {
	if other, ok := t[s]; ok {
		return other
	}
	return s
}
