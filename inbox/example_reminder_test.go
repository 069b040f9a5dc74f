package inbox_test

import (
	"fmt"
	"strings"
	"time"

	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/inbox"
	"github.com/shopspring/decimal"
	"golang.org/x/text/language"
)

// A reminder says everything that a debtor must be told, or is not rendered.
func ExampleReminder() {
	fund := inbox.Sender{
		Fund:          "CPAM de l’Exemple",
		PostalAddress: "12 rue de la Preuve\n99999 Exemple Cedex",
		CPAM:          true, // its telephone is the 36 46, with the tariff of the day
		Now:           func() time.Time { return time.Date(2026, time.July, 5, 6, 52, 0, 0, time.UTC) },
	}

	reminder := inbox.Reminder{
		Debt: creance.Debt{
			ID: "d-1", Debtor: "assure-17",
			Items: []creance.Item{{Kind: creance.Participation, Year: 2024, Amount: decimal.New(3200, -2)}, {Kind: creance.Franchise, Year: 2025, Amount: decimal.New(3000, -2)}},
			Notice: &creance.Notice{
				Number: "ASP-2026-0001234", Channel: creance.Electronic, IssuedOn: time.Date(2026, time.June, 1, 10, 0, 0, 0, time.UTC),
			},
		},
		Name: "Belage", DueOn: time.Date(2026, time.August, 1, 10, 0, 0, 0, time.UTC),
		OtherWays: inbox.French("par chèque à l’ordre de la CPAM de l’Exemple"), Privacy: "dpo@fonds.example", From: fund,
	}
	reminder.From.Officer = inbox.Officer{Name: "Anne Durand", Quality: inbox.French("directrice")}
	policy, _ := creance.Ameli().On(reminder.DueOn)
	reminder.Online = policy.Decide(reminder.Debt, reminder.DueOn)

	catalog, _ := inbox.NewCatalog()
	m, err := catalog.Render(language.French, reminder)
	fmt.Println(err)
	fmt.Println(strings.Join(strings.Split(m.Plain(), "\n")[2:7], "\n"))

	_, err = catalog.Render(language.English, reminder) // no letter is in two languages
	fmt.Println(err)

	reminder.Debt.Status, reminder.DueOn = creance.Prescribed, time.Time{}
	fmt.Println(reminder.Validate())
	// Output:
	// <nil>
	// Vous avez reçu l'avis de somme à payer n° ASP-2026-0001234 du 1er juin 2026. Sauf erreur de notre part, il n'est pas encore réglé.
	//
	// - Au nom de : BELAGE
	// - Somme à payer : 62,00 €
	// - Date limite : 1er août 2026
	// inbox: Render reminder: OtherWays has no words in en: a letter is not in two languages
	// inbox: Reminder: the debt is "prescribed": it may not be asked for
	// inbox: Reminder: DueOn is zero
}
