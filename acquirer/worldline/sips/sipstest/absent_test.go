package sipstest

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/quittance/quittance/acquirer/internal/bank"
)

// effects are values of the fields that do something, other than what they do by themselves; the message of a payer who paid, or the page
// before, then differs. Some are shown by other tests, with their name.
var effects = map[string]any{
	"amount": "2000", "currencyCode": "840", "merchantId": "TestSeveralMerchants", "keyVersion": "TestSeveralMerchants",
	"normalReturnUrl": "https://shop.example/other", "automaticResponseUrl": "TestNobodyElseIsWrittenTo", "transactionReference": "OTHER",
	"s10TransactionReference": "TestNumbering", "captureMode": "VALIDATION", "captureDay": "3", "orderId": "ORD7", "returnContext": "c=1",
	"customerId": "C1", "customerEmail": "moi@email.com", "customerIpAddress": "192.0.2.7", "statementReference": "ST1",
	"responseEncoding": "base64", "transactionOrigin": "SO_TEST", "merchantSessionId": "S1", "merchantWalletId": "W1",
	"merchantTransactionDateTime": "2026-11-28T12:00:00+01:00", "mandateId": "M1", "valueDate": "20261128", "invoiceReference": "I1",
	"transactionActors": "BTOC", "interfaceVersionAutomaticResponse": "TestResponses", "interfaceVersionNormalResponse": "TestResponses",
	"interfaceVersion": "IR_WS_3.4", "seal": "TestPaymentInitOfWhom", "sealAlgorithm": "TestResponses",
	"orderChannel": "MOTO", "paymentPattern": "RECURRING_1", "customerLanguage": "en",
	"paymentMeanBrandList": []any{"VISA"}, "paypageData": map[string]any{"bypassReceiptPage": "Y"},
}

// Whatever a request may have does something, or is listed as not simulated; what is listed is named in the header of the answer.
func TestEveryFieldHasAnEffectOrIsListed(t *testing.T) {
	s := NewServer(Options{Now: func() time.Time { return time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC) },
		Merchants: []Merchant{{ID: publicShop, Keys: map[int]string{1: publicKey}}}})
	defer s.Close()
	listed := make(map[string]bool)
	for _, a := range NotSimulated() {
		if listed[a.Name] || a.Text == "" {
			t.Errorf("%s stands twice, or without a word", a.Name)
		}
		listed[a.Name] = true
	}
	pay := func(reference string, more message) (header string, said string) {
		t.Helper()
		m := goodInit(reference)
		maps.Copy(m, more)
		w := ask(t, s, "/rs-services/v2/paymentInit", asJSON, sealedBody(t, m))
		var a map[string]string
		if err := json.Unmarshal(w.Body.Bytes(), &a); err != nil || a["redirectionStatusCode"] != "00" {
			t.Fatalf("%v: %v, %v", more, err, a)
		}
		token, _ := s.sessionToken(url.Values{"redirectionData": {a["redirectionData"]}})
		opened, err := s.bank.Enter(token)
		if err != nil {
			t.Fatal(err)
		}
		card, err := bank.ReadCardOf("4300000000000000", opened.Brands) // CB and VISA
		if err != nil {
			t.Fatal(err)
		}
		tx, err := s.bank.Pay(token, card)
		if err != nil {
			t.Fatal(err)
		}
		back := s.manualResponse(tx)
		back.Del("Seal")
		told := strings.NewReplacer(tx.Reference, "REF", tx.Authorisation, "AUTH", "s10TransactionId%3D"+tx.Fields[keptS10], "").Replace(back.Encode())
		return w.Header().Get("Not-Simulated"), fmt.Sprint(told, tx.Status, tx.RemitAt, tx.ReturnURL, s.page.AtOnce(tx))
	}
	header, plain := pay("PLAIN", nil)
	if header != "" {
		t.Errorf("a plain request has the header %q", header)
	}
	for _, name := range slices.Sorted(maps.Keys(initJSON)) {
		v, works := effects[name]
		if elsewhere, _ := v.(string); strings.HasPrefix(elsewhere, "Test") {
			continue
		}
		if !works {
			v = harmless(initJSON[name])
		}
		header, said := pay("X"+strings.ToUpper(name), message{name: v})
		switch {
		case !works && !listed[name]:
			t.Errorf("%s: nobody says what it does, or that it does nothing", name)
		case works && said == plain && name != "transactionReference":
			t.Errorf("%s has no effect", name)
		case !works && (said != plain || header != name):
			t.Errorf("%s: the header is %q, and something differs: %t", name, header, said != plain)
		}
	}
}

// harmless is a value that a field may have.
func harmless(f format) any {
	switch {
	case f.kind == list:
		return []any{"1"}
	case f.kind == container && f.names != nil:
		return map[string]any{f.names[0]: "x"}
	case f.kind == container:
		return map[string]any{"x": "1"}
	case f.check != nil:
		return "https://shop.example/error"
	}
	return "1"
}

