package directtest

import (
	"net/http"
	"strconv"
	"time"

	"github.com/quittance/quittance/internal/paris"
)

func decimalText(n int64) string { return strconv.FormatInt(n, 10) }

// formatTime writes an instant as the platform does, with seven digits of a second.
func formatTime(t time.Time) string {
	return t.In(paris.Location).Format("2006-01-02T15:04:05.0000000-07:00")
}

// object is a JSON object under construction.
type object = map[string]any

// texts are the status, the category and the webhook's type of each status code (docs/direct.md §9.1).
var texts = map[int]struct{ status, category, event string }{
	0:  {"CREATED", "CREATED", "payment.created"},
	1:  {"CANCELLED", "UNSUCCESSFUL", "payment.cancelled"},
	2:  {"REJECTED", "UNSUCCESSFUL", "payment.rejected"},
	46: {"REDIRECTED", "PENDING_CONNECT_OR_3RD_PARTY", "payment.redirected"},
	5:  {"PENDING_CAPTURE", "PENDING_MERCHANT", "payment.pending_capture"},
	51: {"AUTHORIZATION_REQUESTED", "PENDING_CONNECT_OR_3RD_PARTY", "payment.authorization_requested"},
	6:  {"CANCELLED", "UNSUCCESSFUL", "payment.cancelled"},
	61: {"CANCELLED", "UNSUCCESSFUL", "payment.cancelled"},
	8:  {"REFUNDED", "REFUNDED", "payment.refunded"},
	81: {"REFUND_REQUESTED", "PENDING_CONNECT_OR_3RD_PARTY", "refund.refund_requested"},
	82: {"REFUND_REQUESTED", "PENDING_CONNECT_OR_3RD_PARTY", "refund.refund_requested"},
	83: {"REJECTED", "UNSUCCESSFUL", "payment.rejected"}, // the refund was refused; the payment keeps its money
	9:  {"CAPTURED", "COMPLETED", "payment.captured"},
	91: {"CAPTURE_REQUESTED", "PENDING_CONNECT_OR_3RD_PARTY", "payment.capture_requested"},
	92: {"CAPTURE_REQUESTED", "PENDING_CONNECT_OR_3RD_PARTY", "payment.capture_requested"},
	93: {"REJECTED_CAPTURE", "UNSUCCESSFUL", "payment.rejected_capture"},
}

// statusOf returns status and statusOutput of a code. isAuthorized is false at 9: it means authorised but not yet captured.
func statusOf(code int, errorCode string, changed time.Time) (text string, output object) {
	t, ok := texts[code]
	if !ok {
		t.status, t.category = "PENDING_COMPLETION", "PENDING_CONNECT_OR_3RD_PARTY"
	}
	output = object{
		"statusCode": code, "statusCategory": t.category, "isAuthorized": code == 5 || code == 93, "isCancellable": code == 5 || code == 93,
		"isRefundable": code == 9, "statusCodeChangeDateTime": formatTime(changed),
	}
	if errorCode != "" {
		output["errors"] = []object{{
			"errorCode": errorCode, "code": errorCode, "category": "PAYMENT_PLATFORM_ERROR", "httpStatusCode": http.StatusPaymentRequired,
			"id": "DECLINED", "message": "declined", "retriable": false,
		}}
	}
	return t.status, output
}

func amountObject(cents int64, currency string) object {
	return object{"amount": cents, "currencyCode": currency}
}

// products are the payment product ids by brand (docs/direct.md §7.4).
var products = map[string]int{"VISA": 1, "VPAY": 1, "AMEX": 2, "MASTERCARD": 3, "MAESTRO": 117, "CB": 130}

// referencesObject returns the references that the merchant gave, as JSON.
func (c *checkout) referencesObject() object {
	r := object{"merchantReference": c.Reference}
	if c.Parameters != "" {
		r["merchantParameters"] = c.Parameters
	}
	return r
}

// paymentObject returns the payment object of docs/direct.md §7.4. The caller holds the lock.
func (p *payment) paymentObject() object {
	c := p.of
	status, output := statusOf(p.Code, p.ErrorCode, p.ChangedAt)
	card := object{"paymentProductId": products[p.Brand], "card": object{
		"cardNumber": p.MaskedPAN, "expiryDate": "1230", "bin": "501767", "countryCode": "FR",
	}, "threeDSecureResults": object{"version": "2.2.0", "flow": "challenge", "eci": "5", "authenticationStatus": "Y", "liability": "issuer"}}
	if p.Authorisation != "" {
		card["authorisationCode"] = p.Authorisation
	}
	return object{
		"id": p.ID, "status": status, "statusOutput": output,
		"hostedCheckoutSpecificOutput": object{"hostedCheckoutId": c.ID},
		"paymentOutput": object{
			"amountOfMoney": amountObject(c.Cents, c.Currency), "acquiredAmount": amountObject(c.Cents, c.Currency), "references": c.referencesObject(),
			"paymentMethod": "card", "cardPaymentMethodSpecificOutput": card,
			"transactionDate": formatTime(p.At), "paymentCreationDate": formatTime(c.OpenedAt), "customer": object{"device": object{"ipAddressCountryCode": "FR"}},
		},
	}
}

// operationJSON returns an operation as JSON; output is the name of the member with its amount.
func (p *payment) operationJSON(o Operation, output string) object {
	status, state := statusOf(o.Code, "", o.At)
	return object{"id": o.ID, "status": status, "statusOutput": state, output: object{
		"amountOfMoney": amountObject(o.Cents, p.of.Currency), "references": object{"merchantReference": p.of.Reference}, "paymentMethod": "card",
	}}
}

// categoryOf returns the platform's own summary of a payment with the status code.
func categoryOf(code int) string {
	switch code {
	case 9, 91, 5, 8, 81, 82, 83:
		return "SUCCESSFUL"
	case 0, 1, 2, 6, 61:
		return "REJECTED"
	}
	return "STATUS_UNKNOWN"
}
