package direct

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/acquirer"
	"github.com/shopspring/decimal"
)

// TestBegin: what a public body sends (docs/direct.md §5.1), signed, and where the payer goes.
func TestBegin(t *testing.T) {
	w := newWire(t, nil, ok(sample(t, "create")))
	s, err := w.Begin(t.Context(), order())
	if err != nil {
		t.Fatal(err)
	}
	expires := ten.Add(DefaultSessionTimeout)
	want := acquirer.Session{
		URL:    "https://payment.preprod.direct.worldline-solutions.com/hostedcheckout/Payment/Form/0b6a8a1f4c2e4d0b9f3a7c5e1d2b4a60",
		Method: "GET", ExpiresAt: expires, Handle: acquirer.Handle{Session: session, Proof: proof, ExpiresAt: expires},
	}
	if diff := cmp.Diff(want, s); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if !s.Link() {
		t.Error("a payer is sent by a form: the browser would drop the query and block what follows")
	}

	const body = `{"order":{"amountOfMoney":{"amount":7550,"currencyCode":"EUR"},"references":{"merchantReference":"PCLCB263320000001",` +
		`"merchantParameters":"abcdefghij234567klmnopqrst"}},"hostedCheckoutSpecificInput":{"returnUrl":"https://fund.example/return",` +
		`"locale":"fr_FR","sessionTimeout":30,"allowedNumberOfPaymentAttempts":1,"showResultPage":false,` +
		`"paymentProductFilters":{"restrictTo":{"groups":["cards"]}},"cardPaymentMethodSpecificInput":{"tokenizationMode":"noTokenization",` +
		`"groupCards":true}},"cardPaymentMethodSpecificInput":{"authorizationMode":"SALE"},"feedbacks":{"webhooksUrls":["https://fund.example/notify"]}}`
	if diff := cmp.Diff(body, w.Bodies[0]); diff != "" {
		t.Errorf("body (-want +got):\n%s", diff)
	}
	r := w.Requests[0]
	if r.Method != "POST" || r.URL.String() != Worldline.Preproduction()+"/v2/PCLDirect1/hostedcheckouts" {
		t.Errorf("%s %s", r.Method, r.URL)
	}
	_, signature := Sign(NewSecret(canary), "POST", "application/json", "Sat, 28 Nov 2026 10:05:00 GMT",
		http.Header{"X-Gcs-Servermetainfo": {serverMetaInfo("Quittance")}}, "/v2/PCLDirect1/hostedcheckouts")
	for name, want := range map[string]string{
		"Authorization": "GCS v1HMAC:5e45c937b9db33ae:" + signature, "Date": "Sat, 28 Nov 2026 10:05:00 GMT", "Content-Type": "application/json",
		"X-GCS-Idempotence-Key": "", // the platform does not promise to honour one here
	} {
		if got := r.Header.Get(name); got != want {
			t.Errorf("%s: %q, expected %q", name, got, want)
		}
	}
}

