package direct

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/acquirer"
)

// webhook is an event that our key has signed.
func webhook(body string) acquirer.Callback {
	return acquirer.Callback{Channel: acquirer.Notify, Body: []byte(body), Header: http.Header{
		http.CanonicalHeaderKey(keyIDHeader):     {hookKey},
		http.CanonicalHeaderKey(signatureHeader): {seal(NewSecret(hookText), []byte(body))},
	}}
}

func eventOf(kind, content string) string {
	return `{"apiVersion":"v1","apiFullVersion":"v1.1","created":"2026-11-28T11:46:22.7945313+01:00","id":"7b6156de","merchantId":"` + pspid +
		`","type":"` + kind + `"` + content + `}`
}

func TestParseWebhook(t *testing.T) {
	p := sample(t, "payment-9")
	paid := acquirer.Result{Reference: reference, Merchant: pspid, Hint: true, Handle: acquirer.Handle{Session: session, Payment: paymentID}}
	nothing := acquirer.Result{Merchant: pspid, Hint: true}
	captured := eventOf("payment.captured", `,"payment":`+p)
	for name, tt := range map[string]struct {
		body string
		want acquirer.Result
	}{
		"captured":                  {captured, paid},
		"rejected decides nothing":  {eventOf("payment.rejected", `,"payment":`+p), paid},
		"a type of tomorrow":        {eventOf("payment.paused", `,"payment":`+p), paid},
		"an array":                  {"\n [" + captured + "]", paid},
		"an array of two":           {"[" + eventOf("directBatch.processed", "") + "," + captured + "]", paid},
		"of two, the first decides": {"[" + eventOf("payment.created", `,"payment":{"id":"1"}`) + "," + captured + "]", acquirer.Result{Merchant: pspid, Hint: true, Handle: acquirer.Handle{Payment: "1"}}},
		"a refund":                  {eventOf("refund.refund_requested", `,"refund":`+sample(t, "refund")), acquirer.Result{Reference: reference, Merchant: pspid, Hint: true}},
		"the portal's test":         {eventOf("payment.test", `,"payment":{"id":"9999_9"}`), nothing},
		"a link":                    {eventOf("paymentlink.paid", `,"paymentLink":{}`), nothing},
		"a payout":                  {eventOf("payout.created", `,"payout":{"id":"1"}`), nothing},
		"nothing in it":             {eventOf("payment.created", `,"payment":{}`), nothing},
		"a reference that is none":  {eventOf("payment.created", `,"payment":{"id":"1","paymentOutput":{"references":{"merchantReference":"a b"}}}`), acquirer.Result{Merchant: pspid, Hint: true, Handle: acquirer.Handle{Payment: "1"}}},
		"ids that would be escaped": {eventOf("payment.created", `,"payment":{"id":"../1","hostedCheckoutSpecificOutput":{"hostedCheckoutId":"a/b"}}`), nothing},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := newWire(t, nil).Parse(webhook(tt.body))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, r); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	other := strings.Replace(captured, pspid, "PCLDirect2", 1)
	for name, tt := range map[string]struct {
		cb   acquirer.Callback
		kind error
	}{
		"nothing":                  {acquirer.Callback{Channel: acquirer.Notify}, acquirer.ErrUnverified},
		"a header without a value": {acquirer.Callback{Channel: acquirer.Notify, Header: http.Header{"X-Gcs-Keyid": {hookKey}, "X-Gcs-Signature": {}}, Body: []byte(captured)}, acquirer.ErrUnverified},
		"a form":                   {acquirer.Callback{Channel: acquirer.Notify, Form: url.Values{"Data": {"x"}, "Seal": {"y"}}}, acquirer.ErrUnverified},
		"another merchant's":       {webhook(other), acquirer.ErrUnverified},
		"another's second":         {webhook("[" + captured + "," + other + "]"), acquirer.ErrUnverified},
		"no merchant":              {webhook(`{"apiVersion":"v1","type":"payment.captured"}`), acquirer.ErrUnverified},
		"v2":                       {webhook(strings.Replace(captured, `"apiVersion":"v1"`, `"apiVersion":"v2"`, 1)), acquirer.ErrInvalid},
		"null":                     {webhook("null"), acquirer.ErrInvalid},
		"a number":                 {webhook("9"), acquirer.ErrInvalid},
		"an empty array":           {webhook("[]"), acquirer.ErrInvalid},
		"an array of nulls":        {webhook("[null]"), acquirer.ErrUnverified},
		"cut":                      {webhook(captured[:100]), acquirer.ErrInvalid},
		"two":                      {webhook(captured + captured), acquirer.ErrInvalid},
		"a member twice":           {webhook(strings.Replace(captured, `"type"`, `"type":"x","type"`, 1)), acquirer.ErrInvalid},
		"the merchant is a number": {webhook(strings.Replace(captured, `"merchantId":"`, `"merchantId":1,"x":"`, 1)), acquirer.ErrInvalid},
		"the payment is a list":    {webhook(strings.Replace(captured, `"payment":{`, `"payment":[],"x":{`, 1)), acquirer.ErrInvalid},
		"by a channel of its own":  {acquirer.Callback{Channel: acquirer.Query}, acquirer.ErrUnverified},
		"thousands of levels deep": {webhook(strings.Repeat("[", 10_000)), acquirer.ErrInvalid},
	} {
		r, err := newWire(t, nil).Parse(tt.cb)
		if wantFault(t, err, tt.kind, false); !r.Equal(acquirer.Result{}) || t.Failed() {
			t.Errorf("%s: %v", name, r)
		}
	}
	none := newWire(t, func(c *Config) { c.WebhookKeys = nil })
	_, err := none.Parse(webhook(captured))
	wantFault(t, err, acquirer.ErrUnverified, false)
}

