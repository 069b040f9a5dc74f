package mock

import (
	"crypto/hmac"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/internal/bank"
	"github.com/quittance/quittance/internal/strictjson"
)

// signedEvents: a notification is a JSON object, signed over its bytes; a browser comes back by GET with its session and the
// proof that Begin gave. Both only say that it is time to ask.
var signedEvents = dialect{
	shapes:       map[acquirer.Channel]acquirer.Shape{acquirer.Notify: acquirer.PostJSON, acquirer.Return: acquirer.GetQuery},
	header:       signatureHeader,
	write:        (*Acquirer).writeEvent,
	parse:        (*Acquirer).parseEvent,
	writeFor:     (*Acquirer).writeEventFor,
	links:        true,
	hasSeal:      true,
	refunds:      true,
	refundsEarly: true,
}

const (
	signatureHeader    = "X-Mock-Signature"    // the HMAC-SHA-256 of the body in hexadecimal
	verificationHeader = "X-Mock-Verification" // of the GET by which the notification address is verified: its value is the answer
	sessionField       = "session"
	proofField         = "proof"
)

// event is the body of a notification.
type event struct {
	ID        string `json:"id"` // the same each time the event is sent
	Merchant  string `json:"merchant"`
	Reference string `json:"reference"`
	Session   string `json:"session"`
	Payment   string `json:"payment,omitempty"`
}

func (a *Acquirer) writeEvent(t bank.Transaction, c acquirer.Channel) acquirer.Callback {
	h := a.handleOf(t)
	cb, _ := a.writeEventFor(acquirer.Result{Reference: t.Reference, Merchant: t.Merchant, Handle: h}, c) // it cannot fail
	return cb
}

func (a *Acquirer) writeEventFor(r acquirer.Result, c acquirer.Channel) (acquirer.Callback, error) {
	if c == acquirer.Return {
		return acquirer.Callback{Channel: c, Query: url.Values{sessionField: {r.Handle.Session}, proofField: {r.Handle.Proof}}}, nil
	}
	body, _ := json.Marshal(event{rand.Text(), r.Merchant, r.Reference, r.Handle.Session, r.Handle.Payment}) // strings: it cannot fail
	return acquirer.Callback{Channel: c, Body: body, Header: http.Header{
		signatureHeader: {hex.EncodeToString(messageSeal(a.key[:], string(body)))},
	}}, nil
}

func (a *Acquirer) parseEvent(cb acquirer.Callback) (acquirer.Result, error) {
	if cb.Channel == acquirer.Return {
		return a.parseReturn(cb.Query)
	}
	if len(cb.Body) == 0 {
		return acquirer.Result{}, parseFailure(acquirer.ErrInvalid, "there is no body: it is no message of this acquirer")
	}
	signatures := cb.Header[signatureHeader]
	if len(signatures) != 1 {
		return acquirer.Result{}, parseFailure(acquirer.ErrUnverified, "%d signatures, expected one", len(signatures))
	}
	signature, err := hex.DecodeString(signatures[0])
	if err != nil || !hmac.Equal(signature, messageSeal(a.key[:], string(cb.Body))) {
		return acquirer.Result{}, parseFailure(acquirer.ErrUnverified, "the signature is not that of the body")
	}
	var e event
	if err := strictjson.Unmarshal(cb.Body, &e); err != nil || e.Session == "" {
		return acquirer.Result{}, parseFailure(acquirer.ErrInvalid, "the body is not what this acquirer writes")
	}
	if e.Merchant != a.Merchant() {
		return acquirer.Result{}, parseFailure(acquirer.ErrUnverified, "the event is another merchant's")
	}
	return acquirer.Result{Hint: true, Merchant: e.Merchant, Reference: e.Reference,
		Handle: acquirer.Handle{Session: e.Session, Payment: e.Payment}}, nil
}

// parseReturn reads what a browser brings. Whatever else stands in the query is the host's own.
func (a *Acquirer) parseReturn(query url.Values) (acquirer.Result, error) {
	session, err := onlyID(query[sessionField])
	if err != nil {
		return acquirer.Result{}, parseFailure(acquirer.ErrInvalid, "session: %w", err)
	}
	proof, err := onlyID(query[proofField])
	if err != nil {
		return acquirer.Result{}, parseFailure(acquirer.ErrInvalid, "proof: %w", err)
	}
	return acquirer.Result{Hint: true, Merchant: a.Merchant(), Handle: acquirer.Handle{Session: session, Proof: proof}}, nil
}

// answerAddress echoes the value of the verification header, if it is one that may be echoed.
func answerAddress(r *http.Request) (string, bool) {
	values := r.Header[verificationHeader]
	if r.Method != http.MethodGet || len(values) != 1 || checkText(values[0], 1, 256, digits+capital+small+"+/=_.-") != nil {
		return "", false
	}
	return values[0], true
}

// spoilEvent does a fault to a notification of this form, or to the query of a return.
var spoilEvent = map[Fault]func(*acquirer.Callback){
	Tampered: func(cb *acquirer.Callback) {
		if len(cb.Body) > 0 {
			var e event
			_ = json.Unmarshal(cb.Body, &e) // what cannot be read is replaced
			e.Session = newID()
			cb.Body, _ = json.Marshal(e)
			return
		}
		cb.Query.Set(proofField, newID())
	},
	Forged: func(cb *acquirer.Callback) {
		if len(cb.Body) > 0 {
			if cb.Header == nil {
				cb.Header = make(http.Header)
			}
			cb.Header.Set(signatureHeader, hex.EncodeToString(messageSeal([]byte(rand.Text()), string(cb.Body))))
			return
		}
		cb.Query.Set(proofField, newID())
	},
	Unsealed: func(cb *acquirer.Callback) {
		cb.Header.Del(signatureHeader)
		cb.Query.Del(proofField)
	},
}

// newID is an id that nobody can guess. It has a dash, so that it is never taken for a reference.
func newID() string {
	s := strings.ToLower(rand.Text())
	return s[:8] + "-" + s[8:]
}
