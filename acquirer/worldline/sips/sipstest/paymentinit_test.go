package sipstest_test

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/worldline/sips/sipstest"
	"github.com/quittance/quittance/payment/paymenttest"
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
		"s10 without a number": {object{"transactionReference": no, "s10TransactionReference": object{"s10TransactionIdDate": "20170911"}},
			"12", "s10TransactionReference.s10TransactionId"},
		"unknown name":         {object{"colour": "red"}, "30", "colour"},
		"unknown in container": {object{"customerContact": object{"mail": "a@b.c"}}, "30", "customerContact.mail"},
		"container a text":     {object{"customerContact": "Jean"}, "30", "customerContact"},
		"control character":    {object{"returnContext": "a\nb"}, "12", "returnContext"},
		"control deep inside":  {object{"customerData": object{"x": []any{object{"y": "\x00"}}}}, "12", "customerData"},
		"context of 256":       {object{"returnContext": strings.Repeat("é", 256)}, "30", "returnContext"},
		"language":             {object{"customerLanguage": "xx"}, "12", "customerLanguage"},
		"mode LATER":           {object{"captureMode": "LATER"}, "12", "captureMode"},
		"pattern OFTEN":        {object{"paymentPattern": "OFTEN"}, "12", "paymentPattern"},
		"two references":       {object{"s10TransactionReference": object{"s10TransactionId": "1"}}, "12", "s10TransactionReference"},
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

// Of several names or values that are wrong in one container the first by name is told, however often the request is sent.
func TestARefusalIsTheSameEveryTime(t *testing.T) {
	c := newSheet(t, platform(t, sipstest.Options{}).URL)
	for _, x := range []struct {
		change object
		want   string
	}{
		{object{"customerContact": object{"a": "1", "b": "1", "c": "1", "d": "1"}}, "Invalid keyword: customerContact.a"},
		{object{"customerData": object{"a": "\x01", "b": "\x02", "c": "\x03", "d": "\x04"}}, "customerData contains invalid chars : [\x01]"},
	} {
		for range 20 {
			if got := c.init(c.order("REF", x.change))["redirectionStatusMessage"]; got != x.want {
				t.Fatalf("%v is refused with %q, expected %q", x.change, got, x.want)
			}
		}
	}
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
	clock := paymenttest.NewClock(afternoon)
	s := platform(t, sipstest.Options{Now: clock.Now})
	byPlatform := newSheet(t, s.URL)
	byPlatform.merchant, byPlatform.key = "002001000000002", "002001000000002_KEY1"
	for _, sent := range []string{"", "", "d835", "d835"} { // empty, or the constant of the official samples, which anybody may send
		byPlatform.redirect(byPlatform.order(sent, nil))
	}
	book, seen := s.Book(), make(map[string]bool)
	for _, tx := range book {
		seen[tx.Reference] = true
	}
	if len(book) != 4 || len(seen) != 4 || seen[""] || seen["d835"] {
		t.Fatalf("the platform makes the references: %v", seen)
	}
	fourth := byPlatform
	fourth.merchant, fourth.key = "002001000000004", "002001000000004_KEY1"
	fourth.redirect(fourth.order("", nil))

	s10 := newSheet(t, s.URL)
	s10.merchant, s10.key = "002001000000003", "002001000000003_KEY1"
	number := func(id any) object { return object{"s10TransactionReference": object{"s10TransactionId": id}} }
	s10.redirect(s10.order("", number("000042")))
	for name, x := range map[string]struct {
		o     object
		code  string
		field string
	}{
		"again": {number("42"), "94", ""}, "missing": {object{}, "12", "s10TransactionReference.s10TransactionId"},
		"seven digits": {number("1234567"), "30", "s10TransactionId"}, "letters": {number("a"), "12", "s10TransactionId"},
		"its own reference": {object{"transactionReference": "MINE"}, "12", "transactionReference"},
	} {
		if a := s10.init(s10.order("", x.o)); a["redirectionStatusCode"] != x.code || a["errorFieldName"] != nilOr(x.field) {
			t.Errorf("s10 %s: %v, expected %s", name, a, x.code)
		}
	}
	clock.Add(24 * time.Hour)
	s10.redirect(s10.order("", number("42"))) // numbers are counted by the day

	// A shop that moves sends its number before the bank has set it up.
	moving := newSheet(t, s.URL)
	_, fields := moving.redirect(moving.order("", number("896")))
	back, err := visit(s, fields, sipstest.Payer{})
	if err != nil {
		t.Fatal(err)
	}
	if n := moving.notification(back.Form); n["transactionReference"] != "20170912896" {
		t.Errorf("the reference of number 896 is %s, expected the day and the number", n["transactionReference"])
	}
}

