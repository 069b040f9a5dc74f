//go:build !race

package browser_test

import (
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/examples/teleservice/internal/app"
	"github.com/quittance/quittance/examples/teleservice/internal/people"
	"github.com/quittance/quittance/inbox"
	"github.com/quittance/quittance/payment"
)

// The pictures of the source, word for word and character for character, with the edition « verbatim »: at the days and hours of the source,
// of another year, for the notices of the sample people are younger than the source. What is not the source's but the page's own typography
// is its no-break space before a colon.

// exact are the texts of elements to the character: only the white space of the HTML around them is not theirs.
func exact(b *tab, css string) []string {
	b.t.Helper()
	return eval[[]string](b, `[...document.querySelectorAll(`+"`"+css+"`"+`)].map(e => e.textContent.replace(/[ \n\t]+/g, " ").trim())`)
}

// says checks texts to the character.
func (b *tab) says(css string, want ...string) *tab {
	b.t.Helper()
	if d := cmp.Diff(want, exact(b, css)); d != "" {
		b.t.Errorf("%s (-want +got):\n%s", css, d)
	}
	return b
}

func verbatim(c *app.Config) { c.Edition = []fs.FS{inbox.Verbatim()} }

// Case 1 of the source: the payment succeeds (S36 to S56).
func TestCaseOne(t *testing.T) {
	t.Parallel()
	s := serve(t, time.Date(2026, time.September, 11, 13, 54, 0, 0, time.UTC), verbatim) // S53: 15:54 in Paris
	b := s.person().signsIn("assure-1").clicks(".who button").at("/connexion").signsIn("assure-1")

	// Three others are at the bank already: the fourth reference of the day is the source's (S28).
	directory, err := people.Read()
	if err != nil {
		t.Fatal(err)
	}
	for _, who := range []string{"assure-2", "assure-3", "assure-4"} {
		if _, _, err := s.Payments.Begin(t.Context(), payment.BeginRequest{Key: who, Debt: directory.Debts(who)[0]}); err != nil {
			t.Fatal(err)
		}
	}
	b.begins("creance-101").says("header .shop", "CPAM Test 2 (INTEGRATION)")                       // S24
	b.says(".amount", "Montant de la transaction\u00a0: 62,00\u00a0€")                              // S25
	b.says("h2", "Détails de la transaction", "Informations de la carte")                           // S26, S27
	b.says(".details dt", "Référence de la transaction\u00a0:", "Identifiant du commerçant\u00a0:") // S28, S29
	b.says(".details dd", "PCLCB262540000004", "201000005940002")
	b.says(".entry h2 + p", "Veuillez saisir les informations de votre paiement")                                                                            // S30
	b.says(".entry label, .entry legend", "Numéro de carte\u00a0:", "Date d’expiration\u00a0:", "Mois\u00a0:", "Année\u00a0:", "Cryptogramme visuel\u00a0:") // S31 to S33
	b.says("button[value=card]", "Valider")                                                                                                                  // S34
	b.says("#authentication", "Selon votre établissement bancaire, vous pourrez être redirigé vers la page d’authentification de votre banque "+
		"avant la validation de votre paiement.") // S35, with its missing « de »

	b.pays(goodCard).atKiosk("Votre paiement a été accepté.").says("h1", "Informations de paiement") // S37, S40
	b.says(".message p", "Votre paiement a été accepté.",                                            // S41
		"Nous vous conseillons de conserver vos informations de paiement.") // S42
	b.says(".amount", "Montant de la transaction\u00a0: 62,00\u00a0€").says("h2", "Détails de la transaction")
	b.says("dt", "Date de la transaction\u00a0:", "Numéro de carte\u00a0:", "Référence de la transaction\u00a0:", "Identifiant du commerçant\u00a0:",
		"Numéro d’autorisation\u00a0:")
	ticket := exact(b, "dd")
	if len(ticket) != 5 {
		t.Fatalf("the ticket is %q", ticket)
	}
	want := []string{"11 sept. 2026", "5017##########00", "PCLCB262540000004", "201000005940002", ticket[4]} // S43 to S46
	if d := cmp.Diff(want, ticket); d != "" {
		t.Errorf("the ticket (-want +got):\n%s", d)
	}
	if !regexp.MustCompile(`^[0-9]{6}$`).MatchString(ticket[4]) { // S47
		t.Errorf("the number of the authorisation is %q", ticket[4])
	}
	b.says(".back button", "Retour à votre compte") // S49, as « Aller au compte »

	b.returns().says("#bandeau h2", "PAIEMENT D'UNE CRÉANCE")                                                                      // S4, S39
	b.says("#bandeau p", "Nous vous remercions pour votre paiement, nous le traitons dans les plus brefs délais.")                 // S48
	b.says(".skip", "Aller au contenu")                                                                                            // S49
	b.says(".menu a", "Accueil", "Mes paiements", "Ma messagerie", "Mes démarches", "Mon espace prévention", "Mes informations")   // S50
	b.says("section.identity h2", "PIERRE BELAGE")                                                                                 // S51
	b.says("section.identity p", "Né le 25/02/1983", "Dernière connexion le 11/09/2026 à\u00a015\u00a0h\u00a054 (heure de Paris)") // S52, S53
	if d := cmp.Diff([]string{"Mes démarches en 2\u00a0clics", "Mes derniers paiements"}, exact(b, ".columns > section:not(.identity) h2")); d != "" {
		t.Errorf("(-want +got):\n%s", d) // S54, S55
	}
	if !slices.Contains(exact(b, "main p"), "Aucun nouveau paiement") { // S55
		t.Error("the home page shows a card payment among what is paid to the insured person")
	}
}

