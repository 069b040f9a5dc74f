package app_test

import (
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/examples/teleservice/internal/people"
	"github.com/quittance/quittance/payment"
)

// many begins so many payments of one debtor, a minute apart, and returns their references, oldest first.
func (w world) many(n int) (references []string) {
	w.t.Helper()
	directory, err := people.Read()
	if err != nil {
		w.t.Fatal(err)
	}
	owed := directory.Debts("assure-1")[0]
	for i := range n {
		d := owed
		d.ID, d.Debtor = fmt.Sprintf("dette-%03d", i), "quelqu-un"
		notice := *owed.Notice
		notice.Number = fmt.Sprintf("ASP-2026-%04d", i)
		d.Notice = &notice
		p, _, err := w.Payments.Begin(w.t.Context(), payment.BeginRequest{Key: fmt.Sprint(i), Debt: d})
		if err != nil {
			w.t.Fatal(err)
		}
		references = append(references, p.Reference)
		w.Clock.Pass(time.Minute)
	}
	return references
}

var rowTag = regexp.MustCompile(`<th scope="row"><a href="[^"]*">([^<]*)</a></th>`)

// rows are the references of the list that is shown.
func (b *browser) rows() (all []string) {
	for _, m := range rowTag.FindAllStringSubmatch(b.Page, -1) {
		all = append(all, m[1])
	}
	return all
}

// follows clicks a link by its text, or by how that begins.
func (b *browser) follows(text string) *browser {
	b.t.Helper()
	m := regexp.MustCompile(`<a (?:[^>]* )?href="([^"]*)"[^>]*>` + regexp.QuoteMeta(text) + `<`).FindStringSubmatch(b.Page)
	if m == nil {
		b.t.Fatalf("no link %q at %s:\n%s", text, b.URL, b.text())
	}
	return b.do(http.MethodGet, html.UnescapeString(m[1]), nil)
}

// A payment is found by its reference, its notice, its own identifier, or its debt's or debtor's: exactly one leads straight to it.
func TestOfficeSearch(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	w.payer("assure-1").toKiosk("creance-101").card(goodCard).back()
	w.payer("assure-2").toKiosk("creance-102").card(refusedCard).back()
	w.many(1)
	first, second, third := w.All()[0], w.All()[1], w.All()[2]
	a := w.agent()
	for _, typed := range []string{first.Reference, strings.ToLower(first.Reference), " " + first.Reference[:5] + " " + first.Reference[5:] + "\t", string(first.ID), strings.ToUpper(string(first.ID))} {
		a.get("/gestion").press("chercher", "", "q", typed).at(http.StatusOK, "/gestion/paiements/"+string(first.ID))
	}
	for typed, want := range map[string]struct {
		words string
		rows  []string
	}{
		"ASP-2025-0101": {"Avis ASP-2025-0101, de PIERRE BELAGE", []string{first.Reference}},
		"asp-2025-0102": {"Avis ASP-2025-0102, de NADIA KERVEL", []string{second.Reference}},
		"creance-102":   {"Créance creance-102, de NADIA KERVEL", []string{second.Reference}},
		"ASSURE-2":      {"Débiteur assure-2, NADIA KERVEL", []string{second.Reference}},
		"quelqu-un":     {"Débiteur quelqu-un", []string{third.Reference}}, // whom the fund's directory does not know any more
		"dette-000":     {"Créance dette-000", []string{third.Reference}},
		"ASP-2025-0103": {"Avis ASP-2025-0103", nil}, // that nobody has paid
		"PCLCB99":       {"« PCLCB99 » n’est la référence, l’avis ou l’identifiant d’aucun paiement.", nil},
	} {
		a.get("/gestion/paiements?q="+url.QueryEscape(typed)).at(http.StatusOK, "/gestion/paiements").reads(want.words)
		if d := cmp.Diff(want.rows, a.rows()); d != "" {
			t.Errorf("%q finds (-want +got):\n%s", typed, d)
		}
		if len(want.rows) == 0 {
			a.reads("Aucun paiement ne correspond.")
		}
	}
	a.get("/gestion/paiements?q=" + strings.Repeat("9", 200)).reads("trop long")
}

