//go:build !race

package browser_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/payment"

	"github.com/quittance/quittance/examples/teleservice/internal/apptest"
)

// After the bank the home page finishes the story: what was paid, the reference, the receipt, the letter, and that nothing is left to be done
// (S39, S62, S76 to S78). The title says the outcome first.
func TestStoryOfASuccess(t *testing.T) {
	t.Parallel()
	s := serve(t, apptest.Morning, nil)
	b := s.person().signsIn("assure-1").titled("Accueil")
	b.begins("creance-101").pays(goodCard).atKiosk("accepté").returns().reads("Nous vous remercions") // S48
	p := s.one(payment.Paid)
	b.titled("Paiement accepté – Accueil")
	b.reads("Votre paiement", "62,00 €", p.Reference, "ASP-2025-0101", "Fin de la démarche", "L’accusé de réception arrive dans Ma messagerie", "sous 24 heures")
	s.Work()
	b.goes("/accueil").reads("L’accusé de réception est dans Ma messagerie")
	receipt := "/demarches/paiements/" + string(p.ID) + "/recu"
	b.clicks("#vers-le-recu").at(receipt).reads("Nous avons reçu votre paiement.")
	b.goes("/accueil").clicks("#vers-l-accuse").at("/messagerie/" + string(p.ID) + "/acknowledgement").reads("Nous accusons réception")
	b.clicks("#vers-le-recu").at(receipt) // from the letter, too
	b.goes("/messagerie/" + string(p.ID) + "/acknowledgement").reads("Imprimer").clicks(`a[href="/messagerie/ecrire"]`).at("/messagerie/ecrire")
	b.reads("36 46") // S71: what the letter names is there, and says that the demonstration sends nothing
}

// After a failure the way to try again is on the page, and another one for who needs help (S57, S58).
func TestStoryOfAFailure(t *testing.T) {
	t.Parallel()
	s := serve(t, apptest.Morning, nil)
	b := s.person().signsIn("assure-1").begins("creance-101").pays(refusedCard).atKiosk("refusé").returns()
	b.reads("Votre transaction de paiement a échoué.", "Payer autrement ou demander de l’aide").titled("Échec du paiement – Accueil").lacks("Voir le reçu")
	b.clicks("#recommencer").at("/demarches/creances/creance-101/etape-1").clicks("#continuer").at("/demarches/creances/creance-101/etape-2")
	b.clicks("#payer").atKiosk("Veuillez").pays(goodCard).atKiosk("accepté").returns().reads("Nous vous remercions")
}

// While a result is awaited the page looks again by itself, and says what to do meanwhile; without script a button looks again.
func TestStoryThatIsAwaited(t *testing.T) {
	t.Parallel()
	for name, script := range map[string]bool{"with script": true, "without script": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, apptest.Morning, nil)
			b := s.person().signsIn("assure-1").begins("creance-101").pays(pendingCard).atKiosk("Ne payez pas une seconde fois").returns()
			p := s.one(payment.Unknown)
			b.reads("Nous vérifions", "62,00 €", p.Reference, "Vous pouvez fermer cette page", "Que faire en attendant")
			if !script {
				b.withoutScript().goes("/accueil").lacks("Cette page se met à jour toute seule")
			} else {
				b.reads("Cette page se met à jour toute seule.")
			}
			if err := s.Bank.Desk.Decide(p.Reference, true); err != nil {
				t.Fatal(err)
			}
			if s.Work(); !script {
				b.clicks("#actualiser")
			}
			b.reads("Nous vous remercions pour votre paiement", "Voir le reçu") // nobody has touched anything, with script
			s.one(payment.Paid)
		})
	}
}

