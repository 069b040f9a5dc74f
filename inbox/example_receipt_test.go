package inbox_test

import (
	"fmt"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/inbox"
	"github.com/quittance/quittance/payment"
	"golang.org/x/text/language"
)

// A receipt discharges the debt only once the payment was taken into account, and says so.
func ExampleReceipt() {
	catalog, err := inbox.NewCatalog()
	if err != nil {
		fmt.Println(err)
		return
	}
	made := paid
	made.State, made.RecordedAt, made.Notice, made.Authorisation = payment.Recorded, paid.PaidAt, "ASP-2026-0001234", "761208"
	made.Means = acquirer.Card
	m, err := catalog.Render(language.French, inbox.Receipt{Payment: made, Payer: inbox.FullName("Pierre", "Belage"), From: fund})
	fmt.Println(m.Plain(), err)
	// Output:
	// CPAM de l'Exemple a reçu votre paiement.
	//
	// - Payé par : Pierre BELAGE
	// - Somme payée : 62,00 €
	// - Objet : participations forfaitaires et franchises
	// - Avis de somme à payer n° ASP-2026-0001234
	// - Date du paiement : 5 juillet 2026
	// - Moyen de paiement : carte bancaire
	// - Référence de la transaction : PCLCB261860000004
	// - Numéro d'autorisation : 761208
	//
	// Ce paiement est pris en compte depuis le 5 juillet 2026. La somme demandée par l'avis est réglée : ce reçu vaut quittance de cette somme.
	//
	// Reçu par :
	//
	// - CPAM de l'Exemple
	// - Adresse postale : 12 rue de la Preuve, 99999 Exemple Cedex
	// - Téléphone : 36 46 (service gratuit + prix de l'appel), ou depuis l'étranger le +33 1 84 90 36 46 <nil>
}
