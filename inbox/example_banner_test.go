package inbox_test

import (
	"fmt"
	"strings"
	"time"

	"github.com/quittance/quittance/inbox"
	"github.com/quittance/quittance/payment"
	"github.com/shopspring/decimal"
	"golang.org/x/text/language"
)

// The banner of a paid payment, that day and the day after (S48, S77).
func ExampleBanner() {
	paid := payment.Payment{
		ID: "k3v5m2q7w4x6y5z2a3b4c5d6e7", State: payment.Paid, Reference: "PCLCB261860000004", Debtor: "assure-17",
		Amount: decimal.New(6200, -2), Currency: "EUR", Language: "fr",
		CreatedAt: time.Date(2026, time.July, 5, 6, 40, 0, 0, time.UTC), PaidAt: time.Date(2026, time.July, 5, 6, 45, 0, 0, time.UTC),
	}

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
