package app_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/examples/teleservice/internal/app"
	"github.com/quittance/quittance/payment"
)

// decides chooses what to do with the payment that is shown, and confirms it where that is asked for.
func (b *browser) decides(act, why string) *browser {
	b.t.Helper()
	if !b.offers(act) {
		b.t.Fatalf("%s does not offer %s:\n%s", b.URL, act, b.text())
	}
	b.press("trancher", "", "acte", act, "motif", why)
	if strings.Contains(b.Page, `id="confirmer"`) {
		b.press("confirmer", "oui")
	}
	return b
}

// offers reports whether an act can be chosen.
func (b *browser) offers(act string) bool { return strings.Contains(b.Page, `id="acte-`+act+`"`) }

// accountant is a browser with an agent of the accounts signed in.
func (w world) accountant() *browser {
	w.t.Helper()
	b := w.browser()
	return b.get("/gestion/connexion").press("connexion", "agent-2").at(http.StatusOK, "/gestion")
}

// The notification is lost and the payer has closed the tab: time passes, and the service asks the bank by itself.
func TestLostAndFound(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	a := w.agent()
	a.get("/gestion/pannes").press("notification", "", "panne", "lost").reads("la prochaine notification subira cette panne")
	b := w.payer("assure-1")
	b.toKiosk("creance-101").card(goodCard).reads("Votre paiement a été accepté.") // and goes away
	b.get("/accueil").reads("Un paiement est en cours")
	a.get("/gestion/pannes").reads("à remettre (TO_CAPTURE), code 00").press("temps", "", "duree", "16m").reads("Le temps a passé.")
	b.get("/accueil").reads("Nous vous remercions")
	w.Work()
	b.get("/messagerie").reads("Accusé de réception")
	id := string(w.All()[0].ID)
	a.get("/gestion/paiements/"+id).reads("réponse à notre question", "Paiement accepté")
}

// A payment goes from hand to hand: taken into account, questioned, given back although the bank's answer is lost.
func TestReviewAndRefund(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	w.payer("assure-1").toKiosk("creance-101").card(goodCard).back()
	id := string(w.All()[0].ID)
	page := "/gestion/paiements/" + id
	a, money := w.agent(), w.accountant()
	a.get("/gestion").reads("1 À prendre en compte", "0 À vérifier")
	a.get("/gestion/paiements").reads("assure-1", "1 paiement")
	// Somebody else has acted meanwhile: what this agent sees is old, and nothing is done.
	old := *money.get(page)
	a.get(page).decides("prendre-en-compte", "").reads("Pris en compte sur le compte")
	old.decides("rembourser", "bon").reads("Le paiement a changé entre-temps")
	old.get(page).decides("interroger", "").reads("La banque a répondu")
	a.decides("contester", "").at(http.StatusUnprocessableEntity, page+"/decider").reads("Saisissez un motif")
	a.decides("contester", "réclamation n° 12").reads("Mis en vérification", "« réclamation n° 12 »", "Par ALIX DURIEUX, Service des créances")
	a.get("/gestion?vue=a-verifier").reads("1 À vérifier")
	a.get("/gestion/paiements?etat=a-verifier").reads("1 paiement", "PCLCB26061")

	if a.get(page); a.offers("rendre") || !strings.Contains(a.text(), "réservé à l’autre service : « rendre la somme »") {
		t.Errorf("the claims service may give money back:\n%s", a.text())
	}
	money.get(page).decides("rendre", "payé deux fois").reads("Le remboursement est demandé.")

	a.get("/gestion/pannes").press("appel", "", "operation", acquirer.OpCancel, "panne", string(mock.Timeout)).reads("le prochain appel")
	for range 3 {
		a.get("/gestion/pannes").press("temps", "", "duree", "1h10m")
	}
	if p := w.All()[0]; p.State != payment.Refunded {
		t.Fatalf("the payment is %v:\n%s", p, a.get(page).text())
	}
	a.get(page).reads("Somme rendue", "annulé avant remise")
	w.Work()
	w.payer("assure-1").get("/messagerie").reads("Remboursement de votre paiement de créance", "Accusé de réception")
}

