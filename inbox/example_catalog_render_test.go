package inbox_test

import (
	"fmt"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/inbox"
	"github.com/quittance/quittance/payment"
	"golang.org/x/text/language"
)

func ExampleCatalog_Render() {
	catalog, err := inbox.NewCatalog()
	if err != nil {
		fmt.Println(err)
		return
	}
	refused := payment.Payment{ID: "k3v5m2q7w4x6y5z2a3b4c5d6e7", State: payment.Refused, Decline: acquirer.ExpiredCard}
	m, err := catalog.Render(language.French, inbox.PaymentFailed{Payment: refused})
	fmt.Println(err)
	fmt.Println(m.Subject)
	fmt.Println(m.HTML)
	// Output:
	// <nil>
	// Échec du paiement
	// <div lang="fr" role="alert">
	// <p>Votre transaction de paiement a échoué.</p>
	// <p>Aucune somme n’a été débitée.</p>
	// <p>Vous pouvez recommencer avec une autre carte. Si vous n’en avez pas, contactez votre caisse pour payer autrement.</p>
	// </div>
}
