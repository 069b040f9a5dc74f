package inbox_test

import (
	"fmt"
	"time"

	"github.com/quittance/quittance/inbox"
	"github.com/quittance/quittance/payment"
	"github.com/shopspring/decimal"
	"golang.org/x/text/language"
)

// The source's own words, slips included (S80).
func ExampleVerbatim() {
	paid := payment.Payment{
		ID: "k3v5m2q7w4x6y5z2a3b4c5d6e7", State: payment.Paid, Reference: "PCLCB261860000004", Debtor: "assure-17",
		Amount: decimal.New(6200, -2), Currency: "EUR", Language: "fr",
		CreatedAt: time.Date(2026, time.July, 5, 6, 40, 0, 0, time.UTC), PaidAt: time.Date(2026, time.July, 5, 6, 45, 0, 0, time.UTC),
	}

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
