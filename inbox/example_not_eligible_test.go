package inbox_test

import (
	"fmt"
	"time"

	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/inbox"
	"github.com/shopspring/decimal"
	"golang.org/x/text/language"
)

// Every reason is told, with what to do next.
func ExampleNotEligible() {
	fund := inbox.Sender{
		Fund:          "CPAM de l’Exemple",
		PostalAddress: "12 rue de la Preuve\n99999 Exemple Cedex",
		CPAM:          true, // its telephone is the 36 46, with the tariff of the day
		Now:           func() time.Time { return time.Date(2026, time.July, 5, 6, 52, 0, 0, time.UTC) },
	}

	catalog, _ := inbox.NewCatalog()
	policy, _ := creance.Ameli().On(time.Date(2023, time.October, 2, 12, 0, 0, 0, time.UTC))
	decision := policy.Decide(creance.Debt{
		ID: "d-1", Debtor: "assure-17",
		Items: []creance.Item{{Kind: creance.Franchise, Year: 2023, Amount: decimal.New(4999, -2)}},
	}, time.Date(2023, time.October, 2, 12, 0, 0, 0, time.UTC))

	m, _ := catalog.Render(language.French, inbox.NotEligible{Decision: decision, From: fund})
	fmt.Println(m.Plain())
	// Output:
	// Cette créance ne peut pas être payée en ligne.
	//
	// Le montant dû (49,99 €) est inférieur au minimum pour payer en ligne (50 €).
	//
	// Nous ne trouvons pas d'avis de somme à payer pour cette créance.
	//
	// Vous n'avez rien à faire pour l'instant. Cette somme reste due : elle pourra être retenue sur vos prochains remboursements ou indemnités, ou sur les remboursements de vos enfants à charge.
	//
	// Le détail de ce que vous devez est dans votre compte ameli, rubrique « Mes paiements », « Participations forfaitaires et franchises ».
	//
	// Téléphone de votre caisse (CPAM de l'Exemple) : 36 46 (service gratuit + prix de l'appel), ou depuis l'étranger le +33 1 84 90 36 46.
}
