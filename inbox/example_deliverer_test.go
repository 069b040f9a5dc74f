package inbox_test

import (
	"context"
	"fmt"
	"time"

	"github.com/quittance/quittance/inbox"
	"github.com/quittance/quittance/payment"
	"github.com/shopspring/decimal"
	"golang.org/x/text/language"
)

// What package payment delivers becomes a letter; the same change again becomes nothing.
func ExampleDeliverer() {
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
