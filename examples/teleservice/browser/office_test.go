package browser_test

import (
	"testing"

	"github.com/quittance/quittance/examples/teleservice/internal/apptest"
)

// signsInAsAccountant signs in an agent of the accounts.
func (b *tab) signsInAsAccountant() *tab {
	b.t.Helper()
	return b.goes("/gestion/connexion").clicks("#agent-2").at("/gestion")
}

// decides chooses what to do with the payment that is shown, and confirms it where that is asked for.
func (b *tab) decides(act, why string) *tab {
	b.t.Helper()
	b.clicks("#acte-" + act)
	if why != "" {
		eval[bool](b, `document.getElementById("motif").value = ""; true`)
		b.types("#motif", why)
	}
	b.clicks("#continuer")
	after := b.wait("what comes after « Continuer »", func(s shown) bool { return true })
	if eval[bool](b, `!!document.getElementById("confirmer")`) {
		b.clicks("#confirmer button")
	} else if after.path() == "" {
		b.t.Fatal("there is no page")
	}
	return b
}

// A payment goes from hand to hand in the back office: questioned by the claims service, given back by the accounts; the payer reads of it.
func TestOffice(t *testing.T) {
	t.Parallel()
	s := serve(t, apptest.Morning, nil)
	b := s.person().signsIn("assure-1").begins("creance-101").pays(goodCard).atKiosk("accepté").returns()
	id := string(s.Last().ID)
	a := s.person().signsInAsAgent()
	a.reads("1 À prendre en compte").clicks(".tasks a").at("/gestion/paiements").clicks(".rows tbody a").at("/gestion/paiements/" + id)
	a.decides("contester", "réclamation n° 12").reads("Le paiement est à vérifier.", "réclamation n° 12", "ALIX DURIEUX, Service des créances")
	b.goes("/accueil").reads("vérifi")

	money := s.person().signsInAsAccountant().reads("1 À vérifier").clicks(`.tasks a[href*="a-verifier"]`).at("/gestion/paiements")
	money.clicks(".rows tbody a").at("/gestion/paiements/" + id)
	money.clicks("#acte-rendre").types("#motif", "payé deux fois").clicks("#continuer").reads("Rien n’est encore fait.", "62,00 €", "5017", "payé deux fois", "YANN LE GOFF")
	s.one("review") // not yet
	money.clicks("#confirmer button").reads("Le remboursement est demandé.")
	s.Work()
	money.goes("/gestion/paiements/"+id).reads("Remboursé", "annulé avant remise").lacks("Le remboursement est demandé.")
	b.goes("/accueil").reads("rembours")
	b.goes("/messagerie").reads("Remboursement de votre paiement de créance")
}
