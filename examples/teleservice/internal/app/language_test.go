package app_test

import (
	"bytes"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/quittance/quittance/payment"
)

// inEnglish chooses English on the page that is shown.
func (b *browser) inEnglish() *browser {
	b.t.Helper()
	return b.get("/langue/en?retour=" + url.QueryEscape(b.URL.Path))
}

var (
	inFrench = regexp.MustCompile(`(?s)<([a-z0-9]+)[^>]*\slang="fr"[^>]*>.*?</([a-z0-9]+)>`)
	markup   = regexp.MustCompile(`(?s)<(script|style)\b.*?</(script|style)>|<[^>]*>`)
	quoted   = regexp.MustCompile(`“[^”]*”|\([^)]*\)|Code de[^.<]*|CPAM de l’Exemple|12 rue de la Preuve|articles? [A-Z]?\d[\d-]*`)
	french   = regexp.MustCompile(`(?i)(?:^|[^\pL’])(?:votre|vous|nous|les?|des|une?|est|pour|avec|sur|dans|par|appel|prix|paiement|créance|caisse|aucun)(?:[^\pL’]|$)`)
)

// Every page that a payer can see is in English once English is chosen, and says so: no French is left in it but what is marked as such.
// The whole way to the payment page is in English too, and the letter that follows.
func TestEnglish(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	b := w.payer("assure-2")
	b.inEnglish().at(http.StatusOK, "/accueil") // the page on which it was chosen
	b.reads("Home", "NADIA KERVEL", "Born on")
	seen := 0
	check := func(path string) {
		t.Helper()
		b.get(path)
		if !strings.Contains(b.Page, `<html lang="en">`) {
			t.Errorf("%s does not say that it is in English", path)
		}
		text := quoted.ReplaceAllString(markup.ReplaceAllString(inFrench.ReplaceAllString(b.Page, " "), " "), " ")
		if bad := french.FindString(text); bad != "" {
			t.Errorf("%s: %q in\n%s", path, bad, strings.Join(strings.Fields(text), " "))
		}
		seen++
	}
	for _, path := range []string{
		"/accueil", "/paiements", "/messagerie", "/demarches", "/prevention", "/informations", "/demarches/creances", "/demarches/creances/creance-102/etape-1",
		"/demarches/creances/creance-102/etape-2", "/nulle-part", "/aide", "/accessibilite", "/donnees-personnelles", "/conditions", "/mentions-legales", "/inscription",
	} {
		check(path)
	}
	b.get("/demarches/creances/creance-102/etape-1").reads("Amount to pay €100.00", "After this payment you will still owe €20.30.")
	b.toKiosk("creance-102")
	p := w.All()[0]
	if p.Language != "en" {
		t.Errorf("the payment's language is %q", p.Language)
	}
	b.card(goodCard).back().reads("Payment accepted")
	w.Work()
	for _, path := range []string{
		"/accueil", "/messagerie", "/messagerie/" + string(p.ID) + "/acknowledgement", "/demarches", "/demarches/paiements/" + string(p.ID),
		"/demarches/paiements/" + string(p.ID) + "/recu", "/demarches/creances/creance-102/etape-1",
	} {
		check(path)
	}
	b.get("/messagerie/"+string(p.ID)+"/acknowledgement").reads("We confirm that we received your payment on 2 March 2026.", "free service, you pay for the call")
	if seen < 20 {
		t.Errorf("%d pages were read", seen)
	}
	for _, who := range []string{"assure-5", "assure-6", "assure-7", "assure-8", "assure-9", "assure-10", "assure-11", "assure-12", "assure-13", "assure-14"} {
		b = w.payer(who)
		b.inEnglish()
		check("/demarches/creances")
		for _, m := range regexp.MustCompile(`href="(/demarches/creances/[^"]*/etape-1)"`).FindAllStringSubmatch(b.Page, -1) {
			check(m[1])
		}
	}
	b.get("/langue/fr?retour=/accueil").at(http.StatusOK, "/accueil").reads("Accueil")
}

// A letter stays in the language in which it came. A screen reader is told which words are in which: the subject and the letter in French, what
// stands above the letter in English.
func TestLetterInAnotherLanguage(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	b := w.payer("assure-1")
	b.toKiosk("creance-101").card(goodCard).back()
	w.Work()
	b.get("/messagerie/"+string(w.Last().ID)+"/acknowledgement").reads("Reçu le", "Bonjour,")
	b.inEnglish().reads("Received on", "Bonjour,")
	if !strings.Contains(b.Page, `<h1 lang="fr">Accusé de réception`) {
		t.Errorf("the subject is read as English:\n%s", b.Page)
	}
	_, after, ok := strings.Cut(b.Page, "Received on")
	head, letter, found := strings.Cut(after, `<div lang="fr">`)
	if !ok || !found || strings.Contains(head, "Bonjour") || !strings.Contains(letter, "Bonjour,") || strings.Contains(b.Page, `<article class="panel letter" lang=`) {
		t.Errorf("the letter and what stands above it are read in one language:\n%s", b.Page)
	}
}

