package sipstest_test

import (
	"testing"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/worldline/sips"
	"github.com/quittance/quittance/acquirer/worldline/sips/sipstest"
	"github.com/quittance/quittance/payment/paymenttest"
	"github.com/shopspring/decimal"
)

// A shop that came from Sips 1.0 pays, is notified, asks and gives back under the references that its numbers make.
func TestShopFromSips10(t *testing.T) {
	clock := paymenttest.NewClock(afternoon)
	s := platform(t, sipstest.Options{Now: clock.Now})
	client, err := sips.New(sips.Config{
		MerchantID: "002001000000003", Keys: sips.Keyring{1: {Secret: sips.NewSecret("002001000000003_KEY1")}}, Endpoints: s.Endpoints(), Now: clock.Now,
		Sips10: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	if r, err := client.Doctor(t.Context()); err != nil || !r.OK() {
		t.Errorf("%v\n%s", err, r)
	}
	reference, err := sips.S10Reference(clock.Now(), 896)
	if err != nil || reference != "20170911896" {
		t.Fatal(reference, err)
	}
	o := acquirer.Order{ID: "ORD7", Reference: reference, Amount: decimal.New(5000, -2), Currency: "EUR", ReturnURL: "https://fund.example/return"}
	session, err := client.Begin(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.Begin(t.Context(), o); err == nil {
		t.Error("a number was used twice on a day")
	}
	back, err := s.Visit(session, sipstest.Payer{})
	if err != nil {
		t.Fatal(err)
	}
	told, err := client.Parse(back.Callback)
	if err != nil {
		t.Fatal(err)
	}
	asked, err := client.Status(t.Context(), acquirer.Question{Reference: reference})
	if err != nil {
		t.Fatal(err)
	}
	for name, r := range map[string]acquirer.Result{"notified": told, "asked": asked} {
		if r.Reference != reference || r.OrderID != "ORD7" || r.Outcome != acquirer.Accepted {
			t.Errorf("%s: %+v", name, r)
		}
	}
	clock.Add(26 * time.Hour)
	m := acquirer.Modification{Reference: reference, Amount: decimal.New(2000, -2), Currency: "EUR"}
	if r, err := client.Refund(t.Context(), m); err != nil || !r.Returned.Equal(m.Amount) {
		t.Errorf("%v, %v", r.Returned, err)
	}
	o.Reference, err = sips.S10Reference(clock.Now(), 896) // the same number of another day
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.Begin(t.Context(), o); err != nil {
		t.Error(err)
	}

	// A shop that is set up so, and a client that is not told of it: the refusal says what to ask the bank for.
	plain, err := sips.New(sips.Config{
		MerchantID: "002001000000003", Keys: sips.Keyring{1: {Secret: sips.NewSecret("002001000000003_KEY1")}}, Endpoints: s.Endpoints(), Now: clock.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	o.Reference = "PCLCB172540000001"
	_, err = plain.Begin(t.Context(), o)
	if e, ok := err.(*acquirer.Error); !ok || e.Code != "12" || e.Field != "transactionReference" {
		t.Errorf("%v", err)
	}
}

// Our own client has the order of a payment that was given up, or expired, by its ID: from the browser, from the server and from Office.
func TestClientFindsTheOrderOfACancelledPayment(t *testing.T) {
	w := newWorld(t, sips.Key{Secret: sips.NewSecret(shopKey)}, false, time.Second)
	for code, outcome := range map[string]acquirer.Outcome{"17": acquirer.Cancelled, "97": acquirer.Expired} {
		o := acquirer.Order{ID: "ORD" + code, Reference: "REF" + code, Amount: decimal.New(5000, -2), Currency: "EUR", ReturnURL: "https://fund.example/return",
			NotifyURL: "https://fund.invalid/notify"} // on no machine: the platform keeps what it would have sent
		session, err := w.client.Begin(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		back, err := w.platform.Visit(session, sipstest.Payer{Code: code})
		if (err == nil) != (code == "17") {
			t.Fatal(err)
		}
		told := w.platform.Callbacks()
		told = told[len(told)-1:]
		if code == "17" {
			told = append(told, back.Callback)
		}
		var results []acquirer.Result
		for _, cb := range told {
			r, err := w.client.Parse(cb)
			if err != nil {
				t.Fatal(err)
			}
			results = append(results, r)
		}
		asked, err := w.client.Status(t.Context(), acquirer.Question{Reference: o.Reference})
		if err != nil {
			t.Fatal(err)
		}
		for i, r := range append(results, asked) {
			if r.OrderID != o.ID || r.Outcome != outcome || r.Reference != o.Reference || r.AcquirerCode != "" {
				t.Errorf("%s, %d: %+v", code, i, r)
			}
		}
	}
}
