package bankfile

import (
	"fmt"
	"strings"
)

// What a line of each journal means.

// transaction reads a line of the journal of transactions: what was accepted.
func (j *journal) transaction(line *Line) (string, error) {
	line.Kind = Payment
	return "", nil
}

// Operations by name, as folded letters. Those that move nothing back are passed over.
var (
	givesBack    = words("CREDIT REFUND CANCEL CANCELLATION ANNULATION REMBOURSEMENT CREDITHOLDER REVERSE REVERSAL")
	movesNothing = words("VALIDATE VALIDATION CAPTURE AUTHOR AUTHORIZE AUTHORISE DEBIT ACCEPTCHALLENGE REFUSECHALLENGE " +
		"EXPIRE DUPLICATE RECYCLE")
)

// operation reads a line of the journal of operations: what was given back. OPERATION_DATE is YYMMDD where PAYMENT_DATE is
// YYYYMMDD.
func (j *journal) operation(line *Line) (string, error) {
	name := j.cell(colOperationName)
	if name == "" {
		name = j.cell(colOperationType)
	}
	line.Kind, line.Operation, line.OperationDay = Refund, name, j.day(colOperationDay)
	switch word := strings.ToUpper(key(name)); {
	case givesBack[word]:
	case movesNothing[word]:
		return "opération " + Plain(name) + "\u00a0: elle ne rend rien", nil
	default:
		j.file.note("L’opération «\u00a0%s\u00a0» est inconnue\u00a0: vérifiez si elle rend de l’argent.", Plain(name))
		return "opération " + Plain(name) + "\u00a0: inconnue", nil
	}
	if rest, ok := j.form.parse(j.cell(colNewAmount)); ok && rest > 0 && strings.HasPrefix(strings.ToUpper(name), "CANCEL") {
		line.Partial = true
	}
	return "", nil
}

// matching reads a line of the journal of financial reconciliation: what the acquirer took for clearing. DT is a payment, since the
// cardholder is debited, and CT a refund.
func (j *journal) matching(line *Line) (string, error) {
	switch t := fold(j.cell(colOperationType)); t {
	case "DT", "D", "DEBIT", "":
		line.Kind = Payment
	case "CT", "C", "CREDIT":
		line.Kind = Refund
	default:
		return "", j.wrong(line.At, j.names[j.index[colOperationType]],
			fmt.Sprintf("«\u00a0%s\u00a0» n’est ni DT (paiement) ni CT (remboursement).", Plain(t)))
	}
	if m := fold(j.cell(colMatch)); strings.HasSuffix(m, "KO") || strings.Contains(m, "NOT") {
		return "MATCH_STATUS " + Plain(m) + "\u00a0: pas encore rapproché", nil
	}
	line.Remittance, line.RemittanceDay = j.cell(colRemittance), j.day(colRemittanceDay)
	line.Net, line.Commission = j.netAndCommission(line.Cents)
	return "", nil
}

// netAndCommission takes both only if gross − commission is net, in one unit: some journals write the net amount a hundred times.
func (j *journal) netAndCommission(gross int64) (net, commission Optional) {
	n, hasNet := j.form.parse(j.cell(colNet))
	c, hasCommission := j.form.parse(j.cell(colCommission))
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
	j.file.note("Dans ce journal le montant net n’est pas le brut moins la commission\u00a0: net et commission ne sont pas repris.")
	return
}

// chargeback reads a line of the journal of chargebacks. A credit undoes one.
func (j *journal) chargeback(line *Line) (string, error) {
	line.Kind, line.ChargebackDay, line.Reason = Chargeback, j.day(colChargebackDay), j.cell(colReason)
	line.Reversal = strings.HasPrefix(fold(j.cell(colOperationType)), "C")
	return "", nil
}
