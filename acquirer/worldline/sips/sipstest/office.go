package sipstest

import (
	"cmp"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"strconv"
	"time"

	"github.com/quittance/quittance/acquirer/internal/bank"
	"github.com/quittance/quittance/internal/paris"
)

// officeFields are the fields of every request of Office; the others are those that an operation adds.
var (
	officeFields = map[string]format{
		"interfaceVersion":              {needed: true, max: 12},
		"keyVersion":                    {needed: true, max: 10, chars: digits},
		"merchantId":                    {needed: true, max: 15, chars: digits},
		"seal":                          {max: 128},
		"sealAlgorithm":                 {max: 20},
		"transactionReference":          {max: 35, chars: alphanumeric},
		"s10TransactionReference":       {kind: container, names: []string{"s10TransactionId", "s10TransactionIdDate"}},
		"intermediateServiceProviderId": free,
	}
	cashFields = func() map[string]format {
		all := maps.Clone(officeFields)
		maps.Copy(all, map[string]format{
			"currencyCode":       {needed: true, max: 3, chars: digits, check: knownCurrency},
			"operationAmount":    {needed: true, max: 12, chars: digits},
			"operationOrigin":    {max: 20},
			"customerContact":    contact,
			"paymentMeanData":    group,
			"shoppingCartDetail": group,
		})
		return all
	}()
)

// officeDate is how Office writes an instant.
const officeDate = "2006-01-02T15:04:05-07:00"

func formatDate(t time.Time) string { return t.In(paris.Location).Format(officeDate) }

// readOfficeRequest does what every operation of Office begins with: it authenticates the caller, checks the fields, and finds
// the reference.
func (s *Server) readOfficeRequest(w http.ResponseWriter, r *http.Request, family string, fields map[string]format, code string) (
	m message, c caller, reference string, bad *refusal, done *reply,
) {
	m, bad, done = s.readMessage(w, r)
	if done != nil || bad != nil {
		return m, c, "", bad, done
	}
	if c, bad = s.authenticate(m); bad != nil {
		return m, c, "", bad, nil
	}
	if bad = checkFields(m, fields, jsonConn); bad != nil {
		return m, c, "", bad, nil
	}
	if _, ok := readVersion(fieldText(m, "interfaceVersion"), family); !ok {
		return m, c, "", &refusal{code: "30", field: "interfaceVersion"}, nil
	}
	if reference, bad = s.referenceAsked(m, c.merchant); bad == nil && code != "" {
		bad = &refusal{code: code}
	}
	return m, c, reference, bad, nil
}

// answerOffice seals an answer, unless this is the TEST platform. statusField is where a refusal is said.
func (s *Server) answerOffice(answer message, c caller, statusField string, bad *refusal) reply {
	if bad != nil {
		answer[statusField] = bad.code
		if bad.field != "" {
			answer["errorFieldName"] = bad.field
		}
	}
	return sealedAnswer(answer, c, !s.o.UnsealedOffice)
}

// getTransactionData says what has become of a reference. Its own result and that of the payment are two codes.
func (s *Server) getTransactionData(w http.ResponseWriter, r *http.Request, code string) reply {
	const status = "getTransDataResponseCode"
	m, c, reference, bad, done := s.readOfficeRequest(w, r, "DR_WS_", officeFields, code)
	if done != nil {
		return *done
	}
	answer := message{}
	if bad == nil {
		t, err := s.bank.Status(c.merchant.ID, reference)
		if refused := (*bank.Refusal)(nil); errors.As(err, &refused) {
			bad = refusalOf(refused, "amount", reference)
		} else {
			answer = diagnosticOf(t, c.merchant.Screening)
			answer[status] = "00"
		}
	}
	return s.answerOffice(answer, c, status, bad).about(m, c)
}

