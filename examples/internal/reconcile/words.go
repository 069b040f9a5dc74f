package reconcile

import (
	"strconv"

	"github.com/quittance/quittance/examples/internal/bankfile"
)

// What follows is what the accounting officer reads: French, with no-break spaces before € and :, and narrow ones before ; ! ?.

// Money writes an amount: 1 137,00 €.
func Money(cents int64) string { return bankfile.Euros(cents) + "\u00a0€" }

// French writes a day as 02/03/2026.
func French(day string) string {
	if len(day) != len("2006-01-02") {
		return day
	}
	return day[8:] + "/" + day[5:7] + "/" + day[:4]
}

// Count writes a number with its noun: 0 ligne, 1 ligne, 2 lignes.
func Count(n int, one, many string) string {
	digits := strconv.Itoa(n)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "\u202f" + digits[i:]
	}
	return digits + "\u00a0" + Choose(n, one, many)
}

// Choose chooses a form: in French the singular goes up to one.
func Choose(n int, one, many string) string {
	if n < 2 {
		return one
	}
	return many
}

// witnessWords are what a witness is called, and what agreement with it means.
var witnessWords = map[string]struct{ title, agreement string }{
	"gateway": {"La passerelle de paiement", "La passerelle et vous êtes d’accord. Cela ne dit pas encore que l’argent " +
		"est arrivé."},
	"acquirer":  {"Le rapprochement de l’acquéreur", "L’acquéreur a remis chacune de ces transactions."},
	"account":   {"Le relevé de compte, transaction par transaction", "Chacune de ces transactions est sur le compte."},
	"payfip":    {"Le rapport PayFiP", "Le rapport PayFiP et vous êtes d’accord."},
	"list":      {"La liste de la banque", "La liste et vous êtes d’accord."},
	chargebacks: {"Les impayés", "Chaque impayé est compté chez vous comme rendu."},
}

// verdictWords are what a verdict is called, and what to do about it.
var verdictWords = map[Verdict]struct{ name, do string }{
	OnlyHere: {"seulement chez vous",
		"Seulement chez vous\u00a0: donnez aussi le journal ou le relevé des jours suivants. Si rien n’y est, demandez à " +
			"la banque ce qu’est devenue la transaction."},
	OnlyThere: {"seulement là-bas",
		"Seulement là-bas\u00a0: cherchez la référence dans l’outil de gestion. Inconnue, elle est à lever avec votre " +
			"prestataire\u202f; un remboursement peut avoir été fait directement sur l’espace de la banque."},
	OtherAmount: {"autre montant", "Autre montant\u00a0: comparez avec le ticket de la transaction et demandez à la banque " +
		"lequel est juste."},
	OtherState: {"autre sens", "Autre sens\u00a0: l’un a un paiement où l’autre a un remboursement. Faites corriger celui " +
		"qui se trompe avant d’écrire en comptabilité."},
	TwiceHere: {"deux fois chez vous", "Deux fois chez vous\u00a0: regardez la transaction dans l’outil de " +
		"gestion\u202f; elle n’a été payée qu’une fois là-bas."},
	TwiceThere: {"deux fois là-bas", "Deux fois là-bas\u00a0: si un payeur a payé deux fois, rendez-lui la seconde\u202f; " +
		"vérifiez d’abord qu’une liste n’est pas donnée deux fois."},
	ChargedBack: {"impayé", "Impayé\u00a0: la banque a repris l’argent. La créance est de nouveau due\u202f; enregistrez " +
		"le retour, et contestez s’il y a lieu."},
}

// remittanceWords are what the verdict on a remittance is called.
var remittanceWords = map[RemittanceVerdict]string{
	OnAccount:       "sur le compte",
	RemittedLately:  "pas encore sur le compte, délai normal",
	MissingThere:    "manque sur le compte",
	OtherSum:        "autre montant sur le compte",
	OtherCommission: "autre commission sur le compte",
	NotInJournal:    "sur le compte, pas dans le journal",
}

