package main

import (
	"fmt"
	"strings"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/inbox"
	"github.com/quittance/quittance/payment"
	"github.com/shopspring/decimal"
)

// formatEuros writes an amount for a screen; an error is one of the amount.
func formatEuros(amount decimal.Decimal) (string, error) { return inbox.Euros(amount) }

// recapNotice says what a notice claims: its items by kind and year, and the amount that is to be paid.
func (b body) recapNotice(d creance.Debt, due decimal.Decimal) (string, error) {
	var out strings.Builder
	fmt.Fprintf(&out, "Avis de somme à payer n° %s, %s\n", d.Notice.Number, channels[d.Notice.Channel])
	line := func(label string, amount decimal.Decimal) error {
		s, err := formatEuros(amount)
		fmt.Fprintf(&out, "%-36s%12s\n", label, s)
		return err
	}
	for _, it := range d.Items {
		if err := line(fmt.Sprintf("%s %d", b.kinds[it.Kind], it.Year), it.Amount); err != nil {
			return "", err
		}
	}
	if err := line("Montant à payer", due); err != nil {
		return "", err
	}
	balance, err := d.Balance()
	if rest := balance.Sub(due); err == nil && rest.IsPositive() {
		err = line("Restera dû après ce paiement", rest)
	}
	return withFrenchSpaces(out.String()), err
}

// states are the states of a payment, in words for the fund's staff. What a payer reads is inbox's.
var states = map[payment.State]string{
	payment.Created:    "créé",
	payment.Redirected: "chez la banque",
	payment.Unknown:    "résultat inconnu",
	payment.Paid:       "payé",
	payment.Recorded:   "pris en compte",
	payment.Refused:    "refusé",
	payment.Cancelled:  "abandonné",
	payment.Expired:    "expiré",
	payment.Failed:     "échoué",
	payment.Refunding:  "en cours de remboursement",
	payment.Refunded:   "remboursé",
	payment.Review:     "à vérifier",
}

// events are those that this program can meet. An application that shows journals words all of package payment's.
var events = map[payment.EventKind]string{
	payment.OnCreated:  "référence réservée",
	payment.OnOpened:   "page de paiement ouverte",
	payment.OnAccepted: "paiement accepté",
	payment.OnRefused:  "paiement refusé",
	payment.OnExpired:  "délai dépassé",
	payment.OnRecorded: "affiché sur le compte",
	payment.OnAbsent:   "personne n’a payé",                            // PayFiP knows a session, or forgets it; it never says that it expired
	payment.OnSilent:   "la banque ne sait plus rien de cette session", // the platform of Direct forgets within hours
	payment.OnOverdue:  "toujours pas affiché après 24 heures",         // of a long list
}

// ways say how an event was learnt.
var ways = map[acquirer.Channel]string{
	acquirer.Notify: ", notification de la banque",
	acquirer.Return: ", retour du navigateur",
	acquirer.Query:  ", réponse à notre question",
}

// describeEntry words one line of a journal.
func describeEntry(e payment.Entry) string {
	what, ok := events[e.Event]
	if !ok {
		what = string(e.Event)
	}
	if rule, _, ok := strings.Cut(e.Why, "@"); ok && e.Event == payment.OnCreated { // the policy, with its fingerprint
		what += ", règle « " + rule + " »"
	}
	return withFrenchSpaces(fmt.Sprintf("%d  %s  %s%s → %s", e.Version, inbox.DateTime(e.At), what, ways[e.Channel], states[e.To]))
}