// A request is answered with the names of what it sent in vain, and with no others: a value may have an effect where another has none.
func TestHeaderNotSimulated(t *testing.T) {
	s := NewServer(Options{})
	defer s.Close()
	for i, x := range []struct {
		more message
		want string
	}{
		{message{"paymentPattern": "ONE_SHOT", "orderChannel": "INTERNET", "customerLanguage": "fr", "paymentMeanBrandList": []any{"CB", "VISA"}}, ""},
		{message{"paypageData": map[string]any{"bypassReceiptPage": true}}, ""},
		{message{"templateName": ""}, ""},
		{message{"templateName": "blue", "amount": "0"}, "templateName"}, // a refusal says it too
		{message{"paymentPattern": "INSTALMENT", "instalmentData": map[string]any{"number": "3"}}, "paymentPattern, instalmentData"},
		{message{"orderChannel": "MOTO", "customerLanguage": "en", "templateName": "blue"}, "templateName, orderChannel, customerLanguage"},
		{message{"paymentMeanBrandList": []any{"CB", "PAYPAL"}}, "paymentMeanBrandList"},
		{message{"paypageData": map[string]any{"bypassReceiptPage": "Y", "other": "x"}}, "paypageData"},
		{message{"fraudData": map[string]any{"challengeMode3DS": "NO_CHALLENGE"}, "intermediateServiceProviderId": "12"},
			"fraudData, intermediateServiceProviderId"},
	} {
		m := goodInit(fmt.Sprint("H", i))
		maps.Copy(m, x.more)
		if got := ask(t, s, "/rs-services/v2/paymentInit", asJSON, sealedBody(t, m)).Header().Get("Not-Simulated"); got != x.want {
			t.Errorf("%v: %q, expected %q", x.more, got, x.want)
		}
	}
	data := "amount=5500|currencyCode=978|merchantId=002001000000001|normalReturnUrl=https://shop.example/|keyVersion=1|transactionReference=REF" +
		"|templateName=blue|fraudData.challengeMode3DS=CHALLENGE|paymentMeanBrandList=CB,IDEAL|manualErrorResponseInitPOST=https://shop.example/error"
	form := url.Values{"Data": {data}, "InterfaceVersion": {"HP_2.20"}, "Seal": {stamp{plainSHA, publicKey}.seal(data)}}
	w := ask(t, s, "/paymentInit", asForm, form.Encode())
	if got, want := w.Header().Get("Not-Simulated"), "fraudData, templateName, paymentMeanBrandList, manualErrorResponseInitPOST"; got != want ||
		!strings.Contains(w.Body.String(), "redirectionData") {
		t.Errorf("the form: %q, expected %q\n%s", got, want, w.Body)
	}
}

// What a service of the platform that is not simulated answers is JSON as elsewhere, sealed, and it names the service.
func TestServicesThatAreNotSimulated(t *testing.T) {
	s := NewServer(Options{})
	defer s.Close()
	good := message{"interfaceVersion": "CR_WS_2.58", "merchantId": publicShop, "keyVersion": "1"}
	for path, name := range map[string]string{
		"cashManagement/duplicate": "cashManagement/duplicate", "cashManagement/acceptChallenge": "cashManagement/acceptChallenge",
		"checkout/cardOrder/": "checkout", "wallet/getWalletData": "wallet", "token/panToToken": "token",
		"diagnostic/getFraudData": "diagnostic/getFraudData",
	} {
		w := ask(t, s, "/rs-services/v2/"+path, asJSON, sealedBody(t, good))
		var a message
		if err := json.Unmarshal(w.Body.Bytes(), &a); err != nil || w.Code != 200 || a["responseCode"] != "40" || w.Header().Get("Not-Simulated") != name ||
			a["seal"] != (stamp{hmacSHA256, publicKey}).seal("40") {
			t.Errorf("%s: status %d, %v, header %q, %v", path, w.Code, a, w.Header().Get("Not-Simulated"), err)
		}
		forged := maps.Clone(good)
		forged["seal"] = "00"
		b, err := json.Marshal(forged)
		if err != nil {
			t.Fatal(err)
		}
		if w := ask(t, s, "/rs-services/v2/"+path, asJSON, string(b)); !strings.Contains(w.Body.String(), `"responseCode":"34"`) {
			t.Errorf("%s with another seal: %s", path, w.Body)
		}
	}
	if w := ask(t, s, "/rs-services/v2/cashManagement/dup", asJSON, sealedBody(t, good)); w.Code != 404 || !strings.Contains(w.Body.String(), `"message"`) {
		t.Errorf("a service that no platform has: %d %s", w.Code, w.Body)
	}
	for _, a := range NotSimulated() {
		if a.Name == "cashManagement/validate" {
			t.Error("validate is simulated, and listed as not")
		}
	}
}
