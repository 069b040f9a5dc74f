package sips

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/acquirer"
	"github.com/shopspring/decimal"
)

// TestBeginOnTheWire: the body and its seal were computed by hand, outside of this package.
func TestBeginOnTheWire(t *testing.T) {
	w := newWire(t, nil, sealed200(opened))
	s, err := w.Begin(t.Context(), order())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"POST https://payment-webinit.test.sips-services.com/rs-services/v2/paymentInit"}, w.paths()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{`{"amount":"5000","automaticResponseUrl":"https://fund.example/notify","captureDay":"0",` +
		`"captureMode":"AUTHOR_CAPTURE","currencyCode":"978","customerLanguage":"fr","interfaceVersion":"IR_WS_2.20","keyVersion":"1",` +
		`"merchantId":"002001000000001","normalReturnUrl":"https://fund.example/return","orderChannel":"INTERNET",` +
		`"orderId":"abcdefghij234567klmnopqrst","responseEncoding":"base64url",` +
		`"seal":"20500f3f16dfe35f5a093b38df09aab4cd3d7bc19ed6c77f8b748435d6ff1dcd","sealAlgorithm":"HMAC-SHA-256",` +
		`"transactionReference":"PCLCB240310000001"}`}, w.Bodies); diff != "" {
		t.Error(strings.ReplaceAll(diff, "20500f3f16dfe35f5a093b38df09aab4cd3d7bc19ed6c77f8b748435d6ff1dcd", "<seal>"))
	}
	want := acquirer.Session{
		URL: "https://payment-web.simu.sips-services.com/payment", Method: "POST",
		Fields:    url.Values{"redirectionVersion": {"IR_WS_2.0"}, "redirectionData": {"4AgbsrffvPgzDghQysbOJIZBJTZsk1KN"}},
		ExpiresAt: noon.Add(time.Hour),
	}
	if diff := cmp.Diff(want, s); diff != "" {
		t.Error(diff)
	}
}

func TestBeginLeavesOut(t *testing.T) {
	w := newWire(t, func(c *Config) { c.Window = 20 * time.Minute }, sealed200(opened))
	o := order()
	o.NotifyURL, o.Language = "", "ar"
	s, err := w.Begin(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"automaticResponseUrl", "customerLanguage"} {
		if strings.Contains(w.Bodies[0], name) {
			t.Errorf("%s is sent although there is nothing to say: %s", name, w.Bodies[0])
		}
	}
	if !s.ExpiresAt.Equal(noon.Add(20 * time.Minute)) {
		t.Errorf("the session expires at %v", s.ExpiresAt)
	}
}

// TestSealAlgorithmIsAlwaysAnnounced: without it the platform seals notifications with SHA-256, whatever sealed the request.
func TestSealAlgorithmIsAlwaysAnnounced(t *testing.T) {
	for _, a := range []Algorithm{"", HMACSHA256, SHA256, HMACSHA512} {
		k := Key{NewSecret("the-key"), a}
		answer := func(f fields) string { return sealedJSON(f, k) }
		w := newWire(t, func(c *Config) { c.Keys = Keyring{3: k} }, raw(200, "application/json", answer(opened)),
			raw(200, "application/json", answer(transaction)), raw(200, "application/json", answer(done)))
		if _, err := w.Begin(t.Context(), order()); err != nil {
			t.Error(err)
		}
		if _, err := w.Status(t.Context(), acquirer.Question{Reference: reference}); err != nil {
			t.Error(err)
		}
		if _, err := w.Cancel(t.Context(), all()); err != nil {
			t.Error(err)
		}
		for _, b := range w.Bodies {
			if !strings.Contains(b, `"sealAlgorithm":"`+string(a.orDefault())+`"`) || !strings.Contains(b, `"keyVersion":"3"`) {
				t.Errorf("algorithm %q: %s", a, b)
			}
			m, err := decodeObject([]byte(b))
			if err != nil {
				t.Fatal(err)
			}
			if want, err := SealFields(a, k.Secret, []byte(b)); err != nil || sealedText(m["seal"]) != want {
				t.Errorf("algorithm %q: the seal is not of the body that was sent", a)
			}
		}
	}
}

