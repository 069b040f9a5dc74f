package sipstest_test

import (
	"fmt"
	"maps"
	"testing"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/worldline/sips/sipstest"
	"github.com/quittance/quittance/payment/paymenttest"
)

// paid opens a session of 50 euros and has it end so.
func paid(c sheet, s *sipstest.Server, reference string, o acquirer.Outcome) {
	c.Helper()
	_, fields := c.redirect(c.order(reference, object{"amount": "5000", "orderId": "ORD-" + reference}))
	if _, err := visit(s, fields, sipstest.Payer{Outcome: o}); err != nil {
		c.Fatal(err)
	}
}

func want(t *testing.T, what string, got object, fields object) {
	t.Helper()
	for name, v := range fields {
		if (v == nil) != (got[name] == nil) || v != nil && fmt.Sprint(got[name]) != fmt.Sprint(v) {
			t.Errorf("%s: %s is %v, expected %v: %v", what, name, got[name], v, got)
		}
	}
}

func TestOffice(t *testing.T) {
	clock := paymenttest.NewClock(afternoon)
	s := platform(t, sipstest.Options{Now: clock.Now})
	for _, algorithm := range []string{"", "SHA-256", "HMAC-SHA-512"} {
		c := newSheet(t, s.URL)
		c.algorithm = algorithm
		r := "REF" + fmt.Sprint(len(algorithm))
		ask := func(reference string) object {
			a := c.office("diagnostic/getTransactionData", object{"transactionReference": reference})
			c.mustVerify(a)
			return a
		}
		move := func(path, reference string, cents int) object {
			a := c.office("cashManagement/"+path, object{"transactionReference": reference, "operationAmount": fmt.Sprint(cents), "currencyCode": "978"})
			c.mustVerify(a)
			return a
		}
		want(t, "never seen", ask(r), object{"getTransDataResponseCode": "25", "responseCode": nil})
		want(t, "cancel of what was never seen", move("cancel", r, 1), object{"responseCode": "25", "newStatus": nil})
		c.redirect(c.order(r+"OPEN", nil))
		want(t, "open session", ask(r+"OPEN"), object{"getTransDataResponseCode": "25"})

		paid(c, s, r, acquirer.Accepted)
		first := ask(r)
		want(t, "paid", first, object{
			"getTransDataResponseCode": "00", "responseCode": "00", "acquirerResponseCode": "00", "transactionStatus": "TO_CAPTURE",
			"originAmount": 5000, "currentAmount": 5000, "remainingAmount": 5000, "currencyCode": "978", "merchantId": c.merchant,
			"transactionReference": r, "orderId": "ORD-" + r, "lastOperationName": "AUTHOR", "maskedPan": "5017##########00",
			"transactionDateTime": clock.Now().Add(2*time.Hour).Format("2006-01-02T15:04:05") + "+02:00", "errorFieldName": nil,
		})
		want(t, "too early", move("refund", r, 100), object{"responseCode": "24", "newStatus": "TO_CAPTURE", "newAmount": nil})
		want(t, "a part", move("cancel", r, 2000), object{"responseCode": "00", "newStatus": "TO_CAPTURE", "newAmount": 3000})
		want(t, "a part is back", ask(r), object{"originAmount": 5000, "currentAmount": 3000, "lastOperationName": "CANCEL"})
		want(t, "too much", move("cancel", r, 3001), object{"responseCode": "12", "errorFieldName": "operationAmount"})
		want(t, "nothing", move("cancel", r, 0), object{"responseCode": "12", "errorFieldName": "operationAmount"})

		clock.Add(48 * time.Hour)
		want(t, "remitted", ask(r), object{"transactionStatus": "CAPTURED", "currentAmount": 3000, "remainingAmount": 3000})
		want(t, "too late", move("cancel", r, 3000), object{"responseCode": "24", "newStatus": "CAPTURED"})
		want(t, "refund", move("refund", r, 1000), object{"responseCode": "00", "newStatus": "CAPTURED", "newAmount": 2000,
			"authorisationId": first["authorisationId"]})
		want(t, "refunded in part", ask(r), object{"remainingAmount": 2000, "lastOperationName": "CREDIT"})
		want(t, "the rest", move("refund", r, 2000), object{"responseCode": "00", "newStatus": "CREDITED", "newAmount": 0})
		want(t, "twice", move("refund", r, 1), object{"responseCode": "24", "newStatus": "CREDITED"})

		paid(c, s, r+"REFUSED", acquirer.Refused)
		want(t, "refused", ask(r+"REFUSED"), object{"getTransDataResponseCode": "00", "responseCode": "05", "transactionStatus": "REFUSED",
			"remainingAmount": nil, "authorisationId": nil})
		want(t, "cancel of a refusal", move("cancel", r+"REFUSED", 1), object{"responseCode": "24", "newStatus": "REFUSED"})
		paid(c, s, r+"WHOLE", acquirer.Accepted)
		want(t, "all of it", move("cancel", r+"WHOLE", 5000), object{"responseCode": "00", "newStatus": "CANCELLED", "newAmount": 0})
		want(t, "cancelled twice", move("cancel", r+"WHOLE", 5000), object{"responseCode": "24", "newStatus": "CANCELLED"})
	}
}

