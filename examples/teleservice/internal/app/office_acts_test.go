package app_test

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/examples/teleservice/internal/app"
	"github.com/quittance/quittance/payment"
	"github.com/shopspring/decimal"
)

// A click that is repeated, at once or later, in one tab or in two, decides once, and says that it is done.
func TestSecondClick(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	w.payer("assure-1").toKiosk("creance-101").card(goodCard).back()
	page := "/gestion/paiements/" + string(w.Last().ID)
	a, m := w.agent(), w.accountant()
	a.get(page)
	again := *a
	a.decides("contester", "doute").reads("Le paiement est à vérifier.")
	again.decides("contester", "doute").reads("Le paiement est à vérifier.").lacks("Rien n’a été fait")

	m.get(page).press("trancher", "", "acte", "rendre", "motif", "payé deux fois").reads("Rien n’est encore fait.")
	confirm := *m
	m.press("confirmer", "oui").reads("Le remboursement est demandé.")
	confirm.press("confirmer", "oui").at(http.StatusOK, page).reads("Le remboursement est demandé.").lacks("Rien n’a été fait")
	n := 0
	for e, err := range w.Payments.Journal(t.Context(), w.Last().ID) {
		if err != nil {
			t.Fatal(err)
		}
		if e.Event == payment.OnGivingBack {
			n++
		}
	}
	if n != 1 || w.Last().State != payment.Refunding {
		t.Errorf("it was decided %d times, the payment is %v", n, w.Last())
	}
	// A confirmation that is loaded again from the address bar leads back.
	m.get(page+"/decider").at(http.StatusOK, page)
}

// Two people decide the same, each with a reason: the journal has the first one's, and the second is told so.
func TestSecondReason(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	w.payer("assure-1").toKiosk("creance-101").card(goodCard).back()
	page := "/gestion/paiements/" + string(w.Last().ID)
	a, m := w.agent().get(page), w.accountant().get(page)
	a.decides("contester", "une réclamation").reads("Le paiement est à vérifier.").lacks("avant vous")
	m.decides("contester", "un impayé de la banque").reads("Quelqu’un l’a décidé avant vous", "une réclamation").lacks("un impayé de la banque")
	if v := w.Last().Version; v != 4 {
		t.Errorf("version %d", v)
	}
}

// Two clicks at one instant: one acts, both say that it is done.
func TestTwoClicksAtOnce(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	w.payer("assure-1").toKiosk("creance-101").card(goodCard).back()
	page := "/gestion/paiements/" + string(w.Last().ID)
	a := w.agent().get(page)
	form := url.Values{"acte": {"contester"}, "motif": {"doute"}, "version": {"3"}}
	var wg sync.WaitGroup
	for range 4 {
		b := *a
		wg.Go(func() { b.do(http.MethodPost, page+"/decider", form) })
	}
	wg.Wait()
	if p := w.Last(); p.State != payment.Review || p.Version != 4 {
		t.Errorf("the payment is %v, version %d", p, p.Version)
	}
}

// What the page says after an act it says once: neither a reload nor a bookmark, nor an address that somebody made up, says it again.
func TestOutcomeIsSaidOnce(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	w.payer("assure-1").toKiosk("creance-101").card(goodCard).back()
	w.payer("assure-2").toKiosk("creance-102").card(goodCard).back()
	first, other := "/gestion/paiements/"+string(w.All()[0].ID), "/gestion/paiements/"+string(w.All()[1].ID)
	a := w.agent()
	a.get(first).decides("prendre-en-compte", "").reads("Le paiement est pris en compte.")
	a.get(first).lacks("Le paiement est pris en compte.")
	a.get(other + "?fait=rembourser").lacks("Le remboursement est demandé.")
}

