package direct

import (
	"cmp"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/internal/wire"
)

// A payment is the part of the platform's payment object, one attempt to pay, that is read (docs/direct.md §7.4). Card data that is not
// kept is not decoded.
type payment struct {
	ID       string       `json:"id"`
	Status   string       `json:"status"`
	State    statusOutput `json:"statusOutput"`
	Checkout struct {
		ID string `json:"hostedCheckoutId"`
	} `json:"hostedCheckoutSpecificOutput"`
	Output struct {
		AmountOfMoney *amountOfMoney `json:"amountOfMoney"`
		References    references     `json:"references"`
		Method        string         `json:"paymentMethod"`
		Card          struct {
			ProductID         int    `json:"paymentProductId"`
			AuthorisationCode string `json:"authorisationCode"`
			Card              struct {
				Number string `json:"cardNumber"`
			} `json:"card"`
			ThreeDSecure struct {
				Liability string `json:"liability"`
			} `json:"threeDSecureResults"`
			Reattempt struct {
				Indicator string `json:"indicator"`
			} `json:"reattemptInstructions"`
		} `json:"cardPaymentMethodSpecificOutput"`
		TransactionDate string `json:"transactionDate"`
		CreationDate    string `json:"paymentCreationDate"`
	} `json:"paymentOutput"`
}

type references struct {
	MerchantReference  string `json:"merchantReference"`
	MerchantParameters string `json:"merchantParameters"`
}

type statusOutput struct {
	Code      *int   `json:"statusCode"`
	Category  string `json:"statusCategory"`
	ChangedAt string `json:"statusCodeChangeDateTime"`
	Errors    []struct {
		ErrorCode string `json:"errorCode"`
		Code      string `json:"code"`
	} `json:"errors"`
}

// codeOrNone returns the status code, -1 when there is none.
func (s statusOutput) codeOrNone() int {
	if s.Code == nil {
		return -1
	}
	return *s.Code
}

// happenedAt returns the platform's own time of the transaction, otherwise of the creation.
func (in *inner) happenedAt(p *payment) time.Time {
	return in.parseTime(cmp.Or(p.Output.TransactionDate, p.Output.CreationDate))
}

// A refundResult is one refund of a payment.
type refundResult struct {
	ID     string       `json:"id"`
	Status string       `json:"status"`
	State  statusOutput `json:"statusOutput"`
	Output struct {
		AmountOfMoney *amountOfMoney `json:"amountOfMoney"`
		References    references     `json:"references"` // of the payment; the refund has operationReferences of its own
	} `json:"refundOutput"`
}

// cents returns the amount of the refund, zero when the answer has none that is one.
func (r *refundResult) cents() int64 {
	if !r.Output.AmountOfMoney.isAmount() {
		return 0
	}
	return r.Output.AmountOfMoney.Amount
}

// brands are the names of payment products (docs/direct.md §7.4), the same as in package sips.
var brands = map[int]string{
	1: "VISA", 2: "AMEX", 3: "MASTERCARD", 117: "MAESTRO", 125: "JCB", 128: "DISCOVER", 130: "CB", 132: "DINERS", 809: "IDEAL", 840: "PAYPAL",
	3012: "BANCONTACT",
}

// means are the means of payment by payment method (docs/direct.md §7.4).
var means = map[string]acquirer.Means{"card": acquirer.Card, "directDebit": acquirer.DirectDebit}

// dates are the layouts in which the platform was seen to write instants; the fraction has six or seven digits.
var dates = [...]string{time.RFC3339, "2006-01-02T15:04:05Z0700"}

// parseTime returns the zero time for a date that cannot be read, and for one that cannot be meant: no date decides about money.
func (in *inner) parseTime(s string) time.Time {
	if len(s) > 40 {
		return time.Time{}
	}
	for _, layout := range dates {
		if t, err := time.Parse(layout, s); err == nil {
			return wire.Instant(t, in.now())
		}
	}
	return time.Time{}
}
