package inbox_test

import (
	"errors"
	"fmt"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/inbox"
	"github.com/quittance/quittance/payment"
	"golang.org/x/text/language"
)

// A second try while the first is under way.
func ExampleDebtHeld() {
	catalog, _ := inbox.NewCatalog()
	var err error = &payment.HeldError{By: payment.Payment{ID: "k3v5m2q7w4x6y5z2a3b4c5d6e7", State: payment.Redirected,
		Session: acquirer.Session{ExpiresAt: time.Date(2017, time.September, 11, 13, 54, 0, 0, time.UTC)}}}

	if held := (*payment.HeldError)(nil); errors.As(err, &held) {
		m, _ := catalog.Render(language.French, inbox.DebtHeld{By: held.By})
		fmt.Println(m.Plain())
	}
	// Output:
	// Un paiement de cette créance est déjà en cours. La page de paiement se ferme au plus tard le 11/09/2017 à 15 h 54 (heure de Paris).
	//
	// Si vous avez déjà payé, vous n'avez rien à faire : le résultat s'affichera bientôt sur votre compte.
	//
	// Si vous n'avez pas payé, terminez ce paiement ou attendez sa fin. Vous pourrez alors recommencer.
	//
	// Aucun nouveau paiement n'a été commencé ni débité.
}
