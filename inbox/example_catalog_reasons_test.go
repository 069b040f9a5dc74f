package inbox_test

import (
	"fmt"
	"time"

	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/inbox"
	"golang.org/x/text/language"
)

// A list of debts says in a line or two why one cannot be paid online: each reason, and last the one thing to do.
func ExampleCatalog_Reasons() {
	fund := inbox.Sender{
		Fund:          "CPAM de l’Exemple",
		PostalAddress: "12 rue de la Preuve\n99999 Exemple Cedex",
		CPAM:          true, // its telephone is the 36 46, with the tariff of the day
		Now:           func() time.Time { return time.Date(2026, time.July, 5, 6, 52, 0, 0, time.UTC) },
	}

	catalog, err := inbox.NewCatalog()
	if err != nil {
		fmt.Println(err)
		return
	}
	decision := creance.Decision{Reasons: []creance.Reason{{Code: creance.NoNotice}, {Code: creance.InDispute}}}
	lines, err := catalog.Reasons(language.English, inbox.NotEligible{Decision: decision, From: fund})
	for _, line := range lines {
		fmt.Println("-", line)
	}
	fmt.Println(err)
	// Output:
	// - You have disputed this debt.
	// - We cannot find a payment notice (“avis de somme à payer”) for this debt.
	// - Wait for the answer to your dispute before you pay.
	// <nil>
}