// The way back from the choice of a language leads to this service and nowhere else.
func TestLanguageLeadsNowhereElse(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	for _, back := range []string{"https://elsewhere.example/", "//elsewhere.example/", "/\\elsewhere.example", "\\\\elsewhere.example", "javascript:alert(1)", "", "accueil", "/a\r\nSet-Cookie: a=b", "/%2f?x=y"} {
		b := w.browser()
		b.get("/langue/en?retour=" + url.QueryEscape(back))
		if b.URL.Path != "/connexion" || !strings.HasPrefix(b.URL.String(), w.Base) { // "/" leads to the account, and from there to signing in
			t.Errorf("%q leads to %s", back, b.URL)
		}
	}
	if b := w.browser().get("/langue/tlh?retour=/aide"); b.URL.Path != "/aide" || !strings.Contains(b.Page, `<html lang="fr">`) {
		t.Errorf("a language that there is not: %s", b.URL)
	}
}

// What a public service must show stands on every page, signed in or not, and each sample says that it is one.
func TestLegalPages(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	for _, b := range []*browser{w.browser(), w.payer("assure-1")} {
		b.get("/connexion").reads("Accessibilité : non conforme", "Données personnelles", "Conditions d’utilisation", "Mentions légales", "Aide")
		for path, words := range map[string][]string{
			"/aide": {"Une somme que vous devez à votre caisse", "36 46 (service gratuit + prix de l’appel), ou depuis l’étranger le +33 1 84 90 36 46"}, "/accessibilite": {"loi n° 2005-102", "RGAA", "Défenseur des droits"},
			"/donnees-personnelles": {"Base légale", "Destinataires", "Durée de conservation", "CNIL", "six mois"}, "/conditions": {"article L112-9", "article L112-11"},
			"/mentions-legales": {"Éditeur", "CPAM de l’Exemple", "Hébergeur", "directeur comptable et financier"},
		} {
			b.get(path).at(http.StatusOK, path).reads(append(words, "Exemple à remplir.", "[")...)
		}
	}
}

// The receipt is a page, and the same as a PDF; there is none of what was not accepted (S61), and none for another.
func TestReceipt(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	b := w.payer("assure-2")
	b.toKiosk("creance-102").card(goodCard).back()
	p := w.All()[0]
	address := "/demarches/paiements/" + string(p.ID) + "/recu"
	b.get(address).reads("Nous avons reçu votre paiement.", "Payé par : NADIA KERVEL", "Somme payée : 100,00 €", "Avis de somme à payer n° ASP-2025-0102",
		p.Authorisation, "Il n’est pas encore pris en compte.", "la somme demandée par l’avis sera réglée et ce reçu vaudra quittance", "Enregistrer le reçu (PDF)")
	b.get(address + ".pdf")
	if b.Status != http.StatusOK || b.Header.Get("Content-Type") != "application/pdf" || !bytes.HasPrefix([]byte(b.Page), []byte("%PDF-")) ||
		b.Header.Get("Content-Disposition") != `attachment; filename="recu-`+p.Reference+`.pdf"` || b.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("%d, %v", b.Status, b.Header)
	}
	stranger := w.payer("assure-1")
	if stranger.get(address + ".pdf"); stranger.Status != http.StatusNotFound {
		t.Errorf("somebody else gets it: %d", stranger.Status)
	}
	w.agent().get("/gestion/paiements/"+string(p.ID)).decides("prendre-en-compte", "")
	b.get(address).reads("ce reçu vaut quittance de cette somme.")
	b.get("/accueil").reads("Vous devez encore 20,30 €") // the notice claimed a part
	b = w.payer("assure-3")
	b.toKiosk("creance-103").card(refusedCard).back()
	for _, one := range w.All() {
		if one.State != payment.Refused {
			continue
		}
		if b.get("/demarches/paiements/" + string(one.ID) + "/recu.pdf"); b.Status != http.StatusNotFound {
			t.Errorf("a refused payment has a receipt: %d", b.Status)
		}
	}
}

// A clock time that a payer reads says whose clock it is.
func TestEveryInstantHasItsZone(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	w.payer("assure-1")
	b := w.payer("assure-1") // has signed in before
	b.toKiosk("creance-101")
	p := w.All()[0]
	n := 0
	clock, zoned := regexp.MustCompile(`\d{1,2}(?: h\b(?: \d\d)?|:\d\d)`), regexp.MustCompile(`\d{1,2}(?: h\b(?: \d\d)?|:\d\d) \(heure de Paris\)`)
	for _, path := range []string{"/accueil", "/demarches", "/demarches/paiements/" + string(p.ID), "/demarches/paiements/" + string(p.ID) + "/etape-3", "/demarches/creances/creance-101/etape-1"} {
		b.get(path)
		got, want := clock.FindAllString(b.text(), -1), zoned.FindAllString(b.text(), -1)
		if len(got) != len(want) {
			t.Errorf("%s: %q", path, got)
		}
		n += len(got)
	}
	if n < 5 {
		t.Errorf("%d instants were read", n)
	}
}
