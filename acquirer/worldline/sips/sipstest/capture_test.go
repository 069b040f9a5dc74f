package sipstest_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/quittance/quittance/acquirer/worldline/sips/sipstest"
	"github.com/quittance/quittance/payment/paymenttest"
)

// A payment that waits for a validation is asked for by Office, as far as the shop says, within captureDay days; then it goes its way.
func TestValidation(t *testing.T) {
	clock := paymenttest.NewClock(afternoon)
	s := platform(t, sipstest.Options{Now: clock.Now})
	c := newSheet(t, s.URL)
	ask := func(reference string) object {
		t.Helper()
		a := c.office("diagnostic/getTransactionData", object{"transactionReference": reference})
		c.mustVerify(a)
		return a
	}
	move := func(path, reference string, cents int) object {
		t.Helper()
		a := c.office("cashManagement/"+path, object{"transactionReference": reference, "operationAmount": fmt.Sprint(cents), "currencyCode": "978"})
		c.mustVerify(a)
		return a
	}
	pay := func(reference string) {
		t.Helper()
		_, fields := c.redirect(c.order(reference, object{"amount": "5000", "captureMode": "VALIDATION", "captureDay": "3"}))
		back, err := visit(s, fields, sipstest.Payer{})
		if err != nil {
			t.Fatal(err)
		}
		want(t, "notified", toObject(c.notification(back.Form)), object{"captureMode": "VALIDATION", "captureDay": "3", "captureLimitDate": "20170914"})
	}
	pay("SHIPPED")
	want(t, "paid", ask("SHIPPED"), object{"transactionStatus": "TO_VALIDATE", "captureLimitDate": "20170914", "remainingAmount": "5000", "responseCode": "00"})
	want(t, "too much", move("validate", "SHIPPED", 5001), object{"responseCode": "12", "errorFieldName": "operationAmount"})
	want(t, "refund too early", move("refund", "SHIPPED", 1), object{"responseCode": "24", "newStatus": "TO_VALIDATE"})
	clock.Add(24 * time.Hour)
	want(t, "validated", move("validate", "SHIPPED", 4000), object{"responseCode": "00", "newStatus": "TO_CAPTURE", "newAmount": "4000"})
	want(t, "asked", ask("SHIPPED"), object{"transactionStatus": "TO_CAPTURE", "remainingAmount": "4000", "lastOperationName": "VALIDATE",
		"captureLimitDate": "20170912"})
	want(t, "twice", move("validate", "SHIPPED", 1), object{"responseCode": "24", "newStatus": "TO_CAPTURE"})
	clock.Add(24 * time.Hour)
	want(t, "remitted", ask("SHIPPED"), object{"transactionStatus": "CAPTURED", "lastOperationName": "CAPTURE"})
	want(t, "refunded", move("refund", "SHIPPED", 4000), object{"responseCode": "00", "newStatus": "CREDITED", "newAmount": "0"})

	pay2 := func(reference string) {
		t.Helper()
		_, fields := c.redirect(c.order(reference, object{"captureMode": "VALIDATION"}))
		if _, err := visit(s, fields, sipstest.Payer{}); err != nil {
			t.Fatal(err)
		}
	}
	pay2("FORGOTTEN")
	pay2("DROPPED")
	want(t, "dropped", move("cancel", "DROPPED", 1000), object{"responseCode": "00", "newStatus": "CANCELLED"})
	clock.Add(24 * time.Hour)
	want(t, "forgotten", ask("FORGOTTEN"), object{"transactionStatus": "EXPIRED", "responseCode": "00", "remainingAmount": "0"})
	want(t, "validated too late", move("validate", "FORGOTTEN", 1000), object{"responseCode": "24", "newStatus": "EXPIRED"})
	want(t, "nobody's", move("validate", "NOBODY", 1000), object{"responseCode": "25"})

	if err := s.Answer(sipstest.OpValidate, "90"); err != nil {
		t.Fatal(err)
	}
	want(t, "closed", move("validate", "FORGOTTEN", 1000), object{"responseCode": "90"})
}

func toObject(m map[string]string) object {
	o := object{}
	for name, v := range m {
		o[name] = v
	}
	return o
}

