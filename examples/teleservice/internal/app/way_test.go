package app_test

import (
	"net/http"
	"path"
	"regexp"
	"strings"
	"testing"

	"github.com/quittance/quittance/payment"
)

// The whole way of the source document, from the account to the receipt.
func TestWay(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	b := w.payer("assure-1")
	b.reads("PIERRE BELAGE", "Né le 25/02/1983")                                                                                     // S51, S52
	b.reads("Accueil Mes paiements Ma messagerie Mes démarches Mon espace prévention Mes informations")                              // S50
	b.get("/demarches/creances").reads("Étape préalable", "Paiement d’une créance", "entre 50,00 € et 150,00 €")                     // S4, S9, S17
	b.get("/demarches/creances/creance-101/etape-1").reads("Étape 1/3", "ASP-2025-0101", "Participations forfaitaires 2024 32,00 €") // S18
	b.reads("Montant à payer 62,00 €")
	b.get("/demarches/creances/creance-101/etape-2").reads("Étape 2/3", // S19
		"Selon votre établissement bancaire, vous pourrez être redirigé vers la page d’authentification de votre banque", // S35
		"accusé de réception", "24 h") // S64, S77
	b.press("paiement", "").reads("Étape 3/3", "62,00 €") // S20, S22
	if csp := b.Header.Get("Content-Security-Policy"); !strings.HasSuffix(csp, "form-action 'self' "+w.Bank.Where) {
		t.Errorf("step 3 has the policy %s", csp)
	}
	b.press("kiosque", "").reads("Montant de la transaction : 62,00 €", "CPAM Test 2 (INTEGRATION)")  // S24, S25
	b.card(goodCard).reads("Votre paiement a été accepté.", "Retour à votre compte")                  // S41
	b.back().at(http.StatusOK, "/accueil")                                                            // S39
	b.reads("Nous vous remercions pour votre paiement, nous le traitons dans les plus brefs délais.") // S48
	b.reads("Aucun nouveau paiement")                                                                 // S55

	p := w.All()[0]
	if p.State != payment.Paid || p.Amount.String() != "62" || p.Debtor != "assure-1" {
		t.Fatalf("the payment is %v", p)
	}
	w.Work()
	b.get("/accueil").reads("Ma messagerie 1 non lu")
	b.get("/messagerie").reads("Accusé de réception de votre paiement de créance", "Reçu le 02/03/2026 à 10 h 30 (heure de Paris)", "Sera supprimé le 02/09/2026", "Non lu") // S65, S66, S68
	b.get("/messagerie/"+string(p.ID)+"/acknowledgement").reads("De : Assurance Maladie",                                                                                    // S67
		"Nous accusons réception de votre paiement de créance du 02/03/2026.", "CPAM de l’Exemple") // S70
	b.get("/messagerie").lacks("Non lu")
	b.get("/demarches").reads("Accepté Avis n° ASP-2025-0101", p.Reference)
	b.get("/paiements").reads("Aucun nouveau paiement").lacks(p.Reference, "62,00 €") // S55
	b.get("/demarches/paiements/"+string(p.ID)+"/recu").reads("Reçu du paiement "+p.Reference, "PIERRE BELAGE", "62,00 €", p.Authorisation,
		p.MaskedPAN, "201000005940002", "2 mars 2026") // S29, S47
	b.get("/demarches/creances/creance-101/etape-2").at(http.StatusOK, "/demarches/creances/creance-101/etape-1")
	b.reads("Un paiement existe déjà pour cette créance").lacks("Continuer")

	// The next day the fund takes it into account (S77).
	a := w.agent()
	a.get("/gestion/paiements/"+string(p.ID)).decides("prendre-en-compte", "").reads("Le paiement est pris en compte.")
	b.get("/accueil").reads("est pris en compte sur votre compte")
	b.get("/demarches/creances/creance-101/etape-1").reads("déjà réglée")
}

