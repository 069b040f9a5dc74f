package app_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/quittance/quittance/examples/teleservice/internal/app"
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

// What an agent gave back by transfer does not come to the card; what the bank gave back does.
func TestGivenBackByTransfer(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	const card, account = "sur la carte qui a servi à payer", "sur votre compte bancaire"
	b := w.payer("assure-1")
	b.toKiosk("creance-101").card(goodCard).back()
	m := w.accountant().get("/gestion/paiements/" + string(w.Last().ID))
	m.decides("contester", "payé par erreur").decides("deja-rendu", "virement du 4 mars")
	w.Work()
	b.get("/accueil").reads("Remboursement effectué", account).lacks(card)
	b.get("/messagerie/" + string(w.Last().ID) + "/refund_notice").reads(account).lacks(card)

	b.toKiosk("creance-101").card(goodCard).back()
	m.get("/gestion/paiements/"+string(w.Last().ID)).decides("rembourser", "payé par erreur")
	w.Work()
	b.get("/accueil").reads("Remboursement effectué", card).lacks(account)
}

// Of a debt of which the notice claims a part, the rest is owed when that part was paid: no page says that there is nothing to pay.
func TestRestOfTheDebt(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	const owed, free = "Vous devez encore 20,30 €", "rien à payer"
	b, whole := w.payer("assure-2"), w.payer("assure-1")
	b.toKiosk("creance-102").card(goodCard).back()
	w.agent().get("/gestion/paiements/"+string(w.Last().ID)).decides("prendre-en-compte", "")
	b.get("/accueil").reads(owed)
	b.get("/demarches/creances/creance-102/etape-1").reads("Paiement pris en compte", owed).lacks(free, "déjà réglée", "Total dû", "Sommes dues")
	b.get("/demarches/creances").reads("Avis réglé").lacks("Rien à payer")
	b.inEnglish().reads("Notice paid").lacks("Nothing to pay")

	whole.toKiosk("creance-101").card(goodCard).back()
	w.agent().get("/gestion/paiements/"+string(w.Last().ID)).decides("prendre-en-compte", "")
	whole.get("/demarches/creances/creance-101/etape-1").reads(free, "déjà réglée").lacks("Vous devez encore")
	whole.get("/demarches/creances").reads("Rien à payer").lacks("Avis réglé")
}

// A fund names its debts as it likes: whatever signs are in a name, every page of the way is found.
func TestDebtOfAnyName(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"2024/00123", "a b", "50%25", "?x", "#1", "été", "a+b;c"} {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			folder := oneDebt(t, "p", id)
			w := start(t, func(c *app.Config) { c.People = folder })
			stepOne := "/demarches/creances/" + url.PathEscape(id) + "/etape-1"
			b := w.browser().get(stepOne)
			b.press("connexion", "p").at(http.StatusOK, "/demarches/creances/"+id+"/etape-1") // signing in leads to what was asked for
			b.get("/demarches/creances")
			b.follows("Commencer").follows("Continuer").press("paiement", "").reads("Étape 3/3")
			b.get(strings.TrimSuffix(stepOne, "etape-1")+"payer").at(http.StatusOK, "/demarches/creances/"+id+"/etape-1").reads("Un paiement existe déjà")
		})
	}
}

// oneDebt is a folder of one person who has one debt.
func oneDebt(t *testing.T, person, debt string) (folder string) {
	t.Helper()
	folder = t.TempDir()
	for name, text := range map[string]string{
		"people.json": `[{"id": "` + person + `", "name": "ANNE DURAND", "born": "1983-02-25", "account": true, "case": ""}]`,
		"debts.json": `[{"id": "` + debt + `", "debtor": "` + person + `", "items": [{"kind": "franchise", "year": 2024, "amount": "50.00"}],
			"notice": {"number": "AV-1", "channel": "electronic", "issued_on": "2025-09-08"}}]`,
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

// A debt that no payment can be of, since the fund names the person by a social security number, is the operator's to mend: the log says which field
// it is, and not the number.
func TestDebtThatCannotBegin(t *testing.T) {
	t.Parallel()
	const number = "1850578006084"
	var log bytes.Buffer
	w := start(t, func(c *app.Config) {
		c.People, c.Logger = oneDebt(t, number, "d"), slog.New(slog.NewTextHandler(&log, nil))
	})
	b := w.browser().get("/connexion").press("connexion", number)
	b.get("/demarches/creances/d/etape-2").press("paiement", "")
	if b.Status != http.StatusBadRequest || len(w.All()) != 0 {
		t.Errorf("%d, %d payments", b.Status, len(w.All()))
	}
	if !strings.Contains(log.String(), "Debt.Debtor is a social security number") || strings.Contains(log.String(), number) {
		t.Errorf("the log says:\n%s", &log)
	}
}
