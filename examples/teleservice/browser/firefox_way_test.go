//go:build !race

package browser_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/payment"

	"github.com/quittance/quittance/examples/teleservice/internal/apptest"
)

// The whole way in Firefox: refused, then accepted; the browser's cookies come back with it from the bank's site, which is another one. The
// home page finishes the story, the letter is read, and the receipt.
func TestFirefoxWay(t *testing.T) {
	t.Parallel()
	s := serveWithoutChromium(t, apptest.Morning, nil)
	f := s.inFirefox().goes("/").at("/connexion").lacks("a pris fin")
	f.signsIn("assure-1").reads("PIERRE BELAGE", "Né le 25/02/1983", "Première connexion")
	f.begins("creance-101").pays(refusedCard).atKiosk("Votre paiement a été refusé.").returns()
	f.reads("Votre transaction de paiement a échoué.", "Aucune somme n’a été débitée.")
	f.clicks("#recommencer").at("/demarches/creances/creance-101/etape-1").reads("Étape 1/3", "Montant à payer 62,00 €")
	f.clicks("#continuer").at("/demarches/creances/creance-101/etape-2").reads("La page de paiement se ferme après 15 minutes sans action")
	f.clicks("#payer").atKiosk("Veuillez").pays(goodCard).atKiosk("Votre paiement a été accepté.").returns()
	f.reads("Nous vous remercions pour votre paiement", "Fin de la démarche")
	if d := cmp.Diff([]payment.State{payment.Refused, payment.Paid}, s.states()); d != "" {
		t.Errorf("the payments (-want +got):\n%s", d)
	}
	p := s.Last()
	s.Work()
	f.goes("/accueil").clicks("#vers-l-accuse").at("/messagerie/" + string(p.ID) + "/acknowledgement").reads("Nous accusons réception de votre paiement")
	f.clicks("#vers-le-recu").at("/demarches/paiements/"+string(p.ID)+"/recu").reads("PIERRE BELAGE", "62,00 €", p.Authorisation)
	f.clicks(".who button").at("/connexion").reads("Vous êtes déconnecté.")
}

// The forms in Firefox: what is wrong is said where it is, nothing that was typed is lost, and the focus is at what is to be read.
func TestFirefoxForms(t *testing.T) {
	t.Parallel()
	s := serveWithoutChromium(t, apptest.Morning, nil)
	f := s.inFirefox().goes("/inscription").types("#avis", "ASP-2025-0104").types("#naissance", "12 septembre").clicks("#creer")
	f.reads("Des informations sont à corriger", "Saisissez la date de naissance en chiffres")
	var at, kept string
	f.wait("the summary to have the focus", func(shown) bool { return f.eval("document.activeElement.id", &at) == nil && at == "erreurs" })
	if err := f.eval(`document.getElementById("avis").value`, &kept); err != nil || kept != "ASP-2025-0104" {
		t.Errorf("the field that was right has %q: %v", kept, err)
	}
	f.clicks("#erreurs a").wait("the field to have the focus", func(shown) bool {
		return f.eval("document.activeElement.id", &at) == nil && at == "naissance"
	})
	var emptied bool
	if err := f.eval(`(document.getElementById("naissance").value = "", true)`, &emptied); err != nil {
		t.Fatal(err)
	}
	f.types("#naissance", "12/09/1958").clicks("#creer").at("/accueil").reads("ROSE ANDRIEUX")
	f.begins("creance-104").types("#number", "5017 67").types("#cryptogram", "1").clicks("button[value=card]")
	f.atKiosk("Des informations sont à corriger").reads("Le numéro de carte doit comporter de 15 à 19 chiffres.")
	f.pays(goodCard).atKiosk("Votre paiement a été accepté.").returns().reads("Nous vous remercions")
	s.one(payment.Paid)
}

// While a result is awaited, Firefox looks again by itself, too.
func TestFirefoxAwaits(t *testing.T) {
	t.Parallel()
	s := serveWithoutChromium(t, apptest.Morning, nil)
	f := s.inFirefox().signsIn("assure-1").begins("creance-101").pays(pendingCard).atKiosk("Ne payez pas une seconde fois").returns()
	f.reads("Nous vérifions", "Cette page se met à jour toute seule.")
	if err := s.Bank.Desk.Decide(s.one(payment.Unknown).Reference, true); err != nil {
		t.Fatal(err)
	}
	s.Work()
	f.reads("Nous vous remercions pour votre paiement")
}

// On a telephone's width the header is a line in Firefox, too, and the menu opens and leads on; on a computer's it is all in sight.
func TestFirefoxMenu(t *testing.T) {
	t.Parallel()
	s := serveWithoutChromium(t, apptest.Morning, nil)
	f := s.inFirefox().signsIn("assure-3").reads("Ma messagerie", "Se déconnecter", "English").lacks("Menu")
	for _, on := range []screen{screens[2], narrowest} {
		f.size(on).goes("/accueil").lacks("Ma messagerie", "Se déconnecter")
		var header, wide float64
		if err := f.eval(`document.querySelector("header").getBoundingClientRect().height`, &header); err != nil || header > 72 {
			t.Errorf("the header is %v pixels high at %d: %v", header, on.width, err)
		}
		f.clicks(".account summary").reads("SOLÈNE MARCHETTI", "Se déconnecter", "English")
		if err := f.eval(`document.documentElement.scrollWidth`, &wide); err != nil || wide > float64(on.width) {
			t.Errorf("the page is %v pixels wide at %d: %v", wide, on.width, err)
		}
		f.clicks(`.menu a[href="/messagerie"]`).at("/messagerie")
	}
}