// captureLimitDate is the payment's own day for captureDay 0, in the notification and at Office alike, and later by captureDay: until
// the end of that day it can be cancelled, and after it refunded.
func TestCaptureDay(t *testing.T) {
	for captureDay, limit := range map[int]string{0: "20170911", 3: "20170914", 20: "20171001"} {
		clock := paymenttest.NewClock(afternoon)
		s := platform(t, sipstest.Options{Now: clock.Now})
		c := newSheet(t, s.URL)
		_, fields := c.redirect(c.order("REF", object{"captureDay": captureDay}))
		back, err := visit(s, fields, sipstest.Payer{})
		if err != nil {
			t.Fatal(err)
		}
		ask := func(status string) {
			t.Helper()
			want(t, fmt.Sprint(captureDay, " days"), c.office("diagnostic/getTransactionData", object{"transactionReference": "REF"}),
				object{"captureLimitDate": limit, "transactionStatus": status})
		}
		if n := c.notification(back.Form); n["captureLimitDate"] != limit || n["captureDay"] != fmt.Sprint(captureDay) {
			t.Errorf("%d days: notified %s", captureDay, n["captureLimitDate"])
		}
		clock.Add(time.Duration(captureDay)*24*time.Hour + 8*time.Hour) // 23.54 in Paris
		ask("TO_CAPTURE")
		clock.Add(10 * time.Minute)
		ask("CAPTURED")
	}
	clock := paymenttest.NewClock(afternoon)
	s := platform(t, sipstest.Options{Now: clock.Now})
	c := newSheet(t, s.URL)
	_, fields := c.redirect(c.order("NOW", object{"captureMode": "IMMEDIATE"}))
	if _, err := visit(s, fields, sipstest.Payer{}); err != nil {
		t.Fatal(err)
	}
	want(t, "at once", c.office("diagnostic/getTransactionData", object{"transactionReference": "NOW"}),
		object{"captureLimitDate": "20170911", "transactionStatus": "CAPTURED", "lastOperationName": "CAPTURE"})
}

// A 3-D Secure failure has no code of an acquirer, who was not asked, at Office as little as in the notification.
func TestNobodyAskedTheAcquirer(t *testing.T) {
	s := platform(t, sipstest.Options{})
	c := newSheet(t, s.URL)
	for reference, x := range map[string]struct {
		payer sipstest.Payer
		code  string // of the acquirer
	}{
		"REFUSED": {sipstest.Payer{Code: "05"}, "05"}, "FAILED": {sipstest.Payer{Authentication: "FAILURE"}, ""},
		"TOOMANY": {sipstest.Payer{Code: "75"}, ""}, "GIVENUP": {sipstest.Payer{Code: "17"}, ""},
	} {
		_, fields := c.redirect(c.order(reference, nil))
		back, err := visit(s, fields, x.payer)
		if err != nil {
			t.Fatal(err)
		}
		if n := c.notification(back.Form); n["acquirerResponseCode"] != x.code {
			t.Errorf("%s: acquirerResponseCode %q, expected %q", reference, n["acquirerResponseCode"], x.code)
		}
		want(t, reference, c.office("diagnostic/getTransactionData", object{"transactionReference": reference}), object{"acquirerResponseCode": nilOr(x.code)})
	}
	for _, bad := range []sipstest.Payer{{Authentication: "FAILURE", Code: "00"}, {Authentication: "MAYBE"}} {
		_, fields := c.redirect(c.order("BAD"+bad.Authentication, nil))
		if _, err := visit(s, fields, bad); err == nil {
			t.Errorf("%+v was taken", bad)
		}
	}
}

// Without a receipt page the payer is sent back as soon as the payment has ended, by a form that sends itself.
func TestBypassReceiptPage(t *testing.T) {
	p := newPortal(t)
	s := platform(t, sipstest.Options{})
	c := newSheet(t, s.URL)
	for i, x := range []struct {
		written any
		skipped bool
	}{{"Y", true}, {"true", true}, {true, true}, {"false", false}, {"N", false}, {nil, false}} {
		before := len(p.forms())
		to, fields := c.redirect(c.order(fmt.Sprint("SKIP", i), object{"normalReturnUrl": p.URL + "/back", "paypageData": object{"bypassReceiptPage": x.written}}))
		b := &browser{T: t}
		b.open(to, fields)
		b.press("step=card", url.Values{"number": {"4100000000000000"}, "month": {"01"}, "year": {fmt.Sprint(s.Now().Year() + 2)}, "cryptogram": {"123"}})
		b.press("step=accept", nil)
		if skipped := !strings.Contains(b.page, "Informations de paiement"); skipped != x.skipped {
			t.Errorf("%v: the ticket is skipped %t:\n%s", x.written, skipped, b.page)
		}
		b.press("", nil) // the button, or the form that sends itself
		got := p.forms()[before:]
		if len(got) != 1 || c.notification(got[0])["responseCode"] != "00" || got[0].Get("locale") != "fr" {
			t.Errorf("%v: %d forms came back", x.written, len(got))
		}
	}
}

