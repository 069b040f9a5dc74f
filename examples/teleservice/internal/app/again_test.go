package app_test

import (
	"strings"
	"testing"

	"github.com/quittance/quittance/payment"
)

// The button for another try stands where the words above it say that one may help, and nowhere else.
func TestTryAgainOnlyWhereItHelps(t *testing.T) {
	t.Parallel()
	const button, help = "Recommencer le paiement", "Payer autrement ou demander de l’aide"
	for _, c := range []struct {
		name        string
		after       func(w world, b *browser)
		says        string
		again, help bool
	}{
		{"refused, another card may do", func(_ world, b *browser) { b.toKiosk("creance-101").card("5017670000001851").back() },
			"Vous pouvez recommencer avec une autre carte.", true, true},
		{"refused, the shop's fault", func(_ world, b *browser) { b.toKiosk("creance-101").card("5017670000001803").back() },
			"Pour le moment, un nouvel essai en ligne n’aboutirait pas.", false, true},
		{"given up", func(_ world, b *browser) { b.toKiosk("creance-101").press("", "abandon").back() },
			"Vous pouvez recommencer depuis votre compte, quand vous le souhaitez.", true, true},
		{"given back", func(w world, b *browser) {
			b.toKiosk("creance-101").card(goodCard).back()
			w.accountant().get("/gestion/paiements/"+string(w.Last().ID)).decides("rembourser", "une erreur de la caisse")
			w.Work()
		}, "Pour savoir si la créance reste due, contactez votre caisse.", false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := start(t, nil)
			b := w.payer("assure-1")
			c.after(w, b)
			for _, page := range []string{"/accueil", "/demarches/paiements/" + string(w.Last().ID)} {
				b.get(page).reads(c.says)
				if got := strings.Contains(b.text(), button); got != c.again {
					t.Errorf("%s: the button for another try: %t, want %t", page, got, c.again)
				}
				if got := strings.Contains(b.text(), help); got != c.help {
					t.Errorf("%s: the way to help: %t, want %t", page, got, c.help)
				}
			}
		})
	}
}

// A payment that once arrived twice and was kept is no double any more: a complaint about it, months later, is a complaint.
func TestKeptIsNoDouble(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	b := w.payer("assure-1")
	b.toKiosk("creance-101").press("", "abandon").back()
	b.toKiosk("creance-101").card(goodCard).back()
	first, second := w.All()[0], w.All()[1]
	w.tell(first, "6200")
	page := "/demarches/paiements/" + string(first.ID)
	b.get(page).reads("Paiement reçu en double")

	w.accountant().get("/gestion/paiements/"+string(second.ID)).decides("rembourser", "payé deux fois")
	w.Work()
	w.agent().get("/gestion/paiements/"+string(first.ID)).decides("garder", "l’autre est rendu").decides("contester", "une réclamation")
	if s := w.All()[0].State; s != payment.Review {
		t.Fatalf("it is %s", s)
	}
	b.get(page).reads("Votre caisse le vérifie.").lacks("en double. Nous le vérifions")
}
