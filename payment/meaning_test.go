package payment

import (
	"testing"

	"github.com/quittance/quittance/acquirer"
	"github.com/shopspring/decimal"
)

// TestNothingTried: the end of a session in which nobody tried to pay has no amount; it counts when it is bound by the session's id, and
// an acceptance without an amount never does.
func TestNothingTried(t *testing.T) {
	p := Payment{Merchant: "M", Amount: decimal.New(7550, -2), Currency: "EUR", Handle: acquirer.Handle{Session: "s1"}}
	for name, tt := range map[string]struct {
		r    acquirer.Result
		want EventKind
	}{
		"expired":                 {acquirer.Result{Outcome: acquirer.Expired}, OnExpired},
		"given up":                {acquirer.Result{Outcome: acquirer.Cancelled}, OnCancelled},
		"accepted":                {acquirer.Result{Outcome: acquirer.Accepted}, OnMismatched},
		"pending":                 {acquirer.Result{Outcome: acquirer.Pending}, OnUnfit},
		"unknown":                 {acquirer.Result{Outcome: acquirer.Unknown}, OnUnfit},
		"another amount":          {acquirer.Result{Outcome: acquirer.Expired, Amount: decimal.New(1, 0), Currency: "EUR"}, OnUnfit},
		"no amount, but currency": {acquirer.Result{Outcome: acquirer.Expired, Currency: "EUR"}, OnUnfit},
		"another merchant's":      {acquirer.Result{Outcome: acquirer.Expired, Merchant: "X"}, OnUnfit},
		"another session":         {acquirer.Result{Outcome: acquirer.Expired, Handle: acquirer.Handle{Session: "s2"}}, OnUnfit},
		"no session":              {acquirer.Result{Outcome: acquirer.Expired, Handle: acquirer.Handle{Payment: "p"}}, OnUnfit},
	} {
		if tt.r.Merchant == "" {
			tt.r.Merchant = "M"
		}
		if tt.r.Handle.IsZero() {
			tt.r.Handle.Session = "s1"
		}
		if got := meaningOf(p, tt.r, true); got != tt.want {
			t.Errorf("%s: %s, expected %s", name, got, tt.want)
		}
	}
	sips := Payment{Merchant: "M", Amount: decimal.New(7550, -2), Currency: "EUR"} // an acquirer without handles says the amount
	if got := meaningOf(sips, acquirer.Result{Merchant: "M", Outcome: acquirer.Expired}, true); got != OnUnfit {
		t.Errorf("without a handle: %s", got)
	}
}

// A result is about a payment whose reference, session and order it names, as far as it names them: references repeat after a restore, and an
// acquirer may answer about another session than the one that was asked about.
func TestIsAbout(t *testing.T) {
	p := Payment{ID: "o1", Reference: "R1", Handle: acquirer.Handle{Session: "s1"}}
	for name, c := range map[string]struct {
		reference, order, session string
		want                      bool
	}{
		"all of it":                 {"R1", "o1", "s1", true},
		"the reference alone":       {"R1", "", "", true},
		"the session alone":         {"", "", "s1", true},
		"another reference":         {"R2", "o1", "s1", false},
		"another session":           {"R1", "o1", "s2", false},
		"another session, no order": {"R1", "", "s2", false},
		"another session alone":     {"", "", "s2", false},
		"another order":             {"R1", "o2", "s1", false},
		"nothing":                   {"", "o1", "", false},
	} {
		r := acquirer.Result{Reference: c.reference, OrderID: c.order, Handle: acquirer.Handle{Session: c.session}}
		if got := isAbout(p, r); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}
