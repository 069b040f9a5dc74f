//go:build !race

package browser_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/payment"

	"github.com/quittance/quittance/examples/teleservice/internal/apptest"
)

// The whole way of the source document, on a computer, a tablet and a telephone (S5), from signing in to the fund's taking it into account.
func TestWay(t *testing.T) {
	t.Parallel()
	for _, on := range screens {
		t.Run(on.name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, apptest.Morning, nil)
			b := s.person().size(on).signsIn("assure-1")
			b.reads("PIERRE BELAGE", "Né le 25/02/1983", "Première connexion").openMenu()             // S51, S52
			b.reads("Accueil", "Mes paiements", "Ma messagerie", "Mes démarches", "Mes informations") // S50
			b.clicks("#payer-une-creance").at("/demarches/creances").reads("Étape préalable")         // S4, S17
			b.clicks("#creance-101 .button").at("/demarches/creances/creance-101/etape-1")
			b.reads("Étape 1/3", "ASP-2025-0101", "Participations forfaitaires", "32,00 €", "Montant à payer 62,00 €") // S18
			b.clicks("#continuer").at("/demarches/creances/creance-101/etape-2")
			b.reads("Étape 2/3", "page d’authentification de votre banque", "accusé de réception", "24 h") // S19, S35, S64, S77
			b.clicks("#payer")                                                                             // S20: step 3/3 goes on by itself
			b.atKiosk("Veuillez saisir les informations de votre paiement").reads("62,00 €")               // S22, S25, S30
			b.pays(goodCard).atKiosk("Votre paiement a été accepté.")                                      // S41
			b.returns().reads("Nous vous remercions pour votre paiement")                                  // S39, S48
			b.lacks("Paiement d’une créance 1 à payer").reads("Aucun nouveau paiement")                    // S55

			p := s.Last()
			if p.State != payment.Paid || p.Debtor != "assure-1" || p.Amount.String() != "62" {
				t.Fatalf("the payment is %v", p)
			}
			s.Work()
			b.goes("/accueil").menu("/messagerie").at("/messagerie").reads("Non lu", "Sera supprimé le 02/09/2026") // S68
			b.clicks(".mail a").at("/messagerie/" + string(p.ID) + "/acknowledgement").reads("Nous accusons réception de votre paiement")
			b.menu("/demarches").at("/demarches").reads("Accepté", p.Reference)
			b.clicks(`a[href$="/recu"]`).at("/demarches/paiements/"+string(p.ID)+"/recu").reads("PIERRE BELAGE", "62,00 €", p.Authorisation)

			// The next day the fund takes it into account (S77).
			a := s.person().size(on).signsInAsAgent()
			a.clicks(".tasks a").at("/gestion/paiements").clicks(".rows tbody a").at("/gestion/paiements/"+string(p.ID)).decides("prendre-en-compte", "").reads("Le paiement est pris en compte.")
			b.menu("/accueil").reads("est pris en compte sur votre compte")
		})
	}
}

