//go:build !race

package browser_test

import (
	"testing"
	"time"

	"github.com/quittance/quittance/examples/teleservice/internal/app"
	"github.com/quittance/quittance/examples/teleservice/internal/apptest"
)

// Every page of the fund: at every width, in light and in dark, with the keyboard, and with axe-core.
func TestOfficePages(t *testing.T) {
	t.Parallel()
	s := serve(t, apptest.Morning, nil)
	i := inspectorOf(t)
	a := s.person()
	i.sees(a.goes("/gestion/connexion").reads("Portes ouvertes de la démonstration"), "gestion-connexion")
	i.sees(a.goes("/gestion/paiements").at("/gestion/connexion").reads("Connectez-vous pour voir cette page."), "gestion-connexion-suite")
	a.clicks("#agent-1").at("/gestion/paiements")
	i.sees(a.goes("/gestion"), "gestion-vide")
	i.sees(a.goes("/gestion/paiements").reads("Aucun paiement"), "paiements-vide")
	i.sees(a.goes("/gestion/orphelins"), "orphelins-vide")
	i.sees(a.goes("/gestion/exports").reads("réservée"), "gestion-reservee")
	i.sees(a.goes("/gestion/pannes"), "pannes-vide")

	s.person().signsIn("assure-1").begins("creance-101").pays(goodCard).atKiosk("accepté").returns()
	s.person().signsIn("assure-2").begins("creance-102").pays(pendingCard).atKiosk("pas encore confirmé").returns()
	s.person().signsIn("assure-3").begins("creance-103").pays(refusedCard).atKiosk("refusé").returns()
	paid, review := s.All()[0], s.All()[1]
	i.sees(a.goes("/gestion/paiements"), "paiements")
	i.sees(a.goes("/gestion/paiements?du=hier").reads("Saisissez un jour"), "paiements-erreur")
	i.sees(a.goes("/gestion/paiements?q=ASP-2025-0101").reads("PIERRE BELAGE"), "paiements-avis")
	i.sees(a.goes("/gestion/paiements/"+string(paid.ID)), "paiement-paye")
	i.sees(a.clicks("#continuer").reads("Choisissez ce que vous décidez."), "paiement-erreur")
	i.sees(a.goes("/gestion/paiements/"+string(paid.ID)).decides("prendre-en-compte", "").reads("Le paiement est pris en compte."), "paiement-pris-en-compte")
	a.goes("/gestion/paiements/" + string(paid.ID))
	eval[bool](a, `document.querySelectorAll("details").forEach(d => d.open = true); true`)
	i.sees(a, "paiement-tous-les-chemins")
	i.sees(a.goes("/gestion/pannes").clicks("#orphelin button").reads("a encaissé 75,00 €"), "pannes")
	i.sees(a.goes("/gestion/orphelins"), "orphelins")
	i.sees(a.types("#motif-0", "rendu par virement").clicks("#orphelin-0 button").reads("l’orphelin est traité"), "orphelins-traites")
	a.goes("/gestion/pannes").clicks("button[value=accepte]").reads("La banque a tranché")
	a.goes("/gestion/paiements/"+string(review.ID)).decides("contester", "réclamation n° 12")
	i.sees(a.reads("Le paiement est à vérifier."), "paiement-a-verifier")
	i.sees(a.goes("/gestion/paiements/nulle-part").reads("Paiement introuvable"), "gestion-introuvable")
	i.sees(a.goes("/gestion/nulle-part").reads("Page introuvable"), "gestion-nulle-part")

	m := s.person().signsInAsAccountant().goes("/gestion/paiements/" + string(review.ID))
	i.sees(m.clicks("#acte-rendre").types("#motif", "payé deux fois").clicks("#continuer").reads("Rien n’est encore fait."), "confirmation")
	s.Work() // the letters go before the day is over
	s.Clock.Pass(24 * time.Hour)
	s.Work()
	i.sees(m.signsInAsAccountant(), "gestion")
	m.goes("/gestion")
	eval[bool](m, `document.querySelectorAll("details").forEach(d => d.open = true); true`)
	i.sees(m, "gestion-chiffres")
	i.sees(m.goes("/gestion/exports"), "exports")
	i.sees(m.goes("/gestion/exports/fichier?jour=hier").reads("Choisissez un jour qui est fini"), "exports-erreur")
	i.sees(m.goes("/gestion/verification"), "verification-vide")
	i.sees(m.clicks("#lancer").reads("Rien n’a été modifié"), "verification")
	i.sees(m.types("#sceaux", "abc").clicks("#lancer").reads("n’est pas un sceau"), "verification-erreur")
	i.sees(m.goes("/gestion/rapprochement"), "rapprochement")
	i.sees(m.clicks("#lancer").reads("Choisissez un fichier"), "rapprochement-erreur")

	other := serve(t, apptest.Morning, func(c *app.Config) { c.Kiosk = s.Bank.Where; c.Secret = "correct horse battery" })
	o := other.person()
	i.sees(o.goes("/gestion/connexion").lacks("Portes ouvertes"), "gestion-connexion-code")
	i.sees(o.types("#code", "wrong").clicks("#agent-1").reads("n’est pas le bon"), "gestion-connexion-erreur")
	o.goes("/gestion/connexion").types("#code", "correct horse battery").clicks("#agent-1").at("/gestion")
	i.sees(o.goes("/gestion/pannes").reads("pas de pannes à provoquer"), "pannes-aucune")
}