// formatWords are what a format is called.
var formatWords = map[string]string{
	"sips-table": "journal de la passerelle (TABLE)", "sips-tab20": "journal de la passerelle " +
		"(TAB20)", "cfonb120": "relevé CFONB 120",
	"camt.053": "relevé camt.053", "camt.054": "avis camt.054", "mt940": "relevé MT940", "payfip": "rapport " +
		"PayFiP", "layout": "CSV décrit par un layout",
	"csv-bnp": "téléchargement BNP Paribas", "csv-societe-generale": "téléchargement Société Générale",
	"csv-societe-generale-pro": "téléchargement Société Générale (pro)", "csv-credit-agricole": "téléchargement Crédit Agricole",
	"csv-bpce": "téléchargement Caisse d’Épargne ou Banque Populaire", "csv-credit-mutuel": "téléchargement Crédit Mutuel ou CIC",
	"csv-banque-postale": "téléchargement La Banque Postale", "csv-lcl": "téléchargement LCL",
}

var journalWords = map[string]string{
	"transactions": "transactions", "operations": "opérations", "rapprochement": "rapprochement bancaire", "impayes": "impayés",
}

// Sentences are what a ledger says in words: the verdict first, then what it rests on.
func (l *Ledger) Sentences() (out []string) {
	add := func(s string) { out = append(out, s) }
	difference := Money(abs(l.RunningEnd))
	switch l.Verdict {
	case AgreesInTotal:
		add("Le total concorde. (Le relevé ne nomme pas les paiements\u00a0: deux erreurs peuvent se compenser.)")
	case AgreesUnderWay:
		add("Le total concorde, hors ce qui est en route aux bornes. (Le relevé ne nomme pas les paiements\u00a0: deux " +
			"erreurs peuvent se compenser.)")
	case OverdueThere:
		add("Il manque à la banque ce qui a été payé ou rendu en dernier chez vous, et qui devrait déjà y être.")
	case ToLookAt:
		add("Le total des remises concorde, mais la banque a repris de l’argent qui compte chez vous comme accepté.")
	case MoreAtTheBank:
		add(difference + " de plus à la banque que chez vous.")
	case LessAtTheBank:
		add(difference + " de moins à la banque que chez vous.")
	case OtherDirection:
		add("Ni les encaissements ni les remboursements ne concordent\u202f; l’écart des deux ensemble est de " +
			bankfile.Euros(l.RunningEnd) + "\u00a0€.")
	}
	for _, u := range l.UnderWay {
		noun := Count(u.Sum.Count, "paiement", "paiements")
		if u.Refunds {
			noun = Count(u.Sum.Count, "remboursement", "remboursements")
		}
		s := noun + ", " + Money(u.Sum.Cents) + ", " + Choose(u.Sum.Count, "n’est", "ne sont") +
			" pas encore sur le compte\u00a0: normal jusqu’au " + French(u.Due)
		if u.Overdue {
			s += ", mais le relevé va plus loin"
		}
		s += "."
		if len(u.References) <= 3 {
			s = s[:len(s)-1] + " (" + join(u.References) + ")."
		}
		add(s)
	}
	for _, b := range l.Border {
		add(b.sentence())
	}
	for _, c := range l.Chargebacks {
		s := "Impayé de " + Money(c.Cents) + " du " + French(c.Day)
		switch {
		case c.Settled:
			s += "\u00a0: compté chez vous comme rendu."
		case c.Hint != "":
			s += "\u00a0: peut-être " + c.Hint + ", le seul paiement de ce montant. C’est un indice, pas une preuve."
		default:
			s += "\u00a0: le relevé ne dit pas de quel paiement. Le journal des impayés le nomme."
		}
		add(s)
	}
	if l.Hint != nil {
		s := "L’écart est exactement le montant d’un seul paiement, " + l.Hint.Reference
		if l.Hint.Missing {
			s += "\u00a0: il manque peut-être à la banque."
		} else {
			s += "\u00a0: la banque l’a peut-être deux fois."
		}
		add(s + " C’est un indice, pas une preuve.")
	}
	if l.NetUnknown {
		add("Le brut n’est pas connu\u00a0: les remises semblent nettes de commission. Demandez à la banque un relevé " +
			"brut, ou donnez le journal de rapprochement.")
	}
	if l.Level == "D" {
		add("Le relevé ne nomme pas votre contrat\u00a0: toutes ses lignes de cartes sont comptées comme vôtres.")
	}
	return out
}