// The notification is lost and the payer comes back by another tab: the first thing that the page offers is no second payment.
func TestPaidAndNotYetKnown(t *testing.T) {
	t.Parallel()
	s := serve(t, apptest.Morning, nil)
	b := s.person().signsIn("assure-1")
	if err := s.Bank.Desk.Inject("", mock.Lost); err != nil {
		t.Fatal(err)
	}
	gone := b.another().begins("creance-101").pays(goodCard).atKiosk("accepté")
	gone.close()
	b.goes("/accueil").reads("Si vous avez déjà payé, vous n’avez rien à faire", "Je n’ai pas encore payé : reprendre")
	if n := eval[int](b, `document.querySelectorAll("#bandeau .button:not(.second)").length`); n > 0 {
		t.Error("the banner has a main button")
	}
	b.goes("/demarches/creances").reads("Paiement : En cours", "62,00 €")
	b.goes("/demarches/creances/creance-101/etape-1").lacks("Étape 1/3", "Ce que vous devez")
}

// Who owes nothing, or nothing that can be paid here, reads no step of three and no « Ce que vous devez ».
func TestNothingIsOwed(t *testing.T) {
	t.Parallel()
	s := serve(t, apptest.Morning, nil)
	for who, debt := range map[string]string{
		"assure-8": "creance-108", "assure-11": "creance-111", "assure-12": "creance-112", // settled, time-barred, nil
		"assure-5": "creance-105", "assure-6": "creance-106", "assure-7": "creance-107", "assure-9": "creance-109", "assure-10": "creance-110",
	} {
		b := s.person().signsIn(who).goes("/demarches/creances/" + debt + "/etape-1").reads("Votre créance")
		b.lacks("Ce que vous devez", "Étape 1/3", "Étape")
		if strings.HasPrefix(b.title(), "Votre créance") {
			t.Errorf("%s: the title does not say the answer first: %q", who, b.title())
		}
	}
	b := s.person().signsIn("assure-1").begins("creance-101").pays(goodCard).atKiosk("accepté").returns()
	b.goes("/demarches/creances").reads("Paiement : Accepté", "62,00 €").clicks(`#creance-101 a`).at("/demarches/creances/creance-101/etape-1")
	b.reads("Votre créance").lacks("Ce que vous devez", "Étape 1/3", "Total dû", "Sommes dues")
}

// Before the payer goes to the payment page, it is said how long that waits.
func TestHowLongThePageWaits(t *testing.T) {
	t.Parallel()
	s := serve(t, apptest.Morning, nil)
	b := s.person().signsIn("assure-1").goes("/demarches/creances/creance-101/etape-2").reads("La page de paiement se ferme après 15 minutes sans action")
	if by := eval[string](b, `document.getElementById("payer").getAttribute("aria-describedby")`); !strings.Contains(by, "duree") {
		t.Errorf("the button is described by %q", by)
	}
}

// The amount has changed since the page was shown: it says from what to what. A reload from the address bar is the page again.
func TestAmountChanged(t *testing.T) {
	t.Parallel()
	s := serve(t, apptest.Morning, nil)
	b := s.person().signsIn("assure-2").goes("/demarches/creances/creance-102/etape-2").reads("Récapitulatif")
	eval[bool](b, `document.querySelector("[name=montant]").value = "9000"; true`)
	b.clicks("#payer").reads("Le montant à payer a changé", "Le montant était de 90,00 €, il est maintenant de 100,00 €.").titled("Le montant à payer a changé")
	b.goes("/demarches/creances/creance-102/payer").at("/demarches/creances/creance-102/etape-2")
	s.person().signsIn("assure-2").goes("/demarches").reads("Vous n’avez fait aucun paiement ici.")
}

// ahead lets time go by on both clocks: the service's, and that of the page that is shown.
func (b *tab) ahead(d time.Duration) {
	b.t.Helper()
	b.s.Clock.Pass(d)
	eval[bool](b, `{const now = Date.now.bind(Date), by = `+itoa(d.Milliseconds())+`; Date.now = () => now() + by; true}`)
}

