package sipstest_test

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/worldline/sips/sipstest"
)

// initNames are the only properties that known clients can read in an answer of paymentInit.
var initNames = []string{"errorFieldName", "redirectionData", "redirectionStatusCode", "redirectionStatusMessage", "redirectionUrl",
	"redirectionVersion", "responseCode", "seal"}

func TestPaymentInit(t *testing.T) {
	s := platform(t, sipstest.Options{})
	for _, algorithm := range []string{"", "HMAC-SHA-256", "SHA-256", "HMAC-SHA-512"} {
		c := newSheet(t, s.URL)
		c.algorithm = algorithm
		for i, more := range []object{
			{},                                // strings only
			{"amount": 1000, "keyVersion": 1}, // numbers too
			{"captureDay": 0, "captureMode": "AUTHOR_CAPTURE", "paypageData": object{"bypassReceiptPage": true}},
			{"returnContext": "impayé n°12 – œuvre", "customerContact": object{"firstname": "Éloïse", "lastname": "Lefèvre-Ça"}},
			{"orderId": "", "customerId": nil}, // nothing, said in two ways
			{"paymentMeanBrandList": []any{"CB", "VISA"}, "customerAddress": object{"zipCode": "75001", "city": "Paris"}},
			{"shoppingCartDetail": object{"shoppingCartItemList": []any{object{"productName": "a, b", "productCode": "1"}}}},
			{"normalReturnUrl": "https://shop.example:9999/return?kept=1"},
		} {
			for _, chunked := range []bool{false, true} {
				slash := strings.Repeat("/", i%2)
				o := c.order(fmt.Sprintf("REF%sx%dx%t", strings.ReplaceAll(algorithm, "-", ""), i, chunked), more)
				a := c.answer(c.post("/rs-services/v2/paymentInit"+slash, c.sealed(o), chunked))
				c.mustVerify(a)
				want := []string{"redirectionData", "redirectionStatusCode", "redirectionStatusMessage", "redirectionUrl",
					"redirectionVersion", "seal"}
				if got := slices.Sorted(maps.Keys(a)); !slices.Equal(got, want) {
					t.Fatalf("%q, %v: the answer has %v (%v), expected %v", algorithm, more, got, a, want)
				}
				data := fmt.Sprint(a["redirectionData"])
				switch {
				case a["redirectionStatusCode"] != "00" || a["redirectionVersion"] != "IR_WS_2.0",
					a["redirectionStatusMessage"] != "INITIALISATION REQUEST ACCEPTED", a["redirectionUrl"] != s.URL+"/payment":
					t.Errorf("%q, %v: %v", algorithm, more, a)
				case len(data) < 170 || len(data) > 2700 || strings.Trim(data, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-") != "":
					t.Errorf("redirectionData is %q", data)
				}
			}
		}
	}
	if n := len(s.Book()); n != 4*8*2 {
		t.Errorf("%d transactions in the book, expected %d", n, 4*8*2)
	}
	if got := s.Book()[0]; got.Cents != 1000 || got.Currency != "EUR" || got.Code != "" {
		t.Errorf("the book has %+v", got)
	}
}

func TestPaymentInitRefusals(t *testing.T) {
	s := platform(t, sipstest.Options{})
	c := newSheet(t, s.URL)
	c.redirect(c.order("USED", nil))
	const no = "-" // takes a field out
	for name, x := range map[string]struct {
		change      object
		code, field string
	}{
		"used reference":       {object{"transactionReference": "USED"}, "94", ""},
		"no amount":            {object{"amount": no}, "12", "amount"},
		"empty amount":         {object{"amount": ""}, "12", "amount"},
		"amount zero":          {object{"amount": "0"}, "12", "amount"},
		"amount with a point":  {object{"amount": "10.00"}, "12", "amount"},
		"amount negative":      {object{"amount": -1}, "12", "amount"},
		"amount 1e+21":         {object{"amount": 1e21}, "12", "amount"},
		"amount of 13 digits":  {object{"amount": "1000000000000"}, "30", "amount"},
		"amount a list":        {object{"amount": []any{"1"}}, "30", "amount"},
		"no currency":          {object{"currencyCode": no}, "12", "currencyCode"},
		"currency abc":         {object{"currencyCode": "abc"}, "12", "currencyCode"},
		"currency 999":         {object{"currencyCode": "999"}, "12", "currencyCode"},
		"no return":            {object{"normalReturnUrl": no}, "12", "normalReturnUrl"},
		"return https://":      {object{"normalReturnUrl": "https://"}, "30", "normalReturnUrl"},
		"return javascript":    {object{"normalReturnUrl": "javascript:alert(1)"}, "30", "normalReturnUrl"},
		"return of 513":        {object{"normalReturnUrl": "https://shop.example/" + strings.Repeat("a", 492)}, "30", "normalReturnUrl"},
		"return at port 79":    {object{"normalReturnUrl": "https://shop.example:79/"}, "30", "normalReturnUrl"},
		"notify at port 10000": {object{"automaticResponseUrl": "https://shop.example:10000/"}, "30", "automaticResponseUrl"},
		"no interface version": {object{"interfaceVersion": no}, "12", "interfaceVersion"},
		"interface HP":         {object{"interfaceVersion": "HP_2.0"}, "30", "interfaceVersion"},
		"interface IR_WS_4.0":  {object{"interfaceVersion": "IR_WS_4.0"}, "30", "interfaceVersion"},
		"no reference":         {object{"transactionReference": no}, "12", "transactionReference"},
		"reference of 36":      {object{"transactionReference": strings.Repeat("A", 36)}, "30", "transactionReference"},
		"reference with a dot": {object{"transactionReference": "A.B"}, "12", "transactionReference"},
		"s10 at a shop without": {object{"transactionReference": no, "s10TransactionReference": object{"s10TransactionId": "1"}},
			"12", "s10TransactionReference"},
		"unknown name":         {object{"colour": "red"}, "30", "colour"},
		"unknown in container": {object{"customerContact": object{"mail": "a@b.c"}}, "30", "customerContact.mail"},
		"container a text":     {object{"customerContact": "Jean"}, "30", "customerContact"},
		"control character":    {object{"returnContext": "a\nb"}, "12", "returnContext"},
		"control deep inside":  {object{"customerData": object{"x": []any{object{"y": "\x00"}}}}, "12", "customerData"},
		"context of 256":       {object{"returnContext": strings.Repeat("é", 256)}, "30", "returnContext"},
		"language":             {object{"customerLanguage": "xx"}, "12", "customerLanguage"},
		"mode VALIDATION":      {object{"captureMode": "VALIDATION"}, "12", "captureMode"},
		"encoding hex":         {object{"responseEncoding": "hex"}, "30", "responseEncoding"},
		"one version only":     {object{"interfaceVersionNormalResponse": "HP_2.4"}, "12", "interfaceVersionAutomaticResponse"},
		"bad version": {object{"interfaceVersionNormalResponse": "JS_2.4", "interfaceVersionAutomaticResponse": "HP_2.4"},
			"30", "interfaceVersionNormalResponse"},
		"key version 2":       {object{"keyVersion": "2"}, "34", ""},
		"key version x":       {object{"keyVersion": "x"}, "34", ""},
		"no key version":      {object{"keyVersion": no}, "12", "keyVersion"},
		"algorithm SHA-257":   {object{"sealAlgorithm": "SHA-257"}, "30", "sealAlgorithm"},
		"algorithm not meant": {object{"sealAlgorithm": "SHA-256"}, "34", ""}, // sealed with HMAC
	} {
		o := c.order("REF", x.change)
		maps.DeleteFunc(o, func(_ string, v any) bool { return v == no })
		a := c.init(o)
		if a["redirectionStatusCode"] != x.code || a["errorFieldName"] != nilOr(x.field) {
			t.Errorf("%s: %v, expected code %s and field %q", name, a, x.code, x.field)
			continue
		}
		for n := range a {
			if !slices.Contains(initNames, n) {
				t.Errorf("%s: the answer has the property %s, which clients do not know", name, n)
			}
		}
		if a["redirectionData"] != nil || a["redirectionUrl"] != nil {
			t.Errorf("%s: a refusal sends the payer on", name)
		}
		sealer := c
		if name == "algorithm not meant" {
			sealer.algorithm = "SHA-256"
		}
		sealer.mustVerify(a)
	}
	if n := len(s.Book()); n != 1 {
		t.Errorf("%d transactions in the book: a refusal opened one", n)
	}
	c.redirect(c.order("REF", nil)) // after all these refusals the reference is free
}

func nilOr(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func TestPaymentInitOfWhom(t *testing.T) {
	s := platform(t, sipstest.Options{})
	stranger := newSheet(t, s.URL)
	stranger.merchant = "002001000000009"
	a := stranger.init(stranger.order("REF", nil))
	if a["redirectionStatusCode"] != "03" || a["seal"] != nil || len(a) != 2 {
		t.Errorf("unknown merchant: %v, expected 03 and version, without a seal", a)
	}
	c := newSheet(t, s.URL)
	for name, seal := range map[string]any{
		"wrong": strings.Repeat("0", 64), "missing": nil, "empty": "", "capitals": strings.ToUpper(fmt.Sprint(c.sealed(c.order("REF", nil))["seal"])),
	} {
		o := c.order("REF", object{"seal": seal})
		a := c.answer(c.post("/rs-services/v2/paymentInit", o, false))
		c.mustVerify(a)
		if a["redirectionStatusCode"] != "34" || len(a) != 3 {
			t.Errorf("seal %s: %v, expected 34, version and seal", name, a)
		}
	}
	o := c.sealed(c.order("REF", nil))
	o["amount"] = "1"
	if a := c.answer(c.post("/rs-services/v2/paymentInit", o, false)); a["redirectionStatusCode"] != "34" {
		t.Errorf("an amount that was changed after sealing: %v", a)
	}
}

func TestWrongContentType(t *testing.T) {
	s := platform(t, sipstest.Options{})
	for _, path := range []string{"paymentInit", "paymentInit/", "diagnostic/getTransactionData", "cashManagement/cancel", "cashManagement/refund"} {
		for _, contentType := range []string{"", "text/plain", "application/x-www-form-urlencoded", "application/jsonp"} {
			resp, err := http.Post(s.URL+"/rs-services/v2/"+path, contentType, strings.NewReader(`{}`))
			if err != nil {
				t.Fatal(err)
			}
			b, err := io.ReadAll(resp.Body)
			resp.Body.Close()
			if err != nil || resp.StatusCode != 415 || !strings.Contains(string(b), "<title>415 Unsupported Media Type</title>") {
				t.Errorf("%s with %q: status %d, %v, %.200s", path, contentType, resp.StatusCode, err, b)
			}
		}
	}
}

func TestServiceUnavailable(t *testing.T) {
	s := platform(t, sipstest.Options{})
	c := newSheet(t, s.URL)
	if err := s.Answer(acquirer.OpBegin, "99"); err != nil {
		t.Fatal(err)
	}
	a := c.init(c.order("REF", nil))
	c.mustVerify(a)
	if a["redirectionStatusCode"] != "99" || len(a) != 3 {
		t.Errorf("%v, expected 99", a)
	}
	c.redirect(c.order("REF", nil)) // it was not carried out, and it was once
	for _, bad := range []struct{ op, code string }{{"", "99"}, {acquirer.OpParse, "99"}, {acquirer.OpBegin, "00"}, {acquirer.OpBegin, "9"}} {
		if s.Answer(bad.op, bad.code) == nil {
			t.Errorf("Answer(%q, %q) was taken", bad.op, bad.code)
		}
	}
}

// Whether the shop or the platform numbers the transactions is the shop's set-up.
func TestNumbering(t *testing.T) {
	s := platform(t, sipstest.Options{})
	byPlatform := newSheet(t, s.URL)
	byPlatform.merchant, byPlatform.key = "002001000000002", "002001000000002_KEY1"
	for range 2 {
		byPlatform.redirect(byPlatform.order("", nil)) // sent empty, as the samples do
	}
	if a := byPlatform.init(byPlatform.order("MINE", nil)); a["errorFieldName"] != "transactionReference" {
		t.Errorf("a reference at a shop where the platform makes them: %v", a)
	}
	s10 := newSheet(t, s.URL)
	s10.merchant, s10.key = "002001000000003", "002001000000003_KEY1"
	number := func(id any) object { return object{"s10TransactionReference": object{"s10TransactionId": id}} }
	s10.redirect(s10.order("", number("000042")))
	for name, x := range map[string]struct {
		o    object
		code string
	}{
		"again": {number("42"), "94"}, "missing": {object{}, "12"}, "seven digits": {number("1234567"), "30"}, "letters": {number("a"), "12"},
	} {
		if a := s10.init(s10.order("", x.o)); a["redirectionStatusCode"] != x.code {
			t.Errorf("s10 %s: %v, expected %s", name, a, x.code)
		}
	}
	book := s.Book()
	if len(book) != 3 || book[0].Reference == book[1].Reference || book[0].Reference == "" {
		t.Fatalf("%d transactions, references %q and %q", len(book), book[0].Reference, book[1].Reference)
	}
	// The s10 number comes back in the notification, and Office finds the transaction by it.
	url, fields := s10.redirect(s10.order("", number("7")))
	if url == "" {
		t.Fatal("no redirectionUrl")
	}
	back, err := visit(s, fields, sipstest.Payer{})
	if err != nil {
		t.Fatal(err)
	}
	n := s10.notification(back.Form)
	if n["s10TransactionId"] != "7" || len(n["s10TransactionIdDate"]) != 8 {
		t.Errorf("the notification has the s10 number %q of %q", n["s10TransactionId"], n["s10TransactionIdDate"])
	}
	a := s10.office("diagnostic/getTransactionData", object{"s10TransactionReference": object{
		"s10TransactionId": n["s10TransactionId"], "s10TransactionIdDate": n["s10TransactionIdDate"],
	}})
	if a["getTransDataResponseCode"] != "00" || a["transactionReference"] != n["transactionReference"] {
		t.Errorf("Office by s10 number: %v", a)
	}
}
