//go:build !race

package browser_test

import (
	"bytes"
	"regexp"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/quittance/quittance/payment"

	"github.com/quittance/quittance/examples/teleservice/internal/apptest"
)

// withoutScript is a browser that runs none of a page's scripts.
func (b *tab) withoutScript() *tab {
	b.t.Helper()
	call(b, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	return b
}

// The whole way without script: what goes on by itself has a button then, and what needs a script is not shown.
func TestWithoutScript(t *testing.T) {
	t.Parallel()
	s := serve(t, apptest.Morning, nil)
	b := s.person().withoutScript().signsIn("assure-1")
	b.clicks("#payer-une-creance").at("/demarches/creances")
	b.clicks("#creance-101 .button").at("/demarches/creances/creance-101/etape-1")
	b.clicks("#continuer").at("/demarches/creances/creance-101/etape-2").clicks("#payer")
	b.reads("Étape 3/3", "62,00 €")
	step3 := "/demarches/paiements/" + string(s.one(payment.Redirected).ID) + "/etape-3"
	b.at(step3).clicks("#vers-le-kiosque").atKiosk("Veuillez saisir les informations de votre paiement")

	// The back button leads to step 3/3 here, and from there on again.
	b.back().at(step3).clicks("#vers-le-kiosque")
	b.pays(goodCard).atKiosk("Votre paiement a été accepté.").returns().reads("Nous vous remercions pour votre paiement")
	p := s.one(payment.Paid)
	s.Work()
	b.goes("/messagerie").clicks(".mail a").reads("Nous accusons réception de votre paiement")
	b.goes("/demarches/paiements/"+string(p.ID)+"/recu").reads("Reçu du paiement", p.Authorisation).lacks("Imprimer")
	b.goes("/inscription").clicks("#creer").reads("Saisissez le numéro de l’avis")

	a := s.person().withoutScript().signsInAsAgent()
	a.goes("/gestion/paiements").clicks(".rows tbody a").at("/gestion/paiements/"+string(p.ID)).decides("prendre-en-compte", "").reads("Le paiement est pris en compte.")
	b.goes("/accueil").reads("est pris en compte sur votre compte")
}

// The receipt is one sheet of paper, with what is to be kept and nothing that is for the screen.
func TestPrint(t *testing.T) {
	t.Parallel()
	s := serve(t, apptest.Morning, nil)
	b := s.person().signsIn("assure-1").begins("creance-101").pays(goodCard).atKiosk("accepté").returns()
	p := s.one(payment.Paid)
	b.goes("/demarches/paiements/"+string(p.ID)+"/recu").reads("Reçu du paiement", "Imprimer", "Se déconnecter")
	sheet := call(b, page.PrintToPDF, page.PrintToPDFParams{PaperWidth: 8.27, PaperHeight: 11.69})
	if n := len(regexp.MustCompile(`/Type\s*/Page\b`).FindAll(sheet.Data, -1)); n != 1 || !bytes.HasPrefix(sheet.Data, []byte("%PDF-")) {
		t.Errorf("the receipt is printed on %d sheets", n)
	}
	call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"})
	b.reads("CPAM de l’Exemple", "PIERRE BELAGE", "62,00 €", p.Reference, p.Authorisation, "201000005940002", "2 mars 2026")
	b.lacks("Imprimer", "Se déconnecter", "Ma messagerie", "Aller au contenu", "Démonstration")
	inspectorOf(t).keep(b, "recu-imprime.png")
}