// A session says when it ends, warns two minutes before, and can be kept; nothing that was typed is lost. Another tab keeps it for all.
func TestSessionIsKept(t *testing.T) {
	t.Parallel()
	s := serve(t, apptest.Morning, nil)
	b := s.person().signsIn("assure-1").reads("votre session prend fin à 11 h (heure de Paris)")
	b.goes("/demarches/creances/creance-101/etape-2").reads("Récapitulatif")
	b.ahead(28*time.Minute + 30*time.Second)
	b.reads("Votre session prend fin dans moins de deux minutes.")
	b.clicks("#session-garder").wait("the warning to go", func(sh shown) bool { return !strings.Contains(sh.Text, "dans moins de deux minutes") })
	b.ahead(20 * time.Minute) // of thirty more
	b.clicks("#payer").atKiosk("Veuillez saisir")

	b = s.person().signsIn("assure-2").goes("/accueil").reads("Accueil")
	b.ahead(20 * time.Minute)
	b.another().goes("/accueil").reads("Accueil") // keeps the session
	b.ahead(9 * time.Minute)
	b.wait("the page to have asked", func(shown) bool {
		return eval[bool](b, `performance.getEntriesByType("resource").some(e => e.name.endsWith("/session"))`)
	})
	b.lacks("dans moins de deux minutes")
	b.ahead(20 * time.Minute)
	b.reads("dans moins de deux minutes")
	b.ahead(3 * time.Minute)
	b.reads("Votre session a pris fin.", "ne payez pas à nouveau").clicks("#session-connexion").at("/connexion")
	b.goes("/messagerie").at("/connexion").reads("Votre session a pris fin. Connectez-vous pour continuer.")
	b.clicks("#assure-2").at("/messagerie")
}

// Who comes for the first time reads of no session that has ended; who signs out reads that it is done.
func TestFirstVisit(t *testing.T) {
	t.Parallel()
	s := serve(t, apptest.Morning, nil)
	b := s.person().goes("/").at("/connexion").reads("Choisissez une personne").lacks("session", "Connectez-vous pour voir", "ne payez pas")
	b.goes("/demarches/creances/creance-101/etape-2").at("/connexion").reads("Connectez-vous pour voir cette page.").lacks("a pris fin")
	b.clicks("#assure-1").at("/demarches/creances/creance-101/etape-2")
	b.signsOut().at("/connexion").reads("Vous êtes déconnecté.").lacks("a pris fin")
}

// On a telephone the header is a line, the menu is behind a button that says what it is, and a long name does no harm.
func TestHeaderOnATelephone(t *testing.T) {
	t.Parallel()
	s := serve(t, apptest.Morning, nil)
	for _, on := range []screen{{"phone", 375, 667, true}, narrowest} {
		b := s.person().size(on).signsIn("assure-3")
		if h := eval[float64](b, `document.querySelector("header").getBoundingClientRect().height`); h > 72 {
			t.Errorf("the header is %v pixels high at %d", h, on.width)
		}
		if y := eval[float64](b, `document.querySelector("h1").getBoundingClientRect().top`); y > 120 {
			t.Errorf("the first word of the page is at %v at %d", y, on.width)
		}
		b.lacks("Ma messagerie", "Se déconnecter").clicks(".account summary").reads("Ma messagerie", "SOLÈNE MARCHETTI", "Se déconnecter", "English")
		eval[bool](b, `document.querySelector(".who bdi").textContent = "M".repeat(300); true`)
		if wide := eval[[]string](b, ask("wide(%d)", on.width)); len(wide) > 0 {
			t.Errorf("a long name is wider than %d pixels: %s", on.width, wide)
		}
		b.presses(kb.Escape).menu("/informations").at("/informations")
	}
}

// A mistake in a form: the focus is where the mistakes are listed, and the title says it first.
func TestFocusOnMistakes(t *testing.T) {
	t.Parallel()
	s := serve(t, apptest.Morning, nil)
	b := s.person().goes("/inscription").clicks("#creer").reads("Des informations sont à corriger").titled("Erreur")
	b.wait("the focus", func(shown) bool { return eval[string](b, `document.activeElement.id`) == "erreurs" })
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
