package app_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/examples/internal/dayexport"
	"github.com/quittance/quittance/inbox"
	"github.com/shopspring/decimal"
)

var rowOf = regexp.MustCompile(`(?s)<tr><th scope="row">(.*?)</th>(.*?)</tr>`)

// tableRows are the rows of the first table with a class that the page has, as they are read: by their heads, the spaces made equal.
func (b *browser) tableRows(class string) map[string]string {
	b.t.Helper()
	_, table, ok := strings.Cut(b.Page, `<table class="`+class)
	if !ok {
		b.t.Fatalf("%s has no table %s", b.URL, class)
	}
	table, _, _ = strings.Cut(table, "</table>")
	read := func(cell string) string {
		return (&browser{Page: strings.ReplaceAll(cell, "</td>", " | </td>")}).text()
	}
	all := map[string]string{}
	for _, m := range rowOf.FindAllStringSubmatch(table, -1) {
		all[read(m[1])] = read(m[2])
	}
	return all
}

// What the office says of a day, in the chart's table and in the list of exports, is what the day's export says line by line, of every kind of
// movement: also of money that the bank took for no payment. The totals below are the sums.
func TestFiguresAreTheExports(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	m, claims := w.accountant(), w.agent()
	w.payer("assure-1").toKiosk("creance-101").card(goodCard).back()
	w.payer("assure-2").toKiosk("creance-102").card(goodCard).back()
	claims.get("/gestion/pannes").press("orphelin", "").reads("a encaissé 75,00 €")
	w.Work()
	w.Clock.Pass(24 * time.Hour)
	w.payer("assure-3").toKiosk("creance-103").card(goodCard).back()
	m.get("/gestion/connexion").press("connexion", "agent-2")
	claims.get("/gestion/connexion").press("connexion", "agent-1")
	claims.get("/gestion/paiements/"+string(w.Last().ID)).decides("contester", "réclamation n° 12")
	m.get("/gestion/paiements/"+string(w.All()[0].ID)).decides("rembourser", "payé deux fois")
	for range 2 {
		claims.get("/gestion/pannes").press("orphelin", "")
	}
	w.Work()
	w.Clock.Pass(24 * time.Hour)
	w.Work()
	m.get("/gestion/connexion").press("connexion", "agent-2")

	kinds := []dayexport.Kind{dayexport.Accepted, dayexport.Orphan, dayexport.Returned, dayexport.Review}
	type sum struct{ count, cents int64 }
	euros := func(cents int64) string {
		s, err := inbox.Euros(decimal.New(cents, -2))
		if err != nil {
			t.Fatal(err)
		}
		return strings.NewReplacer("\u00a0", " ", "\u202f", " ").Replace(s)
	}
	inWords := func(of map[dayexport.Kind]sum) string {
		var cells []string
		for _, k := range kinds {
			cells = append(cells, fmt.Sprintf("%d | %s |", of[k].count, euros(of[k].cents)))
		}
		return strings.Join(cells, " ")
	}
	want, total := map[string]string{}, map[dayexport.Kind]sum{}
	var reads []string // of the list of exports
	for _, day := range []string{"02/03/2026", "03/03/2026"} {
		m.get("/gestion/exports/fichier?forme=csv&jour="+day).at(http.StatusOK, "/gestion/exports/fichier")
		e, err := dayexport.Read(day, []byte(m.Page))
		if err != nil {
			t.Fatal(err)
		}
		of := map[dayexport.Kind]sum{}
		for _, line := range e.Movements {
			of[line.Kind] = sum{of[line.Kind].count + 1, of[line.Kind].cents + line.Cents}
			total[line.Kind] = sum{total[line.Kind].count + 1, total[line.Kind].cents + line.Cents}
		}
		want[day] = inWords(of)
		reads = append(reads, fmt.Sprintf("%s (%d) et %s d’orphelins (%d)", euros(of[dayexport.Accepted].cents), of[dayexport.Accepted].count,
			euros(of[dayexport.Orphan].cents), of[dayexport.Orphan].count))
	}
	want["Total"] = inWords(total)
	got := m.get("/gestion").tableRows("figures")
	for day := range got {
		if want[day] == "" && strings.HasSuffix(day, "(pas d’export)") {
			delete(got, day)
		}
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("the chart's table is not the exports (-want +got):\n%s", d)
	}
	for k, n := range map[dayexport.Kind]int64{dayexport.Accepted: 3, dayexport.Orphan: 3, dayexport.Returned: 1, dayexport.Review: 1} {
		if total[k].count != n {
			t.Errorf("the exports have %d lines of %s, want %d: the test sees too little", total[k].count, k, n)
		}
	}
	m.reads(euros(total[dayexport.Orphan].cents) + " d’orphelins (3)")
	if n := strings.Count(m.Page, `<rect class="bar orphan"`); n != 5 { // the legend, and two days in both sizes
		t.Errorf("%d bars of orphans", n)
	}
	m.get("/gestion/exports").reads(reads...)
	m.reads("Total " + euros(total[dayexport.Accepted].cents) + " et " + euros(total[dayexport.Orphan].cents) + " d’orphelins (3)")
}