// Before money moves, a second page shows how much, to whom and why; what somebody has done meanwhile stops it. A desk does what is its own.
func TestConfirmation(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	w.payer("assure-1").toKiosk("creance-101").card(goodCard).back()
	page := "/gestion/paiements/" + string(w.Last().ID)
	a, m := w.agent(), w.accountant()
	m.get(page).press("trancher", "", "acte", "rembourser", "motif", "demande du 12")
	m.at(http.StatusOK, page+"/decider").reads("Rien n’est encore fait.", "62,00 €", "PIERRE BELAGE", "5017##########00", "demande du 12", "YANN LE GOFF", "Oui, rendre 62,00 €")
	if s := w.Last().State; s != payment.Paid {
		t.Fatalf("it is %s before it was confirmed", s)
	}
	a.get(page).decides("prendre-en-compte", "")
	m.press("confirmer", "oui").reads("Le paiement a changé entre-temps. Rien n’a été fait")
	if s := w.Last().State; s != payment.Recorded {
		t.Fatalf("it is %s", s)
	}
	// Whoever makes up a form gets no further: the desk, the version and the state are looked at again.
	form := url.Values{"acte": {"rembourser"}, "motif": {"mine"}, "version": {"4"}, "confirme": {"oui"}}
	a.do(http.MethodPost, page+"/decider", form).at(http.StatusForbidden, page+"/decider").reads("réservé au service « Direction comptable et financière »")
	for _, wrong := range []url.Values{{}, {"acte": {"x"}, "version": {"4"}}, {"acte": {"rembourser"}, "version": {"four"}}} {
		if m.do(http.MethodPost, page+"/decider", wrong); m.Status != http.StatusBadRequest {
			t.Errorf("%v: %d", wrong, m.Status)
		}
	}
	m.do(http.MethodPost, page+"/decider", url.Values{"acte": {"rendre"}, "motif": {"x"}, "version": {"4"}}).at(http.StatusOK, page).reads("ne le permet plus")
	for _, why := range []string{"1 85 05 78 006 084 91", "abc\u202ecba"} { // a social security number; what turns the direction of the text
		m.get(page).decides("rembourser", why).at(http.StatusUnprocessableEntity, page+"/decider").reads("Ce motif ne peut pas être gardé")
	}
	if s := w.Last().State; s != payment.Recorded {
		t.Fatalf("it is %s", s)
	}
}

// A part is back at the bank's own desk: the page says both amounts, what is left can be given back, and what cannot is closed by a person. A wrong
// word is taken back.
func TestPartAndClosing(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	w.payer("assure-1").toKiosk("creance-101").card(goodCard).back()
	page := "/gestion/paiements/" + string(w.Last().ID)
	p := w.Last()
	_, err := w.Bank.Client.(acquirer.Canceller).Cancel(t.Context(), acquirer.Modification{
		Reference: p.Reference, Merchant: p.Merchant, Handle: p.Handle, Amount: decimal.New(25_00, -2), Currency: "EUR",
	})
	if err != nil {
		t.Fatal(err)
	}
	a, m := w.agent(), w.accountant()
	a.get(page).decides("interroger", "").reads("25,00 € sur 62,00 €", "il reste 37,00 €", "Somme rendue en partie")
	a.get("/gestion/paiements").reads("25,00 €")
	m.get(page).press("trancher", "", "acte", "rembourser", "motif", "le reste").reads("Somme qui sera rendue 37,00 €", "Déjà rendu 25,00 € sur 62,00 €", "Oui, rendre 37,00 €")
	a.get(page).decides("contester", "la banque ne peut pas")
	m.get(page).decides("deja-rendu", "virement du 3 mars").reads("Le paiement est clos : la somme est rendue.")
	if s := w.Last().State; s != payment.Refunded {
		t.Fatalf("it is %s", s)
	}
	m.get(page).reads("Revenir sur la décision").decides("contester", "le virement est revenu")
	if s := w.Last().State; s != payment.Review {
		t.Errorf("the word is not taken back: %s", s)
	}
}

// « Aucune somme » is offered where no sealed money is, and can be taken back.
func TestNoMoneyIsTakenBack(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	b := w.payer("assure-1")
	b.toKiosk("creance-101").card("5017670000001860").back().reads("Nous vérifions") // the bank does not decide
	page := "/gestion/paiements/" + string(w.Last().ID)
	for range 20 {
		w.Clock.Pass(6 * time.Hour)
		w.Work()
	}
	if s := w.Last().State; s != payment.Review {
		t.Fatalf("it is %s", s)
	}
	a := w.agent()
	a.get(page).reads("Délai dépassé").decides("sans-paiement", "rien à la banque").reads("aucune somme n’a bougé")
	if s := w.Last().State; s != payment.Failed {
		t.Fatalf("it is %s", s)
	}
	a.get(page).reads("Revenir sur la décision").decides("contester", "erreur").reads("Le paiement est à vérifier.")
	if !strings.Contains(a.Page, "« <bdi>") && !strings.Contains(a.text(), "« erreur »") {
		t.Errorf("the journal does not say why:\n%s", a.text())
	}
}

