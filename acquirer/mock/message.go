package mock

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/url"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/internal/callback"
)

// Takes returns the shapes of the kind's messages; see [acquirer.Listener].
func (a *Acquirer) Takes(c acquirer.Channel) (shapes []acquirer.Shape, headers []string) {
	a.initialise()
	shape, ok := a.dialect.shapes[c]
	if !ok {
		return nil, nil
	}
	if c == acquirer.Notify && a.dialect.header != "" {
		headers = []string{a.dialect.header}
	}
	return []acquirer.Shape{shape}, headers
}

// Answer echoes the header X-Mock-Verification of a GET, in the kind whose notifications are JSON; see [acquirer.Listener].
func (a *Acquirer) Answer(r *http.Request) (text string, ok bool) {
	a.initialise()
	if a.dialect.header == "" {
		return "", false
	}
	return answerAddress(r)
}

// Parse verifies the seal or the signature, if the kind has one, then reads. In a kind whose messages prove nothing the result is a
// hint. The error's kind is ErrUnverified, or ErrInvalid for a callback without a message and for one that is not understood.
func (a *Acquirer) Parse(cb acquirer.Callback) (acquirer.Result, error) {
	a.initialise()
	return a.dialect.parse(a, cb)
}

// Seal returns a callback that says r, as this acquirer writes it. It is for tests of what the bank itself would not say:
// another amount, another merchant, an order that does not exist. Of a hint only Reference, Merchant and Handle count. In a
// sealed form an empty Code is the usual one of the outcome; a Code and an Outcome that contradict each other, or an amount
// that is none, are an error.
func (a *Acquirer) Seal(r acquirer.Result, c acquirer.Channel) (acquirer.Callback, error) {
	a.initialise()
	return a.dialect.writeFor(a, r, c)
}

// NewRequest returns the HTTP request by which a callback reaches a host's address: what the acquirer's server posts, or what
// the payer's browser does. It is for tests of the host's handlers.
func NewRequest(ctx context.Context, address string, cb acquirer.Callback) (*http.Request, error) {
	return callback.NewRequest(ctx, address, cb)
}

// Spoil returns a copy of cb with Tampered, Forged or Unsealed done to it; other faults do nothing, nor do Forged and Unsealed
// to a message that has no seal. It is how a test plays a payer who is dishonest with what the browser brings back.
func Spoil(cb acquirer.Callback, faults ...Fault) acquirer.Callback {
	cb = callback.Copy(cb)
	for _, f := range faults {
		spoilMessage(f, &cb)
	}
	return cb
}

// spoilMessage does one fault, in the way of the form that cb has.
func spoilMessage(f Fault, cb *acquirer.Callback) {
	switch {
	case cb.Form.Has(numberField) || cb.Query.Has(numberField):
		if f == Tampered {
			tamperNumber(cb.Form)
			tamperNumber(cb.Query)
		}
	case len(cb.Body) > 0 || len(cb.Query) > 0:
		if do, ok := spoilEvent[f]; ok {
			do(cb)
		}
	case cb.Form != nil:
		if do, ok := spoilSealed[f]; ok {
			do(cb.Form)
		}
	}
}

// spoilSealed does a fault to a sealed form.
var spoilSealed = map[Fault]func(url.Values){
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
		form.Set(sealField, hex.EncodeToString(messageSeal([]byte(rand.Text()), form.Get(dataField))))
	},
	Unsealed: func(form url.Values) { form.Del(sealField) },
}
