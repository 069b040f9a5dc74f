package inbox_test

import (
	"fmt"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/inbox"
	"github.com/quittance/quittance/payment"
	"github.com/shopspring/decimal"
	"golang.org/x/text/language"
)

// The same words as a banner and as a letter.
func ExampleAsLetter() {
	fund := inbox.Sender{
		Fund:          "CPAM de l’Exemple",
		PostalAddress: "12 rue de la Preuve\n99999 Exemple Cedex",
		CPAM:          true, // its telephone is the 36 46, with the tariff of the day
		Now:           func() time.Time { return time.Date(2026, time.July, 5, 6, 52, 0, 0, time.UTC) },
	}
	paid := payment.Payment{
		ID: "k3v5m2q7w4x6y5z2a3b4c5d6e7", State: payment.Paid, Reference: "PCLCB261860000004", Debtor: "assure-17",
		Amount: decimal.New(6200, -2), Currency: "EUR", Language: "fr",
		CreatedAt: time.Date(2026, time.July, 5, 6, 40, 0, 0, time.UTC), PaidAt: time.Date(2026, time.July, 5, 6, 45, 0, 0, time.UTC),
	}

	catalog, _ := inbox.NewCatalog()
	refused := paid
	refused.State, refused.PaidAt, refused.Decline = payment.Refused, time.Time{}, acquirer.InsufficientFunds
	m, _ := catalog.Render(language.French, inbox.AsLetter{Content: inbox.PaymentFailed{Payment: refused}, From: fund})
	fmt.Println(m.Subject)
	fmt.Println()
	fmt.Println(m.Plain())
	// Output:
	// Échec du paiement
	//
	// Bonjour,
	//
	// Ce message concerne votre démarche de paiement commencée le 05/07/2026 à 8 h 40 (heure de Paris).
	// Référence de la transaction : PCLCB261860000004.
	//
	// Votre transaction de paiement a échoué.
	//
	// Aucune somme n'a été débitée.
	//
	// Vous pouvez recommencer avec une autre carte. Si vous n'en avez pas, contactez votre caisse pour payer autrement.
	//
	// Pour tout renseignement complémentaire concernant votre démarche, vous pouvez nous contacter dans la rubrique « Ma Messagerie / Écrire un message » (*).
	//
	// Service chargé de votre dossier :
	//
	// - CPAM de l'Exemple
	// - Adresse postale : 12 rue de la Preuve, 99999 Exemple Cedex
	//
	// Avec toute notre attention,
	// Votre caisse d'Assurance Maladie.
	//
	// (*) ou par téléphone au 36 46 (service gratuit + prix de l'appel), ou depuis l'étranger le +33 1 84 90 36 46.
}
