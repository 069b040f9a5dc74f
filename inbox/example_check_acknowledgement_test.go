package inbox_test

import (
	"errors"
	"fmt"
	"time"

	"github.com/quittance/quittance/inbox"
	"github.com/quittance/quittance/payment"
	"github.com/shopspring/decimal"
	"golang.org/x/text/language"
)

// What a letter lacks of what CRPA R112-11-1 asks for, with the right options and with none.
func ExampleCheckAcknowledgement() {
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
	for _, from := range []inbox.Sender{fund, {Now: fund.Now}} {
		letter := inbox.Acknowledgement{Payment: paid, From: from}
		m, _ := catalog.Render(language.French, letter)
		err := inbox.CheckAcknowledgement(m, letter)
		fmt.Println(err)
		if missing := (*inbox.MentionError)(nil); errors.As(err, &missing) {
			fmt.Println(len(missing.Missing), "mentions")
		}
	}
	// Output:
	// <nil>
	// it does not state the service in charge, an electronic or postal address (CRPA L112-11, R112-11-1)
	// 2 mentions
}
