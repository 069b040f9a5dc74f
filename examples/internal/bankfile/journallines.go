package bankfile

import (
	"fmt"
	"strings"
)

// What a line of each journal means.

// readTransaction reads a line of the journal of transactions: what was accepted.
func (j *journal) readTransaction(line *Line) (string, error) {
	line.Kind = Payment
	return "", nil
}

// Operations by name, as folded letters. Those that move nothing back are passed over.
var (
	givesBack    = wordSet("CREDIT REFUND CANCEL CANCELLATION ANNULATION REMBOURSEMENT CREDITHOLDER REVERSE REVERSAL")
	movesNothing = wordSet("VALIDATE VALIDATION CAPTURE AUTHOR AUTHORIZE AUTHORISE DEBIT ACCEPTCHALLENGE REFUSECHALLENGE " +
		"EXPIRE DUPLICATE RECYCLE")
)

// readOperation reads a line of the journal of operations: what was given back. OPERATION_DATE is YYMMDD where PAYMENT_DATE is
// YYYYMMDD.
func (j *journal) readOperation(line *Line) (string, error) {
	name := j.cellOf(colOperationName)
	if name == "" {
		name = j.cellOf(colOperationType)
	}
	line.Kind, line.Operation, line.OperationDay = Refund, name, j.dayIn(colOperationDay)
	switch word := strings.ToUpper(columnKey(name)); {
	case givesBack[word]:
	case movesNothing[word]:
		return "opération " + Plain(name) + "\u00a0: elle ne rend rien", nil
	default:
		j.file.addNote("L’opération «\u00a0%s\u00a0» est inconnue\u00a0: vérifiez si elle rend de l’argent.", Plain(name))
		return "opération " + Plain(name) + "\u00a0: inconnue", nil
	}
	if rest, ok := j.form.parseCents(j.cellOf(colNewAmount)); ok && rest > 0 && strings.HasPrefix(strings.ToUpper(name), "CANCEL") {
		line.Partial = true
	}
	return "", nil
}

// readMatching reads a line of the journal of financial reconciliation: what the acquirer took for clearing. DT is a payment, since the
// cardholder is debited, and CT a refund.
func (j *journal) readMatching(line *Line) (string, error) {
	switch t := foldWords(j.cellOf(colOperationType)); t {
	case "DT", "D", "DEBIT", "":
		line.Kind = Payment
	case "CT", "C", "CREDIT":
		line.Kind = Refund
	default:
		return "", j.mistakeIn(line.At, j.names[j.index[colOperationType]],
			fmt.Sprintf("«\u00a0%s\u00a0» n’est ni DT (paiement) ni CT (remboursement).", Plain(t)))
	}
	if m := foldWords(j.cellOf(colMatch)); strings.HasSuffix(m, "KO") || strings.Contains(m, "NOT") {
		return "MATCH_STATUS " + Plain(m) + "\u00a0: pas encore rapproché", nil
	}
	line.Remittance, line.RemittanceDay = j.cellOf(colRemittance), j.dayIn(colRemittanceDay)
	line.Net, line.Commission = j.netAndCommission(line.Cents)
	return "", nil
}

// netAndCommission takes both only if gross − commission is net, in one unit: some journals write the net amount a hundred times.
func (j *journal) netAndCommission(gross int64) (net, commission Optional) {
	n, hasNet := j.form.parseCents(j.cellOf(colNet))
	c, hasCommission := j.form.parseCents(j.cellOf(colCommission))
	if !hasNet || !hasCommission {
		return
	}
	switch gross - c {
	case n:
		return Some(n), Some(c)
	case n / 100:
		if n%100 == 0 {
			return Some(n / 100), Some(c)
		}
	}
	j.file.addNote("Dans ce journal le montant net n’est pas le brut moins la commission\u00a0: net et commission ne sont pas repris.")
	return
}

// readChargeback reads a line of the journal of chargebacks. A credit undoes one.
func (j *journal) readChargeback(line *Line) (string, error) {
	line.Kind, line.ChargebackDay, line.Reason = Chargeback, j.dayIn(colChargebackDay), j.cellOf(colReason)
	line.Reversal = strings.HasPrefix(foldWords(j.cellOf(colOperationType)), "C")
	return "", nil
}
