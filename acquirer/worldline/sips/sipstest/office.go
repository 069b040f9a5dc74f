package sipstest

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/quittance/quittance/acquirer/internal/bank"
	"github.com/quittance/quittance/internal/paris"
)

// officeFields are those of every request of Office, and of each operation besides.
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
		all := map[string]format{
			"currencyCode":       {needed: true, max: 3, chars: digits, check: knownCurrency},
			"operationAmount":    {needed: true, max: 12, chars: digits},
			"operationOrigin":    {max: 20},
			"customerContact":    contact,
			"paymentMeanData":    group,
			"shoppingCartDetail": group,
		}
		for name, f := range officeFields {
			all[name] = f
		}
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
	if reference, bad = referenceAsked(m); bad == nil && code != "" {
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
	_, c, reference, bad, done := s.readOfficeRequest(w, r, "DR_WS_", officeFields, code)
	if done != nil {
		return *done
	}
	answer := message{}
	if bad == nil {
		t, err := s.bank.Status(c.merchant.ID, reference)
		if refused := (*bank.Refusal)(nil); errors.As(err, &refused) {
			bad = refusalOf(refused, "amount", reference)
		} else {
			answer = diagnosticOf(t)
			answer[status] = "00"
		}
	}
	return s.answerOffice(answer, c, status, bad)
}

// diagnosticOf is what Office knows of a transaction.
func diagnosticOf(t bank.Transaction) message {
	cents := func(n int64) string { return strconv.FormatInt(n, 10) }
	operation, at := lastOperation(t)
	m := message{
		"merchantId": t.Merchant, "transactionReference": t.Reference,
		"responseCode": t.Code, "transactionStatus": t.Status,
		"originAmount": cents(t.Cents), "currentAmount": cents(t.Cents - t.Total(bank.Cancelled)),
		"currencyCode": t.Fields["currencyCode"], "orderChannel": orElse(t.Fields["orderChannel"], "INTERNET"),
		"paymentPattern": orElse(t.Fields["paymentPattern"], "ONE_SHOT"), "transactionDateTime": formatDate(t.At),
		"lastOperationName": operation, "lastOperationDateTime": formatDate(at),
	}
	if len(t.Moves) > 0 {
		m["remainingAmount"] = cents(t.Remaining())
		m["captureLimitDate"] = t.RemitAt.In(paris.Location).Format("20060102")
	}
	if t.Attempt > 0 {
		m["paymentMeanType"], m["paymentAttemptNumber"] = "CARD", strconv.Itoa(t.Attempt)
	}
	for name, v := range map[string]string{
		"acquirerResponseCode": t.AcquirerCode, "authorisationId": t.Authorisation, "paymentMeanBrand": t.Brand, "maskedPan": t.MaskedPAN,
		"holderAuthentStatus": t.Authentication, "orderId": t.OrderID, "customerId": t.Fields["customerId"],
		"customerIpAddress": t.Fields["customerIpAddress"],
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

// giveBack is cancel and refund, which differ in when they may be asked for: 24 says in which state the transaction is instead.
func (s *Server) giveBack(give func(b *bank.Bank, merchant, reference string, cents int64, currency string) (bank.Transaction, error),
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
			t, err := give(&s.bank, c.merchant.ID, reference, cents, currencyLetters(fieldText(m, "currencyCode")))
			refused := (*bank.Refusal)(nil)
			switch {
			case !errors.As(err, &refused):
				answer = answerGivenBack(t)
			default:
				bad = refusalOf(refused, "operationAmount", reference)
				if refused.Status != "" {
					answer["newStatus"] = refused.Status
				}
			}
		}
		return s.answerOffice(answer, c, status, bad)
	}
}

// answerGivenBack is the answer about money that has gone back.
func answerGivenBack(t bank.Transaction) message {
	_, at := lastOperation(t)
	return message{
		"responseCode": "00", "acquirerResponseCode": "00", "authorisationId": t.Authorisation,
		"newStatus": t.Status, "newAmount": json.Number(strconv.FormatInt(t.Remaining(), 10)), "operationDateTime": formatDate(at),
	}
}