// What may be decided about a review: each verdict leads where the table says. What the journal forbids is not offered.
func TestVerdicts(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	claims, accounts := w.agent(), w.accountant()
	for _, v := range []struct {
		verdict string
		by      *browser
		want    payment.State
	}{
		{"deja-rendu", accounts, payment.Refunded}, // first: the debt is free for another
		{"garder", claims, payment.Paid}, {"rendre", accounts, payment.Refunding},
	} {
		for _, who := range []struct{ person, debt string }{{"assure-1", "creance-101"}, {"assure-2", "creance-102"}, {"assure-3", "creance-103"}} {
			b := w.payer(who.person)
			if b.get("/demarches/creances/" + who.debt + "/etape-2"); !strings.HasSuffix(b.URL.Path, "etape-2") {
				continue // held by one of those before
			}
			b.toKiosk(who.debt).card(goodCard).back()
			page := "/gestion/paiements/" + string(w.Last().ID)
			claims.get(page).decides("contester", "doute")
			if claims.get(page); claims.offers("sans-paiement") {
				t.Error("« aucune somme » is offered while the journal has sealed money")
			}
			v.by.get(page).decides(v.verdict, "vu")
			if p := w.Last(); p.State != v.want {
				t.Errorf("%s leads to %s, want %s:\n%s", v.verdict, p.State, v.want, v.by.text())
			}
			break
		}
	}
	if n := len(w.All()); n != 3 {
		t.Errorf("%d payments were decided, want 3", n)
	}
}

// A payment that nobody knows is kept, and shown; so is a day's export, once the day is over.
func TestOrphanAndExport(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	a := w.agent()
	a.get("/gestion/orphelins").reads("Il n’y a aucun orphelin à traiter.")
	a.get("/gestion/pannes").press("orphelin", "").reads("a encaissé 75,00 €")
	a.get("/gestion/orphelins").reads("75,00 €", "PCLCB26061")

	w.payer("assure-1").toKiosk("creance-101").card(goodCard).back()
	a.get("/gestion/exports").at(http.StatusForbidden, "/gestion/exports").reads("réservée", "Direction comptable et financière")
	a = w.accountant()
	for _, day := range []string{"1/3/2026", "01/03/2026", "2026-03-01"} { // as an officer types it, and as a program does
		if a.get("/gestion/exports").press("export", "", "jour", day, "forme", "csv"); a.Status != http.StatusOK || !strings.Contains(a.Header.Get("Content-Disposition"), "mouvements-2026-03-01.csv") {
			t.Errorf("%s: %d, %v", day, a.Status, a.Header)
		}
	}
	a.get("/gestion/exports").press("export", "", "jour", "02/03/2026").at(http.StatusUnprocessableEntity, "/gestion/exports/fichier").reads("Choisissez un jour qui est fini")
	a.press("export", "", "jour", "hier").reads("Choisissez un jour qui est fini")
	a.get("/gestion/pannes").press("temps", "", "duree", "24h")
	a.get("/gestion/exports").press("export", "", "forme", "csv").at(http.StatusOK, "/gestion/exports/fichier")
	ref := w.All()[0].Reference
	if a.Header.Get("Content-Type") != "text/csv; charset=utf-8" || !strings.Contains(a.Page, ref) || !strings.Contains(a.Page, "orphan") ||
		!strings.Contains(a.Page, a.Header.Get("X-Seal")) {
		t.Errorf("the export is %v\n%s", a.Header, a.Page)
	}
}