func TestBeginFollowsTheConfig(t *testing.T) {
	w := newWire(t, func(c *Config) {
		c.SessionTimeout, c.Attempts, c.Products, c.Variant = 15*time.Minute, 3, []int{1, 3, 130}, "cpam"
	}, ok(sample(t, "create")))
	o := order()
	o.NotifyURL, o.Language = "", "uk"
	s, err := w.Begin(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if want := ten.Add(15 * time.Minute); !s.ExpiresAt.Equal(want) || !s.Handle.ExpiresAt.Equal(want) {
		t.Errorf("it expires at %v", s.ExpiresAt)
	}
	for _, want := range []string{
		`"sessionTimeout":15`, `"allowedNumberOfPaymentAttempts":3`, `"restrictTo":{"products":[1,3,130]}`, `"variant":"cpam"`,
	} {
		if !strings.Contains(w.Bodies[0], want) {
			t.Errorf("the body does not say %s: %s", want, w.Bodies[0])
		}
	}
	for _, no := range []string{"feedbacks", "locale", "token\"", "customer"} {
		if strings.Contains(w.Bodies[0], no) {
			t.Errorf("the body says %s", no)
		}
	}
}

// TestBeginChecksTheAnswer: without the ids the payment could not be found again, and a payer must not be sent anywhere.
func TestBeginChecksTheAnswer(t *testing.T) {
	for name, change := range map[string]func(map[string]any){
		"no id":                  func(m map[string]any) { delete(m, "hostedCheckoutId") },
		"an id to be escaped":    func(m map[string]any) { m["hostedCheckoutId"] = "1/../2" },
		"no RETURNMAC":           func(m map[string]any) { m["RETURNMAC"] = "" },
		"a long RETURNMAC":       func(m map[string]any) { m["RETURNMAC"] = strings.Repeat("a", 201) },
		"no address":             func(m map[string]any) { delete(m, "redirectUrl") },
		"an address in clear":    func(m map[string]any) { m["redirectUrl"] = "http://payment.example/" },
		"clear on this machine":  func(m map[string]any) { m["redirectUrl"] = "http://127.0.0.1:9/" },
		"an address with a user": func(m map[string]any) { m["redirectUrl"] = "https://payment@evil.example/" },
		"a script":               func(m map[string]any) { m["redirectUrl"] = "javascript:alert(1)" },
		"a number for the id":    func(m map[string]any) { m["hostedCheckoutId"] = int64(10083980755) },
	} {
		var m map[string]any
		if err := json.Unmarshal([]byte(sample(t, "create")), &m); err != nil {
			t.Fatal(err)
		}
		change(m)
		b, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		s, err := newWire(t, nil, ok(string(b))).Begin(t.Context(), order())
		t.Run(name, func(t *testing.T) {
			wantFault(t, err, acquirer.ErrUnanswered, true)
			if !s.IsZero() || !s.Handle.IsZero() {
				t.Error("a session was handed out")
			}
		})
	}
}

func TestBeginRefusesBeforeAnythingIsSent(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(*acquirer.Order)
		field  string
	}{
		"no reference":           {func(o *acquirer.Order) { o.Reference = "" }, "Reference"},
		"a long reference":       {func(o *acquirer.Order) { o.Reference = strings.Repeat("A", 36) }, "Reference"},
		"a path as reference":    {func(o *acquirer.Order) { o.Reference = "../x" }, "Reference"},
		"no ID":                  {func(o *acquirer.Order) { o.ID = "" }, "ID"},
		"a person as ID":         {func(o *acquirer.Order) { o.ID = "Marie Dupont" }, "ID"},
		"zero":                   {func(o *acquirer.Order) { o.Amount = decimal.Zero }, "Amount"},
		"negative":               {func(o *acquirer.Order) { o.Amount = decimal.New(-1, 0) }, "Amount"},
		"half a cent":            {func(o *acquirer.Order) { o.Amount = decimal.New(5, -3) }, "Amount"},
		"too much":               {func(o *acquirer.Order) { o.Amount = decimal.New(1, 10) }, "Amount"},
		"dollars":                {func(o *acquirer.Order) { o.Currency = "USD" }, "Currency"},
		"no return address":      {func(o *acquirer.Order) { o.ReturnURL = "" }, "ReturnURL"},
		"a relative one":         {func(o *acquirer.Order) { o.ReturnURL = "/return" }, "ReturnURL"},
		"201 characters":         {func(o *acquirer.Order) { o.ReturnURL = "https://fund.example/" + strings.Repeat("a", 180) }, "ReturnURL"},
		"an accent":              {func(o *acquirer.Order) { o.ReturnURL = "https://fund.example/é" }, "ReturnURL"},
		"a pair of the platform": {func(o *acquirer.Order) { o.ReturnURL = "https://fund.example/?RETURNMAC=x" }, "ReturnURL"},
		"a fragment":             {func(o *acquirer.Order) { o.ReturnURL = "https://fund.example/#a" }, "ReturnURL"},
		"a notice in clear":      {func(o *acquirer.Order) { o.NotifyURL = "http://fund.example/notify" }, "NotifyURL"},
		"clear on this machine":  {func(o *acquirer.Order) { o.NotifyURL = "http://127.0.0.1:1/notify" }, "NotifyURL"},
		"326 characters":         {func(o *acquirer.Order) { o.NotifyURL = "https://fund.example/" + strings.Repeat("a", 305) }, "NotifyURL"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWire(t, nil)
			o := order()
			tt.change(&o)
			s, err := w.Begin(t.Context(), o)
			wantFault(t, err, acquirer.ErrInvalid, false)
			if e := faultOf(t, err); e.Field != tt.field {
				t.Errorf("field %q, expected %q", e.Field, tt.field)
			}
			if len(w.Requests) > 0 || !s.IsZero() {
				t.Error("something was sent, or handed out")
			}
		})
	}
	o := order()
	o.ReturnURL = "https://fund.example/?" + strings.Repeat("a", 178) // 200 with a query of one's own
	if _, err := newWire(t, nil, ok(sample(t, "create"))).Begin(t.Context(), o); err != nil {
		t.Errorf("200 characters: %v", err)
	}
}

