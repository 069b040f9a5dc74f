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

// A receipt discharges the debt only once the payment was taken into account, and says so.
func ExampleReceipt() {
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

	catalog, err := inbox.NewCatalog()
	if err != nil {
		fmt.Println(err)
		return
	}
	made := paid
	made.State, made.RecordedAt, made.Notice, made.Authorisation = payment.Recorded, paid.PaidAt, "ASP-2026-0001234", "761208"
	made.Means = acquirer.Card
	m, err := catalog.Render(language.French, inbox.Receipt{Payment: made, Payer: inbox.FullName("Pierre", "Belage"), From: fund})
	fmt.Println(m.Plain(), err)
	// Output:
	// Nous avons reçu votre paiement.
	//
	// - Payé par : Pierre BELAGE
	// - Somme payée : 62,00 €
	// - Objet : participations forfaitaires et franchises
	// - Avis de somme à payer n° ASP-2026-0001234
	// - Date du paiement : 5 juillet 2026
	// - Moyen de paiement : carte bancaire
	// - Référence de la transaction : PCLCB261860000004
	// - Numéro d'autorisation : 761208
	//
	// Ce paiement est pris en compte depuis le 5 juillet 2026. La somme demandée par l'avis est réglée : ce reçu vaut quittance de cette somme.
	//
	// Reçu par :
	//
	// - CPAM de l'Exemple
	// - Adresse postale : 12 rue de la Preuve, 99999 Exemple Cedex
	// - Téléphone : 36 46 (service gratuit + prix de l'appel), ou depuis l'étranger le +33 1 84 90 36 46 <nil>
}
