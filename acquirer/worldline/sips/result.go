package sips

import (
	"strings"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/internal/sipscode"
	"github.com/quittance/quittance/acquirer/internal/wire"
)

// resultOf reads a verified message. asked says whether it answers a question of ours: when a payer has several attempts, a
// notification says nothing final but that one was accepted. The error is a *wire.FieldError.
func (in *inner) resultOf(m *message, asked bool) (acquirer.Result, error) {
	if m.v[transactionReference] == "" {
		return acquirer.Result{}, wire.Problem("transactionReference", "there is none")
	}
	cur := currencyOf(m.v[currencyCode])
	var cents [slots]int64
	for _, a := range amounts {
		if m.v[a.slot] == "" {
			continue
		}
		var err error
		if cents[a.slot], err = parseMinor(m.v[a.slot]); err != nil {
			return acquirer.Result{}, wire.Problem(a.name, err.Error())
		}
	}

	outcome, decline := sipscode.Judge(m.v[responseCode], m.v[acquirerResponseCode], m.v[holderAuthentStatus])
	at := in.parseTime(m.v[transactionDateTime])
	switch {
	case outcome == acquirer.Accepted && !acceptedStatuses[m.v[transactionStatus]]:
		outcome, decline = acquirer.Pending, ""
	case in.several && outcome.Final() && outcome != acquirer.Accepted && !(asked && in.windowOver(at)):
		outcome, decline = acquirer.Pending, ""
	}

	total := firstOf(m, cents, originAmount, amount, currentAmount)
	r := acquirer.Result{
		Reference: m.v[transactionReference], OrderID: m.v[orderID], Merchant: m.v[merchantID],
		Amount: amountOf(total, cur), Currency: cur.Letters,
		Outcome: outcome, Decline: decline,
		Code: m.v[responseCode], AcquirerCode: m.v[acquirerResponseCode], AuthorisationID: m.v[authorisationID],
		Brand: m.v[paymentMeanBrand], MaskedPAN: acquirer.MaskPAN(m.v[maskedPan]), Means: means[m.extra["paymentMeanType"]], At: at,
	}
	if r.Brand == noBrand {
		r.Brand, r.Means = "", ""
	}
	if outcome == acquirer.Accepted {
		r.Returned = amountOf(amountReturned(m, cents, total), cur)
	}
	if at.IsZero() && m.v[transactionDateTime] != "" {
		m.keepField("transactionDateTime", m.v[transactionDateTime])
	}
	return r.WithFields(m.extra), nil
}

// means are the values of paymentMeanType that say what was paid by.
var means = map[string]acquirer.Means{"CARD": acquirer.Card, "DIRECT_DEBIT": acquirer.DirectDebit}

// noBrand stands for that of a payer who has chosen none (sips.md §7.2); the type beside it says nothing either.
const noBrand = "UNKNOWN"

// amounts are the slots that must be amounts when they are there.
var amounts = [...]struct {
	slot slot
	name string
}{{amount, "amount"}, {originAmount, "originAmount"}, {currentAmount, "currentAmount"}, {remainingAmount, "remainingAmount"}}

// firstOf returns the first of these amounts that the message has; zero without any.
func firstOf(m *message, cents [slots]int64, candidates ...slot) int64 {
	for _, s := range candidates {
		if m.v[s] != "" {
			return cents[s]
		}
	}
	return 0
}

// amountReturned is what went back of an accepted payment. The meaning of the amounts of Office is not documented; this is the cautious
// reading:
//
//   - CANCELLED: all of it.
//   - currentAmount below the total: a part was cancelled before remittance.
//   - remainingAmount below the total: a part was refunded; counted when the status or the last operation is a credit, or
//     nothing names the last operation, and never before remittance, where it might be what remains to be captured.
//   - TO_CREDIT or CREDITED without an amount that tells how much: all of it.
func amountReturned(m *message, cents [slots]int64, total int64) int64 {
	status := m.v[transactionStatus]
	if status == "CANCELLED" {
		return total
	}
	left := total
	if m.v[currentAmount] != "" {
		left = min(left, cents[currentAmount])
	}
	credit := status == "TO_CREDIT" || status == "CREDITED"
	op := m.v[lastOperationName]
	if m.v[remainingAmount] != "" && (credit || status == "CAPTURED" && (op == "" || strings.HasPrefix(op, "CREDIT"))) {
		left = min(left, cents[remainingAmount])
	}
	if credit && left == total {
		left = 0
	}
	return total - left
}

// windowOver reports whether nobody can pay any more. A date that is missing never tells.
func (in *inner) windowOver(at time.Time) bool {
	return !at.IsZero() && in.now().After(at.Add(in.window))
}

// dates are how the pipe format and the JSON format write them.
var dates = [...]string{time.RFC3339, "2006-01-02.15:04:05-0700"}

// parseTime returns the zero time for a date that cannot be read, and for one that cannot be meant.
func (in *inner) parseTime(s string) time.Time {
	if len(s) <= len("2006-01-02") || len(s) > 40 {
		return time.Time{}
	}
	layout := dates[0]
	if s[10] == '.' {
		layout = dates[1]
	}
	t, err := time.Parse(layout, s)
	if err != nil {
		return time.Time{}
	}
	return wire.Instant(t, in.now())
}