// TestBeginAtASimulator: on this machine, and nowhere else, a simulator's addresses need no TLS.
func TestBeginAtASimulator(t *testing.T) {
	simulator := func(c *Config) { c.Endpoint = "http://127.0.0.1:9000" }
	for page, taken := range map[string]bool{"http://127.0.0.1:9000/page": true, "http://payment.example/page": false} {
		var m map[string]any
		if err := json.Unmarshal([]byte(sample(t, "create")), &m); err != nil {
			t.Fatal(err)
		}
		m["redirectUrl"] = page
		b, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		if s, err := newWire(t, simulator, ok(string(b))).Begin(t.Context(), order()); s.IsZero() == taken {
			t.Errorf("a page at %s: %v, %v", page, s, err)
		}
	}
	for notify, taken := range map[string]bool{"http://127.0.0.1:9001/notify": true, "http://fund.example/notify": false} {
		o := order()
		o.NotifyURL = notify
		w := newWire(t, simulator, ok(sample(t, "create")))
		if _, err := w.Begin(t.Context(), o); (err == nil) != taken || (len(w.Requests) == 1) != taken {
			t.Errorf("notified at %s: %v, %d requests", notify, err, len(w.Requests))
		}
	}
}

// TestBeginRefused: what each answer means to a Begin (docs/direct.md §10). Whatever it is, no session is handed out and nothing is repeated.
func TestBeginRefused(t *testing.T) {
	for name, tt := range map[string]struct {
		status int
		body   string
		kind   error
		words  []string
	}{
		"validation":         {400, errorBody("50001111"), acquirer.ErrInvalid, []string{"code 50001111", "field order.amount", "errorId e-1"}},
		"another merchant":   {403, sample(t, "error-gateway"), acquirer.ErrConfiguration, []string{"code 9007", "not one of merchant PCLDirect1"}},
		"signature":          {403, errorBody("9002"), acquirer.ErrConfiguration, []string{"clock", "secret"}},
		"no such address":    {404, `<html>`, acquirer.ErrConfiguration, nil},
		"idempotence":        {409, errorBody("1409"), acquirer.ErrUnavailable, nil},
		"too often":          {429, ``, acquirer.ErrUnavailable, nil},
		"broken":             {500, errorBody("20001101"), acquirer.ErrUnavailable, nil},
		"a proxy":            {502, `<html><h1>Bad Gateway</h1>`, acquirer.ErrUnavailable, []string{"a proxy may have answered"}},
		"sent elsewhere":     {302, ``, acquirer.ErrConfiguration, []string{"redirects are not followed"}},
		"a teapot":           {418, ``, acquirer.ErrConfiguration, nil},
		"created, cut":       {200, sample(t, "create")[:60], acquirer.ErrUnanswered, nil},
		"created, no object": {200, `[]`, acquirer.ErrUnanswered, nil},
		"a key twice":        {200, `{"hostedCheckoutId":"1","hostedCheckoutId":"2"}`, acquirer.ErrUnanswered, []string{"stands twice"}},
	} {
		t.Run(name, func(t *testing.T) {
			contentType := "application/json"
			if strings.HasPrefix(tt.body, "<") {
				contentType = "text/html"
			}
			w := newWire(t, nil, raw(tt.status, contentType, tt.body))
			s, err := w.Begin(t.Context(), order())
			wantFault(t, err, tt.kind, tt.kind == acquirer.ErrUnanswered, tt.words...)
			if !s.IsZero() || len(w.Requests) != 1 {
				t.Errorf("a session, or %d requests", len(w.Requests))
			}
		})
	}
	w := newWire(t, nil, raw(201, jsonUTF8, sample(t, "create"))) // 201 by habit: any 2xx (docs/direct.md §15)
	if _, err := w.Begin(t.Context(), order()); err != nil {
		t.Errorf("201: %v", err)
	}
	w = newWire(t, nil, raw(400, "application/problem+json", errorBody("1")))
	if _, err := w.Begin(t.Context(), order()); faultOf(t, err).Code != "1" {
		t.Errorf("problem+json: %v", err)
	}
}

