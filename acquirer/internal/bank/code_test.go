package bank_test

import (
	"testing"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/internal/bank"
	"github.com/quittance/quittance/acquirer/internal/sipscode"
)

// The usual code of an outcome means that outcome.
func TestUsual(t *testing.T) {
	for _, o := range []acquirer.Outcome{
		acquirer.Accepted, acquirer.Refused, acquirer.Cancelled, acquirer.Expired, acquirer.Pending, acquirer.Failed, acquirer.Unknown,
	} {
		code, ok := bank.Usual(o)
		if got := sipscode.Meaning(code).Outcome; !ok || got != o {
			t.Errorf("the usual code of %s is %q, which means %s", o, code, got)
		}
	}
	if code, ok := bank.Usual("paid"); ok || code != "" {
		t.Errorf("Usual of what is no outcome = %q, %t", code, ok)
	}
}
