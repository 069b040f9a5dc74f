//go:build !race

package browser_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/quittance/quittance/examples/teleservice/internal/apptest"
)

// axe-core is not in the module: a test says so once, the others do without.
func TestAxe(t *testing.T) {
	script, err := axe()
	if err != nil {
		t.Fatal(err)
	}
	if script == "" {
		t.Skip("needs axe-core: npm pack axe-core@4.14.1, unpack, QUITTANCE_AXE=package/axe.min.js")
	}
	// It finds what is wrong: a check that finds nothing anywhere would be no check.
	s := serve(t, apptest.Morning, nil)
	b := s.person().goes("/connexion")
	eval[bool](b, `document.querySelector("main").append(new Image()); document.querySelector("h1").style.color = "#bbb"; document.querySelector(".lead").style.color = "#6b6b6b"; true`)
	eval[bool](b, script+"; true")
	for rules, finds := range map[string][]string{
		everything: {"image-alt", "color-contrast", "color-contrast-enhanced"}, contrast: {"color-contrast", "color-contrast-enhanced"},
	} {
		found := eval[string](b, fmt.Sprintf(violations, rules))
		for _, rule := range finds {
			if !strings.Contains(found, rule+": ") {
				t.Errorf("axe-core does not find %s by %s:\n%s", rule, rules, found)
			}
		}
	}
}

// Every page of the payer, at every width, in light and in dark, with the keyboard.
func TestPayerPages(t *testing.T) {
	t.Parallel()
	s := serve(t, apptest.Morning, nil)
	i := inspectorOf(t)
	b := s.person()
	i.sees(b.goes("/connexion"), "connexion")
	i.sees(b.goes("/demarches").at("/connexion"), "connexion-session-finie")
	i.sees(b.goes("/inscription"), "inscription")
	i.sees(b.clicks("#creer").reads("Des informations sont à corriger"), "inscription-erreurs")

	b.signsIn("assure-1")
	for _, c := range []struct{ name, path string }{
		{"accueil", "/accueil"}, {"paiements", "/paiements"}, {"messagerie-vide", "/messagerie"}, {"demarches-vides", "/demarches"},
		{"prevention", "/prevention"}, {"informations", "/informations"}, {"introuvable", "/nulle-part"},
		{"prealable", "/demarches/creances"}, {"etape-1", "/demarches/creances/creance-101/etape-1"},
		{"aide", "/aide"}, {"accessibilite", "/accessibilite"}, {"donnees", "/donnees-personnelles"}, {"conditions", "/conditions"},
		{"mentions", "/mentions-legales"}, {"etape-1-en-anglais", "/langue/en?retour=/demarches/creances/creance-101/etape-1"}, {"aide-en-anglais", "/aide"},
		{"etape-1-en-francais", "/langue/fr?retour=/demarches/creances/creance-101/etape-1"}, {"etape-2", "/demarches/creances/creance-101/etape-2"},
	} {
		i.sees(b.goes(c.path), c.name)
	}
	call(b, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	b.clicks("#payer").reads("Étape 3/3")
	call(b, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{}) // for axe-core; the page's own has not run
	i.sees(b, "etape-3")
	id := "/demarches/paiements/" + string(s.Last().ID)
	i.sees(b.goes("/accueil").reads("Un paiement est en cours"), "accueil-en-cours")
	i.sees(b.goes("/demarches/creances/creance-101/etape-1").reads("déjà en cours"), "etape-1-en-cours")
	i.sees(b.goes(id), "paiement-en-cours")
	b.goes(id + "/etape-3").atKiosk("Veuillez").pays(refusedCard).atKiosk("refusé").returns()
	i.sees(b.reads("Votre transaction de paiement a échoué."), "accueil-echec")
	b.begins("creance-101").pays(goodCard).atKiosk("accepté").returns()
	s.Work()
	i.sees(b.goes("/accueil").reads("Nous vous remercions"), "accueil-succes")
	id = "/demarches/paiements/" + string(s.Last().ID)
	i.sees(b.goes("/demarches"), "demarches")
	i.sees(b.goes(id), "paiement")
	i.sees(b.goes(id+"/recu"), "recu")
	i.sees(b.goes("/messagerie"), "messagerie")
	i.sees(b.goes("/messagerie/"+string(s.Last().ID)+"/acknowledgement"), "accuse-de-reception")
	i.sees(b.goes("/demarches/creances/creance-101/etape-1").reads("pour cette créance est accepté"), "etape-1-payee")

	i.sees(s.person().signsIn("assure-3").goes("/demarches/creances"), "prealable-deux")
	for _, c := range []struct{ name, who, debt string }{
		{"etape-1-partie", "assure-2", "creance-102"}, {"etape-1-trop-peu", "assure-5", "creance-105"}, {"etape-1-trop", "assure-6", "creance-106"},
		{"etape-1-sans-avis", "assure-7", "creance-107"}, {"etape-1-erreur", "assure-13", "creance-113"},
	} {
		i.sees(s.person().signsIn(c.who).goes("/demarches/creances/"+c.debt+"/etape-1"), c.name)
	}
	i.sees(s.person().signsIn("assure-14").goes("/demarches/creances"), "prealable-rien")

	// The amount has changed since the page was shown: a form of somebody who tampers with it looks the same.
	b = s.person().signsIn("assure-2").goes("/demarches/creances/creance-102/etape-2")
	eval[bool](b, `document.querySelector("[name=montant]").value = "1"; true`)
	i.sees(b.clicks("#payer").reads("Le montant à payer a changé"), "etape-2-montant")
}

// Every page of the simulated bank that a payer can come to.
func TestKioskPages(t *testing.T) {
	t.Parallel()
	s := serve(t, apptest.Morning, nil)
	i := inspectorOf(t)
	b := s.person().signsIn("assure-1").begins("creance-101")
	i.sees(b, "banque-carte")
	i.sees(b.clicks("button[value=card]").atKiosk("Des informations sont à corriger"), "banque-carte-erreurs")
	b.types("#number", goodCard).chooses("#month", "11").chooses("#year", "2027").types("#cryptogram", "123")
	i.sees(b.clicks("button[value=card]").atKiosk("Votre banque vérifie"), "banque-authentification")
	i.sees(b.clicks("button[value=cancel]").atKiosk("Vous avez abandonné le paiement."), "banque-abandon")
	for _, c := range []struct{ name, card, says string }{
		{"banque-refus", "5017 6700 0000 1834", "refusé"},
		{"banque-incident", "5017 6700 0000 1890", "Un incident technique"},
		{"banque-expiree", "5017 6700 0000 1897", "a expiré"},
	} {
		i.sees(b.begins("creance-101").pays(c.card).atKiosk(c.says), c.name)
		s.Clock.Pass(20 * time.Minute)
		s.Work()
	}
	b.signsIn("assure-2").begins("creance-102")
	i.sees(b.pays(pendingCard).atKiosk("pas encore confirmé"), "banque-attente")
	b.signsIn("assure-3").begins("creance-103")
	i.sees(b.pays(goodCard).atKiosk("accepté"), "banque-ticket")
}
