package office

import (
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/quittance/quittance/inbox"
	"github.com/shopspring/decimal"
)

// sayings are what the library writes into journals and errors, in English, and what it is for the fund's staff. $1 and so on are amounts in
// euros, numbers and names.
var sayings = []struct {
	english *regexp.Regexp
	french  string
}{
	// Of journals.
	{saying(`about to call cancel`), "la banque est appelée pour annuler avant remise"},
	{saying(`about to call refund`), "la banque est appelée pour rembourser"},
	{saying(`(\S+) of (\S+) are back`), "$1 sur $2 sont rendus"},
	{saying(`(\S+) of (\S+) cannot be given back by the acquirer, which can neither cancel nor refund`),
		"$1 sur $2 ne peuvent pas être rendus par cette banque, qui ne sait ni annuler ni rembourser"},
	{saying(`(\S+) of (\S+) cannot be given back: three times not in this state`), "$1 sur $2 ne peuvent pas être rendus : trois fois, la banque a répondu que l’état ne le permet pas"},
	{saying(`(\S+) of (\S+) were to go back: (.*)`), "$1 sur $2 devaient être rendus, et la banque a refusé"},
	{saying(`the acquirer's answers allow no refund`), "les réponses de la banque ne permettent pas de rembourser"},
	{saying(`not found`), "la banque ne connaît pas cette transaction"},
	{saying(`no session was committed in time`), "aucune session n’a été gardée à temps"},
	{saying(`not taken into account in time`), "pas pris en compte dans le délai"},
	{saying(`the acquirer accepted a second time, with another authorisation`), "la banque a accepté une seconde fois, avec une autre autorisation"},
	{saying(`no payment has this reference and order`), "aucun paiement n’a cette référence et cette commande"},
	{saying(`accepted (\S+) (\S+) to merchant (\S+), authorisation "(.*)"`), "la banque a accepté $1 ($2) pour le commerçant $3, autorisation « $4 »"},
	{saying(`(\S+) (\S+) (\S+) to merchant (\S+), authorisation "(.*)"`), "message de la banque : $2 ($3) pour le commerçant $4, autorisation « $5 »"},
	{saying(`dated (\S+) by the clock, whose day is closed`), "l’horloge disait $1, un jour déjà clos"},
	{saying(`(.*); dated (\S+) by the clock, whose day is closed`), "$1 (l’horloge disait $2, un jour déjà clos)"},

	// Of what does not verify.
	{saying(`entry (\d+) is missing, doubled or out of place`), "l’écriture $1 manque, est en double, ou n’est pas à sa place"},
	{saying(`entry (\d+) does not follow the one before`), "l’écriture $1 ne suit pas la précédente"},
	{saying(`entry (\d+) was changed`), "l’écriture $1 a été modifiée"},
	{saying(`the personal fields of entry (\d+), or of the payment, were changed`), "les champs personnels de l’écriture $1, ou du paiement, ont été modifiés"},
	{saying(`the first entry is not its creation`), "la première écriture n’est pas sa création"},
	{saying(`entry (\d+) is not in the table: .*`), "l’écriture $1 n’est pas un passage permis"},
	{saying(`it has no journal`), "il n’a pas de journal"},
	{saying(`it is not where its journal ends`), "il n’est pas là où son journal finit"},
	{saying(`its row was changed`), "sa ligne a été modifiée"},
	{saying(`it was erased, and has a handle`), "il a été effacé, et garde un lien vers la banque"},
	{saying(`its handle is not that of the session that was opened`), "il ne renvoie plus à la session qui a été ouverte"},
	{saying(`seal (\d+) \((\S+)\) is no day's seal: .*`),
		"le sceau n° $1 ($2) n’est celui d’aucun jour : un paiement a été supprimé ou réécrit, ou les sceaux ne sont pas du plus ancien au plus récent"},
	{saying(`what can be read of it is not all: (.*)`), "elle ne peut pas être lue en entier"},
}

func saying(english string) *regexp.Regexp { return regexp.MustCompile(`^(?s:` + english + `)$`) }

var amount = regexp.MustCompile(`^\d+\.\d\d$`)

// frenchOf is what the library wrote, in French; empty if there are no words for it.
func frenchOf(english string) string {
	for _, s := range sayings {
		found := s.english.FindStringSubmatchIndex(english)
		if found == nil {
			continue
		}
		text := s.french
		for i := len(found)/2 - 1; i > 0; i-- {
			text = strings.ReplaceAll(text, "$"+string(rune('0'+i)), part(english[found[2*i]:found[2*i+1]]))
		}
		return text
	}
	return ""
}

// part is an amount, a time, or words of another saying, in French; anything else as it is.
func part(s string) string {
	if amount.MatchString(s) {
		return euros(s)
	}
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return second(t)
	}
	if other := frenchOf(s); other != "" {
		return other
	}
	return s
}

func euros(s string) string {
	d, err := decimal.NewFromString(s)
	if err != nil {
		return s
	}
	words, err := inbox.Euros(d)
	if err != nil {
		return s
	}
	return words
}

// french is what the library wrote, in French where there are words for it.
func french(english string) string {
	if s := frenchOf(english); s != "" {
		return s
	}
	return english
}

// second is an instant as a journal needs it: three entries may be of one minute.
func second(t time.Time) string { return t.In(paris).Format("02/01/2006 à 15:04:05") }

// lasting is a duration in words: « 3 jours, 1 heure et 26 minutes ».
func lasting(d time.Duration) string {
	var parts []string
	for _, unit := range []struct {
		of        time.Duration
		one, many string
	}{{24 * time.Hour, "jour", "jours"}, {time.Hour, "heure", "heures"}, {time.Minute, "minute", "minutes"}} {
		n := d / unit.of
		d -= n * unit.of
		if n > 0 {
			parts = append(parts, counted(int(n), unit.one, unit.many))
		}
	}
	switch n := len(parts); n {
	case 0:
		return "moins d’une minute"
	case 1:
		return parts[0]
	default:
		return strings.Join(parts[:n-1], ", ") + " et " + parts[n-1]
	}
}

// lowered begins a text with a small letter, to stand within a sentence.
func lowered(s string) string {
	r := []rune(s)
	if len(r) == 0 {
		return s
	}
	return strings.ToLower(string(r[0])) + string(r[1:])
}

// printable reports whether a text has nothing that does not print, or that turns its direction, or that no database keeps.
func printable(s string) bool {
	return utf8.ValidString(s) && strings.IndexFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) < 0
}
