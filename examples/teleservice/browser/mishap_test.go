//go:build !race

package browser_test

import (
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/payment"

	"github.com/quittance/quittance/examples/teleservice/internal/apptest"
)

// one checks that there is one payment, in a state.
func (s *service) one(want payment.State) payment.Payment {
	s.t.Helper()
	if d := cmp.Diff([]payment.State{want}, s.states()); d != "" {
		s.t.Fatalf("the payments (-want +got):\n%s", d)
	}
	return s.Last()
}

// A payer gives up on the bank's page, or at the bank's authentication: nothing is paid, and the way is open again.
func TestGivingUp(t *testing.T) {
	t.Parallel()
	s := serve(t, apptest.Morning, nil)
	b := s.person().signsIn("assure-1")
	b.begins("creance-101").clicks("button[value=abandon]").atKiosk("Vous avez abandonné le paiement.")
	b.returns().reads("Vous avez quitté la page de paiement sans payer.", "Aucune somme n’a été débitée.")
	s.one(payment.Cancelled)
	b.begins("creance-101").types("#number", goodCard).chooses("#month", "11").chooses("#year", "2027").types("#cryptogram", "123")
	b.clicks("button[value=card]").atKiosk("Votre banque vérifie").clicks("button[value=cancel]").atKiosk("Vous avez abandonné le paiement.")
	b.returns().reads("Vous avez quitté la page de paiement sans payer.")
	b.begins("creance-101")
}

// The tab is closed on the bank's page, before or after paying: who comes back finds what is true.
func TestClosedTab(t *testing.T) {
	t.Parallel()
	s := serve(t, apptest.Morning, nil)
	first := s.person().signsIn("assure-1")
	left := first.another().begins("creance-101")
	left.close()
	first.goes("/accueil").reads("Un paiement est en cours").clicks("#reprendre")
	first.atKiosk("Veuillez saisir les informations de votre paiement").pays(goodCard).atKiosk("Votre paiement a été accepté.")
	second := first.another()
	first.close() // on the ticket: the browser brings no result back, the bank's server does
	second.goes("/accueil").reads("Nous vous remercions pour votre paiement")
	s.one(payment.Paid)
}

// The back button leads back, and never to a second payment.
func TestBackButton(t *testing.T) {
	t.Parallel()
	s := serve(t, apptest.Morning, nil)
	b := s.person().signsIn("assure-1").begins("creance-101")
	made := s.one(payment.Redirected)
	const step1, step2 = "/demarches/creances/creance-101/etape-1", "/demarches/creances/creance-101/etape-2"

	// From the bank's page it leads to step 2/3: step 3/3 went on by itself, and is not in the way. A browser that has kept the page shows
	// it as it was, with its key; another one asks for it and is told of the payment under way. Both go on with the same payment.
	seen := b.back().wait("the page before", func(s shown) bool { return s.path() == step1 || s.path() == step2 })
	if seen.path() == step2 {
		b.clicks("#payer")
	} else {
		b.clicks("#reprendre")
	}
	b.atKiosk("Veuillez saisir les informations de votre paiement")
	if again := s.one(payment.Redirected); again.ID != made.ID {
		t.Fatalf("the payment is %v, it was %v", again, made)
	}
	b.pays(goodCard).atKiosk("Votre paiement a été accepté.").returns().reads("Nous vous remercions")

	// After paying, no page of the way that is chosen from the history pays again.
	for _, entry := range call(b, page.GetNavigationHistory, cdp.Empty{}).Entries {
		if entry.URL != s.Base+step1 && entry.URL != s.Base+step2 {
			continue
		}
		call(b, page.NavigateToHistoryEntry, page.NavigateToHistoryEntryParams{EntryID: entry.ID})
		seen := b.wait(entry.URL, func(s shown) bool { return s.path() == step1 || s.path() == step2 })
		if seen.path() == step2 { // kept by the browser
			b.clicks("#payer").wait("what is true now", func(s shown) bool { return s.path() == "/accueil" || s.path() == step1 })
		}
	}
	b.goes("/demarches/paiements/" + string(made.ID) + "/etape-3").at("/accueil").reads("Nous vous remercions")
	s.one(payment.Paid)
}

// A double click on « payer » is one payment.
func TestDoubleClick(t *testing.T) {
	t.Parallel()
	s := serve(t, apptest.Morning, nil)
	b := s.person().signsIn("assure-1").goes("/demarches/creances/creance-101/etape-2")
	b.doubleClicks("#payer").atKiosk("Veuillez saisir les informations de votre paiement")
	s.one(payment.Redirected)
	b.pays(goodCard).atKiosk("Votre paiement a été accepté.").returns().reads("Nous vous remercions")
	s.one(payment.Paid)
}

