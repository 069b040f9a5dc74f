package payer

import (
	"net/http"
	"strings"

	"github.com/quittance/quittance/examples/teleservice/internal/web"
)

// legal are the pages that a public service must show to everybody: how accessible it is (loi 2005-102, article 47), what becomes of
// personal data (RGPD, article 13), the conditions of use (CRPA L112-9), who publishes it (loi 2004-575), and help. They are samples: what
// only the fund knows stands in brackets, and each says so.
var legal = map[string]struct{ file, title string }{
	"/aide":                 {"aide.html", "Aide"},
	"/accessibilite":        {"accessibilite.html", "Déclaration d’accessibilité"},
	"/donnees-personnelles": {"donnees-personnelles.html", "Données personnelles"},
	"/conditions":           {"conditions.html", "Conditions d’utilisation"},
	"/mentions-legales":     {"mentions-legales.html", "Mentions légales"},
	"/plan":                 {"plan.html", "Plan du site"},
}

// legal shows one of those pages, to whoever is signed in and to whoever is not.
func (p *Portal) legal(of struct{ file, title string }) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		page := p.pageForAnybody(r, p.Sessions.Find)
		page.Title = of.title
		for i := range page.Menu { // the page belongs to no section of the account
			page.Menu[i].Here = false
		}
		// The telephone is that of a letter of today, with its tariff.
		telephone, err := p.Catalog.Telephone(web.Language(r), p.Fund)
		if err != nil {
			return err
		}
		page.Body = map[string]any{
			"Fund": p.Fund.Fund, "Address": strings.ReplaceAll(p.Fund.PostalAddress, "\n", ", "), "Telephone": telephone, "Debits": p.Debits,
		}
		return p.pages.Write(w, r, http.StatusOK, of.file, page)
	}
}