func TestBeginChecksTheOrder(t *testing.T) {
	for name, c := range map[string]struct {
		field string
		spoil func(*acquirer.Order)
	}{
		"no reference":         {"Reference", func(o *acquirer.Order) { o.Reference = "" }},
		"36 characters":        {"Reference", func(o *acquirer.Order) { o.Reference = strings.Repeat("A", 36) }},
		"a bar":                {"Reference", func(o *acquirer.Order) { o.Reference = "A|amount=1" }},
		"a hyphen":             {"Reference", func(o *acquirer.Order) { o.Reference = "A-1" }},
		"an accent":            {"Reference", func(o *acquirer.Order) { o.Reference = "é" }},
		"no ID":                {"ID", func(o *acquirer.Order) { o.ID = "" }},
		"33 characters of ID":  {"ID", func(o *acquirer.Order) { o.ID = strings.Repeat("a", 33) }},
		"a bar in ID":          {"ID", func(o *acquirer.Order) { o.ID = "a|b" }},
		"zero":                 {"Amount", func(o *acquirer.Order) { o.Amount = decimal.Zero }},
		"negative":             {"Amount", func(o *acquirer.Order) { o.Amount = decimal.New(-1, 0) }},
		"half a cent":          {"Amount", func(o *acquirer.Order) { o.Amount = decimal.New(50005, -3) }},
		"13 digits":            {"Amount", func(o *acquirer.Order) { o.Amount = decimal.New(1, 10) }},
		"absurd":               {"Amount", func(o *acquirer.Order) { o.Amount = decimal.New(1, 20_000_000) }},
		"dollars":              {"Currency", func(o *acquirer.Order) { o.Currency = "USD" }},
		"small letters":        {"Currency", func(o *acquirer.Order) { o.Currency = "eur" }},
		"no return":            {"ReturnURL", func(o *acquirer.Order) { o.ReturnURL = "" }},
		"relative return":      {"ReturnURL", func(o *acquirer.Order) { o.ReturnURL = "/return" }},
		"another scheme":       {"ReturnURL", func(o *acquirer.Order) { o.ReturnURL = "javascript:alert(1)" }},
		"long return":          {"ReturnURL", func(o *acquirer.Order) { o.ReturnURL = "https://a.example/" + strings.Repeat("a", 512) }},
		"query":                {"ReturnURL", func(o *acquirer.Order) { o.ReturnURL += "?id=1" }},
		"fragment":             {"NotifyURL", func(o *acquirer.Order) { o.NotifyURL += "#x" }},
		"user":                 {"NotifyURL", func(o *acquirer.Order) { o.NotifyURL = "https://u:p@fund.example/" }},
		"port 10000":           {"NotifyURL", func(o *acquirer.Order) { o.NotifyURL = "https://fund.example:10000/" }},
		"port 79":              {"NotifyURL", func(o *acquirer.Order) { o.NotifyURL = "https://fund.example:79/" }},
		"accent in an address": {"NotifyURL", func(o *acquirer.Order) { o.NotifyURL = "https://fund.example/notifié" }},
		"bar in an address":    {"NotifyURL", func(o *acquirer.Order) { o.NotifyURL = "https://fund.example/a|b" }},
		"no scheme":            {"NotifyURL", func(o *acquirer.Order) { o.NotifyURL = "//notify" }},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWire(t, nil)
			o := order()
			c.spoil(&o)
			s, err := w.Begin(t.Context(), o)
			wantFault(t, err, acquirer.ErrInvalid, false, c.field)
			if e := faultOf(t, err); e.Field != c.field || e.Retryable() || !s.IsZero() || len(w.Bodies) != 0 {
				t.Errorf("field %q, session %v, %d requests", e.Field, s, len(w.Bodies))
			}
		})
	}
	for _, o := range []func(*acquirer.Order){
		func(o *acquirer.Order) { o.ReturnURL = "http://127.0.0.1:45678/return" },
		func(o *acquirer.Order) { o.ReturnURL = "https://fund.example:80/return" },
		func(o *acquirer.Order) { o.ReturnURL = "https://fund.example:9999/return" },
		func(o *acquirer.Order) { o.Amount = decimal.RequireFromString("9999999999.99") },
		func(o *acquirer.Order) { o.ID = "PCLCB-2024.0001_x" },
	} {
		w, good := newWire(t, nil, sealed200(opened)), order()
		o(&good)
		if _, err := w.Begin(t.Context(), good); err != nil {
			t.Errorf("%+v: %v", good, err)
		}
	}
}

// TestBeginCodes: each code of paymentInit, sealed.
func TestBeginCodes(t *testing.T) {
	for code, c := range map[string]struct {
		kind               error
		retryable, unknown bool
		words              []string
	}{
		"03": {acquirer.ErrConfiguration, false, false, []string{"merchant " + shop, "contract"}},
		"12": {acquirer.ErrInvalid, false, false, []string{"field currencyCode"}},
		"30": {acquirer.ErrInvalid, false, false, []string{"field currencyCode"}},
		"34": {acquirer.ErrConfiguration, false, false, []string{"key version 1", "seal", "HMAC-SHA-256"}},
		"40": {acquirer.ErrConfiguration, false, false, []string{"contract"}},
		"90": {acquirer.ErrUnavailable, true, false, nil},
		"94": {acquirer.ErrReferenceUsed, false, false, []string{"used before"}},
		"99": {acquirer.ErrUnavailable, true, false, []string{"new reference"}},
		"05": {acquirer.ErrUnanswered, false, true, []string{"open"}},
		"17": {acquirer.ErrUnanswered, false, true, []string{"not known"}},
		"ZZ": {acquirer.ErrUnanswered, false, true, []string{"not known"}},
	} {
		t.Run(code, func(t *testing.T) {
			w := newWire(t, nil, sealed200(fields{"redirectionStatusCode": code, "redirectionVersion": "IR_WS_2.0", "errorFieldName": "currencyCode"}))
			s, err := w.Begin(t.Context(), order())
			wantFault(t, err, c.kind, c.unknown, append(c.words, "code "+code, reference)...)
			if e := faultOf(t, err); e.Retryable() != c.retryable || e.Op != acquirer.OpBegin || !s.IsZero() {
				t.Errorf("retryable %v, op %s, session %v", e.Retryable(), e.Op, s)
			}
			if len(w.Bodies) != 1 {
				t.Errorf("%d requests: a Begin is never repeated", len(w.Bodies))
			}
		})
	}
}

