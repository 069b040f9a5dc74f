package inbox_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing/fstest"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/inbox"
	"github.com/quittance/quittance/payment"
	"github.com/shopspring/decimal"
	"golang.org/x/text/language"
)

var (
	fund = inbox.Sender{
		Fund:          "CPAM de l’Exemple",
		PostalAddress: "12 rue de la Preuve\n99999 Exemple Cedex",
		CPAM:          true, // its telephone is the 36 46, with the tariff of the day
		Now:           func() time.Time { return time.Date(2026, time.July, 5, 6, 52, 0, 0, time.UTC) },
	}
	paid = payment.Payment{
		ID: "k3v5m2q7w4x6y5z2a3b4c5d6e7", State: payment.Paid, Reference: "PCLCB261860000004", Debtor: "assure-17",
		Amount: decimal.New(6200, -2), Currency: "EUR", Language: "fr",
		CreatedAt: time.Date(2026, time.July, 5, 6, 40, 0, 0, time.UTC), PaidAt: time.Date(2026, time.July, 5, 6, 45, 0, 0, time.UTC),
	}
)

func ExampleCatalog_Render() {
	catalog, err := inbox.NewCatalog()
	if err != nil {
		fmt.Println(err)
		return
	}
	refused := payment.Payment{ID: "k3v5m2q7w4x6y5z2a3b4c5d6e7", State: payment.Refused, Decline: acquirer.ExpiredCard}
	m, err := catalog.Render(language.French, inbox.PaymentFailed{Payment: refused})
	fmt.Println(err)
	fmt.Println(m.Subject)
	fmt.Println(m.HTML)
	// Output:
	// <nil>
	// Échec du paiement
	// <div lang="fr" role="alert">
	// <p>Votre transaction de paiement a échoué.</p>
	// <p>Aucune somme n’a été débitée.</p>
	// <p>Vous pouvez recommencer avec une autre carte. Si vous n’en avez pas, contactez votre caisse pour payer autrement.</p>
	// </div>
}

// Every reason is told, with what to do next.
func ExampleNotEligible() {
	catalog, _ := inbox.NewCatalog()
	policy, _ := creance.Ameli().On(time.Date(2023, time.October, 2, 12, 0, 0, 0, time.UTC))
	decision := policy.Decide(creance.Debt{
		ID: "d-1", Debtor: "assure-17",
		Items: []creance.Item{{Kind: creance.Franchise, Year: 2023, Amount: decimal.New(4999, -2)}},
	}, time.Date(2023, time.October, 2, 12, 0, 0, 0, time.UTC))

	m, _ := catalog.Render(language.French, inbox.NotEligible{Decision: decision, From: fund})
	fmt.Println(m.Plain())
	// Output:
	// Cette créance ne peut pas être payée en ligne.
	//
	// Le montant dû (49,99 €) est inférieur au minimum pour payer en ligne (50 €).
	//
	// Nous ne trouvons pas d'avis de somme à payer pour cette créance.
	//
	// Vous n'avez rien à faire pour l'instant. Cette somme reste due : elle pourra être retenue sur vos prochains remboursements ou indemnités, ou sur les remboursements de vos enfants à charge.
	//
	// Le détail est dans votre compte ameli, rubrique « Mes paiements », « Participations forfaitaires et franchises ».
	//
	// Téléphone de votre caisse (CPAM de l'Exemple) : 36 46 (service gratuit + prix de l'appel), ou depuis l'étranger le +33 1 84 90 36 46.
}

// When the result could not be learnt, a host has a zero payment and an error. The payment has not failed.
func ExampleResultUnknown() {
	catalog, _ := inbox.NewCatalog()
	m, _ := catalog.Render(language.French, inbox.ResultUnknown{})
	fmt.Println(m.Plain())
	// Output:
	// Nous vérifions le résultat de votre paiement auprès de la banque.
	//
	// Nous ne savons pas encore si votre carte est débitée. Ne payez pas à nouveau : vous pourriez payer deux fois.
	//
	// Vous n'avez rien à faire : le résultat s'affichera sur votre compte dès que nous le connaîtrons.
}