// TestEveryBit: of a signed webhook of some 900 bytes, of its key id and of its signature, every single bit counts.
func TestEveryBit(t *testing.T) {
	body := eventOf("payment.captured", `,"payment":`+sample(t, "payment-9"))
	var compact bytes.Buffer
	if err := json.Compact(&compact, []byte(body)); err != nil {
		t.Fatal(err)
	}
	good := webhook(compact.String())
	if len(good.Body) < 900 {
		t.Fatalf("the webhook has %d bytes only", len(good.Body))
	}
	client, keys := newWire(t, nil).Client, map[string]Secret{hookKey: NewSecret(hookText), "wh-key-2": NewSecret("another")}
	believed := func(cb acquirer.Callback) bool {
		r, err := client.Parse(cb)
		if err == nil || !r.Equal(acquirer.Result{}) {
			return true
		}
		return VerifyWebhook(keys, cb.Header, cb.Body) == nil
	}
	if !believed(good) {
		t.Fatal("the good one is not believed")
	}
	flips := 0
	each := func(text []byte, with func([]byte) acquirer.Callback) {
		for i := range len(text) * 8 {
			b := bytes.Clone(text)
			b[i/8] ^= 1 << (i % 8)
			if flips++; believed(with(b)) {
				t.Fatalf("bit %d of %d: it is believed", i, len(text)*8)
			}
		}
	}
	each(good.Body, func(b []byte) acquirer.Callback {
		return acquirer.Callback{Channel: acquirer.Notify, Header: good.Header, Body: b}
	})
	for name := range good.Header {
		each([]byte(good.Header.Get(name)), func(b []byte) acquirer.Callback {
			h := good.Header.Clone()
			h[name] = []string{string(b)}
			return acquirer.Callback{Channel: acquirer.Notify, Header: h, Body: good.Body}
		})
	}
	t.Logf("%d bits", flips)
}

