package sipscode_test

import (
	"testing"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/internal/sipscode"
)

func TestMeaning(t *testing.T) {
	for code, want := range map[string]acquirer.Outcome{
		"00": acquirer.Accepted, "05": acquirer.Refused, "34": acquirer.Refused, "75": acquirer.Refused, "17": acquirer.Cancelled,
		"97": acquirer.Expired, "60": acquirer.Pending, "62": acquirer.Pending, "90": acquirer.Failed, "99": acquirer.Pending,
		"77": acquirer.Unknown, "": acquirer.Unknown, "000": acquirer.Unknown,
		"24": acquirer.Unknown, "25": acquirer.Unknown, "57": acquirer.Unknown, "94": acquirer.Unknown, // of an operation, not of a payment
	} {
		m := sipscode.Meaning(code)
		if m.Outcome != want || m.Code != code || sipscode.Listed(code) != (want != acquirer.Unknown) {
			t.Errorf("Meaning(%q) = %+v, listed %t, want %s", code, m, sipscode.Listed(code), want)
		}
	}
}

// A refusal has a reason, and the acquirer's usual code beside it says the same one; nothing else has a reason.
func TestResponsesAgreeWithTheirAcquirerCode(t *testing.T) {
	last := ""
	for r := range sipscode.Responses() {
		if r.Code <= last {
			t.Errorf("%s stands after %s", r.Code, last)
		}
		last = r.Code
		if (r.Decline != "") != (r.Outcome == acquirer.Refused) {
			t.Errorf("%s is %s with the decline %q", r.Code, r.Outcome, r.Decline)
		}
		if outcome, decline := sipscode.Judge(r.Code, r.Acquirer, ""); outcome != r.Outcome || decline != r.Decline {
			t.Errorf("%s with %s is judged %s %q, alone %s %q", r.Code, r.Acquirer, outcome, decline, r.Outcome, r.Decline)
		}
	}
}

func TestJudge(t *testing.T) {
	tests := []struct {
		code, acquirer, authentication string
		outcome                        acquirer.Outcome
		decline                        acquirer.Decline
	}{
		{"05", "51", "", acquirer.Refused, acquirer.InsufficientFunds},
		{"05", "43", "SUCCESS", acquirer.Refused, acquirer.LostOrStolen},
		{"05", "ZZ", "", acquirer.Refused, acquirer.DoNotHonour},
		{"05", "", "FAILURE", acquirer.Refused, acquirer.AuthenticationFailed},
		{"05", "05", "FAILURE", acquirer.Refused, acquirer.DoNotHonour}, // a bank was asked
		{"34", "", "3D_ABORT", acquirer.Refused, acquirer.SuspectedFraud},
		{"00", "51", "FAILURE", acquirer.Accepted, ""},
		{"60", "05", "", acquirer.Pending, ""},
		{"XX", "00", "SUCCESS", acquirer.Unknown, ""},
	}
	for _, tt := range tests {
		if outcome, decline := sipscode.Judge(tt.code, tt.acquirer, tt.authentication); outcome != tt.outcome || decline != tt.decline {
			t.Errorf("%+v: got %s %q", tt, outcome, decline)
		}
	}
}

func TestCurrencyOf(t *testing.T) {
	for number, want := range map[string]sipscode.Currency{sipscode.Euro: {"EUR", 2}, "392": {"JPY", 0}, "788": {"TND", 3}, "036": {"AUD", 2}} {
		if got, ok := sipscode.CurrencyOf(number); !ok || got != want {
			t.Errorf("%s: %+v, %t", number, got, ok)
		}
	}
	if _, ok := sipscode.CurrencyOf("36"); ok {
		t.Error("36 is no number of a currency: zeros are kept")
	}
}
