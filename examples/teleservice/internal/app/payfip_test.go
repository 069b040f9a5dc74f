package app_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/quittance/quittance/examples/teleservice/internal/app"
	"github.com/quittance/quittance/payment"
)

// payfipChoice presses a means of payment and then the button of its result.
func (b *browser) payfipChoice(means, result string) *browser {
	b.t.Helper()
	for _, m := range formTag.FindAllStringSubmatch(b.Page, -1) {
		if strings.Contains(m[2], `value="`+means+`"`) {
			b.Page = m[0] // the forms of a page differ by a hidden field only
			b.press("", "choose")
			break
		}
	}
	return b.press("", result)
}

// The whole way with PayFiP: the session's number goes in the query of a form that is sent by GET, and comes back in one.
func TestWayWithPayFiP(t *testing.T) {
	t.Parallel()
	w := start(t, func(c *app.Config) { c.Bank = "payfip" })
	b := w.payer("assure-1")
	for _, english := range []bool{true, false} { // nothing speaks of a card alone where there is a choice
		b.get("/demarches/creances/creance-101/etape-2")
		if english {
			b.inEnglish().reads("Bank card or direct debit", "the details of your bank account").lacks("prélèvement")
			b.get("/demarches/creances").reads("by bank card or direct debit", "the details of your bank account").lacks("prélèvement")
			b.get("/conditions").reads("by bank card or direct debit")
			b.get("/langue/fr?retour=/accueil")
			continue
		}
		b.reads("Carte bancaire ou prélèvement, au choix", "les coordonnées de votre compte bancaire")
		b.get("/demarches/creances").reads("par carte bancaire ou par prélèvement", "les coordonnées de votre compte bancaire")
		b.get("/conditions").reads("par carte bancaire ou par prélèvement")
	}
	b.toKiosk("creance-101").at(http.StatusOK, "/tpa/paiementws.web")
	b.reads("Choisissez votre moyen de paiement", "Montant : 62,00 €", "CPAM Test 2 (INTEGRATION)", "regie@caisse.example")
	b.payfipChoice("card", "accept").reads("Votre paiement est accepté", "Numéro d’autorisation")
	b.back().at(http.StatusOK, "/accueil")
	b.reads("Nous vous remercions pour votre paiement, nous le traitons dans les plus brefs délais.")

	p := w.All()[0]
	if p.State != payment.Paid || p.Amount.String() != "62" || p.Merchant != "006270" || p.Code != "P" {
		t.Fatalf("the payment is %v", p)
	}
	w.Work()
	b.get("/messagerie").reads("Accusé de réception de votre paiement de créance")
	b.get("/demarches/paiements/"+string(p.ID)+"/recu").reads("Reçu du paiement "+p.Reference, "62,00 €", p.Authorisation)

	// Nobody but the payer's own page knows the session's number.
	number := p.Handle.Session
	a := w.agent()
	for _, page := range []string{"/gestion", "/gestion/paiements/" + string(p.ID)} {
		if a.get(page); number == "" || strings.Contains(a.Page, number) || strings.Contains(a.Page, "regie@caisse") {
			t.Errorf("%s shows what opens the payer's data", page)
		}
	}
}

// Given up, and tried again: another session, another number.
func TestGivenUpWithPayFiP(t *testing.T) {
	t.Parallel()
	w := start(t, func(c *app.Config) { c.Bank = "payfip" })
	b := w.payer("assure-1")
	b.toKiosk("creance-101").press("", "abandon").reads("Vous avez abandonné le paiement")
	b.back().at(http.StatusOK, "/accueil")
	if got := w.All()[0].State; got != payment.Cancelled {
		t.Fatalf("the payment is %s", got)
	}
	w.Clock.Pass(time.Minute)
	b.toKiosk("creance-101").payfipChoice("debit", "accept").reads("Votre prélèvement est enregistré")
	b.back().at(http.StatusOK, "/accueil")
	all := w.All()
	if len(all) != 2 {
		t.Fatalf("%d payments", len(all))
	}
	for _, p := range all {
		if p.State == payment.Paid && p.Code != "V" {
			t.Errorf("paid by %s", p.Code)
		}
	}
	// The link opens once: the back button finds the platform's own words.
	b.get("/accueil").reads("Prélèvement enregistré", "Nous vous remercions pour votre paiement", "Moyen de paiement Prélèvement sur votre compte bancaire")
	b.get("/demarches").reads("Prélèvement enregistré").lacks("État Accepté")
}

// PayFiP's page opens once. Who has closed it is told so where the way back to it is offered, and nobody is with a bank whose page opens again.
func TestPageThatOpensOnce(t *testing.T) {
	t.Parallel()
	const once = "La page de paiement ne s’ouvre qu’une fois."
	for _, kind := range []string{"payfip", "simulator"} {
		w := start(t, func(c *app.Config) { c.Bank = kind })
		b := w.payer("assure-1")
		b.toKiosk("creance-101")
		for _, page := range []string{"/accueil", "/demarches/paiements/" + string(w.Last().ID), "/demarches/creances/creance-101/etape-1"} {
			if b.get(page).reads("reprendre"); strings.Contains(b.text(), once) != (kind == "payfip") {
				t.Errorf("%s, %s:\n%s", kind, page, b.text())
			}
		}
		if kind == "payfip" {
			b.inEnglish().get("/accueil").reads("The payment page opens only once.").lacks(once)
		}
	}
}

// PayFiP gives nothing back: the office does not offer what ends in review by itself, says what to do instead, and the payer is not told of a refund
// that nobody makes.
func TestGivingBackWithPayFiP(t *testing.T) {
	t.Parallel()
	w := start(t, func(c *app.Config) { c.Bank = "payfip" })
	b := w.payer("assure-1")
	b.toKiosk("creance-101").payfipChoice("card", "accept")
	b.back()
	page := "/gestion/paiements/" + string(w.Last().ID)
	m := w.accountant().get(page)
	if m.offers("rembourser") || !m.offers("contester") {
		t.Errorf("it offers the wrong things:\n%s", m.text())
	}
	m.reads("Cette banque ne rend rien : rendez la somme par virement", "code P").lacks("personne n’a encore payé")
	if m.get("/gestion/pannes").reads("code P"); strings.Contains(m.text(), " , code") {
		t.Errorf("the book has an empty state:\n%s", m.text())
	}
	m.get(page).decides("contester", "payé par erreur")
	if m.offers("rendre") {
		t.Errorf("in review it offers that the bank gives back:\n%s", m.text())
	}
	m.decides("deja-rendu", "virement du 4 mars").reads("Le paiement est clos : la somme est rendue.")
	if s := w.Last().State; s != payment.Refunded {
		t.Errorf("it is %s", s)
	}

	w = start(t, nil) // where the bank can, it is offered
	w.payer("assure-1").toKiosk("creance-101").card(goodCard)
	if m := w.accountant().get("/gestion/paiements/" + string(w.Last().ID)); !m.lacks("Cette banque ne rend rien").offers("rembourser") {
		t.Errorf("no refund is offered:\n%s", m.text())
	}
}