// diagnosticOf is what Office knows of a transaction.
func diagnosticOf(t bank.Transaction, screening Screening) message {
	cents := func(n int64) string { return strconv.FormatInt(n, 10) }
	operation, at := lastOperation(t)
	m := message{
		"merchantId": t.Merchant, "transactionReference": t.Reference,
		"responseCode": t.Code, "transactionStatus": t.Status,
		"originAmount": cents(t.Cents), "currentAmount": cents(t.Cents - t.Total(bank.Cancelled)),
		"currencyCode": t.Fields["currencyCode"], "orderChannel": cmp.Or(t.Fields["orderChannel"], "INTERNET"),
		"paymentPattern": cmp.Or(t.Fields["paymentPattern"], "ONE_SHOT"), "transactionDateTime": formatDate(t.At),
		"lastOperationName": operation, "lastOperationDateTime": formatDate(at),
	}
	if len(t.Moves) > 0 {
		m["remainingAmount"] = cents(t.Remaining())
		m["captureLimitDate"] = t.RemitAt.Add(-time.Microsecond).In(paris.Location).Format(compactDay) // by the end of that day
	}
	if t.Attempt > 0 {
		m["paymentMeanType"], m["paymentAttemptNumber"], m["panEntryMode"] = "CARD", strconv.Itoa(t.Attempt), "MANUAL"
		m["holderAuthentMethod"], m["holderAuthentProgram"] = authentication(t, version{pipe, "2.58"})
		for name, v := range screenings[screening] {
			m[name] = v
		}
	}
	for name, v := range map[string]string{
		"acquirerResponseCode": t.AcquirerCode, "authorisationId": t.Authorisation, "paymentMeanBrand": t.Brand, "maskedPan": t.MaskedPAN,
		"holderAuthentStatus": t.Authentication, "orderId": t.OrderID, "customerId": t.Fields["customerId"],
		"customerIpAddress": t.Fields["customerIpAddress"], "cardCSCResultCode": cscResult(t), "tokenPan": tokenOf(t),
		"guaranteeIndicator": guarantee(t), "merchantWalletId": t.Fields["merchantWalletId"],
	} {
		if v != "" {
			m[name] = v
		}
	}
	if id := t.Fields[keptS10]; id != "" {
		m["s10TransactionReference"] = map[string]any{"s10TransactionId": id, "s10TransactionIdDate": t.Fields[keptS10Date]}
	}
	return m
}

// operations are what Office calls a move of money.
var operations = map[bank.Kind]string{
	bank.Authorised: "AUTHOR", bank.Remitted: "CAPTURE", bank.Cancelled: "CANCEL", bank.Refunded: "CREDIT",
	bank.Validated: "VALIDATE",
}

func lastOperation(t bank.Transaction) (name string, at time.Time) {
	if n := len(t.Moves); n > 0 {
		return operations[t.Moves[n-1].Kind], t.Moves[n-1].At
	}
	if t.Code == "97" {
		return "EXPIRED", t.At
	}
	return "AUTHOR", t.At
}

// cash is cancel, refund and validate, which differ in when they may be asked for: 24 says in which state the transaction is instead.
func (s *Server) cash(do func(b *bank.Bank, merchant, reference string, cents int64, currency string) (bank.Transaction, error),
) func(http.ResponseWriter, *http.Request, string) reply {
	const status = "responseCode"
	return func(w http.ResponseWriter, r *http.Request, code string) reply {
		m, c, reference, bad, done := s.readOfficeRequest(w, r, "CR_WS_", cashFields, code)
		if done != nil {
			return *done
		}
		answer := message{}
		if bad == nil {
			cents, _ := strconv.ParseInt(fieldText(m, "operationAmount"), 10, 64) // at most twelve digits, that was looked at
			t, err := do(&s.bank, c.merchant.ID, reference, cents, currencyLetters(fieldText(m, "currencyCode")))
			refused := (*bank.Refusal)(nil)
			switch {
			case !errors.As(err, &refused):
				answer = cashAnswer(t)
			default:
				bad = refusalOf(refused, "operationAmount", reference)
				if refused.Status != "" {
					answer["newStatus"] = refused.Status
				}
			}
		}
		return s.answerOffice(answer, c, status, bad).about(m, c)
	}
}

// cashAnswer is the answer about money that has gone back, or is asked for.
func cashAnswer(t bank.Transaction) message {
	_, at := lastOperation(t)
	return message{
		"responseCode": "00", "acquirerResponseCode": "00", "authorisationId": t.Authorisation,
		"newStatus": t.Status, "newAmount": json.Number(strconv.FormatInt(t.Remaining(), 10)), "operationDateTime": formatDate(at),
	}
}
