//go:build !race

package browser_test

import (
	"strings"
	"testing"
	"time"

	"github.com/quittance/quittance/payment"

	"github.com/quittance/quittance/examples/teleservice/internal/apptest"
)

// An agent is warned before the session ends, in the office's words, and keeps it by a button, with what was typed still there. Once it has
// ended the page says what was not done, and leads back to where the agent was.
func TestOfficeSessionIsKept(t *testing.T) {
	t.Parallel()
	s := serve(t, apptest.Morning, nil)
	s.person().signsIn("assure-1").begins("creance-101").pays(goodCard).atKiosk("accepté").returns()
	page := "/gestion/paiements/" + string(s.Last().ID)
	a := s.person().signsInAsAgent().goes(page).reads("votre session prend fin à")
	a.clicks("#acte-contester").types("#motif", "réclamation n° 12")
	a.ahead(28*time.Minute + 30*time.Second)
	a.reads("Votre session prend fin dans moins de deux minutes. Ce que vous n’avez pas confirmé ne sera pas fait.").lacks("veniez de payer")
	a.clicks("#session-garder").wait("the warning to go", func(sh shown) bool { return !strings.Contains(sh.Text, "dans moins de deux minutes") })
	a.ahead(20 * time.Minute) // of thirty more
	a.clicks("#continuer").reads("Le paiement est à vérifier.", "réclamation n° 12")
	s.one(payment.Review)

	// The page goes by its own clock where the service does not answer, and the button works once it does.
	a.goes("/gestion/orphelins")
	eval[bool](a, `{window.online = fetch; window.fetch = () => Promise.reject(new TypeError("offline")); true}`)
	a.ahead(28*time.Minute + 30*time.Second)
	a.reads("dans moins de deux minutes").clicks("#session-garder").reads("dans moins de deux minutes")
	eval[bool](a, `{const now = Date.now(); Date.now = () => now; true}`) // however long one looks at it
	inspectorOf(t).sees(a, "gestion-session")
	eval[bool](a, `{window.fetch = window.online; true}`)
	a.clicks("#session-garder").wait("the warning to go", func(sh shown) bool { return !strings.Contains(sh.Text, "dans moins de deux minutes") })

	a.ahead(28*time.Minute + 30*time.Second)
	a.reads("dans moins de deux minutes")
	a.ahead(2 * time.Minute)
	a.reads("Votre session a pris fin. Rien de ce que vous n’aviez pas confirmé n’a été fait.")
	a.clicks("#session-connexion").at("/gestion/connexion").reads("Votre session a pris fin. Connectez-vous pour continuer.")
	a.clicks("#agent-1").at("/gestion/orphelins")
}