func TestOfficeRefusals(t *testing.T) {
	s := platform(t, sipstest.Options{})
	c := newSheet(t, s.URL)
	paid(c, s, "REF", acquirer.Accepted)
	for path, statusField := range map[string]string{
		"diagnostic/getTransactionData": "getTransDataResponseCode", "cashManagement/cancel": "responseCode", "cashManagement/refund": "responseCode",
	} {
		good := object{"transactionReference": "REF"}
		cash := statusField == "responseCode"
		if cash {
			good["operationAmount"], good["currencyCode"] = "100", "978"
		}
		for name, x := range map[string]struct {
			change      object
			code, field string
			sealed      bool
		}{
			"unknown merchant":  {object{"merchantId": "002001000000009"}, "03", "", false},
			"no merchant":       {object{"merchantId": ""}, "12", "merchantId", false},
			"key version 2":     {object{"keyVersion": 2}, "34", "", true},
			"interface version": {object{"interfaceVersion": "IR_WS_2.0"}, "30", "interfaceVersion", true},
			"no version":        {object{"interfaceVersion": nil}, "12", "interfaceVersion", true},
			"no reference":      {object{"transactionReference": ""}, "12", "transactionReference", true},
			"bad reference":     {object{"transactionReference": "A|B"}, "12", "transactionReference", true},
			"both references":   {object{"s10TransactionReference": object{"s10TransactionId": "1"}}, "12", "s10TransactionReference", true},
			"s10 without a day": {object{"transactionReference": nil, "s10TransactionReference": object{"s10TransactionId": "1"}}, "12", "s10TransactionIdDate", true},
			"s10 without a number": {object{"transactionReference": nil, "s10TransactionReference": object{"s10TransactionIdDate": "20170911"}}, "12",
				"s10TransactionReference.s10TransactionId", true},
			"unknown field": {object{"amount": 1}, "30", "amount", true},
		} {
			o := maps.Clone(good)
			maps.Copy(o, x.change)
			a := c.office(path, o)
			want(t, path+" "+name, a, object{statusField: x.code, "errorFieldName": nilOr(x.field), "transactionReference": nil})
			if x.sealed {
				c.mustVerify(a)
			} else if a["seal"] != nil {
				t.Errorf("%s %s: an answer to nobody is sealed: %v", path, name, a)
			}
		}
		if cash {
			for name, x := range map[string]struct {
				change object
				field  string
			}{
				"no amount": {object{"operationAmount": nil}, "operationAmount"}, "amount x": {object{"operationAmount": "x"}, "operationAmount"},
				"no currency": {object{"currencyCode": nil}, "currencyCode"}, "dollars": {object{"currencyCode": "840"}, "currencyCode"},
			} {
				if name == "dollars" && path == "cashManagement/refund" {
					continue // before remittance the state comes first
				}
				o := maps.Clone(good)
				maps.Copy(o, x.change)
				want(t, path+" "+name, c.office(path, o), object{"responseCode": "12", "errorFieldName": x.field})
			}
		}
		op := map[string]string{"diagnostic/getTransactionData": acquirer.OpStatus, "cashManagement/cancel": acquirer.OpCancel,
			"cashManagement/refund": acquirer.OpRefund}[path]
		if err := s.Answer(op, "90"); err != nil {
			t.Fatal(err)
		}
		want(t, path+" closed", c.office(path, good), object{statusField: "90"})
		o := c.sealed(object{"interfaceVersion": "DR_WS_2.58", "keyVersion": 1, "merchantId": c.merchant, "transactionReference": "REF"})
		o["transactionReference"] = "OTHER"
		want(t, path+" changed after sealing", c.answer(c.post("/rs-services/v2/"+path+"/", o, false)), object{statusField: "34"})
	}
	if got := s.Book()[0].Returned(); got != 0 {
		t.Errorf("%d cents went back by calls that were refused", got)
	}
}

