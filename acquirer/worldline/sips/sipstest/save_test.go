package sipstest_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/worldline/sips"
	"github.com/quittance/quittance/acquirer/worldline/sips/sipstest"
	"github.com/shopspring/decimal"
)

// A platform that is closed and opened again knows what it knew: who has paid, who is still on the payment page, and who has let the session end
// while it was closed.
func TestSave(t *testing.T) {
	now := time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	merchant := sipstest.PublicMerchants()[0]
	open := func(saved []byte) (*sipstest.Server, *sips.Client) {
		t.Helper()
		s, err := sipstest.Listen(sipstest.Options{Merchants: []sipstest.Merchant{merchant}, Now: clock, Saved: saved})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(s.Close)
		c, err := sips.New(sips.Config{
			MerchantID: merchant.ID, Keys: sips.Keyring{1: {Secret: sips.NewSecret(merchant.Keys[1])}},
			Endpoints: s.Endpoints(), Now: clock,
		})
		if err != nil {
			t.Fatal(err)
		}
		return s, c
	}
	first, client := open(nil)
	sessions := make(map[string]acquirer.Session)
	for _, ref := range []string{"late", "paid", "open", "gone"} {
		s, err := client.Begin(t.Context(), acquirer.Order{
			ID: "order" + ref, Reference: ref, Amount: decimal.New(62_00, -2), Currency: "EUR", ReturnURL: "http://127.0.0.1:8080/back",
		})
		if err != nil {
			t.Fatal(err)
		}
		sessions[ref] = s
		now = now.Add(4 * time.Minute)
	}
	now = now.Add(-2 * time.Minute)
	for ref, outcome := range map[string]acquirer.Outcome{"paid": acquirer.Accepted, "gone": acquirer.Refused} {
		if _, err := first.Visit(sessions[ref], sipstest.Payer{Outcome: outcome}); err != nil {
			t.Fatal(err)
		}
	}
	want := first.Book()
	saved, err := first.Save()
	if err != nil {
		t.Fatal(err)
	}
	first.Close()

	second, client := open(saved)
	if d := cmp.Diff(want, second.Book()); d != "" {
		t.Errorf("the book has changed (-before +after):\n%s", d)
	}
	if _, err := client.Begin(t.Context(), acquirer.Order{
		ID: "another", Reference: "open", Amount: decimal.New(1_00, -2), Currency: "EUR", ReturnURL: "http://127.0.0.1:8080/back",
	}); !errors.Is(err, acquirer.ErrReferenceUsed) {
		t.Errorf("a reference that was used: %v", err)
	}
	now = now.Add(2 * time.Minute) // "late" is over, and nobody was told; "open" has some minutes left
	if n := second.Tick(); n != 1 {
		t.Errorf("%d sessions have expired meanwhile, want 1", n)
	}
	back, err := second.Visit(sessions["open"], sipstest.Payer{})
	if err != nil {
		t.Fatal(err)
	}
	if r, err := client.Parse(back.Callback); err != nil || r.Outcome != acquirer.Accepted {
		t.Errorf("the payer of an open session brings back %v, %v", r, err)
	}
	if _, err := second.Save(); err != nil {
		t.Fatal(err)
	}

	for _, bad := range []string{"", "no JSON", `{"key":"AA=="}`} {
		if s, err := sipstest.Listen(sipstest.Options{Saved: []byte(bad)}); err == nil {
			s.Close()
			t.Errorf("%q is taken up", bad)
		}
	}
	if s, err := sipstest.Listen(sipstest.Options{Merchants: sipstest.PublicMerchants()[1:2], Saved: saved}); err == nil {
		s.Close()
		t.Error("a book of another merchant is taken up")
	}
}
