package bank_test

import (
	"testing"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/internal/bank"
)

func TestMeaning(t *testing.T) {
	for code, want := range map[string]acquirer.Outcome{
		"00": acquirer.Accepted, "05": acquirer.Refused, "34": acquirer.Refused, "75": acquirer.Refused, "17": acquirer.Cancelled,
		"97": acquirer.Expired, "60": acquirer.Pending, "62": acquirer.Pending, "90": acquirer.Failed, "99": acquirer.Failed,
		"77": acquirer.Unknown, "": acquirer.Unknown, "000": acquirer.Unknown,
	} {
		m := bank.Meaning(code)
		if m.Outcome != want || m.Code != code {
			t.Errorf("Meaning(%q) = %+v, want %s", code, m, want)
		}
		if (m.Decline != "") != (want == acquirer.Refused) {
			t.Errorf("Meaning(%q) is %s with the decline %q", code, want, m.Decline)
		}
	}
}

// The usual code of an outcome means that outcome.
func TestUsual(t *testing.T) {
	for _, o := range []acquirer.Outcome{
		acquirer.Accepted, acquirer.Refused, acquirer.Cancelled, acquirer.Expired, acquirer.Pending, acquirer.Failed, acquirer.Unknown,
	} {
		code, ok := bank.Usual(o)
		if got := bank.Meaning(code).Outcome; !ok || got != o {
			t.Errorf("the usual code of %s is %q, which means %s", o, code, got)
		}
	}
	if code, ok := bank.Usual("paid"); ok || code != "" {
		t.Errorf("Usual of what is no outcome = %q, %t", code, ok)
	}
}
