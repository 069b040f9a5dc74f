package mock

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/internal/bank"
	"github.com/quittance/quittance/internal/euro"
	"github.com/quittance/quittance/internal/strictjson"
)

// The two fields of a callback: a JSON object, and the HMAC-SHA-256 of its bytes in hexadecimal.
const (
	dataField = "Data"
	sealField = "Seal"
)

// message is what the mock says of a transaction, on whichever way.
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
}

func say(t bank.Transaction) message {
	return message{
		Merchant: t.Merchant, Reference: t.Reference, OrderID: t.OrderID,
		Amount: t.Cents, Returned: t.Returned(), Currency: t.Currency,
		Code: t.Code, AcquirerCode: t.AcquirerCode, Authorisation: t.Authorisation,
		Brand: t.Brand, MaskedPAN: t.MaskedPAN, At: t.At,
		Status: t.Status, Attempt: t.Attempt, Retry: t.Retry,
	}
}

// result reads a message that has been verified. A 99 that comes by itself is Pending, for the kiosk does not know how far it
// came; the answer to a question knows.
func (m message) result(c acquirer.Channel) acquirer.Result {
	meaning := bank.Meaning(m.Code)
	outcome, decline := meaning.Outcome, meaning.Decline
	if m.Retry || m.Code == "99" && c != acquirer.Query {
		outcome, decline = acquirer.Pending, ""
	}
	fields := make(map[string]string)
	if m.Status != "" {
		fields["transactionStatus"] = m.Status
	}
	if m.Attempt > 0 {
		fields["paymentAttemptNumber"] = fmt.Sprint(m.Attempt)
	}
	return acquirer.Result{
		Reference: m.Reference, OrderID: m.OrderID, Merchant: m.Merchant,
		Amount: euro.Of(m.Amount), Returned: euro.Of(m.Returned), Currency: m.Currency,
		Outcome: outcome, Decline: decline,
		Code: m.Code, AcquirerCode: m.AcquirerCode, AuthorisationID: m.Authorisation,
		Brand: m.Brand, MaskedPAN: acquirer.MaskPAN(m.MaskedPAN), At: m.At.UTC(),
	}.WithFields(fields)
}

func (a *Acquirer) seal(m message, c acquirer.Channel) acquirer.Callback {
	data, _ := json.Marshal(m) // strings, integers and a time between the years 1 and 9999: it cannot fail
	return acquirer.Callback{Channel: c, Form: url.Values{
		dataField: {string(data)},
		sealField: {hex.EncodeToString(mac(a.key[:], string(data)))},
	}}
}

func mac(key []byte, data string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(data))
	return h.Sum(nil)
}

// Parse verifies the seal, then reads. The error's kind is ErrUnverified, or ErrInvalid for a form without a message and for
// a sealed message that is not understood.
func (a *Acquirer) Parse(cb acquirer.Callback) (acquirer.Result, error) {
	a.ready()
	fail := func(kind error, format string, args ...any) (acquirer.Result, error) {
		return acquirer.Result{}, &acquirer.Error{Op: acquirer.OpParse, Kind: kind, Err: fmt.Errorf(format, args...)}
	}
	data, seals := cb.Form[dataField], cb.Form[sealField]
	if len(data) == 0 {
		return fail(acquirer.ErrInvalid, "the form has no Data: it is no message of this acquirer")
	}
	if len(data) != 1 || len(seals) != 1 {
		return fail(acquirer.ErrUnverified, "%d fields Data and %d fields Seal, expected one of each", len(data), len(seals))
	}
	seal, err := hex.DecodeString(seals[0])
	if err != nil || !hmac.Equal(seal, mac(a.key[:], data[0])) {
		return fail(acquirer.ErrUnverified, "the seal is not that of the data")
	}
	var m message
	if err := strictjson.Unmarshal([]byte(data[0]), &m); err != nil {
		return fail(acquirer.ErrInvalid, "the data is not what this acquirer writes")
	}
	return m.result(cb.Channel), nil
}

// Seal returns a callback that says r, sealed as this acquirer seals. It is for tests of what the bank itself would not say: another
// amount, another merchant, an order that does not exist. An empty Code is the usual one of the outcome; a Code and an Outcome
// that contradict each other, or an amount that is none, are an error.
func (a *Acquirer) Seal(r acquirer.Result, c acquirer.Channel) (acquirer.Callback, error) {
	a.ready()
	code, err := Behaviour{Outcome: r.Outcome, Code: r.Code}.code()
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
	return a.seal(message{
		Merchant: r.Merchant, Reference: r.Reference, OrderID: r.OrderID,
		Amount: amount, Returned: returned, Currency: r.Currency,
		Code: code, AcquirerCode: r.AcquirerCode, Authorisation: r.AuthorisationID,
		Brand: r.Brand, MaskedPAN: r.MaskedPAN, At: r.At.UTC(), Status: status,
	}, c), nil
}

// Spoil returns a copy of cb with Tampered, Forged or Unsealed done to it; other faults do nothing. It is how a test plays a payer
// who is dishonest with what the browser brings back.
func Spoil(cb acquirer.Callback, faults ...Fault) acquirer.Callback {
	form := make(url.Values, len(cb.Form))
	for k, v := range cb.Form {
		form[k] = slices.Clone(v)
	}
	for _, f := range faults {
		if spoil, ok := spoilers[f]; ok {
			spoil(form)
		}
	}
	return acquirer.Callback{Channel: cb.Channel, Form: form}
}

var spoilers = map[Fault]func(url.Values){
	Tampered: func(form url.Values) {
		var m map[string]any
		if json.Unmarshal([]byte(form.Get(dataField)), &m) != nil || m == nil {
			m = make(map[string]any)
		}
		amount := 1 // paid, and cheap
		if m["amount"] == 1.0 {
			amount = 2
		}
		m["responseCode"], m["amount"] = "00", amount
		data, _ := json.Marshal(m) // decoded from JSON: it cannot fail
		form.Set(dataField, string(data))
	},
	Forged: func(form url.Values) {
		form.Set(sealField, hex.EncodeToString(mac([]byte(rand.Text()), form.Get(dataField))))
	},
	Unsealed: func(form url.Values) { form.Del(sealField) },
}
