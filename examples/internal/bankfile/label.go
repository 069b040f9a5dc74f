package bankfile

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// topic is what a word of a label is about; a label has those of all its words.
type topic uint16

const (
	card topic = 1 << iota
	remittance
	refund
	unpaid
	commission
	fee
	purchase // with the account holder's own card
)

// topics are the words that banks use, folded.
var topics = func() map[string]topic {
	all := map[string]topic{}
	for t, s := range map[topic]string{
		card:       "CB CARTE CARTES VISA MASTERCARD MONETIQUE TPE VAD VADS",
		remittance: "REMISE REMISES REM FACTURES TELECOLLECTE ENCAISSEMENT ENCAISSEMENTS",
		refund:     "REMBT REMBOURSEMENT REMBOURSEMENTS REMB CREDIT",
		unpaid:     "IMPAYE IMPAYES IMPAYEE IMPAYEES CONTESTATION CHARGEBACK REJETEE REJETE",
		commission: "COM COMM COMMISSION COMMISSIONS",
		fee:        "FRAIS ABONNEMENT COTISATION LOCATION",
		purchase:   "PAIEMENT ACHAT RETRAIT",
	} {
		for w := range wordSet(s) {
			all[w] |= t
		}
	}
	return all
}()

func wordSet(s string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(s) {
		set[w] = true
	}
	return set
}

// longestLabel bounds what is kept of a label that goes on, in bytes: to make one of many thousand lines would take hours.
const longestLabel = 1 << 12

// extendLabel adds to the label what a further line of the file says.
func (line *Line) extendLabel(more string) {
	if len(line.Label) < longestLabel {
		line.Label = strings.TrimSpace(line.Label + " " + more)
	}
}

// label is what a line's texts say.
type label struct {
	text  string // folded
	about topic
}

// labelOf reads texts. « COM 1,23 » among details only says how much was kept back: it does not make the line a commission.
func labelOf(texts ...string) label {
	text := ""
	for _, more := range texts {
		switch {
		case text == "":
			text = more
		case more != "":
			text += " " + more
		}
	}
	l := label{text: foldWords(text)}
	rest := l.text
	for word := ""; rest != ""; {
		word, rest = nextWord(rest)
		if word != "" && word[0] >= '0' && word[0] <= '9' { // a number is about nothing
			continue
		}
		if n := len(word); n > 0 && (word[0] <= '.' || word[n-1] <= '.') { // a comma or a point
			word = strings.Trim(word, ".,")
		}
		t := topics[word]
		if t == commission {
			if next, _ := nextWord(rest); strings.Contains(next, ",") {
				if _, _, isAmount := parseEuros(next); isAmount {
					continue
				}
			}
		}
		l.about |= t
	}
	return l
}

// nextWord is the first word of a text and what follows: letters and digits, with the comma or point of an amount.
func nextWord(s string) (word, rest string) {
	start := -1
	for i, r := range s {
		if in := inWord(r); in && start < 0 {
			start = i
		} else if !in && start >= 0 {
			return s[start:i], s[i:]
		}
	}
	if start < 0 {
		return "", ""
	}
	return s[start:], ""
}

func inWord(r rune) bool {
	switch {
	case r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == ',', r == '.':
		return true
	case r < utf8.RuneSelf:
		return false
	}
	return unicode.IsLetter(r) || unicode.IsDigit(r)
}

func (l label) isAbout(t topic) bool { return l.about&t != 0 }

// kindOf says what a line of an account is, by its sign and its label.
func (l label) kindOf(cents int64) Kind {
	if !l.isAbout(card) {
		return Other
	}
	return l.cardKind(cents)
}

// cardKind is kindOf for a line that is known to be about cards.
func (l label) cardKind(cents int64) Kind {
	switch {
	case l.isAbout(purchase) && !l.isAbout(remittance):
		return Other
	case l.isAbout(unpaid) && l.isAbout(fee):
		return Fee
	case l.isAbout(unpaid):
		return Chargeback
	case cents >= 0 && l.isAbout(remittance):
		return Remitted
	case l.isAbout(commission):
		return Commission
	case l.isAbout(fee):
		return Fee
	case cents < 0 && l.isAbout(remittance|refund):
		return RefundRemittance
	}
	return Other
}

// kindOfCode says what a line is by the interbank code of CFONB, which a camt entry may have too. ok is false for a code that says
// nothing about cards.
func kindOfCode(code string, cents int64, l label) (kind Kind, ok bool) {
	switch code {
	case "30", "11":
		if cents < 0 {
			return RefundRemittance, true
		}
		return Remitted, true
	case "36":
		return RefundRemittance, true
	case "38":
		return Chargeback, true
	case "62", "64", "65", "66", "67":
		if l.isAbout(commission) && !l.isAbout(unpaid) {
			return Commission, true
		}
		return Fee, true
	case "05", "18", "78":
		return Other, true
	}
	return "", false
}

// breakdown is what a free text says of a remittance: BRUT 137,00 COM 1,23 NET 135,77.
type breakdown struct{ gross, commission, net Optional }

func (l label) amountsNamed() (b breakdown) {
	parts := map[string]*Optional{"BRUT": &b.gross, "COM": &b.commission, "COMM": &b.commission, "COMMISSION": &b.commission,
		"NET": &b.net}
	word, rest := nextWord(l.text)
	for rest != "" {
		part := parts[word]
		word, rest = nextWord(rest)
		if part != nil && !part.Known && strings.ContainsAny(word, ",.") {
			if cents, _, ok := parseEuros(word); ok {
				*part = Some(cents)
			}
		}
	}
	return b
}

// takeGross takes gross and commission from a free text, only if gross − commission is what was booked.
func (line *Line) takeGross(l label) {
	if !strings.Contains(l.text, "BRUT") {
		return
	}
	b := l.amountsNamed()
	booked := max(line.Cents, -line.Cents)
	if b.gross.Known && b.commission.Known && b.gross.Cents-b.commission.Cents == booked && (!b.net.Known ||
		b.net.Cents == booked) {
		line.Gross, line.Commission = b.gross, b.commission
		if line.Cents < 0 {
			line.Gross.Cents = -line.Gross.Cents
		}
	}
}
