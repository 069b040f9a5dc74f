package acquirer_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/acquirer"
)

// The strings are stored by others: they are frozen, and a new one is added at the end.
func TestDeclinesAreFrozen(t *testing.T) {
	type row struct {
		Decline acquirer.Decline
		Advice  acquirer.Advice
	}
	want := []row{
		{"do_not_honour", "ask_bank"},
		{"insufficient_funds", "other_card"},
		{"limit_exceeded", "other_card"},
		{"invalid_card", "same_card"},
		{"expired_card", "other_card"},
		{"card_not_accepted", "other_card"},
		{"authentication_failed", "same_card"},
		{"contact_issuer", "ask_bank"},
		{"lost_or_stolen", "ask_bank"},
		{"suspected_fraud", "ask_bank"},
		{"too_many_attempts", "later"},
		{"not_permitted", "ask_bank"},
		{"issuer_unavailable", "later"},
		{"merchant_problem", "never"},
	}
	var got []row
	for d := range acquirer.Declines() {
		got = append(got, row{d, d.Advice()})
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Declines (-want +got):\n%s", diff)
	}
}

func TestAdviceOfAnUnlistedDecline(t *testing.T) {
	for _, d := range []acquirer.Decline{"", "a reason of tomorrow"} {
		if got := d.Advice(); got != acquirer.AskBank {
			t.Errorf("Decline(%q).Advice() = %q, want %q", d, got, acquirer.AskBank)
		}
	}
}

func TestDeclinesStopsWhenAsked(t *testing.T) {
	n := 0
	for range acquirer.Declines() {
		n++
		break
	}
	if n != 1 {
		t.Errorf("%d declines after break", n)
	}
}
