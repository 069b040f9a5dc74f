package main

import (
	"fmt"
	"strings"

	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/inbox"
	"github.com/shopspring/decimal"
)

// kiosk has the words of the bank's pages. They are the bank's own, not the host's: the payer leaves the host for them, and what is typed
// there never comes back.
type kiosk struct {
	shop           string // as the bank knows it
	authentication string // where the payer's bank may ask who pays
	payfip         bool   // the page is the DGFiP's: the payer chooses a means first, and types nothing there
}

// howToPay says how one pays there.
func (k kiosk) howToPay() string {
	if k.payfip {
		return "Vous allez payer par carte ou par prélèvement, sur le site PayFiP."
	}
	return "Vous allez payer par carte, sur le site de la banque."
}

// cardPage is where the payer types a card.
func (k kiosk) cardPage(t mock.Transaction) (string, error) {
	amount, err := formatEuros(decimal.New(t.Cents, -2))
	if k.payfip {
		return strings.Join([]string{
			"PayFiP, paiement des services publics",
			"",
			k.shop,
			withFrenchSpaces("Montant : ") + amount,
			withFrenchSpaces("Référence : ") + t.Reference,
			"",
			"Choisissez votre moyen de paiement",
			"  [ Payer par carte bancaire ]",
			"  [ Payer par prélèvement ]",
			"  [ Abandonner le paiement ]",
			"",
		}, "\n"), err
	}
	return strings.Join([]string{
		"worldline e-payment services",
		"",
		k.shop,
		withFrenchSpaces("Montant de la transaction : ") + amount,
		"",
		"Détails de la transaction",
		withFrenchSpaces("  Référence de la transaction : ") + t.Reference,
		withFrenchSpaces("  Identifiant du commerçant : ") + t.Merchant,
		"",
		"Informations de la carte",
		"  Veuillez saisir les informations de votre paiement",
		withFrenchSpaces("  Numéro de carte :"),
		withFrenchSpaces("  Date d'expiration :   Mois :        Année :"),
		withFrenchSpaces("  Cryptogramme visuel :"),
		"  [ Valider ]",
		"",
		k.authentication,
		"",
	}, "\n"), err
}

// ticketOf is what the bank shows for a payment that was accepted, and for no other.
func (k kiosk) ticketOf(t mock.Transaction) string {
	line := func(label, value string) string {
		if value == "" { // PayFiP tells no card number
			return ""
		}
		return fmt.Sprintf("%-30s%s\n", withFrenchSpaces(label), value)
	}
	return "Informations de paiement\n" +
		"\n" +
		"Votre paiement a été accepté.\n" +
		"Nous vous conseillons de conserver vos informations de paiement.\n" +
		"\n" +
		line("Date de la transaction :", inbox.MediumDate(t.At)) +
		line("Numéro de carte :", t.MaskedPAN) +
		line("Référence de la transaction :", t.Reference) +
		line("Identifiant du commerçant :", t.Merchant) +
		line("Numéro d'autorisation :", t.Authorisation)
}