// Case 2 of the source: the payment fails (S57 to S62).
func TestCaseTwo(t *testing.T) {
	t.Parallel()
	s := serve(t, time.Date(2026, time.September, 1, 7, 24, 0, 0, time.UTC), verbatim) // S60: 09:24 in Paris
	s.Clock.Pass(8 * 24 * time.Hour)
	b := s.person().signsIn("assure-1").begins("creance-101").pays(refusedCard).atKiosk("Votre paiement a été refusé.")
	if labels := exact(b, "dt"); slices.Contains(labels, "Numéro d’autorisation\u00a0:") {
		t.Errorf("a refusal has a ticket: %q", labels) // S61
	}
	b.returns().says("#bandeau h2", "PAIEMENT D'UNE CRÉANCE")
	b.says("#bandeau p", "Votre transaction de paiement a échoué.") // S58
	s.Work()
	b.goes("/messagerie").reads("Vous n’avez aucun message.") // S61
}

// What follows: the acknowledgement in the mailbox (S63 to S75), in the words of October 2023 and in ours (S2, S79, S80).
func TestAcknowledgement(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		edition string
		space   string // before a colon
		change  func(*app.Config)
		subject string
		body    []string
	}{
		{"verbatim", " ", verbatim, "Accuse de réception de votre paiement de creance", []string{ // S65
			"Bonjour,", // S69
			"Nous accusons réception de votre paiement de créance du 05/07/2026.",                                                                                    // S70
			`Pour tout renseignement complémentaire concernant votre démarche, vous pouvez nous contacter dans la rubrique "Ma Messagerie / Ecrire un message" (*).`, // S71
			"Avec toute notre attention, Votre caisse d'Assurance Maladie.",                                                                                          // S72, S73: two lines
			"(*) ou par téléphone au 36 46 (", // S74, with its own tariff
		}},
		{"courante", "\u00a0", nil, "Accusé de réception de votre paiement de créance", []string{
			"Bonjour,",
			"Nous accusons réception de votre paiement de créance du 05/07/2026.",
			"Pour tout renseignement complémentaire concernant votre démarche, vous pouvez nous contacter dans la rubrique «\u00a0Ma Messagerie / Écrire un message\u00a0» (*).",
			"Avec toute notre attention, Votre caisse d’Assurance Maladie.",
			"(*) ou par téléphone au 36\u00a046 (",
		}},
	} {
		t.Run(c.edition, func(t *testing.T) {
			t.Parallel()
			s := serve(t, time.Date(2026, time.July, 5, 6, 50, 0, 0, time.UTC), c.change)
			b := s.person().signsIn("assure-1").begins("creance-101").pays(goodCard).atKiosk("accepté").returns()
			s.Work()
			b.goes("/messagerie").clicks(".mail a").at("/messagerie/" + string(s.Last().ID) + "/acknowledgement")
			b.says("h1", c.subject)
			head := exact(b, ".letter .head p")
			received := "Reçu le 05/07/2026 à 8\u00a0h\u00a050 (heure de Paris)"
			if c.edition == "verbatim" {
				received = "05/07/26 08:50"
			}
			want := []string{received, "De" + c.space + ": Assurance Maladie", "Sera supprimé le 05/01/27"} // S66, S67, S68
			if d := cmp.Diff(want, head); d != "" {
				t.Errorf("above the letter (-want +got):\n%s", d)
			}
			// The paragraphs of the source are there in their order; between them stands what the law asks for.
			at := 0
			body := exact(b, ".letter p")
			for _, want := range c.body {
				i := slices.IndexFunc(body[at:], func(s string) bool {
					return s == want || strings.HasSuffix(want, "(") && strings.HasPrefix(s, want)
				})
				if i < 0 {
					t.Errorf("the letter does not say, after its paragraph %d, %q:\n%q", at, want, body)
					continue
				}
				at += i + 1
			}
			if text := b.look().Text; regexp.MustCompile(`62,00|PCLCB`).MatchString(text) { // S75
				t.Errorf("the letter states the amount or the reference:\n%s", text)
			}
		})
	}
}
