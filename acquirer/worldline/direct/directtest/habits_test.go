package directtest_test

import (
	"testing"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/worldline/direct"
	"github.com/quittance/quittance/acquirer/worldline/direct/directtest"
	"github.com/quittance/quittance/payment"
)

// TestAccountThatIgnoresASale: a paid sale that stops at code 5 is pending, for its money is only reserved; where the account is known to
// capture by itself it is accepted, and a refund of it turns to the cancellation.
func TestAccountThatIgnoresASale(t *testing.T) {
	for _, captures := range []bool{false, true} {
		w := newWorld(t, directtest.Options{Settle: time.Hour, Merchants: []directtest.Merchant{ignoring()}}, func(c *direct.Config) { c.AccountCaptures = captures })
		s := begin(t, w.platform, "", 7550)
		visit(t, w.platform, s)
		q := acquirer.Question{Reference: "PCLCB263320000001", Handle: s.Handle}
		r, err := w.client.Status(t.Context(), q)
		want := acquirer.Pending
		if captures {
			want = acquirer.Accepted
		}
		if err != nil || r.Outcome != want || r.Code != "5" {
			t.Errorf("the account captures: %v: %v, %v", captures, r, err)
		}
		given, err := w.client.Refund(t.Context(), acquirer.Modification{
			Reference: q.Reference, Handle: s.Handle.With(r.Handle), Amount: r.Amount, Currency: "EUR", Key: "0123456789abcdefghijklmnopqrstuv",
		})
		if err != nil || given.Code != "61" || !given.Returning.Equal(r.Amount) {
			t.Errorf("the refund: %v, %v", given, err)
		}
		if err := w.Advance(time.Hour); err != nil {
			t.Fatal(err)
		}
		if r, err = w.client.Status(t.Context(), q); err != nil || r.Code != "6" || captures != r.Returned.Equal(given.Returning) ||
			captures != (r.Outcome == acquirer.Accepted) {
			t.Errorf("an hour later: %v, returned %s, %v", r, r.Returned, err)
		}
	}
}

// TestSeveralCards is what cost two municipalities paid forms (docs/direct.md §9.4): a refusal, told by a webhook, is not the end while
// another card may follow, and the capture that follows counts.
func TestSeveralCards(t *testing.T) {
	f := newFund(t, directtest.Options{})
	c := f.direct.Config()
	c.Attempts = 3
	client, err := direct.New(c)
	if err != nil {
		t.Fatal(err)
	}
	f.start(client)
	paid, s := f.begin()
	if _, err := f.visit(s, directtest.Payer{Outcome: acquirer.Refused}); err != nil {
		t.Fatal(err)
	}
	p := f.is("refused once: not final", paid.ID, payment.Unknown)
	if p.Handle.Payment != "" {
		t.Error("the id of a refused attempt was kept for good")
	}
	f.world.Clock.Add(15 * time.Second)
	if _, err := f.visit(s, directtest.Payer{}); err != nil {
		t.Fatal(err)
	}
	p = f.is("then paid", paid.ID, payment.Paid)
	if last := f.direct.Book()[0].Payments; p.Handle.Payment != last[1].ID {
		t.Errorf("the payment's id is %s, expected %s", p.Handle.Payment, last[1].ID)
	}
	gone, s := f.begin()
	if _, err := f.visit(s, directtest.Payer{Outcome: acquirer.Refused}); err != nil {
		t.Fatal(err)
	}
	f.pass(2*time.Hour, 10*time.Minute)
	f.is("refused, and the time is over", gone.ID, payment.Refused)
}