// Every fault of the panel does what it says, and what it does not know it refuses.
func TestFaultPanel(t *testing.T) {
	t.Parallel()
	for _, bank := range []string{"simulator", "mock"} {
		t.Run(bank, func(t *testing.T) {
			w := start(t, func(c *app.Config) { c.Bank = bank })
			a := w.agent()
			for _, fault := range []string{"doubled", "late"} {
				a.get("/gestion/pannes").press("notification", "", "panne", fault).reads("C’est noté")
			}
			b := w.payer("assure-1")
			b.toKiosk("creance-101").card(goodCard)
			b.get("/accueil").reads("Nous vous remercions") // doubled
			b = w.payer("assure-2")
			b.toKiosk("creance-102").card(goodCard)
			b.get("/accueil").reads("Un paiement est en cours") // late
			a.get("/gestion/pannes").press("retenues", "").reads("sont parties")
			b.get("/accueil").reads("Nous vous remercions")
			ref := w.All()[1].Reference
			a.get("/gestion/pannes")
			a.do(http.MethodPost, "/gestion/pannes/renvoyer", map[string][]string{"reference": {ref}, "panne": {"forged"}}).reads("La notification est partie.")
			a.get("/gestion/pannes").press("remise", "").reads("remis")
			for path, form := range map[string]map[string][]string{
				"notification": {"panne": {"timeout"}}, "appel": {"panne": {"lost"}, "operation": {"begin"}}, "temps": {"duree": {"1000h"}},
				"renvoyer": {"reference": {ref}, "panne": {"x"}},
			} {
				if a.do(http.MethodPost, "/gestion/pannes/"+path, form); a.Status != http.StatusBadRequest {
					t.Errorf("%s with %v: %d", path, form, a.Status)
				}
			}
			a.do(http.MethodPost, "/gestion/pannes/renvoyer", map[string][]string{"reference": {"unknown"}}).reads("Rien n’a changé.")
			a.get("/gestion/pannes").press("orphelin", "").reads("a encaissé 75,00 €")
			if a.get("/gestion/orphelins").reads("75,00 €"); bank == "mock" {
				w.payer("assure-3").toKiosk("creance-103").card(goodCard).back().reads("Nous vous remercions")
			}
		})
	}
}

// A result that is not final is decided by the bank later.
func TestPending(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	b := w.payer("assure-1")
	b.toKiosk("creance-101").card("5017670000001860").back().reads("Nous vérifions")
	a := w.agent()
	a.get("/gestion/pannes").press("", "accepte").reads("La banque a tranché")
	b.get("/accueil").reads("Nous vous remercions")
}

// What is in flight when the service ends goes on at the next start: the session at the kiosk, the bank's book, the letters.
func TestRestart(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	waiting, lost := w.payer("assure-1"), w.payer("assure-2")
	waiting.toKiosk("creance-101")
	if err := w.Bank.Desk.Inject("", mock.Lost); err != nil {
		t.Fatal(err)
	}
	lost.toKiosk("creance-102").card(goodCard)
	w.Clock.Pass(5 * time.Minute)
	kiosk := w.Bank.Where
	w.Stop()

	w.Config.Kiosk = strings.TrimPrefix(kiosk, "http://")
	w.Open()
	waiting.base, lost.base = w.Base, w.Base // the same host: its cookies are known still
	waiting.get("/accueil").reads("Je n’ai pas encore payé : reprendre")
	id := string(w.All()[0].ID)
	waiting.get("/demarches/paiements/"+id+"/etape-3").press("kiosque", "").card(goodCard).reads("Votre paiement a été accepté.")
	// The bank notifies, and sends the payer, to where the service was when the session was opened: nobody is there any more.
	w.Clock.Pass(20 * time.Minute)
	w.Work()
	for i, p := range w.All() {
		if p.State != payment.Paid {
			t.Errorf("payment %d is %v", i, p)
		}
	}
	lost.get("/messagerie").reads("Accusé de réception")
}

// A letter that cannot be delivered for a day is stuck: the office shows it, and lets it go again once the cause is gone.
func TestStuck(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	rename := func(from, to string) {
		t.Helper()
		if _, err := w.Database.ExecContext(t.Context(), "ALTER TABLE "+from+" RENAME TO "+to); err != nil {
			t.Fatal(err)
		}
	}
	w.payer("assure-1").toKiosk("creance-101").card(goodCard).back()
	rename(letterTable, "elsewhere")
	for range payment.StuckAfter + 1 {
		w.Clock.Pass(7 * time.Hour)
		for range 3 {
			_, _ = w.Payments.WorkOnce(t.Context()) // the mailbox's chore fails too
		}
	}
	a := w.agent()
	a.get("/gestion").reads("1 Bloqué un travail")
	a.get("/gestion/paiements?etat=bloques").reads("1 paiement", "PCLCB26061")
	id := string(w.All()[0].ID)
	rename("elsewhere", letterTable)
	a.get("/gestion/paiements/"+id).reads("Un travail sur ce paiement a échoué trop souvent.").decides("relancer", "").reads("est relancé")
	w.Work()
	a.get("/gestion").lacks("Bloqué")
	a.get("/gestion/paiements?etat=bloques").reads("Aucun paiement ne correspond.")
	w.payer("assure-1").get("/messagerie").reads("Accusé de réception")
}

// letterTable is where the mailbox of the library keeps letters.
const letterTable = "quittance_letter"