// Refused, then accepted: no ticket and no letter for the refusal, and another try is a new payment (S57, S58, S61).
func TestRefusedThenAccepted(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	b := w.payer("assure-2")
	b.toKiosk("creance-102").card(refusedCard).reads("Votre paiement a été refusé.").back().at(http.StatusOK, "/accueil")
	b.reads("Votre transaction de paiement a échoué.")
	refused := w.All()[0]
	w.Work()
	b.get("/messagerie").reads("Vous n’avez aucun message.")
	b.get("/demarches/paiements/" + string(refused.ID) + "/recu")
	if b.Status != http.StatusNotFound {
		t.Errorf("a refused payment has a receipt: %d", b.Status)
	}
	b.toKiosk("creance-102").card(goodCard).back().reads("Nous vous remercions pour votre paiement")
	var states []payment.State
	for _, p := range w.All() {
		states = append(states, p.State)
	}
	if len(states) != 2 || states[0] != payment.Refused || states[1] != payment.Paid || w.All()[1].Amount.String() != "100" {
		t.Errorf("the payments are %v", w.All())
	}
}

// A payer gives up at the kiosk; another one closes the tab there, comes back, and goes on.
func TestGiveUpAndComeBack(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	b := w.payer("assure-1")
	b.toKiosk("creance-101").press("", "abandon").back().reads("Vous avez quitté la page de paiement sans payer.")

	b.toKiosk("creance-101")
	b.get("/accueil").reads("Un paiement est en cours", "Je n’ai pas encore payé : reprendre")
	b.get("/demarches/creances/creance-101/etape-1").reads("Un paiement de cette créance est déjà en cours.")
	id := string(w.All()[1].ID)
	b.get("/demarches/paiements/"+id+"/etape-3").press("kiosque", "").card(goodCard).back()
	b.at(http.StatusOK, "/accueil").reads("Nous vous remercions")

	// The back button: what was the way to the kiosk leads to what is true now.
	b.get("/demarches/paiements/"+id+"/etape-3").at(http.StatusOK, "/accueil")
}

// Pressing « payer » twice is one payment, also when both presses arrive at once.
func TestDoubleClick(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	b := w.payer("assure-1")
	b.get("/demarches/creances/creance-101/etape-2")
	page := b.Page
	at := make(chan string, 2)
	for range cap(at) {
		twin := *b
		twin.Page = page
		go func() {
			defer func() { at <- twin.URL.Path }() // also when the click fails the test
			twin.press("paiement", "")
		}()
	}
	if one, other := <-at, <-at; one != other || path.Base(one) != "etape-3" {
		t.Errorf("two clicks lead to %s and %s", one, other)
	}
	if n := len(w.All()); n != 1 {
		t.Errorf("two clicks are %d payments", n)
	}
}

// Each sample person is a case: what may not be paid, and why (S13–S16).
func TestCases(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	const no, free = "Pas de paiement en ligne", "Rien à payer"
	for _, c := range []struct{ who, debt, list, why string }{
		{"assure-3", "creance-203", no, "Seules les participations forfaitaires et les franchises"}, // S16
		{"assure-5", "creance-105", no, "inférieur au minimum pour payer en ligne"},                 // S13
		{"assure-6", "creance-106", no, "supérieur au maximum pour payer en ligne"},                 // S14
		{"assure-7", "creance-107", no, "avis de somme à payer"},                                    // S15
		{"assure-8", "creance-108", free, "déjà réglée"},
		{"assure-9", "creance-109", no, "contesté"},
		{"assure-10", "creance-110", no, "suspendu"},
		{"assure-11", "creance-111", free, "annulée : le délai pour la réclamer est dépassé"},
		{"assure-12", "creance-112", free, "rien à payer"},
		{"assure-13", "creance-113", no, "doit être vérifié"},
	} {
		b := w.payer(c.who)
		b.get("/demarches/creances").reads(c.list)
		b.get("/demarches/creances/"+c.debt+"/etape-1").reads(c.why).lacks("Continuer", "Aucune somme n’est débitée pour cette demande")
		if c.list == free { // nothing is owed: told as the good news it is
			b.reads("Votre créance", "Vous n’avez rien à payer").lacks("Étape 1/3", "Total dû", "Sommes dues", "impossible")
		} else if c.who != "assure-7" {
			b.lacks("rien à faire") // who holds a notice has something to do
		}
		b.get("/demarches/creances/"+c.debt+"/etape-2").at(http.StatusOK, "/demarches/creances/"+c.debt+"/etape-1")
	}
	w.payer("assure-3").get("/demarches/creances/creance-103/etape-1").reads("Montant à payer 150,00 €") // S9: included
	w.payer("assure-14").get("/demarches/creances").reads("Vous n’avez aucune créance")
}

