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

// A document to print or to keep, and one for a mail client. Neither fetches or runs anything.
func ExampleMessage_Page() {
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
	m, _ := catalog.Render(language.French, inbox.Acknowledgement{Payment: paid, From: fund})
	to := inbox.FullName("Pierre", "Belage") + "\n" + inbox.Address{Street: "1 place du Marché", PostCode: "75001", Town: "Paris"}.String()
	page := m.Page(inbox.Sheet{From: fund, To: to, Date: paid.PaidAt})
	fmt.Println(page[strings.Index(page, `<p class="to">`):strings.Index(page, "<main>")])
	// Output:
	// <p class="to">Pierre BELAGE<br>
	// 1 place du Marché<br>
	// 75001 PARIS</p>
	// <p class="date">5 juillet 2026</p>
	// </header>
}