func TestLocale(t *testing.T) {
	for tag, want := range map[string]string{
		"": "fr_FR", "fr": "fr_FR", "fr-FR": "fr_FR", "FR_be": "fr_FR", "en": "en_GB", "de-AT": "de_DE", "uk": "", "x": "", "français": "",
	} {
		if got := localeOf(tag); got != want || len(got) > 6 {
			t.Errorf("%q: %q, expected %q", tag, got, want)
		}
	}
}

// Check finds what the platform refuses, when a service starts and not when its first payer pays.
func TestCheck(t *testing.T) {
	client, err := New(Config{
		MerchantID: "fund", APIKey: APIKey{ID: "key", Secret: NewSecret("secret")},
		Endpoint: Worldline.Preproduction(),
	})
	if err != nil {
		t.Fatal(err)
	}
	o := acquirer.Order{
		ID: "abc", Reference: "PCLCB260610000001", Amount: decimal.New(62, 0), Currency: "EUR",
		ReturnURL: "https://fund.example/return", NotifyURL: "https://fund.example/notify", Language: "fr",
	}
	if err := client.Check(o); err != nil {
		t.Error(err)
	}
	for name, x := range map[string]struct {
		change func(*acquirer.Order)
		field  string
	}{
		"too long":          {func(o *acquirer.Order) { o.ReturnURL += strings.Repeat("a", 200) }, "ReturnURL"},
		"a fragment":        {func(o *acquirer.Order) { o.ReturnURL += "#end" }, "ReturnURL"},
		"the platform's":    {func(o *acquirer.Order) { o.ReturnURL += "?RETURNMAC=x" }, "ReturnURL"},
		"notify without s":  {func(o *acquirer.Order) { o.NotifyURL = "http://fund.example/notify" }, "NotifyURL"},
		"notify's password": {func(o *acquirer.Order) { o.NotifyURL = "https://user:word@fund.example/notify" }, "NotifyURL"},
		"a reference":       {func(o *acquirer.Order) { o.Reference = "A-B" }, "Reference"},
	} {
		bad := o
		x.change(&bad)
		var e *acquirer.Error
		if err := client.Check(bad); !errors.As(err, &e) || !errors.Is(err, acquirer.ErrInvalid) || e.Field != x.field || e.Op != acquirer.OpBegin ||
			strings.Contains(err.Error(), "word@") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
