//go:build !race

package browser_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/quittance/quittance/payment"

	"github.com/quittance/quittance/examples/teleservice/internal/apptest"
)

// choosesFile puts a file into a field, as somebody does who has chosen it.
func (f *fox) choosesFile(css, file string) *fox {
	f.t.Helper()
	var found struct {
		Nodes []struct {
			SharedID string `json:"sharedId"`
		} `json:"nodes"`
	}
	f.must("browsingContext.locateNodes", map[string]any{"context": f.context, "locator": map[string]any{"type": "css", "value": css}}, &found)
	if len(found.Nodes) != 1 {
		f.t.Fatalf("%d fields at %s", len(found.Nodes), css)
	}
	f.must("input.setFiles", map[string]any{"context": f.context, "element": map[string]any{"sharedId": found.Nodes[0].SharedID}, "files": []string{file}}, nil)
	return f
}

// enter is the key, as WebDriver calls it.
const enter = "\uE007"

// An officer's morning in Firefox: signing in, the day at a glance, a payment found by its notice, a decision that the enter key does not take
// and that is confirmed on a page of its own, a bank's file compared, and signing out.
func TestFirefoxOffice(t *testing.T) {
	t.Parallel()
	s := serveWithoutChromium(t, apptest.Morning, nil)
	s.inFirefox().signsIn("assure-1").begins("creance-101").pays(goodCard).atKiosk("Votre paiement a été accepté.").returns()
	p := s.one(payment.Paid)
	s.Work()
	s.Clock.Pass(24 * time.Hour)
	s.Work()

	f := s.inFirefox().goes("/gestion/paiements").at("/gestion/connexion").reads("Connectez-vous pour voir cette page.").lacks("a pris fin")
	f.clicks("#agent-2").at("/gestion/paiements").clicks(`.menu a[href="/gestion"]`).at("/gestion")
	f.reads("1 À prendre en compte", "Export du 02/03/2026", "62,00 € acceptés (1 paiement)")
	f.clicks("#chiffres summary").reads("Mouvements des trente derniers jours, en euros")
	for _, on := range []screen{screens[2], narrowest, screens[0]} {
		var wide, drawn float64
		f.size(on)
		if err := f.eval(`document.documentElement.scrollWidth`, &wide); err != nil || wide > float64(on.width) {
			t.Errorf("the day is %v pixels wide at %d: %v", wide, on.width, err)
		}
		if err := f.eval(`[...document.querySelectorAll(".chart svg[role=img]")].filter(e => e.checkVisibility()).length`, &drawn); err != nil || drawn != 1 {
			t.Errorf("%v charts are seen at %d: %v", drawn, on.width, err)
		}
	}

	f.types("#q", strings.ToLower(p.Notice)).clicks(".find button").at("/gestion/paiements").reads("Avis "+p.Notice+", de PIERRE BELAGE", "1 paiement")
	f.clicks(".rows tbody a").at("/gestion/paiements/"+string(p.ID)).reads("Payé", p.Reference, "chemin suivi")
	f.types("#motif", "payé deux fois"+enter).reads("Choisissez ce que vous décidez.")
	s.one(payment.Paid)
	f.clicks("#acte-rembourser").clicks("#continuer").reads("Rien n’est encore fait.", "payé deux fois", "YANN LE GOFF")
	s.one(payment.Paid) // not yet
	f.clicks("#confirmer button").reads("Le remboursement est demandé.").at("/gestion/paiements/" + string(p.ID))
	s.one(payment.Refunding)
	f.goes("/gestion/paiements/" + string(p.ID)).lacks("Le remboursement est demandé.")

	file := filepath.Join(t.TempDir(), "relevé.csv")
	account := "Date;Date de valeur;Libellé;Débit euros;Crédit euros;\n04/03/2026;04/03/2026;REMISE CARTE CARTE 0535875 001 030261 02/03;;62,00;\n"
	if err := os.WriteFile(file, []byte(account), 0o600); err != nil {
		t.Fatal(err)
	}
	f.clicks(`.menu a[href="/gestion/rapprochement"]`).at("/gestion/rapprochement").types("#contrat", "0535875")
	f.choosesFile("#fichier", file).clicks("#lancer").reads("relevé.csv", "Grand livre, en euros")

	f.clicks(".who button").at("/gestion/connexion").reads("Vous êtes déconnecté.")
	f.goes("/gestion/exports").at("/gestion/connexion").lacks("a pris fin")
}

// A session of the office warns before it ends and is kept in Firefox, too.
func TestFirefoxKeepsOfficeSession(t *testing.T) {
	t.Parallel()
	s := serveWithoutChromium(t, apptest.Morning, nil)
	f := s.inFirefox().goes("/gestion/connexion").clicks("#agent-1").at("/gestion")
	ahead := func(d time.Duration) {
		t.Helper()
		s.Clock.Pass(d)
		var done bool
		if err := f.eval(`(() => {const now = Date.now.bind(Date); Date.now = () => now() + `+itoa(d.Milliseconds())+`; return true})()`, &done); err != nil {
			t.Fatal(err)
		}
	}
	warns := func(sh shown) bool { return strings.Contains(sh.Text, "dans moins de deux minutes") }
	ahead(28*time.Minute + 30*time.Second)
	f.wait("the warning", warns).clicks("#session-garder").wait("the warning to go", func(sh shown) bool { return !warns(sh) })
	ahead(20 * time.Minute)
	f.clicks(`.menu a[href="/gestion/orphelins"]`).at("/gestion/orphelins").reads("aucun orphelin")
	ahead(28*time.Minute + 30*time.Second)
	f.wait("the warning", warns)
	ahead(2 * time.Minute)
	f.reads("Votre session a pris fin. Rien de ce que vous n’aviez pas confirmé n’a été fait.").clicks("#session-connexion").at("/gestion/connexion")
	f.clicks("#agent-1").at("/gestion/orphelins")
}
