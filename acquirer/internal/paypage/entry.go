package paypage

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/quittance/quittance/acquirer/internal/bank"
	"github.com/quittance/quittance/internal/paris"
)

// testCard is a number that the card page offers, for its last two digits (S31).
type testCard struct{ Number, Result string }

var testCards = []testCard{
	{"5017 6700 0000 1800", "Paiement accepté"},
	{"5017 6700 0000 1805", "Paiement refusé"},
	{"5017 6700 0000 1834", "Refus définitif, sans autre essai"},
	{"5017 6700 0000 1860", "Réponse de la banque en attente"},
	{"5017 6700 0000 1890", "Incident technique"},
	{"5017 6700 0000 1897", "Session expirée"},
}

// mistake is something to correct: which field, and what to do.
type mistake struct{ Field, Text string }

// Years that the card page offers, from the current one on.
const years = 16

// spaces are the marks between the digits of a number that is pasted.
var spaces = strings.NewReplacer(" ", "", nbsp, "", narrow, "", "\t", "", "-", "")

// readEntry reads what the payer has typed, and keeps what ReadCardOf keeps.
func readEntry(form url.Values, today paris.Day, taken []string) (bank.Card, []mistake) {
	var wrong []mistake
	mistaken := func(field, text string) { wrong = append(wrong, mistake{field, text}) }

	number := spaces.Replace(form.Get("number"))
	card, err := bank.ReadCardOf(number, taken)
	switch {
	case number == "":
		mistaken("number", "Saisissez le numéro de carte.")
	case errors.Is(err, bank.ErrBrand):
		mistaken("number", "Ce commerçant n’accepte pas cette carte. Cartes acceptées"+nbsp+": "+strings.Join(taken, ", ")+".")
	case err != nil:
		mistaken("number", "Le numéro de carte doit comporter de 15 à 19\u00a0chiffres.")
	}

	month, year := form.Get("month"), form.Get("year")
	switch now := fmt.Sprintf("%04d%02d", today.Year, int(today.Month)); {
	case !slices.Contains(monthList(), month) || !slices.Contains(yearList(today), year):
		mistaken("month", "Choisissez le mois et l’année d’expiration.")
	case year+month < now: // valid to the end of its month (S32)
		mistaken("month", "Cette date d’expiration est passée.")
	}

	cryptogram := spaces.Replace(form.Get("cryptogram"))
	switch {
	case cryptogram == "":
		mistaken("cryptogram", "Saisissez le cryptogramme visuel.")
	case len(cryptogram) < 3 || len(cryptogram) > 4 || strings.Trim(cryptogram, "0123456789") != "":
		mistaken("cryptogram", "Le cryptogramme visuel doit comporter 3 ou 4\u00a0chiffres.")
	}
	if wrong != nil {
		return bank.Card{}, wrong
	}
	// A substring keeps the whole number alive: what is kept is copied.
	card.First, card.Last = strings.Clone(card.First), strings.Clone(card.Last)
	return card, nil
}

func monthList() []string { return formatNumbers("%02d", 1, 12) }

func yearList(today paris.Day) []string { return formatNumbers("%04d", today.Year, years) }

func formatNumbers(format string, first, n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprintf(format, first+i)
	}
	return list
}