// The brands that a shop asks for are those that the page takes.
func TestBrandList(t *testing.T) {
	s := platform(t, sipstest.Options{})
	c := newSheet(t, s.URL)
	card := url.Values{"number": {"4200000000000000"}, "month": {"01"}, "year": {fmt.Sprint(s.Now().Year() + 2)}, "cryptogram": {"123"}}
	to, fields := c.redirect(c.order("VISAONLY", object{"paymentMeanBrandList": []any{"VISA", "MASTERCARD", "IDEAL"}}))
	b := &browser{T: t}
	b.open(to, fields)
	b.press("step=card", card)
	if b.status != 422 || !strings.Contains(b.page, "VISA, MASTERCARD") {
		t.Fatalf("a card CB: status %d\n%s", b.status, b.page)
	}
	card.Set("number", "4300000000000000")
	b.press("step=card", card)
	b.press("step=accept", nil)
	_, form := b.form("")
	if n := c.notification(form); n["paymentMeanBrand"] != "VISA" {
		t.Errorf("a card CB and VISA is used as %s", n["paymentMeanBrand"])
	}
	_, fields = c.redirect(c.order("VISIT", object{"paymentMeanBrandList": []any{"MASTERCARD"}}))
	back, err := visit(s, fields, sipstest.Payer{})
	if err != nil {
		t.Fatal(err)
	}
	if n := c.notification(back.Form); n["paymentMeanBrand"] != "MASTERCARD" {
		t.Errorf("Visit pays with %s", n["paymentMeanBrand"])
	}
}

// A shop that looks its order up by orderId finds it again when the payer has given up or stayed away, on every way in which it is told.
func TestCancelledPaymentIsFoundByItsOrder(t *testing.T) {
	p := newPortal(t)
	clock := paymenttest.NewClock(afternoon)
	s := platform(t, sipstest.Options{Now: clock.Now})
	c := newSheet(t, s.URL)
	orders := map[string]string{"ORD7": "open", "ORD8": "open"} // the shop's books, by orderId
	book := func(form url.Values) {
		t.Helper()
		n := c.notification(form)
		if _, ok := orders[n["orderId"]]; !ok {
			t.Fatalf("the shop has no order %q: %v", n["orderId"], n)
		}
		if n["returnContext"] != "order="+n["orderId"] || n["customerId"] != "C1" {
			t.Errorf("context %q, customer %q", n["returnContext"], n["customerId"])
		}
		orders[n["orderId"]] = n["responseCode"]
	}
	begin := func(reference, order string) url.Values {
		t.Helper()
		_, fields := c.redirect(c.order(reference, object{"orderId": order, "returnContext": "order=" + order, "customerId": "C1", "automaticResponseUrl": p.URL}))
		return fields
	}
	back, err := visit(s, begin("ONE", "ORD7"), sipstest.Payer{Code: "17"})
	if err != nil {
		t.Fatal(err)
	}
	begin("TWO", "ORD8")
	clock.Add(16 * time.Minute)
	s.Tick()
	for _, form := range append(p.forms(), back.Form) {
		book(form)
	}
	if orders["ORD7"] != "17" || orders["ORD8"] != "97" {
		t.Errorf("the books say %v", orders)
	}
	want(t, "Office", c.office("diagnostic/getTransactionData", object{"transactionReference": "ONE"}), object{"orderId": "ORD7", "responseCode": "17"})
	// The payer comes back to the order, and pays it under another reference.
	if back, err = visit(s, begin("THREE", "ORD7"), sipstest.Payer{}); err != nil {
		t.Fatal(err)
	}
	book(back.Form)
	if orders["ORD7"] != "00" {
		t.Errorf("the books say %v", orders)
	}
}
