//go:build !race

package browser_test

import (
	"testing"

	"github.com/chromedp/chromedp/kb"
	"github.com/quittance/quittance/payment"

	"github.com/quittance/quittance/examples/teleservice/internal/apptest"
)

// tabsTo presses the tab key until something has the focus.
func (b *tab) tabsTo(css string) *tab {
	b.t.Helper()
	b.wait("the page with "+css, func(shown) bool { return eval[bool](b, "!!document.querySelector(`"+css+"`)") })
	for range 60 {
		b.presses(kb.Tab)
		if eval[bool](b, "document.activeElement.matches(`"+css+"`)") {
			return b
		}
	}
	s := b.look()
	b.t.Fatalf("the tab key does not lead to %s at %s:\n%s", css, s.URL, s.Text)
	return b
}

// keys types what has the focus is to have.
func (b *tab) keys(text string) *tab {
	b.t.Helper()
	for _, r := range text {
		b.presses(string(r))
	}
	return b
}

// The whole way by keyboard alone: tab, enter, space, and what is typed.
func TestKeyboard(t *testing.T) {
	t.Parallel()
	s := serve(t, apptest.Morning, nil)
	b := s.person().goes("/connexion").tabsTo("#assure-1").presses(kb.Enter).at("/accueil")

	// The first stop leads past the menu: the next stop is in the page.
	b.presses(kb.Tab)
	if text := eval[string](b, `document.activeElement.textContent`); text != "Aller au contenu" {
		t.Fatalf("the first stop is %q", text) // S49
	}
	b.presses(kb.Enter)
	b.wait("the content", func(shown) bool { return eval[bool](b, `document.activeElement.id === "contenu"`) })
	b.presses(kb.Tab)
	if !eval[bool](b, `document.activeElement.closest("main") !== null`) {
		t.Error("after the way past the menu the focus is not in the page")
	}

	b.goes("/accueil").tabsTo("#payer-une-creance").presses(kb.Enter).at("/demarches/creances")
	b.tabsTo("#creance-101 .button").presses(kb.Enter).at("/demarches/creances/creance-101/etape-1")
	b.tabsTo("#continuer").presses(kb.Enter).at("/demarches/creances/creance-101/etape-2")
	b.tabsTo("#payer").presses(" ").atKiosk("Veuillez saisir les informations de votre paiement")
	b.tabsTo("#number").keys(goodCard).tabsTo("#month").keys("11").tabsTo("#year").keys("2027").tabsTo("#cryptogram").keys("123")
	b.presses(kb.Enter).atKiosk("Votre banque vérifie")
	b.tabsTo("button[value=accept]").presses(" ").atKiosk("Votre paiement a été accepté.")
	b.tabsTo(".back button").presses(kb.Enter).at("/accueil").reads("Nous vous remercions pour votre paiement")
	p := s.one(payment.Paid)

	// The back office, too.
	a := s.person().goes("/gestion/connexion").tabsTo("#agent-1").presses(" ").at("/gestion")
	a.tabsTo("#q").keys(p.Reference).presses(kb.Enter).at("/gestion/paiements/" + string(p.ID))
	a.tabsTo("#acte-prendre-en-compte").presses(kb.ArrowDown).tabsTo("#motif").keys("doute").presses(kb.Enter).reads("Le paiement est à vérifier.")
	a.tabsTo("#acte-garder").presses(" ").tabsTo("#motif").keys("vu").tabsTo("#continuer").presses(" ").reads("Rien n’est encore fait.")
	a.tabsTo("#confirmer button").presses(kb.Enter).reads("La somme est gardée.")
	a.tabsTo(".who button").presses(kb.Enter).at("/gestion/connexion")
	s.one(payment.Paid)
}
