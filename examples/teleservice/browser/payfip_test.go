//go:build !race

package browser_test

import (
	"strings"
	"testing"

	"github.com/quittance/quittance/examples/teleservice/internal/app"
	"github.com/quittance/quittance/examples/teleservice/internal/apptest"
)

// looksAt has a page of another's looked at: no wider than any screen, and nothing that axe-core finds, in light and in
// dark. It has no menu, so there is no way past one.
func (i *inspector) looksAt(b *tab, name string) *tab {
	b.t.Helper()
	for _, on := range append(screens, narrowest) {
		b.size(on)
		if wide := eval[[]string](b, ask("wide(%d)", on.width)); len(wide) > 0 {
			i.t.Errorf("%s is wider than %d pixels:\n%s", name, on.width, strings.Join(wide, "\n"))
		}
	}
	i.inBothColours(b, name)
	b.size(screens[0])
	return b
}

// PayFiP's simulated pages are tried with axe-core as ours are: the choice of a means, the provider, each result, and what turns a payer
// away.
func TestPayFiPPages(t *testing.T) {
	t.Parallel()
	i := inspectorOf(t)
	if i.axe == "" {
		t.Skip("needs axe-core: see TestAxe")
	}
	s := serve(t, apptest.Morning, func(c *app.Config) { c.Bank = "payfip" })
	toChoice := func(who, debt string) *tab {
		b := s.person().signsIn(who).goes("/demarches/creances/" + debt + "/etape-2")
		return b.clicks("#payer").atKiosk("Choisissez votre moyen de paiement")
	}
	choose := func(b *tab, means string) *tab {
		return b.clicks(`form:has([value=` + means + `]) button[value=choose]`)
	}

	b := toChoice("assure-1", "creance-101")
	i.looksAt(b, "payfip-choix")
	link := b.look().URL
	i.looksAt(choose(b, "debit").atKiosk("Le prélèvement est enregistré"), "payfip-prestataire")
	i.looksAt(b.clicks("button[value=accept]").atKiosk("Votre prélèvement est enregistré"), "payfip-preleve")
	b.returns().reads("La somme sera prélevée sur votre compte bancaire")

	b = toChoice("assure-2", "creance-102")
	i.looksAt(choose(b, "card").clicks("button[value=refuse]").atKiosk("Votre paiement est refusé"), "payfip-refuse")
	b = toChoice("assure-3", "creance-103")
	i.looksAt(b.clicks("button[value=abandon]").atKiosk("Vous avez abandonné le paiement"), "payfip-abandonne")

	for name, address := range map[string]string{
		"payfip-deja-ouvert": link, "payfip-inconnu": strings.SplitN(link, "?", 2)[0] + "?idop=e9cc332f-6316-4141-8b48-0b91420022f0",
	} {
		b := s.person()
		eval[bool](b, `location.href = "`+address+`"; true`)
		b.wait(name, func(s shown) bool { return strings.Contains(s.URL, "paiementws") && s.Text != "" })
		i.looksAt(b, name)
	}
}
