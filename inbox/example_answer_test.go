package inbox_test

import (
	"fmt"
	"strings"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/inbox"
	"github.com/quittance/quittance/payment"
	"github.com/shopspring/decimal"
	"golang.org/x/text/language"
)

// What is said when Begin ends in an error.
func ExampleAnswer() {
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
	for _, err := range []error{
		&payment.HeldError{By: payment.Payment{State: payment.Paid, PaidAt: paid.PaidAt}},
		&acquirer.Error{Op: "begin", Kind: acquirer.ErrUnavailable},
	} {
		m, _ := catalog.Render(language.English, inbox.Answer(err, fund))
		fmt.Println(m.Subject)
		fmt.Println(strings.Split(m.Text, "\n")[2])
	}
	// Output:
	// There is already a payment for this debt
	// No new payment has been started, and no money has been taken for one.
	// The payment has not begun
	// No money is taken for this request. You can try again from your account in a few minutes: it will tell you if this debt has already been paid. If it fails again, contact your fund.
}
