package sips

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/preflight"
)

// The reference of a number is its day in Paris and the number: 20221121896 was captured (sips.md §4.3).
func TestS10Reference(t *testing.T) {
	night := time.Date(2022, 11, 20, 23, 30, 0, 0, time.UTC) // the next day in Paris
	for number, want := range map[int]string{896: "20221121896", 1: "202211211", 999999: "20221121999999", 0: "", -1: "", 1000000: ""} {
		got, err := S10Reference(night, number)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("number %d: %q, %v; expected %q", number, got, err, want)
		}
	}
}

const tenReference = "20240131896" // of noon

// A shop that came from Sips 1.0 sends its number, and the platform makes the reference that the notification brings back.
func TestSips10OnTheWire(t *testing.T) {
	ten := func(c *Config) { c.Sips10 = true }
	w := newWire(t, ten, sealed200(opened),
		sealed200(with(transaction, fields{"transactionReference": tenReference})), sealed200(done))
	o := order()
	o.Reference = tenReference
	if _, err := w.Begin(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	m := acquirer.Modification{Reference: tenReference, Amount: fifty, Currency: "EUR"}
	if _, err := w.Refund(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	for i, body := range w.Bodies {
		if strings.Contains(body, "transactionReference") ||
			!strings.Contains(body, `"s10TransactionReference":{"s10TransactionId":"896","s10TransactionIdDate":"20240131"}`) {
			t.Errorf("request %d names the transaction otherwise: %s", i, body)
		}
	}
	if len(w.Bodies) != 3 {
		t.Errorf("%d requests", len(w.Bodies))
	}
	r := parse(t, w.Client, notificationOf(pipeWith("transactionReference="+tenReference, "s10TransactionId=896", "s10TransactionIdDate=20240131"), "", key1))
	if number, _ := r.Field("s10TransactionId"); r.Reference != tenReference || r.Outcome != acquirer.Accepted || number != "896" {
		t.Errorf("%+v", r)
	}
}

// What is no reference of such a shop is refused before anything is sent, by Check too: payments would come back under other names.
func TestSips10ChecksTheReference(t *testing.T) {
	w := newWire(t, func(c *Config) { c.Sips10 = true })
	for _, bad := range []string{"", reference, "20240131", "2024013100896", "202401310", "20241331896", "202401311234567", "20240131A96", "٢0240131896"} {
		o := order()
		o.Reference = bad
		wantFault(t, w.Check(o), acquirer.ErrInvalid, false, "Config.Sips10")
		_, err := w.Begin(t.Context(), o)
		wantFault(t, err, acquirer.ErrInvalid, false, "day and a number")
		_, err = w.Status(t.Context(), acquirer.Question{Reference: bad})
		wantFault(t, err, acquirer.ErrInvalid, false)
	}
	o := order()
	o.Reference = "20240130896"
	if err := w.Check(o); err != nil {
		t.Errorf("Check looks at the clock: %v", err)
	}
	_, err := w.Begin(t.Context(), o)
	wantFault(t, err, acquirer.ErrInvalid, false, "not of today, 20240131")
	if len(w.Bodies) != 0 {
		t.Errorf("sent: %v", w.Bodies)
	}
}

// Around midnight nobody knows which day the platform gives, so nothing is begun.
func TestSips10AtMidnight(t *testing.T) {
	midnight := time.Date(2024, 1, 31, 23, 0, 0, 0, time.UTC) // in Paris
	for after, words := range map[time.Duration]string{
		-time.Minute - time.Second: "", -time.Minute: "midnight", -time.Second: "midnight", 0: "not of today, 20240201", time.Minute: "not of today",
	} {
		w := newWire(t, func(c *Config) { c.Sips10, c.Now = true, func() time.Time { return midnight.Add(after) } }, sealed200(opened))
		o := order()
		o.Reference = tenReference
		_, err := w.Begin(t.Context(), o)
		if (err == nil) != (words == "") || err != nil && !strings.Contains(err.Error(), words) || err != nil && len(w.Bodies) != 0 {
			t.Errorf("%v from midnight: %v, expected %q; sent %v", after, err, words, w.Bodies)
		}
		o.Reference = "20240201896"
		_, err = w.Begin(t.Context(), o)
		if after >= 0 && after < time.Minute {
			wantFault(t, err, acquirer.ErrUnavailable, false, "try again")
		}
	}
}

// A refusal of a reference says whose set-up it is, and what to ask the bank for.
func TestRefusalOfAReferenceExplainsItself(t *testing.T) {
	for name, x := range map[string]struct {
		ten   bool
		field string
		code  string
		words []string
		not   string
	}{
		"not ours to choose":    {false, "transactionReference", "12", []string{"ask the bank", "chooses its transactionReference", shop}, ""},
		"of another format":     {false, "transactionReference", "30", []string{"ask the bank"}, ""},
		"the number is missing": {false, "s10TransactionReference.s10TransactionId", "12", []string{"Config.Sips10"}, ""},
		"no numbers here":       {true, "s10TransactionReference", "12", []string{"not set up for numbers", "leave Config.Sips10 out"}, ""},
		"no such number":        {true, "s10TransactionId", "12", []string{"not set up for numbers"}, ""},
		"another field":         {false, "currencyCode", "12", []string{"a parameter is not valid"}, "ask the bank"},
		"used":                  {false, "transactionReference", "94", []string{"used before"}, "ask the bank"},
	} {
		w := newWire(t, func(c *Config) { c.Sips10 = x.ten }, sealed200(fields{"redirectionStatusCode": x.code, "errorFieldName": x.field}))
		o := order()
		if x.ten {
			o.Reference = tenReference
		}
		_, err := w.Begin(t.Context(), o)
		if err == nil {
			t.Errorf("%s: begun", name)
			continue
		}
		for _, words := range x.words {
			if !strings.Contains(err.Error(), words) {
				t.Errorf("%s: %v, expected %q", name, err, words)
			}
		}
		if x.not != "" && strings.Contains(err.Error(), x.not) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Who makes the references cannot be seen without a payment: Doctor is unsure and says what to ask, unless the platform complains.
func TestDoctorAndTheReferences(t *testing.T) {
	asked := sealed200(fields{"getTransDataResponseCode": "25"})
	for name, x := range map[string]struct {
		ten     bool
		field   string
		verdict preflight.Verdict
		words   string
	}{
		"nothing to see":       {false, "amount", preflight.Unsure, "merchant " + shop + " chooses its own transactionReference"},
		"nothing to see, s10":  {true, "amount", preflight.Unsure, "came from Sips 1.0"},
		"not ours to choose":   {false, "transactionReference", preflight.Wrong, "set Config.Sips10"},
		"the number is wanted": {false, "s10TransactionReference.s10TransactionId", preflight.Wrong, "set Config.Sips10"},
		"no numbers here":      {true, "s10TransactionReference", preflight.Wrong, "leave Config.Sips10 out"},
	} {
		w := newWire(t, func(c *Config) { c.Sips10 = x.ten }, sealed200(fields{"redirectionStatusCode": "12", "errorFieldName": x.field}), asked)
		r, err := w.Doctor(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var got preflight.Check
		for _, c := range r.Checks {
			if c.Name == "references" {
				got = c
			}
		}
		if got.Verdict != x.verdict || !strings.Contains(got.Text, x.words) || r.OK() != (x.verdict == preflight.Unsure) {
			t.Errorf("%s: %+v, OK %t", name, got, r.OK())
		}
		for i, body := range w.Bodies {
			if ten := strings.Contains(body, "s10TransactionId"); ten != x.ten || ten == strings.Contains(body, `"transactionReference"`) {
				t.Errorf("%s: request %d is %s", name, i, body)
			}
		}
	}
	w := newWire(t, nil, unsealed200(fields{"redirectionStatusCode": "03"}), asked)
	if r, err := w.Doctor(t.Context()); err != nil || strings.Contains(r.String(), "references:") {
		t.Errorf("a platform that does not know us says something of references: %v\n%s", err, r)
	}
}

// Check finds what the platform refuses, when a service starts and not when its first payer pays.
func TestCheck(t *testing.T) {
	client := mustNew(t, testConfig(nil))
	if err := client.Check(order()); err != nil {
		t.Error(err)
	}
	for name, x := range map[string]struct {
		change func(*acquirer.Order)
		field  string
	}{
		"a query":       {func(o *acquirer.Order) { o.ReturnURL += "?payment=1" }, "ReturnURL"},
		"a port":        {func(o *acquirer.Order) { o.ReturnURL = "https://fund.example:10443/return" }, "ReturnURL"},
		"notify's port": {func(o *acquirer.Order) { o.NotifyURL = "https://fund.example:79/notify" }, "NotifyURL"},
		"a password":    {func(o *acquirer.Order) { o.NotifyURL = "https://user:word@fund.example/notify" }, "NotifyURL"},
		"an accent":     {func(o *acquirer.Order) { o.ReturnURL = "https://fund.example/reçu" }, "ReturnURL"},
		"too long":      {func(o *acquirer.Order) { o.ReturnURL += strings.Repeat("a", 512) }, "ReturnURL"},
		"a path alone":  {func(o *acquirer.Order) { o.ReturnURL = "/return" }, "ReturnURL"},
		"a reference":   {func(o *acquirer.Order) { o.Reference = "A-B" }, "Reference"},
	} {
		o := order()
		x.change(&o)
		err := client.Check(o)
		wantFault(t, err, acquirer.ErrInvalid, false)
		if e := faultOf(t, err); e.Field != x.field || e.Op != acquirer.OpBegin || strings.Contains(err.Error(), "word@") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A date that cannot be meant is no date, however well it is sealed; the message says the rest all the same.
func TestAbsurdDates(t *testing.T) {
	client := mustNew(t, testConfig(nil))
	for date, want := range map[string]string{
		"2024-01-31T10:11:12+01:00": "2024-01-31T09:11:12Z", "2012-02-01T00:00:00+01:00": "2012-01-31T23:00:00Z", "2024-02-02T11:00:00Z": "2024-02-02T11:00:00Z",
		"1970-01-01T00:00:00+00:00": "", "0001-01-01T00:00:00Z": "", "2009-12-31T23:59:59Z": "", "2024-02-02T11:00:01Z": "", "2099-01-01T00:00:00+01:00": "",
		"9999-12-31T23:59:59Z": "",
	} {
		r := parse(t, client, notified("transactionDateTime="+date))
		got := ""
		if !r.At.IsZero() {
			got = r.At.Format(time.RFC3339)
		}
		kept := ""
		if want == "" {
			kept = date
		}
		asWritten, _ := r.Field("transactionDateTime")
		if diff := cmp.Diff([]string{want, kept}, []string{got, asWritten}); diff != "" || r.Outcome != acquirer.Accepted {
			t.Errorf("%s, %s (-want +got):\n%s", date, r.Outcome, diff)
		}
	}
	// With several attempts a refusal ends when its window is over: a date of 1970 does not end it.
	w := newWire(t, func(c *Config) { c.SeveralAttempts = true }, sealed200(with(transaction,
		fields{"responseCode": "05", "transactionStatus": "REFUSED", "transactionDateTime": "1970-01-01T00:00:00+00:00"})))
	if r, err := w.Status(t.Context(), acquirer.Question{Reference: reference}); err != nil || r.Outcome != acquirer.Pending {
		t.Errorf("%v, %v", r.Outcome, err)
	}
}

// A payer who gave up before choosing a card has no brand, though a platform writes one.
func TestBrandOfNobody(t *testing.T) {
	r := parse(t, mustNew(t, testConfig(nil)), notified("responseCode=17", "acquirerResponseCode", "paymentMeanBrand=UNKNOWN", "maskedPan"))
	if r.Brand != "" || r.Means != "" || r.Outcome != acquirer.Cancelled || r.OrderID != orderNo {
		t.Errorf("brand %q, %s, order %q", r.Brand, r.Outcome, r.OrderID)
	}
}
