package mock

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/internal/bank"
	"github.com/quittance/quittance/acquirer/internal/sipscode"
	"github.com/quittance/quittance/internal/euro"
	"github.com/quittance/quittance/internal/strictjson"
)

// sealedForms: the notification and the return are the same form, which says how the payment ended.
var sealedForms = dialect{
	shapes: map[acquirer.Channel]acquirer.Shape{acquirer.Notify: acquirer.PostForm, acquirer.Return: acquirer.PostForm},
	write: func(a *Acquirer, t bank.Transaction, c acquirer.Channel) acquirer.Callback {
		return a.sealMessage(messageOf(t), c)
	},
	parse:      (*Acquirer).parseSealed,
	writeFor:   (*Acquirer).sealResult,
	hasSeal:    true,
	saysExpiry: true,
	cancels:    true,
	refunds:    true,
}

// The two fields of a sealed form: a JSON object, and the HMAC-SHA-256 of its bytes in hexadecimal.
const (
	dataField = "Data"
	sealField = "Seal"
)

// message is what the mock says of a transaction in a sealed form.
type message struct {
	Merchant      string    `json:"merchantId"`
	Reference     string    `json:"transactionReference"`
	OrderID       string    `json:"orderId"`
	Amount        int64     `json:"amount"`   // cents
	Returned      int64     `json:"returned"` // cents
	Currency      string    `json:"currency"`
	Code          string    `json:"responseCode"`
	AcquirerCode  string    `json:"acquirerResponseCode,omitempty"`
	Authorisation string    `json:"authorisationId,omitempty"`
	Brand         string    `json:"paymentMeanBrand,omitempty"`
	MaskedPAN     string    `json:"maskedPan,omitempty"`
	At            time.Time `json:"transactionDateTime"`
	Status        string    `json:"transactionStatus,omitempty"`
	Attempt       int       `json:"paymentAttemptNumber,omitempty"`
	Retry         bool      `json:"retry,omitempty"` // refused, and another card may still be tried
	Session       string    `json:"session,omitempty"`
}

func messageOf(t bank.Transaction) message {
	return message{
		Merchant: t.Merchant, Reference: t.Reference, OrderID: t.OrderID,
		Amount: t.Cents, Returned: t.Returned(), Currency: t.Currency,
		Code: t.Code, AcquirerCode: t.AcquirerCode, Authorisation: t.Authorisation,
		Brand: t.Brand, MaskedPAN: t.MaskedPAN, At: t.At,
		Status: t.Status, Attempt: t.Attempt, Retry: t.Retry, Session: t.ID,
	}
}

// resultOf is what a verified message, or an answer, means.
func (a *Acquirer) resultOf(m message) acquirer.Result {
	outcome, decline := sipscode.Judge(m.Code, m.AcquirerCode, "")
	if m.Retry {
		outcome, decline = acquirer.Pending, ""
	}
	if a.Traits.NoDecline {
		decline = ""
	}
	fields := make(map[string]string)
	if m.Status != "" {
		fields["transactionStatus"] = m.Status
	}
	if m.Attempt > 0 {
		fields["paymentAttemptNumber"] = fmt.Sprint(m.Attempt)
	}
	var means acquirer.Means
	if m.Brand+m.MaskedPAN != "" {
		means = acquirer.Card
	}
	return acquirer.Result{
		Reference: m.Reference, OrderID: m.OrderID, Merchant: m.Merchant,
		Amount: euro.Of(m.Amount), Returned: euro.Of(m.Returned), Currency: m.Currency,
		Outcome: outcome, Decline: decline,
		Code: m.Code, AcquirerCode: m.AcquirerCode, AuthorisationID: m.Authorisation,
		Brand: m.Brand, MaskedPAN: acquirer.MaskPAN(m.MaskedPAN), Means: means, At: m.At.UTC(),
		Handle: acquirer.Handle{Session: m.Session},
	}.WithFields(fields)
}

func (a *Acquirer) sealMessage(m message, c acquirer.Channel) acquirer.Callback {
	data, _ := json.Marshal(m) // strings, integers and a time between the years 1 and 9999: it cannot fail
	return acquirer.Callback{Channel: c, Form: url.Values{
		dataField: {string(data)},
		sealField: {hex.EncodeToString(messageSeal(a.key[:], string(data)))},
	}}
}

func messageSeal(key []byte, data string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(data))
	return h.Sum(nil)
}

// parseFailure is an error of Parse.
func parseFailure(kind error, format string, args ...any) error {
	return &acquirer.Error{Op: acquirer.OpParse, Kind: kind, Err: fmt.Errorf(format, args...)}
}

func (a *Acquirer) parseSealed(cb acquirer.Callback) (acquirer.Result, error) {
	data, seals := cb.Form[dataField], cb.Form[sealField]
	if len(data) == 0 {
		return acquirer.Result{}, parseFailure(acquirer.ErrInvalid, "the form has no Data: it is no message of this acquirer")
	}
	if len(data) != 1 || len(seals) != 1 {
		return acquirer.Result{}, parseFailure(acquirer.ErrUnverified,
			"%d fields Data and %d fields Seal, expected one of each", len(data), len(seals))
	}
	seal, err := hex.DecodeString(seals[0])
	if err != nil || !hmac.Equal(seal, messageSeal(a.key[:], data[0])) {
		return acquirer.Result{}, parseFailure(acquirer.ErrUnverified, "the seal is not that of the data")
	}
	var m message
	if err := strictjson.Unmarshal([]byte(data[0]), &m); err != nil {
		return acquirer.Result{}, parseFailure(acquirer.ErrInvalid, "the data is not what this acquirer writes")
	}
	return a.resultOf(m), nil
}

func (a *Acquirer) sealResult(r acquirer.Result, c acquirer.Channel) (acquirer.Callback, error) {
	code, err := Behaviour{Outcome: r.Outcome, Code: r.Code}.responseCode()
	if err != nil {
		return acquirer.Callback{}, err
	}
	amount, err := euro.Cents(r.Amount)
	if err != nil {
		return acquirer.Callback{}, fmt.Errorf("mock: Seal: Amount: %w", err)
	}
	returned, err := euro.Cents(r.Returned)
	if err != nil {
		return acquirer.Callback{}, fmt.Errorf("mock: Seal: Returned: %w", err)
	}
	if y := r.At.UTC().Year(); y < 1 || y > 9999 {
		return acquirer.Callback{}, fmt.Errorf("mock: Seal: At: the year %d", y)
	}
	status, _ := r.Field("transactionStatus")
	return a.sealMessage(message{
		Merchant: r.Merchant, Reference: r.Reference, OrderID: r.OrderID,
		Amount: amount, Returned: returned, Currency: r.Currency,
		Code: code, AcquirerCode: r.AcquirerCode, Authorisation: r.AuthorisationID,
		Brand: r.Brand, MaskedPAN: r.MaskedPAN, At: r.At.UTC(), Status: status, Session: r.Handle.Session,
	}, c), nil
}