// Who got the notice on paper makes an account first (S12).
func TestSignUp(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	b := w.browser()
	b.get("/inscription").press("inscription", "").at(http.StatusUnprocessableEntity, "/inscription")
	b.reads("Des informations sont à corriger", "Saisissez le numéro de l’avis", "Saisissez la date de naissance")
	b.press("inscription", "", "avis", "ASP-2025-0104", "naissance", "13/09/1958").reads("ne vont pas ensemble")
	b.press("inscription", "", "avis", "asp-2025-0104", "naissance", "12/09/1958").at(http.StatusOK, "/accueil").reads("ROSE ANDRIEUX", "Née le")
	b.get("/demarches/creances/creance-104/etape-1").reads("reçu par courrier", "50,00 €")
	b.toKiosk("creance-104").card(goodCard).back().reads("Nous vous remercions")
	b.press("", "").at(http.StatusOK, "/connexion") // signs out
	b.get("/inscription").press("inscription", "", "avis", "ASP-2025-0104", "naissance", "12/09/1958").reads("Un compte existe déjà")
	w.payer("assure-4").reads("Dernière connexion le")
}

// Every page has one h1, a title of its own, the way past the menu, and the language (S49).
func TestPages(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	b := w.payer("assure-1")
	b.toKiosk("creance-101").card(goodCard).back()
	w.Work()
	id := string(w.All()[0].ID)
	b.toKioskOf(w, "assure-2", "creance-102")
	a := w.agent()
	titles := make(map[string]string)
	for path, who := range map[string]*browser{
		"/aide": w.browser(), "/accessibilite": w.browser(), "/donnees-personnelles": b, "/conditions": w.browser(), "/mentions-legales": b,
		"/connexion": w.browser(), "/inscription": w.browser(), "/gestion/connexion": w.browser(),
		"/accueil": b, "/paiements": b, "/messagerie": b, "/messagerie/" + id + "/acknowledgement": b, "/demarches": b, "/prevention": b,
		"/informations": b, "/demarches/creances": b, "/demarches/creances/creance-101/etape-1": b,
		"/demarches/paiements/" + id: b, "/demarches/paiements/" + id + "/recu": b, "/nulle-part": b,
		"/demarches/creances/creance-103/etape-2": w.payer("assure-3"),
		"/gestion": a, "/gestion/paiements/" + id: a, "/gestion/orphelins": a, "/gestion/exports": w.accountant(), "/gestion/paiements": a, "/gestion/pannes": a,
	} {
		who.get(path)
		if who.Status != http.StatusOK && path != "/nulle-part" || who.URL.Path != path {
			t.Errorf("%s answers %d at %s", path, who.Status, who.URL.Path)
		}
		title := regexp.MustCompile(`<title>(.*)</title>`).FindStringSubmatch(who.Page)[1]
		if other, twice := titles[title]; twice {
			t.Errorf("%s and %s have the title %q", path, other, title)
		}
		titles[title] = path
		if n := strings.Count(who.Page, "<h1"); n != 1 {
			t.Errorf("%s has %d h1", path, n)
		}
		for _, want := range []string{`<html lang="fr">`, `<a class="skip" href="#contenu">Aller au contenu</a>`, `<main id="contenu"`} {
			if !strings.Contains(who.Page, want) {
				t.Errorf("%s lacks %s", path, want)
			}
		}
		ids := make(map[string]bool)
		for _, m := range regexp.MustCompile(`\sid="([^"]*)"`).FindAllStringSubmatch(who.Page, -1) {
			if ids[m[1]] {
				t.Errorf("%s has the id %q twice", path, m[1])
			}
			ids[m[1]] = true
		}
		for _, m := range regexp.MustCompile(`(?:aria-labelledby|aria-describedby|for|href)="#?([^" /]+)( [^"]*)?"`).FindAllStringSubmatch(who.Page, -1) {
			if !strings.Contains(m[0], `href="`) && !ids[m[1]] || strings.Contains(m[0], `href="#`) && !ids[m[1]] {
				t.Errorf("%s: %s leads nowhere", path, m[0])
			}
		}
	}
}

// toKioskOf leaves a payment of somebody else under way.
func (*browser) toKioskOf(w world, who, debt string) { w.payer(who).toKiosk(debt) }
