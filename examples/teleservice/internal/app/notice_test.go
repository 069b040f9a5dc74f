package app

import (
	"testing"

	"github.com/quittance/quittance/examples/teleservice/internal/bank"
)

// The pages say that no money moves only where that is true.
func TestNotice(t *testing.T) {
	t.Parallel()
	if s := noticeOf(&bank.Bank{Simulated: true}); s != "" {
		t.Errorf("of a simulation: %q", s)
	}
	if s := noticeOf(&bank.Bank{Name: "Sips, commerçant 201"}); s == "" {
		t.Error("with a real bank the pages say that no money moves")
	}
}
