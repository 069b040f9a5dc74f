package app_test

import (
	"net/http"
	"net/url"
	"sync"
	"testing"

	"github.com/quittance/quittance/examples/teleservice/internal/app"
	"github.com/quittance/quittance/internal/integration/rig/postgres"
	"github.com/quittance/quittance/payment"
)

// Two processes on one PostgreSQL are one service: who signs in at one is known at the other, a payment that one begins the other finishes,
// and nothing is paid or told twice. The second one uses the first one's simulator.
func TestTwoProcesses(t *testing.T) {
	t.Parallel()
	server := postgres.Shared(t)
	dsn := server.DSN(server.Create(t))
	one := start(t, func(c *app.Config) { c.Database, c.ByHand = dsn, false })
	other := start(t, func(c *app.Config) { c.Database, c.ByHand, c.Kiosk, c.Now = dsn, false, one.Bank.Where, one.Clock.Now })

	b := one.payer("assure-1")
	twin := other.browser()
	at, err := url.Parse(one.Base)
	if err != nil {
		t.Fatal(err)
	}
	to, err := url.Parse(other.Base)
	if err != nil {
		t.Fatal(err)
	}
	twin.client.Jar.SetCookies(to, b.client.Jar.Cookies(at))
	twin.get("/accueil").at(http.StatusOK, "/accueil").reads("PIERRE BELAGE")

	// One begins, the other goes on, and the kiosk comes back to the first.
	b.toKiosk("creance-101")
	id := string(one.All()[0].ID)
	twin.get("/demarches/paiements/"+id+"/etape-3").press("kiosque", "").card(goodCard)
	twin.get("/accueil").reads("Nous vous remercions")

	// The same click at both at once is one payment.
	c := other.payer("assure-2")
	c.get("/demarches/creances/creance-102/etape-2")
	page, cookies := c.Page, c.client.Jar.Cookies(to)
	first := one.browser()
	first.client.Jar.SetCookies(at, cookies)
	first.URL, first.Page = at, page
	var both sync.WaitGroup
	for _, clicks := range []*browser{c, first} {
		both.Go(func() { clicks.press("paiement", "") })
	}
	both.Wait()
	all := one.All()
	if len(all) != 2 || all[1].State != payment.Redirected || c.URL.Path != first.URL.Path {
		t.Errorf("the payments are %v, the browsers at %s and %s", all, c.URL, first.URL)
	}

	// The clocks of a shared database are nobody's to move; the second one has no simulator to break.
	one.agent().get("/gestion/pannes").reads("La base de données est partagée")
	other.agent().get("/gestion/pannes").reads("il n’y a pas de pannes à provoquer ici")
}