// On the TEST platform no answer of Office has a seal; the others have.
func TestUnsealedOffice(t *testing.T) {
	s := platform(t, sipstest.Options{UnsealedOffice: true})
	c := newSheet(t, s.URL)
	paid(c, s, "REF", acquirer.Accepted) // verifies the seal of paymentInit
	for path, o := range map[string]object{
		"diagnostic/getTransactionData": {"transactionReference": "REF"}, "cashManagement/refund": {"transactionReference": "REF", "x": 1},
		"cashManagement/cancel": {"transactionReference": "REF", "operationAmount": 5000, "currencyCode": "978"},
	} {
		if a := c.office(path, o); a["seal"] != nil || len(a) == 0 {
			t.Errorf("%s: %v", path, a)
		}
	}
}

// Several shops with several keys: each is sealed with its own, and none finds the other's transactions.
func TestSeveralMerchants(t *testing.T) {
	shops := []sipstest.Merchant{{ID: "1", Keys: map[int]string{1: "old", 7: "clé accentuée"}}, {ID: "2", Name: "Other", Keys: map[int]string{1: "other"}}}
	s := platform(t, sipstest.Options{Merchants: shops})
	for _, x := range []struct{ merchant, version, key string }{{"1", "1", "old"}, {"1", "7", "clé accentuée"}, {"2", "1", "other"}} {
		c := newSheet(t, s.URL)
		c.merchant, c.keyVersion, c.key = x.merchant, x.version, x.key
		_, fields := c.redirect(c.order("REF"+x.version, nil))
		back, err := visit(s, fields, sipstest.Payer{})
		if err != nil {
			t.Fatal(err)
		}
		if n := c.notification(back.Form); n["keyVersion"] != x.version || n["merchantId"] != x.merchant {
			t.Errorf("%v: %v", x, n)
		}
		if x.version == "1" { // office sends that version
			a := c.office("diagnostic/getTransactionData", object{"transactionReference": "REF7"})
			c.mustVerify(a)
			if got, want := a["getTransDataResponseCode"], map[string]string{"1": "25", "2": "25"}[x.merchant]; got != want {
				t.Errorf("shop %s asks for REF7: %v", x.merchant, a)
			}
		}
	}
	// A key version that does not exist is answered with the newest key.
	c := newSheet(t, s.URL)
	c.merchant, c.keyVersion, c.key = "1", "3", "clé accentuée"
	a := c.init(c.order("REF", nil))
	c.mustVerify(a)
	if a["redirectionStatusCode"] != "34" {
		t.Errorf("%v", a)
	}
}