// A second try while the first is under way.
func ExampleDebtHeld() {
	catalog, _ := inbox.NewCatalog()
	var err error = &payment.HeldError{By: payment.Payment{ID: "k3v5m2q7w4x6y5z2a3b4c5d6e7", State: payment.Redirected,
		Session: acquirer.Session{ExpiresAt: time.Date(2017, time.September, 11, 13, 54, 0, 0, time.UTC)}}}

	if held := (*payment.HeldError)(nil); errors.As(err, &held) {
		m, _ := catalog.Render(language.French, inbox.DebtHeld{By: held.By})
		fmt.Println(m.Plain())
	}
	// Output:
	// Un paiement de cette créance est déjà en cours. La page de paiement se ferme au plus tard le 11/09/2017 à 15 h 54 (heure de Paris).
	//
	// Si vous avez déjà payé, vous n'avez rien à faire : le résultat s'affichera bientôt sur votre compte.
	//
	// Si vous n'avez pas payé, terminez ce paiement ou attendez sa fin. Vous pourrez alors recommencer.
	//
	// Aucun nouveau paiement n'a été commencé ni débité.
}

// One file replaces one text. Here the acknowledgement also states amount and reference, which the source leaves out (S75).
func ExampleNewCatalog() {
	own := fstest.MapFS{"fr/acknowledgement.txt": {Data: []byte(`Accusé de réception

Nous avons reçu votre paiement de {{.Amount}} le {{.PaidOnLong}}.

- Référence : {{.Reference}}
- Service : {{.Fund}}, {{.PostalAddress}}
- Téléphone : {{.Telephone}}
`)}}
	catalog, err := inbox.NewCatalog(own)
	if err != nil {
		fmt.Println(err)
		return
	}
	m, _ := catalog.Render(language.French, inbox.Acknowledgement{Payment: paid, From: fund})
	fmt.Println(m.Plain())
	// Output:
	// Nous avons reçu votre paiement de 62,00 € le 5 juillet 2026.
	//
	// - Référence : PCLCB261860000004
	// - Service : CPAM de l'Exemple, 12 rue de la Preuve, 99999 Exemple Cedex
	// - Téléphone : 36 46 (service gratuit + prix de l'appel), ou depuis l'étranger le +33 1 84 90 36 46
}

// A mistake is found when the program starts, with its place.
func ExampleNewCatalog_mistake() {
	_, err := inbox.NewCatalog(fstest.MapFS{
		"fr/failed.txt": {Data: []byte("Échec\n\n{{if eq .State \"refused\"}}Montant\u00a0: {{.Montant}}{{end}}\n")},
	})
	fmt.Println(err)
	// Output:
	// inbox: NewCatalog: overlay 1: fr/failed.txt:3: executing "fr/failed.txt" at <.Montant>: can't evaluate field Montant in type *inbox.Facts
}

// The source's own words, slips included (S80).
func ExampleVerbatim() {
	catalog, _ := inbox.NewCatalog(inbox.Verbatim())
	m, _ := catalog.Render(language.French, inbox.Acknowledgement{Payment: paid})
	fmt.Println(m.Subject)
	fmt.Println()
	fmt.Println(m.Text)
	// Output:
	// Accuse de réception de votre paiement de creance
	//
	// Bonjour,
	//
	// Nous accusons réception de votre paiement de créance du 05/07/2026.
	//
	// Pour tout renseignement complémentaire concernant votre démarche, vous pouvez nous contacter dans la rubrique "Ma Messagerie / Ecrire un message" (*).
	//
	// Avec toute notre attention,
	// Votre caisse d'Assurance Maladie.
	//
	// (*) ou par téléphone au 36 46 (coût 0,06 euro/min + prix appel), depuis l'étranger composez le +33 811 70 36 46 (tarif variable selon l'opérateur téléphonique).
}

// The banner of a paid payment, that day and the day after (S48, S77).
func ExampleBanner() {
	catalog, _ := inbox.NewCatalog()
	for _, wait := range []time.Duration{time.Minute, 24 * time.Hour} {
		if banner, ok := inbox.Banner(paid, paid.PaidAt.Add(wait)); ok {
			m, _ := catalog.Render(language.French, banner)
			fmt.Println(strings.SplitN(m.Text, "\n", 2)[0])
		}
	}
	// Output:
	// Nous vous remercions pour votre paiement, nous le traitons dans les plus brefs délais.
	// Votre paiement du 5 juillet 2026 est bien accepté. Votre compte n’affiche pas encore qu’il est pris en compte, alors que 24 heures sont passées.
}