// Two tabs that both press « payer » are one payment: the second is told, and can go on with the first's.
func TestTwoTabs(t *testing.T) {
	t.Parallel()
	s := serve(t, apptest.Morning, nil)
	one := s.person().signsIn("assure-1")
	other := one.another()
	one.goes("/demarches/creances/creance-101/etape-2")
	other.goes("/demarches/creances/creance-101/etape-2")
	one.clicks("#payer").atKiosk("Veuillez saisir les informations de votre paiement")
	other.clicks("#payer").at("/demarches/creances/creance-101/etape-1").reads("Un paiement de cette créance est déjà en cours.")
	other.clicks("#reprendre").atKiosk("Veuillez saisir les informations de votre paiement")
	one.pays(goodCard).atKiosk("Votre paiement a été accepté.")
	other.types("#number", goodCard).chooses("#month", "11").chooses("#year", "2027").types("#cryptogram", "123")
	other.clicks("button[value=card]").atKiosk("Cette session de paiement est terminée")
	other.returns().reads("Nous vous remercions")
	one.returns().reads("Nous vous remercions")
	s.one(payment.Paid)
}

// A session that has ended asks for signing in, says not to pay again, and loses nothing.
func TestSessionEnded(t *testing.T) {
	t.Parallel()
	s := serve(t, apptest.Morning, nil)
	b := s.person().signsIn("assure-1").goes("/demarches/creances/creance-101/etape-2")
	s.Clock.Pass(31 * time.Minute)
	b.clicks("#payer").at("/connexion").reads("Votre session a pris fin.", "ne payez pas à nouveau")
	if n := len(s.All()); n != 0 {
		t.Fatalf("%d payments were begun without a session", n)
	}
	b.clicks("#assure-1").at("/demarches/creances/creance-101/etape-2").reads("Vérifier et confirmer") // where the payer was
	b.goes("/demarches").reads("Vous n’avez fait aucun paiement ici.")

	// While the payer is at the bank, somebody signs out in another tab.
	b.begins("creance-101")
	b.another().goes("/accueil").signsOut().at("/connexion").reads("Vous êtes déconnecté.")
	b.pays(goodCard).atKiosk("Votre paiement a été accepté.").clicks(".back button").at("/connexion").reads("ne payez pas à nouveau")
	b.clicks("#assure-1").at("/accueil").reads("Nous vous remercions")
	s.one(payment.Paid)
}

// The notification is lost and the payer has closed the tab: time passes, and the service finds out by itself.
func TestLostAndFound(t *testing.T) {
	t.Parallel()
	s := serve(t, apptest.Morning, nil)
	a := s.person().signsInAsAgent().clicks(`.menu a[href="/gestion/pannes"]`).at("/gestion/pannes")
	a.chooses("#panne-notification", "se perd").clicks("#notification button").reads("la prochaine notification subira cette panne")
	b := s.person().signsIn("assure-1")
	gone := b.another().begins("creance-101").pays(goodCard).atKiosk("Votre paiement a été accepté.")
	gone.close()
	b.goes("/accueil").reads("Un paiement est en cours", "Si vous avez déjà payé, vous n’avez rien à faire")
	s.one(payment.Redirected)
	a.goes("/gestion/pannes").chooses("#duree", "16 minutes").clicks("#temps button").reads("Le temps a passé.")
	b.goes("/accueil").reads("Nous vous remercions")
	s.Work()
	b.goes("/messagerie").reads("Accusé de réception")
	p := s.one(payment.Paid)
	a.goes("/gestion/paiements/"+string(p.ID)).reads("réponse à notre question", "Paiement accepté")
}

// The bank has not decided yet: the payer is told not to pay again, and the result comes later.
func TestPending(t *testing.T) {
	t.Parallel()
	s := serve(t, apptest.Morning, nil)
	b := s.person().signsIn("assure-1").begins("creance-101").pays(pendingCard).atKiosk("Ne payez pas une seconde fois")
	b.returns().reads("Nous vérifions")
	s.person().signsInAsAgent().goes("/gestion/pannes").clicks("button[value=accepte]").reads("La banque a tranché")
	b.goes("/accueil").reads("Nous vous remercions")
	s.one(payment.Paid)
}
