package bankfile

import (
	"strings"
	"unicode"
)

// A label says what a line is in a few words. wordSets are those that banks use, folded.
var (
	cardWords       = words("CB CARTE CARTES VISA MASTERCARD MONETIQUE TPE VAD VADS")
	otherMeans      = words("CHEQUE CHEQUES CHQ PRLV PRELEVEMENT PRELEVEMENTS VIR VIREMENT VIREMENTS LCR SEPA TIP ESPECES")
	remittanceWords = words("REMISE REMISES REM FACTURES TELECOLLECTE ENCAISSEMENT ENCAISSEMENTS")
	refundWords     = words("REMBT REMBOURSEMENT REMBOURSEMENTS REMB CREDIT")
	unpaidWords     = words("IMPAYE IMPAYES IMPAYEE IMPAYEES CONTESTATION CHARGEBACK REJETEE REJETE")
	commissionWords = words("COM COMM COMMISSION COMMISSIONS")
	feeWords        = words("FRAIS ABONNEMENT COTISATION LOCATION")
	purchaseWords   = words("PAIEMENT ACHAT RETRAIT") // with the account holder's own card
)

func words(s string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(s) {
		set[w] = true
	}
	return set
}

// label is the words of a line's texts.
type label []string

func labelOf(texts ...string) label {
	return strings.FieldsFunc(fold(strings.Join(texts, " ")), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune(",.", r)
	})
}

func (l label) has(set map[string]bool) bool {
	for _, w := range l {
		if set[strings.Trim(w, ".,")] {
			return true
		}
	}
	return false
}

// hasCommission reports that the line is about a commission. « COM 1,23 » among details only says how much was kept back.
func (l label) hasCommission() bool {
	for i, w := range l {
		if !commissionWords[strings.Trim(w, ".,")] {
			continue
		}
		if i+1 < len(l) {
			if _, _, ok := parseEuros(l[i+1]); ok && strings.Contains(l[i+1], ",") {
				continue
			}
		}
		return true
	}
	return false
}

// kindOf says what a line of an account is, by its sign and its label.
func (l label) kindOf(cents int64) Kind {
	if !l.has(cardWords) {
		return Other
	}
	return l.cardKind(cents)
}

// cardKind is kindOf for a line that is known to be about cards.
func (l label) cardKind(cents int64) Kind {
	switch {
	case l.has(purchaseWords) && !l.has(remittanceWords):
		return Other
	case l.has(unpaidWords) && l.has(feeWords):
		return Fee
	case l.has(unpaidWords):
		return Chargeback
	case cents >= 0 && l.has(remittanceWords):
		return Remitted
	case l.hasCommission():
		return Commission
	case l.has(feeWords):
		return Fee
	case cents < 0 && (l.has(remittanceWords) || l.has(refundWords)):
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
		if l.hasCommission() && !l.has(unpaidWords) {
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

func (l label) breakdown() (b breakdown) {
	parts := map[string]*Optional{"BRUT": &b.gross, "COM": &b.commission, "COMM": &b.commission, "COMMISSION": &b.commission, "NET": &b.net}
	for i := 0; i+1 < len(l); i++ {
		if part := parts[l[i]]; part != nil && !part.Known {
			if cents, _, ok := parseEuros(l[i+1]); ok && strings.ContainsAny(l[i+1], ",.") {
				*part = Some(cents)
			}
		}
	}
	return b
}

// takeGross takes gross and commission from a free text, only if gross − commission is what was booked.
func (line *Line) takeGross(l label) {
	b := l.breakdown()
	booked := line.Cents
	if booked < 0 {
		booked = -booked
	}
	if b.gross.Known && b.commission.Known && b.gross.Cents-b.commission.Cents == booked && (!b.net.Known || b.net.Cents == booked) {
		line.Gross, line.Commission = b.gross, b.commission
		if line.Cents < 0 {
			line.Gross.Cents = -line.Gross.Cents
		}
	}
}
