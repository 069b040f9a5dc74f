package bank_test

import (
	"testing"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/internal/bank"
	"github.com/quittance/quittance/acquirer/internal/sipscode"
)

// The code of an outcome means that outcome; a code of the test's own stays, unless it contradicts the outcome.
func TestCodeFor(t *testing.T) {
	for _, o := range []acquirer.Outcome{
		acquirer.Accepted, acquirer.Refused, acquirer.Cancelled, acquirer.Expired, acquirer.Pending, acquirer.Failed, acquirer.Unknown,
	} {
		code, err := bank.CodeFor(o, "")
		if got := sipscode.Meaning(code).Outcome; err != nil || got != o {
			t.Errorf("the code of %s is %q, which means %s: %v", o, code, got, err)
		}
	}
	for _, c := range []struct {
		outcome    acquirer.Outcome
		code, want string // no code wanted: an error
	}{
		{"", "", "00"}, {"", "51", "51"}, {acquirer.Refused, "51", "51"}, {acquirer.Unknown, "zz", "zz"},
		{"paid", "", ""}, {acquirer.Accepted, "51", ""}, {"", "123", ""}, {"", "-1", ""},
	} {
		if got, err := bank.CodeFor(c.outcome, c.code); got != c.want || (err == nil) != (c.want != "") {
			t.Errorf("CodeFor(%q, %q) = %q, %v", c.outcome, c.code, got, err)
		}
	}
}