// A session that has ended asks for signing in, leads back to the page, and keeps what was typed; nothing was done.
func TestOfficeSessionEnded(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	w.payer("assure-1").toKiosk("creance-101").card(goodCard).back()
	page := "/gestion/paiements/" + string(w.Last().ID)
	a := w.agent().get(page)
	w.Clock.Pass(31 * time.Minute)
	a.press("trancher", "", "acte", "contester", "motif", "un motif assez long").at(http.StatusOK, "/gestion/connexion").reads("Votre session a pris fin. Connectez-vous pour continuer.")
	a.press("connexion", "agent-1").at(http.StatusOK, page).reads("Votre session avait pris fin : rien n’a été fait.")
	if s := w.Last().State; s != payment.Paid {
		t.Fatalf("it is %s", s)
	}
	if !strings.Contains(a.Page, `value="un motif assez long"`) || !strings.Contains(a.Page, `id="acte-contester" value="contester" checked`) {
		t.Errorf("what was typed is lost:\n%s", a.Page)
	}
	w.browser().get("/gestion/paiements?etat=a-verifier").at(http.StatusOK, "/gestion/connexion").press("connexion", "agent-1").at(http.StatusOK, "/gestion/paiements")
	// The way back leads to the office and nowhere else.
	for _, next := range []string{"https://elsewhere.example/gestion", "//elsewhere.example/gestion", "/\\elsewhere.example", "/accueil", "/gestion/../accueil", "/gestion/deconnexion", "gestion", "/gestion\r\nX: y", "/gestionnaire"} {
		b := w.browser().get("/gestion/connexion?suite="+url.QueryEscape(next)).press("connexion", "agent-1")
		if b.at(http.StatusOK, "/gestion"); !strings.HasPrefix(b.URL.String(), w.Base) {
			t.Errorf("%q leads to %s", next, b.URL)
		}
	}
}

// The office's secret is asked for, compared, and not to be guessed.
func TestOfficeSecret(t *testing.T) {
	t.Parallel()
	const secret = "correct horse battery"
	w := start(t, nil)
	w.Stop()
	w.Config.Secret = secret
	w.Open()
	b := w.browser()
	b.get("/gestion/connexion").lacks("Portes ouvertes").press("connexion", "agent-1", "code", secret).at(http.StatusOK, "/gestion")
	b = w.browser()
	for range 10 {
		b.get("/gestion/connexion").press("connexion", "agent-1", "code", "guess").at(http.StatusUnprocessableEntity, "/gestion/connexion").reads("n’est pas le bon")
	}
	b.press("connexion", "agent-1", "code", secret).at(http.StatusTooManyRequests, "/gestion/connexion").reads("trop d’essais")
	w.Clock.Pass(time.Minute)
	b.press("connexion", "agent-1", "code", secret).at(http.StatusOK, "/gestion")
	w2 := start(t, nil)
	w2.browser().get("/gestion/connexion").reads("Portes ouvertes de la démonstration", "sans code d’accès")
}

// A bank that knows nothing of a payment is no proof that nobody has paid: not of one that it accepted. The mock forgets what was.
func TestBankThatForgot(t *testing.T) {
	t.Parallel()
	w := start(t, func(c *app.Config) { c.Bank = "mock" })
	w.payer("assure-1").toKiosk("creance-101").card(goodCard)
	w.payer("assure-2").toKiosk("creance-102")
	w.Stop()
	w.Open()
	const nobody = "personne n’a payé"
	for i, c := range []struct{ says, lacks string }{
		{"La banque ne connaît plus cette transaction, alors que ce paiement est accepté.", nobody},
		{nobody, "alors que ce paiement est accepté"},
	} {
		w.agent().get("/gestion/paiements/"+string(w.All()[i].ID)).decides("interroger", "").reads(c.says).lacks(c.lacks)
	}
}

// Time that has passed has passed, whatever the work that became due ran into: the panel does not say that nothing has changed.
func TestTimePassesWhateverBecomesDue(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	w.payer("assure-1").toKiosk("creance-101").card(goodCard) // and nobody has written the acknowledgement: an alarm is due tomorrow
	before := w.App.Clock.Now()
	w.agent().get("/gestion/pannes").press("temps", "", "duree", "72h").reads("Le temps a passé.").lacks("Rien n’a changé")
	if d := w.App.Clock.Now().Sub(before); d < 72*time.Hour {
		t.Errorf("%s have passed", d)
	}
}
