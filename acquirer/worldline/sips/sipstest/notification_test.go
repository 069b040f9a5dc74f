package sipstest_test

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/worldline/sips/sipstest"
	"github.com/quittance/quittance/payment/paymenttest"
)

// Both responses come in the format, the encoding and the algorithm that the request asked for, and say the same.
func TestResponses(t *testing.T) {
	p := newPortal(t)
	s := platform(t, sipstest.Options{})
	i := 0
	for _, algorithm := range []string{"", "HMAC-SHA-256", "SHA-256", "HMAC-SHA-512"} {
		for _, encoding := range []string{"", "base64", "base64url"} {
			for _, v := range []struct{ asked, automatic, normal, formAuto, formNormal string }{
				{"IR_WS_2.20", "", "", "HP_2.4", "HP_2.4"},
				{"IR_WS_3.4", "", "", "JS_3.4", "JS_3.4"},
				{"IR_WS_3.4", "HP_2.0", "JS_3.1", "HP_2.0", "JS_3.1"},
				{"IR_WS_2.20", "JS_3.0", "HP_3.0", "JS_3.0", "HP_3.0"},
			} {
				i++
				c := newSheet(t, s.URL)
				c.algorithm = algorithm
				more := object{"interfaceVersion": v.asked, "automaticResponseUrl": p.URL, "orderId": fmt.Sprint("ORD", i),
					"returnContext": "impayé=12;n°3 – œuvre", "customerEmail": "moi@email.com", "merchantSessionId": "s/1", "transactionOrigin": "TESTS"}
				if encoding != "" {
					more["responseEncoding"] = encoding
				}
				if v.automatic != "" {
					more["interfaceVersionAutomaticResponse"], more["interfaceVersionNormalResponse"] = v.automatic, v.normal
				}
				reference := fmt.Sprint("REF", i)
				_, fields := c.redirect(c.order(reference, more))
				back, err := visit(s, fields, sipstest.Payer{})
				if err != nil {
					t.Fatal(err)
				}
				got := p.forms()
				if len(got) != i || back.URL != "https://shop.example/return" {
					t.Fatalf("%d automatic responses, expected %d; back to %q", len(got), i, back.URL)
				}
				if back.Form.Get("locale") != "fr" {
					t.Errorf("the return has the locale %q", back.Form.Get("locale"))
				}
				back.Form.Del("locale")
				for _, x := range []struct {
					form url.Values
					want string
				}{{got[i-1], v.formAuto}, {back.Form, v.formNormal}} {
					if x.form.Get("InterfaceVersion") != x.want || x.form.Get("Encode") != encoding || len(x.form) != 4 {
						t.Errorf("%v %q: InterfaceVersion %q, Encode %q", v, encoding, x.form.Get("InterfaceVersion"), x.form.Get("Encode"))
					}
					n := c.notification(x.form)
					for name, want := range map[string]string{
						"amount": "1000", "currencyCode": "978", "merchantId": c.merchant, "transactionReference": reference, "orderId": more["orderId"].(string),
						"responseCode": "00", "acquirerResponseCode": "00", "keyVersion": "1", "returnContext": "impayé=12;n°3 – œuvre",
						"guaranteeIndicator": "Y", "paymentMeanBrand": "CB", "maskedPan": "5017##########00", "captureDay": "0",
						"captureMode": "AUTHOR_CAPTURE", "customerEmail": "moi@email.com",
						"merchantSessionId": "s/1", "transactionOrigin": "TESTS",
					} {
						if n[name] != want {
							t.Errorf("%s: %s is %q, expected %q", x.want, name, n[name], want)
						}
					}
					date := `^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+]0[12]:00$`
					if strings.HasPrefix(x.want, "JS_") {
						date = `^\d{4}-\d\d-\d\d\.\d\d:\d\d:\d\d[+]0[12]00$`
					}
					status, attempt := "SUCCESS", "1"
					if strings.HasPrefix(x.want, "HP_2.") {
						status, attempt = "3D_SUCCESS", ""
					}
					if n["holderAuthentStatus"] != status || n["paymentAttemptNumber"] != attempt {
						t.Errorf("%s: holderAuthentStatus %q, paymentAttemptNumber %q", x.want, n["holderAuthentStatus"], n["paymentAttemptNumber"])
					}
					if !regexp.MustCompile(date).MatchString(n["transactionDateTime"]) || n["authorisationId"] == "" {
						t.Errorf("%s: transactionDateTime %q, authorisationId %q", x.want, n["transactionDateTime"], n["authorisationId"])
					}
				}
			}
		}
	}
}

