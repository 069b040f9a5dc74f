package office

import (
	"fmt"
	"html/template"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/inbox"
	"github.com/quittance/quittance/payment"
	"github.com/shopspring/decimal"
)

// states are a payment's, in the words of the fund's staff.
var states = map[payment.State]struct{ Text, Tone string }{
	payment.Created:    {"Créé", "note"},
	payment.Redirected: {"Chez la banque", "note"},
	payment.Unknown:    {"Résultat inconnu", "warn"},
	payment.Paid:       {"Payé", "good"},
	payment.Recorded:   {"Pris en compte", "good"},
	payment.Refused:    {"Refusé", "bad"},
	payment.Cancelled:  {"Abandonné", "note"},
	payment.Expired:    {"Expiré", "note"},
	payment.Failed:     {"Échoué", "bad"},
	payment.Refunding:  {"À rembourser", "warn"},
	payment.Refunded:   {"Remboursé", "note"},
	payment.Review:     {"À vérifier", "warn"},
}

// events are what a journal tells.
var events = map[payment.EventKind]string{
	payment.OnCreated:       "Référence réservée",
	payment.OnOpened:        "Session de paiement ouverte",
	payment.OnNotOpened:     "Aucune session n’a été ouverte",
	payment.OnAccepted:      "Paiement accepté",
	payment.OnAcceptedToo:   "Accepté, alors qu’un autre paiement de la créance l’est déjà",
	payment.OnMismatched:    "Acceptation qui ne correspond pas à la commande",
	payment.OnUnfit:         "Message qui ne correspond pas à la commande",
	payment.OnRefused:       "Paiement refusé",
	payment.OnCancelled:     "Abandon du payeur",
	payment.OnExpired:       "Session expirée",
	payment.OnFailed:        "Incident de la banque",
	payment.OnPending:       "Résultat pas encore définitif",
	payment.OnAbsent:        "Inconnu de la banque",
	payment.OnSilent:        "Pas de réponse de la banque",
	payment.OnRecorded:      "Pris en compte sur le compte",
	payment.OnRefundAsked:   "Remboursement demandé",
	payment.OnReturned:      "Somme rendue",
	payment.OnReturnedPart:  "Somme rendue en partie",
	payment.OnNotReturned:   "La banque a rendu moins que prévu",
	payment.OnConfirmed:     "Numéro d’autorisation reçu",
	payment.OnRefundRefused: "Remboursement refusé par la banque",
	payment.OnRefundUnknown: "Remboursement demandé à la banque, réponse attendue",
	payment.OnOverdue:       "Délai dépassé",
	payment.OnQuestioned:    "Mis en vérification",
	payment.OnKept:          "Décision : garder",
	payment.OnGivingBack:    "Décision : rendre",
	payment.OnWasReturned:   "Constat : déjà rendu",
	payment.OnNoMoney:       "Constat : aucune somme n’a bougé",
}

var effects = map[payment.Effect]string{
	payment.EffectNoted:         "noté",
	payment.EffectStale:         "dépassé par les événements",
	payment.EffectContradiction: "contradiction",
}

// channels say how an event was learnt.
var channels = map[acquirer.Channel]string{
	acquirer.Notify: "notification de la banque",
	acquirer.Return: "retour du navigateur",
	acquirer.Query:  "réponse à notre question",
}

// declines are why a card was refused.
var declines = map[acquirer.Decline]string{
	acquirer.DoNotHonour:          "refus de la banque du payeur, sans raison donnée",
	acquirer.InsufficientFunds:    "provision insuffisante",
	acquirer.LimitExceeded:        "plafond dépassé",
	acquirer.InvalidCard:          "carte invalide ou mal saisie",
	acquirer.ExpiredCard:          "carte expirée",
	acquirer.CardNotAccepted:      "carte non acceptée",
	acquirer.AuthenticationFailed: "authentification échouée",
	acquirer.ContactIssuer:        "le payeur doit contacter sa banque",
	acquirer.LostOrStolen:         "carte perdue ou volée",
	acquirer.SuspectedFraud:       "soupçon de fraude",
	acquirer.TooManyAttempts:      "trop d’essais",
	acquirer.NotPermitted:         "opération non permise à cette carte",
	acquirer.IssuerUnavailable:    "banque du payeur injoignable",
	acquirer.MerchantProblem:      "problème de notre contrat",
}

// moves are what a simulated bank has done with the money.
var moves = map[string]string{
	string(mock.Authorised): "autorisé", string(mock.Remitted): "remis", string(mock.Cancelled): "annulé avant remise",
	string(mock.Refunded): "remboursé",
}

// banks are the states of a simulated bank's transactions, in words; the bank's own word stands behind.
var banks = map[string]string{
	"TO_CAPTURE": "à remettre", "CAPTURED": "remis", "CANCELLED": "annulé", "CREDITED": "remboursé", "REFUSED": "refusé", "PENDING": "en attente",
	"ABORTED": "abandonné", "EXPIRED": "expiré", "TO_REPLAY": "à rejouer", "TO_VALIDATE": "à valider", "INVALID": "incident technique",
}

var funcs = template.FuncMap{
	"sheet":    func() string { return style.address },
	"datetime": inbox.DateTime, // the lists say once that it is Paris's time
	"second":   second,
	"decline": func(d acquirer.Decline) string {
		if text := declines[d]; text != "" {
			return text
		}
		return string(d)
	},
	"lasting":   lasting,
	"state":     func(s payment.State) string { return states[s].Text },
	"tone":      func(s payment.State) string { return states[s].Tone },
	"event":     func(e payment.EventKind) string { return events[e] },
	"lower":     lowered,
	"who":       who,
	"frenchday": frenchDay,
	"counted": func(n any, one, many string) string {
		if n64, ok := n.(int64); ok {
			n = int(n64)
		}
		return counted(n.(int), one, many)
	},
	"banking": func(status any) string {
		s := fmt.Sprint(status)
		if text := banks[s]; text != "" {
			return text + " (" + s + ")"
		}
		return s
	},
	"move": func(k any) string { return moves[fmt.Sprint(k)] },
	"cents": func(c int64) string {
		s, err := inbox.Euros(decimal.New(c, -2))
		if err != nil {
			return "montant à vérifier"
		}
		return s
	},
}

// counted is a number with its noun: 0 jour, 1 jour, 2 jours.
func counted(n int, one, many string) string {
	if n < 2 {
		return thousands(int64(n)) + "\u00a0" + one
	}
	return thousands(int64(n)) + "\u00a0" + many
}