// sentence says what is not compared, and why.
func (b Border) sentence() string {
	noun, side, other := Count(b.Sum.Count, "paiement", "paiements"), "chez vous", "avant le début du relevé"
	if b.Out {
		noun = Count(b.Sum.Count, "remboursement", "remboursements")
	}
	if b.Bank {
		noun, side, other = Count(b.Sum.Count, "remise", "remises"), "à la banque", "avant le premier export"
		if b.Out {
			noun = Count(b.Sum.Count, "remise de remboursements", "remises de remboursements")
		}
		if b.After {
			other = "après le dernier export"
		}
	}
	days := "du " + French(b.From)
	if b.Until != b.From {
		days += " au " + French(b.Until)
	}
	why := "\u00a0: c’est " + other + "."
	switch {
	case b.Sure:
	case b.Bank:
		why = "\u00a0: d’après les sommes, ce sont des paiements d’" + other + "."
	default:
		why = "\u00a0: d’après les sommes, la remise a eu lieu " + other + "."
	}
	return "Non comparé\u00a0: " + noun + " " + side + ", " + Money(b.Sum.Cents) + ", " + days + why
}

func join(all []string) string {
	out := ""
	for i, s := range all {
		switch {
		case i == 0:
		case i == len(all)-1:
			out += " et "
		default:
			out += ", "
		}
		out += s
	}
	return out
}

// ToDo is what to do about a ledger; empty if nothing is.
func (l *Ledger) ToDo() string {
	switch l.Verdict {
	case AgreesInTotal, AgreesUnderWay:
		return ""
	case ToLookAt:
		return "Demandez le journal des impayés à votre prestataire\u00a0: il nomme la transaction. La créance est de nouveau due."
	case OverdueThere:
		return "Donnez aussi les exports des jours suivants\u00a0: une remise plus tardive a peut-être ce qui manque\u202f; si l’écart " +
			"reste, demandez à la banque le détail des remises, ou le journal de rapprochement à votre prestataire."
	case LessAtTheBank:
		return "Donnez aussi le relevé des jours suivants\u202f; si l’écart reste, demandez à la banque le détail des " +
			"remises, ou le journal de rapprochement à votre prestataire."
	}
	return "Vérifiez d’abord que les exports de tous ces jours sont donnés, et celui de la veille\u202f; si " +
		"l’écart reste, demandez le journal de rapprochement à votre prestataire\u00a0: il nomme chaque transaction."
}

// describe names a movement for a person.
func (m *Movement) describe() string {
	kind := "paiement"
	if m.Refund {
		kind = "remboursement"
	}
	s := kind + " de "
	if m.Currency == "EUR" {
		s += Money(m.Cents)
	} else {
		s += bankfile.Euros(m.Cents) + " " + bankfile.Plain(m.Currency)
	}
	if m.Day != "" {
		s += " du " + French(m.Day)
	}
	return s + " (" + bankfile.Plain(m.File) + ", ligne " + strconv.Itoa(m.Line) + ")"
}

// Sentence is a difference in words, without its reference.
func (d Difference) Sentence() string {
	s := verdictWords[d.Verdict].name + "\u00a0: "
	switch {
	case d.Verdict == ChargedBack:
		s = "impayé de " + Money(d.There.Cents) + " du " + French(d.There.Day)
		if d.Reason != "" {
			s += ", motif " + bankfile.Plain(d.Reason)
		}
		s += " (" + bankfile.Plain(d.There.File) + ", ligne " + strconv.Itoa(d.There.Line) + ")"
		if d.Here == nil {
			return s + "\u202f; le paiement n’est pas dans ces exports"
		}
		return s + "\u202f; chez vous il compte comme accepté"
	case d.There == nil:
		return s + d.Here.describe()
	case d.Here == nil:
		return s + d.There.describe()
	}
	return s + "chez vous " + d.Here.describe() + ", là-bas " + d.There.describe()
}