// A payer who gives up, or stays away, is told with what the request said; who stays away by the server only.
func TestResponsesWithoutCard(t *testing.T) {
	said := []string{"amount", "captureDay", "captureMode", "currencyCode", "customerIpAddress", "keyVersion", "merchantId", "orderChannel",
		"orderId", "paymentPattern", "responseCode", "returnContext", "transactionDateTime", "transactionReference"}
	p := newPortal(t)
	clock := paymenttest.NewClock(afternoon)
	s := platform(t, sipstest.Options{Now: clock.Now})
	c := newSheet(t, s.URL)
	more := object{"automaticResponseUrl": p.URL, "orderId": "ORD1", "customerIpAddress": "192.0.2.10", "returnContext": "x"}

	_, fields := c.redirect(c.order("GIVENUP", more))
	back, err := visit(s, fields, sipstest.Payer{Outcome: acquirer.Cancelled})
	if err != nil {
		t.Fatal(err)
	}
	c.redirect(c.order("STAYEDAWAY", more))
	clock.Add(15*time.Minute - time.Second)
	if n := s.Tick(); n != 0 {
		t.Errorf("%d notifications before the fifteen minutes were over", n)
	}
	clock.Add(time.Second)
	if n := s.Tick(); n != 1 {
		t.Errorf("%d notifications, expected the 97", n)
	}
	got := append(p.forms(), back.Form)
	if len(got) != 3 {
		t.Fatalf("%d responses, expected two for the payer who gave up and one for the one who stayed away", len(got))
	}
	for i, want := range []struct{ reference, code string }{{"GIVENUP", "17"}, {"STAYEDAWAY", "97"}, {"GIVENUP", "17"}} {
		n := c.notification(got[i])
		if n["transactionReference"] != want.reference || n["responseCode"] != want.code || n["customerIpAddress"] != "192.0.2.10" {
			t.Errorf("response %d: %v, expected %v", i, n, want)
		}
		if names := slices.Sorted(maps.Keys(n)); !slices.Equal(names, said) {
			t.Errorf("response %d has %v, expected %v", i, names, said)
		}
	}
	if _, err := visit(s, fields, sipstest.Payer{}); !errors.As(err, new(*sipstest.TurnedAwayError)) {
		t.Errorf("a session that was given up can be paid: %v", err)
	}
}

// The last two digits of the card are the code; those that are no code are accepted.
func TestLastTwoDigits(t *testing.T) {
	s := platform(t, sipstest.Options{})
	c := newSheet(t, s.URL)
	for last, want := range map[string]string{"00": "00", "05": "05", "34": "34", "75": "75", "90": "90", "99": "99", "60": "60", "42": "00", "17": "17"} {
		_, fields := c.redirect(c.order("CARD"+last, nil))
		back, err := visit(s, fields, sipstest.Payer{Code: want})
		if err != nil {
			t.Fatal(err)
		}
		if n := c.notification(back.Form); n["responseCode"] != want {
			t.Errorf("card …%s: responseCode %s, expected %s", last, n["responseCode"], want)
		}
		_, fields = c.redirect(c.order("PAGE"+last, nil))
		b := &browser{T: t}
		b.open(s.URL+"/payment", fields)
		b.press("step=card", url.Values{"number": {"4100 0000 0000 00" + last}, "month": {"12"},
			"year": {fmt.Sprint(s.Now().Year() + 1)}, "cryptogram": {"123"}})
		b.press("step=accept", nil)
		to, form := b.form("")
		if to != "https://shop.example/return" {
			t.Fatalf("card …%s: the way back leads to %q:\n%s", last, to, b.page)
		}
		if n := c.notification(form); n["responseCode"] != want || want == "00" && n["maskedPan"] != "4100##########"+last {
			t.Errorf("card …%s on the pages: %v", last, n)
		}
	}
}

// The whole of the pages in a browser: arrival, a card, authentication, ticket, the way back.
func TestPages(t *testing.T) {
	p := newPortal(t)
	s := platform(t, sipstest.Options{})
	c := newSheet(t, s.URL)
	card := url.Values{"number": {"5100000000000000"}, "month": {"01"}, "year": {fmt.Sprint(s.Now().Year() + 2)}, "cryptogram": {"1234"}}
	for _, x := range []struct{ step, code string }{{"accept", "00"}, {"fail", "05"}, {"cancel", "17"}, {"", "17"}} {
		before := len(p.forms())
		reference := "PAGES" + x.step
		to, fields := c.redirect(c.order(reference, object{"automaticResponseUrl": p.URL, "normalReturnUrl": p.URL + "/back?kept=1", "amount": 5000}))
		b := &browser{T: t}
		fields.Set("seal", "some clients send this too")
		b.open(to, fields)
		if b.status != 200 || !strings.Contains(b.page, reference) || !strings.Contains(b.page, "50,00") {
			t.Fatalf("status %d:\n%s", b.status, b.page)
		}
		if x.step == "" {
			b.press("step=abandon", nil)
		} else {
			b.press("step=card", card)
			b.press("step="+x.step, nil)
		}
		if n := len(p.forms()); n != before+1 {
			t.Fatalf("%d notifications when the payer was told, expected 1", n-before)
		}
		automatic := c.notification(p.forms()[before])
		b.press("", nil)
		normal := c.notification(p.forms()[before+1])
		if automatic["responseCode"] != x.code || !maps.Equal(automatic, normal) || b.url != p.URL+"/back?kept=1" {
			t.Errorf("%q: automatic %v, normal %v, back at %s", x.step, automatic, normal, b.url)
		}
		if x.step == "fail" && normal["holderAuthentStatus"] != "3D_FAILURE" {
			t.Errorf("holderAuthentStatus %q", normal["holderAuthentStatus"])
		}
		b.open(to, fields) // the redirect data again
		if strings.Contains(b.page, `name="cryptogram"`) {
			t.Error("a session that has ended asks for a card again")
		}
	}
}