// The reference of a number is its day in Paris and the number as it was sent. The number comes back in the notification, and Office finds
// the transaction by either, with the zeros in front or without.
func TestS10Reference(t *testing.T) {
	clock := paymenttest.NewClock(afternoon)
	clock.Add(9 * time.Hour) // 22.54 UTC: it is the next day in Paris
	s := platform(t, sipstest.Options{Now: clock.Now})
	c := newSheet(t, s.URL)
	c.merchant, c.key = "002001000000003", "002001000000003_KEY1"
	for sent, reference := range map[string]string{"896": "20170912896", "000670": "20170912000670", "999999": "20170912999999", "7": "201709127"} {
		_, fields := c.redirect(c.order("", object{"s10TransactionReference": object{"s10TransactionId": sent, "s10TransactionIdDate": "20010101"}}))
		back, err := visit(s, fields, sipstest.Payer{})
		if err != nil {
			t.Fatal(err)
		}
		n := c.notification(back.Form)
		if n["transactionReference"] != reference || n["s10TransactionId"] != sent || n["s10TransactionIdDate"] != "20170912" {
			t.Errorf("number %s: reference %s, number %s of %s", sent, n["transactionReference"], n["s10TransactionId"], n["s10TransactionIdDate"])
		}
		short := strings.TrimLeft(sent, "0")
		for name, o := range map[string]object{
			"reference": {"transactionReference": reference}, "short reference": {"transactionReference": "20170912" + short},
			"number":       {"s10TransactionReference": object{"s10TransactionId": sent, "s10TransactionIdDate": "20170912"}},
			"short number": {"s10TransactionReference": object{"s10TransactionId": short, "s10TransactionIdDate": "20170912"}},
		} {
			if a := c.office("diagnostic/getTransactionData", o); a["getTransDataResponseCode"] != "00" || a["transactionReference"] != reference {
				t.Errorf("number %s by %s: %v", sent, name, a)
			}
		}
		a := c.office("diagnostic/getTransactionData", object{"s10TransactionReference": object{"s10TransactionId": sent, "s10TransactionIdDate": "20170911"}})
		if a["getTransDataResponseCode"] != "25" {
			t.Errorf("number %s of another day: %v", sent, a)
		}
	}

	// The numbers outlive the process, and one day that is forgotten.
	saved, err := s.Save()
	if err != nil {
		t.Fatal(err)
	}
	c.base = platform(t, sipstest.Options{Now: clock.Now, Saved: saved}).URL
	again := c.order("", object{"s10TransactionReference": object{"s10TransactionId": "896"}})
	if a := c.init(again); a["redirectionStatusCode"] != "94" {
		t.Errorf("a number of the process before: %v", a)
	}
}

// Every transaction of a shop has a number, counted by the day, and is found by it.
func TestEveryTransactionHasANumber(t *testing.T) {
	clock := paymenttest.NewClock(afternoon)
	s := platform(t, sipstest.Options{Now: clock.Now, Merchants: []sipstest.Merchant{{ID: shop, Keys: map[int]string{1: shopKey}}}})
	c := newSheet(t, s.URL)
	for i, x := range []struct{ id, day string }{{"1", "20170911"}, {"2", "20170911"}, {"1", "20170912"}} {
		if i == 2 {
			clock.Add(24 * time.Hour)
		}
		reference := fmt.Sprint("REF", i)
		_, fields := c.redirect(c.order(reference, nil))
		if a := c.init(c.order(reference, nil)); a["redirectionStatusCode"] != "94" { // takes no number
			t.Errorf("%v", a)
		}
		back, err := visit(s, fields, sipstest.Payer{})
		if err != nil {
			t.Fatal(err)
		}
		if n := c.notification(back.Form); n["s10TransactionId"] != x.id && i < 1 || n["s10TransactionIdDate"] != x.day {
			t.Errorf("%s has number %s of %s, expected %v", reference, n["s10TransactionId"], n["s10TransactionIdDate"], x)
		} else if a := c.office("diagnostic/getTransactionData", object{"s10TransactionReference": object{
			"s10TransactionId": n["s10TransactionId"], "s10TransactionIdDate": n["s10TransactionIdDate"],
		}}); a["transactionReference"] != reference {
			t.Errorf("%s by its number: %v", reference, a)
		}
	}
}
