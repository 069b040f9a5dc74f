package acquirer_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/acquirer"
)

// The strings are stored by others: they are frozen.
func TestOutcomesAreFrozen(t *testing.T) {
	final := map[acquirer.Outcome]bool{
		"accepted": true, "refused": true, "cancelled": true, "expired": true, "pending": false, "open": false, "failed": true, "unknown": false,
		"": false, "a word of tomorrow": false,
	}
	got := make(map[acquirer.Outcome]bool)
	for _, o := range []acquirer.Outcome{
		acquirer.Accepted, acquirer.Refused, acquirer.Cancelled, acquirer.Expired, acquirer.Pending, acquirer.Open, acquirer.Failed, acquirer.Unknown,
		"", "a word of tomorrow",
	} {
		got[o] = o.Final()
	}
	if diff := cmp.Diff(final, got); diff != "" {
		t.Errorf("Final (-want +got):\n%s", diff)
	}
}