func TestBeginTrustsNoAnswerWithoutASeal(t *testing.T) {
	other := Key{Secret: NewSecret("other")}
	for name, c := range map[string]struct {
		body  string
		kind  error
		words string
	}{
		"00, no seal":        {unsealedJSON(opened), acquirer.ErrUnverified, "no seal"},
		"00, empty seal":     {unsealedJSON(with(opened, fields{"seal": ""})), acquirer.ErrUnverified, "no seal"},
		"00, null seal":      {unsealedJSON(with(opened, fields{"seal": nil})), acquirer.ErrUnverified, "no seal"},
		"00, seal a list":    {unsealedJSON(with(opened, fields{"seal": []string{"x"}})), acquirer.ErrUnverified, "not one of our key"},
		"00, another key":    {sealedJSON(opened, other), acquirer.ErrUnverified, "not one of our key"},
		"00, SHA-256":        {sealedJSON(opened, Key{key1.Secret, SHA256}), acquirer.ErrUnverified, "not one of our key"},
		"94, no seal":        {`{"redirectionStatusCode":"94"}`, acquirer.ErrUnverified, "no seal"},
		"99, no seal":        {`{"redirectionStatusCode":"99"}`, acquirer.ErrUnverified, "no seal"},
		"34, another key":    {sealedJSON(fields{"redirectionStatusCode": "34"}, other), acquirer.ErrConfiguration, "key version 1"},
		"03, no seal":        {`{"redirectionStatusCode":"03"}`, acquirer.ErrConfiguration, "merchant " + shop},
		"nothing":            {`{}`, acquirer.ErrUnverified, "no seal"},
		"sealed, no code":    {sealedJSON(fields{"redirectionVersion": "x"}, key1), acquirer.ErrUnanswered, "no redirectionStatusCode"},
		"no address":         {sealedJSON(with(opened, fields{"redirectionUrl": nil}), key1), acquirer.ErrUnanswered, "redirectionUrl"},
		"http address":       {sealedJSON(with(opened, fields{"redirectionUrl": "http://bank.example/"}), key1), acquirer.ErrUnanswered, "https"},
		"script address":     {sealedJSON(with(opened, fields{"redirectionUrl": "javascript:alert(1)"}), key1), acquirer.ErrUnanswered, "https"},
		"address with user":  {sealedJSON(with(opened, fields{"redirectionUrl": "https://a:b@bank.example/"}), key1), acquirer.ErrUnanswered, "https"},
		"no redirectionData": {sealedJSON(with(opened, fields{"redirectionData": ""}), key1), acquirer.ErrUnanswered, "redirectionData"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWire(t, nil, raw(200, "application/json;charset=UTF-8", c.body))
			s, err := w.Begin(t.Context(), order())
			wantFault(t, err, c.kind, c.kind != acquirer.ErrConfiguration, c.words)
			if !s.IsZero() || s.Fields != nil {
				t.Errorf("a session was handed out: %v", s)
			}
		})
	}
}

func TestLanguages(t *testing.T) {
	for tag, want := range map[string]string{
		"": "fr", "fr": "fr", "fr-FR": "fr", "FR": "fr", "en-GB": "en", "en_US": "en", "de-Latn-CH": "de", "zh-Hant-TW": "zh", "nb": "no", "nn-NO": "no",
		"br": "br", "ar": "", "fra": "", "x": "", "und": "", "-": "", "fr|en": "", "f": "",
	} {
		if got := languageOf(tag); got != want {
			t.Errorf("%q becomes %q, expected %q", tag, got, want)
		}
	}
}

func TestSessionsOfASimulator(t *testing.T) {
	local := with(opened, fields{"redirectionUrl": "http://127.0.0.1:9999/payment"})
	w := newWire(t, func(c *Config) { c.Endpoints = Endpoints{"http://127.0.0.1:9999", ""} }, sealed200(local))
	if s, err := w.Begin(t.Context(), order()); err != nil || s.Origin() != "http://127.0.0.1:9999" {
		t.Errorf("%v, %v", s, err)
	}
	w = newWire(t, nil, sealed200(local))
	if _, err := w.Begin(t.Context(), order()); err == nil {
		t.Error("a real platform sent a payer to this machine")
	}
	for _, elsewhere := range []string{"http://payment.example/payment", "ftp://127.0.0.1:9999/payment"} {
		answer := with(opened, fields{"redirectionUrl": elsewhere})
		w = newWire(t, func(c *Config) { c.Endpoints = Endpoints{"http://127.0.0.1:9999", ""} }, sealed200(answer))
		if s, err := w.Begin(t.Context(), order()); err == nil {
			t.Errorf("a simulator sent a payer to %s: %v", elsewhere, s)
		}
	}
}
