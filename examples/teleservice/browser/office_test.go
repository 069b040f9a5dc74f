//go:build !race

package browser_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/chromedp/kb"

	"github.com/quittance/quittance/examples/teleservice/internal/apptest"
	"github.com/quittance/quittance/payment"
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

// The enter key in « Motif » decides nothing by itself: there is one button, and nothing is chosen before somebody chooses.
func TestEnterDecidesNothing(t *testing.T) {
	t.Parallel()
	s := serve(t, apptest.Morning, nil)
	s.person().signsIn("assure-1").begins("creance-101").pays(goodCard).atKiosk("accepté").returns()
	a := s.person().signsInAsAgent().goes("/gestion/paiements/" + string(s.Last().ID))
	a.types("#motif", "un doute").presses(kb.Enter).reads("Choisissez ce que vous décidez.")
	s.one(payment.Paid)
	if v := eval[string](a, `document.getElementById("motif").value`); v != "un doute" {
		t.Errorf("what was typed is %q afterwards", v)
	}
	a.clicks("#erreurs a")
	if id := eval[string](a, `document.activeElement.id`); id != "decision" {
		t.Errorf("the link of the mistake leads to %q", id)
	}
	s.one(payment.Paid)
}

// A double click on the confirmation gives back once, and the page says that it is asked for.
func TestDoubleClickOnConfirmation(t *testing.T) {
	t.Parallel()
	s := serve(t, apptest.Morning, nil)
	s.person().signsIn("assure-1").begins("creance-101").pays(goodCard).atKiosk("accepté").returns()
	m := s.person().signsInAsAccountant().goes("/gestion/paiements/" + string(s.Last().ID))
	m.clicks("#acte-rembourser").types("#motif", "payé deux fois").clicks("#continuer").reads("Oui, rendre 62,00 €")
	m.doubleClicks("#confirmer button").reads("Le remboursement est demandé.").lacks("Rien n’a été fait")
	s.one(payment.Refunding)
	s.Work()
	for _, t := range s.Bank.Desk.Book() {
		if t.Returned() != 62_00 {
			s.t.Errorf("the bank gave back %d cents", t.Returned())
		}
	}
}

// An officer gives the page a bank's file as it was received, and sees the ledger.
func TestUpload(t *testing.T) {
	t.Parallel()
	s := serve(t, apptest.Morning, nil)
	s.person().signsIn("assure-1").begins("creance-101").pays(goodCard).atKiosk("accepté").returns()
	s.Work()
	s.Clock.Pass(24 * time.Hour)
	file := filepath.Join(t.TempDir(), "relevé.csv")
	account := "Date;Date de valeur;Libellé;Débit euros;Crédit euros;\n04/03/2026;04/03/2026;REMISE CARTE CARTE 0535875 001 030261 02/03;;62,00;\n"
	if err := os.WriteFile(file, []byte(account), 0o600); err != nil {
		t.Fatal(err)
	}
	m := s.person().signsInAsAccountant().goes("/gestion/rapprochement").types("#contrat", "0535875")
	root := call(m, dom.GetDocument, dom.GetDocumentParams{}).Root
	field := call(m, dom.QuerySelector, dom.QuerySelectorParams{NodeID: root.NodeID, Selector: "#fichier"})
	call(m, dom.SetFileInputFiles, dom.SetFileInputFilesParams{Files: []string{file}, NodeID: field.NodeID})
	m.clicks("#lancer").reads("relevé.csv", "Grand livre, en euros")
	inspectorOf(t).sees(m, "rapprochement-resultat")
}

// What is folded away opens: the ways that nobody went, and the numbers behind the chart.
func TestFolded(t *testing.T) {
	t.Parallel()
	s := serve(t, apptest.Morning, nil)
	s.person().signsIn("assure-1").begins("creance-101").pays(goodCard).atKiosk("accepté").returns()
	a := s.person().signsInAsAgent()
	a.clicks("#chiffres summary").reads("Mouvements des trente derniers jours, en euros")
	a.goes("/gestion/paiements/"+string(s.Last().ID)).reads("chemin suivi", "chemin encore ouvert", "état actuel", "fin, rien n’est plus attendu")
	arrows := func(css string) int {
		return eval[int](a, "document.querySelectorAll(`"+css+" .diagram g:has(.way)`).length")
	}
	few := arrows("#etats > ")
	a.clicks("#tous summary")
	if all := arrows("#tous"); few != 5 || all <= few { // two that were gone, three that are open
		t.Errorf("%d arrows, and %d of all", few, all)
	}
	a.size(screens[2])
	if size := eval[float64](a, `(t => t.getBoundingClientRect().height / t.getBBox().height * parseFloat(getComputedStyle(t).fontSize))(document.querySelector(".diagram text"))`); size < 11 {
		t.Errorf("on a telephone the letters of the diagram have %.1f pixels", size)
	}
}