// What package payment delivers becomes a letter; the same change again becomes nothing.
func ExampleDeliverer() {
	ctx := context.Background()
	catalog, _ := inbox.NewCatalog()
	box := inbox.NewMemoryMailbox()
	deliver := inbox.Deliverer(box, catalog, fund) // payment.Config.Deliver

	change := payment.Change{
		Key:     string(paid.ID) + "/3",
		Entry:   payment.Entry{Payment: paid.ID, Version: 3, Event: payment.OnAccepted, Effect: payment.EffectChanged, From: payment.Redirected, To: payment.Paid},
		Payment: paid,
	}
	fmt.Println(deliver(ctx, change), deliver(ctx, change))

	for letter, err := range box.Letters(ctx, "assure-17") {
		header, _ := catalog.Render(language.French, inbox.Header{Letter: letter})
		fmt.Println(letter.Key, err)
		fmt.Println(header.Subject)
		fmt.Println(header.Plain())
	}
	// Output:
	// <nil> <nil>
	// k3v5m2q7w4x6y5z2a3b4c5d6e7/acknowledgement <nil>
	// Accusé de réception de votre paiement de créance
	// Reçu le 05/07/2026 à 8 h 52 (heure de Paris)
	//
	// De : Assurance Maladie
	//
	// Sera supprimé le 05/01/27
}

func ExampleNewMemoryMailbox() {
	ctx := context.Background()
	box := inbox.NewMemoryMailbox()
	received := time.Date(2018, time.July, 5, 6, 52, 0, 0, time.UTC)
	letter := inbox.Letter{
		Key: "k3v5m2q7w4x6y5z2a3b4c5d6e7/acknowledgement", Debtor: "assure-17",
		ReceivedAt: received, DeleteAt: inbox.DeletionDate(received, 6), Message: inbox.Message{Subject: "Bonjour"},
	}
	fmt.Println(box.Deliver(ctx, letter))
	fmt.Println(box.MarkRead(ctx, "assure-17", letter.Key))
	fmt.Println(box.MarkRead(ctx, "somebody-else", letter.Key))
	fmt.Println(box.DeleteDue(ctx, letter.DeleteAt))
	// Output:
	// <nil>
	// <nil>
	// inbox: letter not found
	// 1 <nil>
}

func ExampleSender_Validate() {
	fmt.Println(inbox.Sender{Fund: "CPAM de l’Exemple", Telephone: "39 39"}.Validate())
	// Output:
	// inbox: Sender: PostalAddress and EmailAddress are empty: an acknowledgement gives one of them (CRPA R112-11-1)
	// inbox: Sender: TelephoneAbroad is empty, and Telephone cannot be dialled from abroad (CRPA L112-11)
}

// Six months after 31 August there is no 31 February.
func ExampleDeletionDate() {
	fmt.Println(inbox.ShortDate(inbox.DeletionDate(time.Date(2018, time.July, 5, 6, 52, 0, 0, time.UTC), 6)))
	fmt.Println(inbox.ShortDate(inbox.DeletionDate(time.Date(2023, time.August, 31, 6, 52, 0, 0, time.UTC), 6)))
	// Output:
	// 05/01/2019
	// 29/02/2024
}

// The spaces are U+202F between thousands and U+00A0 before the sign.
func ExampleEuros() {
	s, err := inbox.Euros(decimal.New(123450, -2))
	fmt.Printf("%+q %v\n", s, err)
	_, err = inbox.Euros(decimal.New(-1, 0))
	fmt.Println(err)
	// Output:
	// "1\u202f234,50\u00a0\u20ac" <nil>
	// inbox: the amount is negative
}

func ExampleLongDate() {
	t := time.Date(2017, time.August, 31, 22, 30, 0, 0, time.UTC) // half past midnight in Paris
	fmt.Println(inbox.ShortDate(t))
	fmt.Println(inbox.MediumDate(t))
	fmt.Println(inbox.LongDate(t))
	fmt.Println(inbox.DateTime(t))
	// Output:
	// 01/09/2017
	// 1er sept. 2017
	// 1er septembre 2017
	// 01/09/2017 à 00:30
}

func ExampleMessage_Plain() {
	m := inbox.Message{Text: "Montant\u00a0: 62,00\u00a0€. C’est noté\u202f!"}
	fmt.Printf("%+q\n", m.Plain())
	// Output:
	// "Montant : 62,00 \u20ac. C'est not\u00e9 !"
}
