package payer

import (
	"html/template"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/inbox"
	"github.com/quittance/quittance/payment"
)

// unread counts letters, by whether it is one.
var unread = map[bool]string{true: "non lu", false: "non lus"}

// states are a payment's, in the payer's words, and the tone in which they are shown.
var states = map[payment.State]look{
	payment.Created:    {"En cours", "note"},
	payment.Redirected: {"En cours", "note"},
	payment.Unknown:    {"Résultat attendu", "note"},
	payment.Paid:       {"Accepté", "good"},
	payment.Recorded:   {"Pris en compte", "good"},
	payment.Refused:    {"Échoué", "bad"},
	payment.Cancelled:  {"Abandonné", "note"},
	payment.Expired:    {"Non terminé", "note"},
	payment.Failed:     {"Échoué", "bad"},
	payment.Refunding:  {"Remboursement en cours", "note"},
	payment.Refunded:   {"Remboursé", "note"},
	payment.Review:     {"En vérification", "note"},
}

// look is the label of a payment's state, and the tone of its colour.
type look struct{ Text, Tone string }

// lookOf is the look of a payment. A direct debit is ordered, and the money comes some days later.
func lookOf(made payment.Payment) look {
	if made.State == payment.Paid && made.Means == acquirer.DirectDebit {
		return look{"Prélèvement enregistré", "good"}
	}
	return states[made.State]
}

// means are what a payment was made by; nothing is said where nobody knows.
var means = map[acquirer.Means]string{acquirer.Card: "Carte bancaire", acquirer.DirectDebit: "Prélèvement sur votre compte bancaire"}

// kinds are what a debt is made of.
var kinds = map[creance.Kind]string{
	creance.Participation: "Participations forfaitaires",
	creance.Franchise:     "Franchises",
	"indu":                "Indu",
}

// channels are the ways by which a notice came (S11, S12).
var channels = map[creance.Channel]string{
	creance.Electronic: "reçu dans votre compte",
	creance.Paper:      "reçu par courrier",
}

var funcs = template.FuncMap{
	"kind": func(k creance.Kind) string {
		if s, ok := kinds[k]; ok {
			return s
		}
		return "Autre créance"
	},
	"look":       func(made *payment.Payment) look { return lookOf(*made) },
	"means":      func(m acquirer.Means) string { return means[m] },
	"telephones": telephones,
	"channel":    func(c creance.Channel) string { return channels[c] },
	"words":      func(m inbox.Message) template.HTML { return template.HTML(m.HTML) }, // made and escaped by the catalog
	"letter":     func(l inbox.Letter) string { return "/messagerie/" + l.Key },
}