// Each sample person's way (S7): who may pay gets to the end, the others learn why not.
func TestPeople(t *testing.T) {
	t.Parallel()
	s := serve(t, apptest.Morning, nil)
	for _, c := range []struct{ who, name, debt, euros, why string }{
		{"assure-1", "PIERRE BELAGE", "creance-101", "62,00 €", ""},
		{"assure-2", "NADIA KERVEL", "creance-102", "100,00 €", ""},
		{"assure-3", "SOLÈNE MARCHETTI", "creance-103", "150,00 €", ""},                                                 // S9: included
		{"assure-3", "SOLÈNE MARCHETTI", "creance-203", "", "Seules les participations forfaitaires et les franchises"}, // S16
		{"assure-4", "ROSE ANDRIEUX", "creance-104", "50,00 €", ""},                                                     // S9, S12
		{"assure-5", "OLIVIER SAINT-MAUR", "creance-105", "", "inférieur au minimum pour payer en ligne"},               // S13
		{"assure-6", "HUGUETTE LAMARQUE", "creance-106", "", "supérieur au maximum pour payer en ligne"},                // S14
		{"assure-7", "THÉO VASSEUR", "creance-107", "", "avis de somme à payer"},                                        // S15
		{"assure-8", "MARIUS FONTANEL", "creance-108", "", "déjà réglée"},
		{"assure-9", "INÈS DORVAL", "creance-109", "", "contesté"},
		{"assure-10", "KARIM BESSON", "creance-110", "", "suspendu"},
		{"assure-11", "LUCIENNE HOUDARD", "creance-111", "", "annulée"},
		{"assure-12", "GASPARD NOLLET", "creance-112", "", "rien à payer"},
		{"assure-13", "ARMELLE TISSIER", "creance-113", "", "doit être vérifié"},
		{"assure-14", "BASILE QUERCY", "", "", "Vous n’avez aucune créance"},
	} {
		t.Run(c.who+" "+c.debt, func(t *testing.T) {
			t.Parallel()
			s := *s
			s.t = t
			b := s.person()
			if c.who == "assure-4" {
				b.goes("/connexion").clicks("#assure-4").at("/inscription")
				b.types("#avis", "asp-2025-0104").types("#naissance", "12/09/1958").clicks("#creer").at("/accueil")
			} else {
				b.signsIn(c.who)
			}
			b.reads(c.name).clicks("#payer-une-creance").at("/demarches/creances")
			if c.debt == "" {
				b.reads(c.why)
				return
			}
			step := "/demarches/creances/" + c.debt + "/etape-1"
			if c.why != "" {
				b.clicks(`a[href="` + step + `"]`).at(step).reads(c.why).lacks("Continuer")
				return
			}
			b.begins(c.debt).reads("Montant de la transaction : " + c.euros)
			b.pays(goodCard).atKiosk("Votre paiement a été accepté.").returns().reads("Nous vous remercions pour votre paiement")
			b.menu("/demarches").at("/demarches").reads("Accepté", c.euros)
		})
	}
}

// Refused, then accepted: no ticket and no letter for the refusal, and another try is a new payment (S57, S61).
func TestRefusedThenAccepted(t *testing.T) {
	t.Parallel()
	s := serve(t, apptest.Morning, nil)
	b := s.person().signsIn("assure-2")
	b.begins("creance-102").pays(refusedCard).atKiosk("Votre paiement a été refusé.").lacks("autorisation")
	b.returns().reads("Votre transaction de paiement a échoué.", "Aucune somme n’a été débitée.") // S58
	s.Work()
	b.goes("/messagerie").reads("Vous n’avez aucun message.")
	b.goes("/demarches").reads("Échoué").lacks("Reçu")
	b.begins("creance-102").pays(goodCard).atKiosk("Votre paiement a été accepté.").returns().reads("Nous vous remercions")
	s.Work()
	b.goes("/messagerie").reads("Accusé de réception de votre paiement de créance")
	if d := cmp.Diff([]payment.State{payment.Refused, payment.Paid}, s.states()); d != "" {
		t.Errorf("the payments (-want +got):\n%s", d)
	}
}

// A mistake in the card is told by the bank, and one in the form for an account by the service; both are corrected.
func TestCorrection(t *testing.T) {
	t.Parallel()
	s := serve(t, apptest.Morning, nil)
	b := s.person()
	b.goes("/inscription").types("#avis", "ASP-2025-0104").types("#naissance", "12 septembre").clicks("#creer")
	b.reads("Des informations sont à corriger", "Saisissez la date de naissance en chiffres")
	if value := eval[string](b, `document.getElementById("avis").value`); value != "ASP-2025-0104" {
		t.Errorf("the field has %q after a mistake in the other one", value)
	}
	b.clicks("#erreurs a")
	if id := eval[string](b, `document.activeElement.id`); id != "naissance" {
		t.Errorf("the link of the mistake leads to %q", id)
	}
	eval[bool](b, `document.getElementById("naissance").value = ""; true`)
	b.types("#naissance", "12/09/1958").clicks("#creer").at("/accueil").reads("ROSE ANDRIEUX")

	b.begins("creance-104").types("#number", "5017 67").types("#cryptogram", "1").clicks("button[value=card]")
	b.atKiosk("Des informations sont à corriger").reads("Le numéro de carte doit comporter de 15 à 19 chiffres.")
	b.pays(goodCard).atKiosk("Votre paiement a été accepté.").returns().reads("Nous vous remercions")
}