// The time after which a session ends is the platform's to set; the real clock needs nobody to look.
func TestSessionTimeout(t *testing.T) {
	p := newPortal(t)
	s := platform(t, sipstest.Options{SessionTimeout: time.Millisecond})
	c := newSheet(t, s.URL)
	_, fields := c.redirect(c.order("SHORT", object{"automaticResponseUrl": p.URL}))
	await(t, "the 97 is notified", func() bool { return len(p.forms()) == 1 })
	if n := c.notification(p.forms()[0]); n["responseCode"] != "97" {
		t.Errorf("%v", n)
	}
	_, err := visit(s, fields, sipstest.Payer{})
	if refused := (*sipstest.TurnedAwayError)(nil); !errors.As(err, &refused) || refused.Code != "97" {
		t.Errorf("%v, expected a refusal with 97", err)
	}
	b := &browser{T: t}
	b.open(s.URL+"/payment", fields)
	if strings.Contains(b.page, `name="cryptogram"`) {
		t.Error("an expired session asks for a card")
	}
}

// Without automaticResponseUrl there is no automatic response; a shop on another machine gets none, and it is kept.
func TestNobodyElseIsWrittenTo(t *testing.T) {
	s := platform(t, sipstest.Options{})
	c := newSheet(t, s.URL)
	_, fields := c.redirect(c.order("SILENT", nil))
	if _, err := visit(s, fields, sipstest.Payer{}); err != nil {
		t.Fatal(err)
	}
	if n := len(s.Callbacks()); n != 0 {
		t.Errorf("%d automatic responses without an address for them", n)
	}
	for i, elsewhere := range []string{"http://192.0.2.1/", "https://shop.invalid/notify", "http://127.0.0.1.shop.invalid/", "http://[2001:db8::1]/"} {
		_, fields := c.redirect(c.order(fmt.Sprint("FAR", i), object{"automaticResponseUrl": elsewhere}))
		if _, err := visit(s, fields, sipstest.Payer{Abandon: true}); !errors.Is(err, sipstest.ErrNoReturn) {
			t.Fatal(err)
		}
		ds := s.Deliveries()
		if len(ds) != i+1 || ds[i].Err == nil || ds[i].Status != 0 || !strings.Contains(ds[i].Err.Error(), "not on this machine") {
			t.Fatalf("%s: %+v", elsewhere, ds)
		}
		if n := c.notification(s.Callbacks()[i].Form); n["responseCode"] != "00" {
			t.Errorf("%v", n)
		}
	}
}

// Where the shop lets a payer try several cards, they share one reference, and the last refusal is told as 75.
func TestSeveralAttempts(t *testing.T) {
	p := newPortal(t)
	s := platform(t, sipstest.Options{SeveralAttempts: true, Merchants: []sipstest.Merchant{{ID: shop, Keys: map[int]string{1: shopKey}}}})
	c := newSheet(t, s.URL)
	_, fields := c.redirect(c.order("MANY", object{"automaticResponseUrl": p.URL}))
	for range 3 {
		if _, err := visit(s, fields, sipstest.Payer{Outcome: acquirer.Refused}); err != nil {
			t.Fatal(err)
		}
	}
	var told []string
	for _, f := range p.forms() {
		n := c.notification(f)
		told = append(told, n["paymentAttemptNumber"]+":"+n["responseCode"])
	}
	if want := []string{"1:05", "2:05", "3:75"}; !slices.Equal(told, want) {
		t.Errorf("told %v, expected %v", told, want)
	}
}

func TestPayerWhoCannotBe(t *testing.T) {
	s := platform(t, sipstest.Options{})
	c := newSheet(t, s.URL)
	_, fields := c.redirect(c.order("REF", nil))
	for _, p := range []sipstest.Payer{{Outcome: "rich"}, {Code: "123"}, {Code: "é"}, {Outcome: acquirer.Accepted, Code: "05"}} {
		if _, err := visit(s, fields, p); err == nil {
			t.Errorf("%+v was taken", p)
		}
	}
	fields.Set("redirectionData", fields.Get("redirectionData")+"x") // another first letter may be the one that stands there
	if _, err := visit(s, fields, sipstest.Payer{}); !errors.As(err, new(*sipstest.TurnedAwayError)) {
		t.Errorf("redirect data that was changed: %v", err)
	}
	if got := s.Book()[0]; got.Code != "" {
		t.Errorf("the session ended with %s", got.Code)
	}
}