// The list has pages of fifty, in either order; a page knows the next and the one before, and no payment is on two of them or on none.
func TestOfficePages(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	made := w.many(120)
	a := w.agent()
	for _, order := range []struct {
		address string
		at      func(int) string
	}{
		{"/gestion/paiements", func(i int) string { return made[len(made)-1-i] }},
		{"/gestion/paiements?tri=anciens", func(i int) string { return made[i] }},
	} {
		a.get(order.address).lacks("Page précédente", "Première page")
		var seen []string
		var pages [][]string
		for {
			pages = append(pages, a.rows())
			seen = append(seen, a.rows()...)
			if !strings.Contains(a.Page, "Page suivante") {
				break
			}
			a.follows("Page suivante")
		}
		var want []string
		for i := range made {
			want = append(want, order.at(i))
		}
		if d := cmp.Diff(want, seen); d != "" {
			t.Errorf("%s lists (-want +got):\n%s", order.address, d)
		}
		a.follows("Page précédente")
		if d := cmp.Diff(pages[1], a.rows()); d != "" {
			t.Errorf("%s: the page before the last (-want +got):\n%s", order.address, d)
		}
		a.follows("Page précédente").lacks("Page précédente")
		if d := cmp.Diff(pages[0], a.rows()); d != "" {
			t.Errorf("%s: the page before that (-want +got):\n%s", order.address, d)
		}
		a.follows("Page suivante").follows("Première page")
		if d := cmp.Diff(pages[0], a.rows()); d != "" {
			t.Errorf("%s: the first page (-want +got):\n%s", order.address, d)
		}
	}
	a.get("/gestion/paiements?apres=unknown").reads("Aucun paiement ne correspond.")
}

// Filters by state and by day go together, and what cannot be read is told.
func TestOfficeFilters(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	w.payer("assure-1").toKiosk("creance-101").card(goodCard).back()
	w.Clock.Pass(13*time.Hour + 40*time.Minute) // the third of March, 00:10 in Paris
	w.payer("assure-2").toKiosk("creance-102").card(refusedCard).back()
	w.payer("assure-3").toKiosk("creance-103").card(goodCard).back()
	old, refused, paid := w.All()[0].Reference, w.All()[1].Reference, w.All()[2].Reference
	a := w.agent()
	for query, want := range map[string][]string{
		"":                                     {paid, refused, old},
		"etat=a-prendre-en-compte":             {paid, old},
		"etat=refused":                         {refused},
		"etat=en-cours":                        nil,
		"etat=sans-banque":                     nil,
		"etat=unheard-of":                      {paid, refused, old},
		"du=03/03/2026":                        {paid, refused},
		"au=02/03/2026":                        {old},
		"du=2/3/2026&au=2026-03-02":            {old},
		"du=03.03.2026&etat=refused":           {refused},
		"etat=a-prendre-en-compte&tri=anciens": {old, paid},
		"q=assure-1&du=03/03/2026":             nil,
		"q=assure-3&etat=a-prendre-en-compte":  {paid},
	} {
		a.get("/gestion/paiements?"+query).at(http.StatusOK, "/gestion/paiements")
		if d := cmp.Diff(want, a.rows()); d != "" {
			t.Errorf("%s lists (-want +got):\n%s", query, d)
		}
	}
	a.get("/gestion/paiements?du=hier").at(http.StatusUnprocessableEntity, "/gestion/paiements").reads("Saisissez un jour")
	a.get("/gestion/paiements?du=03/03/2026&au=02/03/2026").at(http.StatusUnprocessableEntity, "/gestion/paiements").reads("Le dernier jour est avant le premier.")
	if a.press("filtre", "", "du", "02/03/2026", "au", "02/03/2026").at(http.StatusOK, "/gestion/paiements"); !cmp.Equal(a.rows(), []string{old}) {
		t.Errorf("the form finds %v", a.rows())
	}
}