func TestParseReturn(t *testing.T) {
	pairs := func(q string) acquirer.Callback {
		v, err := url.ParseQuery(q)
		if err != nil {
			t.Fatal(err)
		}
		return acquirer.Callback{Channel: acquirer.Return, Query: v}
	}
	const good = "RETURNMAC=" + proof + "&hostedCheckoutId=" + session
	r, err := newWire(t, nil).Parse(pairs(good + "&ContinueToMerchantWebsite=Continue&status=SUCCESS"))
	want := acquirer.Result{Merchant: pspid, Hint: true, Handle: acquirer.Handle{Session: session, Proof: proof}}
	if diff := cmp.Diff(want, r); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	for query, kind := range map[string]error{
		"": acquirer.ErrInvalid, "utm=x": acquirer.ErrInvalid, "returnmac=a&hostedcheckoutid=1": acquirer.ErrInvalid,
		"RETURNMAC=" + proof: acquirer.ErrUnverified, "hostedCheckoutId=" + session: acquirer.ErrUnverified,
		good + "&RETURNMAC=x": acquirer.ErrUnverified, good + "&hostedCheckoutId=2": acquirer.ErrUnverified,
		"RETURNMAC=&hostedCheckoutId=1": acquirer.ErrUnverified, "RETURNMAC=a&hostedCheckoutId=": acquirer.ErrUnverified,
		"RETURNMAC=a&hostedCheckoutId=..%2F1": acquirer.ErrUnverified, "RETURNMAC=" + strings.Repeat("a", 201) + "&hostedCheckoutId=1": acquirer.ErrUnverified,
	} {
		r, err := newWire(t, nil).Parse(pairs(query))
		if wantFault(t, err, kind, false); !r.Equal(acquirer.Result{}) || t.Failed() {
			t.Errorf("%.60q: %v", query, r)
		}
	}
}

// TestTakes: what the handlers of package payment read for this client, and how they read it.
func TestTakes(t *testing.T) {
	client := newWire(t, nil).Client
	body := eventOf("payment.captured", `,"payment":`+sample(t, "payment-9"))
	post := httptest.NewRequest("POST", "/notify", strings.NewReader(body))
	post.Header.Set("Content-Type", "application/json; charset=utf-8")
	post.Header.Set("x-gcs-keyid", hookKey)
	post.Header.Set("x-gcs-signature", seal(NewSecret(hookText), []byte(body)))
	post.Header.Set("Cookie", "canary")
	cb, err := acquirer.ReadCallback(httptest.NewRecorder(), post, acquirer.Notify, client)
	if err != nil {
		t.Fatal(err)
	}
	if r, err := client.Parse(cb); err != nil || r.Reference != reference {
		t.Errorf("%v, %v", r, err)
	}
	if cb.Header.Get("Cookie") != "" || len(cb.Header) != 2 {
		t.Errorf("kept headers: %v", cb.Header)
	}
	get := httptest.NewRequest("GET", "/return?RETURNMAC="+proof+"&hostedCheckoutId="+session, nil)
	if cb, err = acquirer.ReadCallback(httptest.NewRecorder(), get, acquirer.Return, client); err != nil {
		t.Fatal(err)
	}
	if r, err := client.Parse(cb); err != nil || r.Handle.Proof != proof {
		t.Errorf("%v, %v", r, err)
	}
	if shapes, headers := client.Takes(acquirer.Query); shapes != nil || headers != nil {
		t.Error("something comes by a channel of our own")
	}
}

func TestAnswer(t *testing.T) {
	client := newWire(t, nil).Client
	ask := func(method string, values ...string) (string, bool) {
		r := httptest.NewRequest(method, "/notify", nil)
		for _, v := range values {
			r.Header.Add("x-gcs-webhooks-endpoint-verification", v)
		}
		return client.Answer(r)
	}
	for _, method := range []string{"GET", "HEAD"} {
		if text, ok := ask(method, "a+/=_.-9"); !ok || text != "a+/=_.-9" {
			t.Errorf("%s: %q, %v", method, text, ok)
		}
	}
	if _, ok := ask("POST", "a"); ok {
		t.Error("a POST is answered")
	}
	for _, values := range [][]string{nil, {""}, {"a", "b"}, {"a b"}, {"é"}, {strings.Repeat("a", 257)}, {"<script>"}} {
		if text, ok := ask("GET", values...); ok || text != "" {
			t.Errorf("%.20q: %q", values, text)
		}
	}
}
