package inbox_test

import (
	"fmt"
	"testing/fstest"
	"time"

	"github.com/quittance/quittance/inbox"
	"github.com/quittance/quittance/payment"
	"github.com/shopspring/decimal"
	"golang.org/x/text/language"
)

// One file replaces one text. Here the acknowledgement also states amount and reference, which the source leaves out (S75).
func ExampleNewCatalog() {
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
