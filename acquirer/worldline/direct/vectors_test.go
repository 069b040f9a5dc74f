package direct

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/acquirer"
)

// vector is one of testdata/direct-vectors.json: made by official SDKs in five languages (docs/direct.md §21).
type vector struct {
	ID                string      `json:"id"`
	Kind              string      `json:"kind"`
	Method            string      `json:"method"`
	Target            string      `json:"target"`
	ContentTypeSigned string      `json:"content_type_signed"`
	ContentTypeSent   string      `json:"content_type_sent"`
	Date              string      `json:"date"`
	Headers           [][2]string `json:"headers"`
	KeyID             string      `json:"api_key_id"`
	Secret            string      `json:"secret"`
	StringToSign      string      `json:"string_to_sign"`
	Authorization     string      `json:"authorization"`
	Body              string      `json:"body"`

	Keys            map[string]string `json:"keys"`
	BodyBase64      string            `json:"body_base64"`
	Expected        string            `json:"signature_expected_over_body"`
	ExpectSignature string            `json:"expect_signature"`
	ExpectEvent     string            `json:"expect_event"`

	Key   string `json:"key"`
	Proof string `json:"proof"`

	ExpectStatus int     `json:"expect_status"`
	ExpectBody   *string `json:"expect_body"`

	BrowserGet       string            `json:"browser_get"`
	Stored           map[string]string `json:"stored"`
	ExpectRecognised bool              `json:"expect_recognised"`
}

// header keeps the names as they are written.
func (v vector) header() http.Header {
	h := make(http.Header)
	for _, p := range v.Headers {
		h[p[0]] = append(h[p[0]], p[1])
	}
	return h
}

func vectors(t testing.TB) []vector {
	t.Helper()
	b, err := os.ReadFile("testdata/direct-vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Count   int      `json:"count"`
		Vectors []vector `json:"vectors"`
	}
	if err := json.Unmarshal(b, &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Vectors) != 99 || file.Count != 99 {
		t.Fatalf("%d vectors, expected 99", len(file.Vectors))
	}
	return file.Vectors
}

// TestVectors: every vector has a test by its kind, in both directions where it has two.
func TestVectors(t *testing.T) {
	kinds := map[string]func(*testing.T, vector){
		"request_signature": signsAlike, "captured_request": signsCaptured, "webhook": verifiesAlike, "webhook_credentials": provesKey,
		"endpoint_verification": answersVerification, "return": readsReturn,
	}
	for _, v := range vectors(t) {
		t.Run(v.ID, func(t *testing.T) {
			check, ok := kinds[v.Kind]
			if !ok {
				t.Fatalf("nobody tests the kind %q", v.Kind)
			}
			check(t, v)
		})
	}
}

func signsAlike(t *testing.T, v vector) {
	toSign, signature := Sign(NewSecret(v.Secret), v.Method, v.ContentTypeSigned, v.Date, v.header(), v.Target)
	if diff := cmp.Diff(v.StringToSign, toSign); diff != "" {
		t.Errorf("string to sign (-want +got):\n%s", diff)
	}
	if got := "GCS v1HMAC:" + v.KeyID + ":" + signature; got != v.Authorization {
		t.Errorf("signed as %s, expected %s", got, v.Authorization)
	}
}

// signsCaptured: a whole request as it left an SDK; what it signs of its Content-Type is not always what it sends.
func signsCaptured(t *testing.T, v vector) {
	for _, p := range v.Headers {
		if strings.EqualFold(p[0], "Date") {
			v.Date = p[1]
		}
	}
	signsAlike(t, v)
}

func verifiesAlike(t *testing.T, v vector) {
	body, err := base64.StdEncoding.DecodeString(v.BodyBase64)
	if err != nil {
		t.Fatal(err)
	}
	keys := make(map[string]Secret)
	for id, text := range v.Keys {
		keys[id] = NewSecret(text)
	}
	err = VerifyWebhook(keys, v.header(), body)
	valid := v.ExpectSignature == "valid"
	if (err == nil) != valid {
		t.Errorf("VerifyWebhook: %v, expected %s", err, v.ExpectSignature)
	}
	if err != nil {
		wantFault(t, err, acquirer.ErrUnverified, false)
	}
	if id, ok := singleHeader(v.header(), "X-GCS-KeyId"); valid && ok { // the other direction: what we would sign
		if got := seal(keys[id], body); got != v.Expected {
			t.Errorf("signed as %s, expected %s", got, v.Expected)
		}
	}

	merchant := pspid
	if strings.Contains(string(body), `"merchantId": "20000"`) {
		merchant = "20000" // of the official test resources
	}
	client := newWire(t, func(c *Config) { c.WebhookKeys, c.MerchantID = keys, merchant }).Client
	r, err := client.Parse(acquirer.Callback{Channel: acquirer.Notify, Header: v.header(), Body: body})
	switch {
	case !valid:
		wantFault(t, err, acquirer.ErrUnverified, false)
	case strings.HasPrefix(v.ExpectEvent, "error:"):
		wantFault(t, err, acquirer.ErrInvalid, false)
	case err != nil:
		t.Errorf("Parse: %v", err)
	case !r.Hint || r.Outcome != "" || r.Merchant != merchant:
		t.Errorf("it decides something: %+v", r)
	}
	if err != nil && !r.Equal(acquirer.Result{}) {
		t.Error("something was returned beside the error")
	}
}

func provesKey(t *testing.T, v vector) {
	if got := seal(NewSecret(v.Secret), nil); got != v.Proof {
		t.Errorf("the key is proven as %s, expected %s", got, v.Proof)
	}
}

func answersVerification(t *testing.T, v vector) {
	r := httptest.NewRequest(v.Method, "/notify", nil)
	r.Header = v.header()
	text, ok := newWire(t, nil).Answer(r)
	if ok != (v.ExpectStatus == http.StatusOK) {
		t.Errorf("Answer: %v, expected the status %d", ok, v.ExpectStatus)
	}
	if v.ExpectBody != nil && text != *v.ExpectBody || v.ExpectBody == nil && text != "" {
		t.Errorf("Answer: %q", text)
	}
}

// readsReturn: who has the payment's row compares the proof; the client only brings it.
func readsReturn(t *testing.T, v vector) {
	u, err := url.Parse(v.BrowserGet)
	if err != nil {
		t.Fatal(err)
	}
	r, err := newWire(t, nil).Parse(acquirer.Callback{Channel: acquirer.Return, Query: u.Query()})
	recognised := err == nil && r.Handle.Session == v.Stored["hostedCheckoutId"] && r.Handle.Proof == v.Stored["RETURNMAC"]
	if recognised != v.ExpectRecognised {
		t.Errorf("recognised: %v, expected %v (%v)", recognised, v.ExpectRecognised, err)
	}
	if err == nil && (!r.Hint || r.Outcome != "" || r.Handle.Payment != "") {
		t.Errorf("a return decides something: %+v", r)
	}
}
