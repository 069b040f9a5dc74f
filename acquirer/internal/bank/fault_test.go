package bank_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/acquirer/internal/bank"
)

// The strings stand in the tests of others: they are frozen.
func TestFaultsAreFrozen(t *testing.T) {
	want := map[bank.Fault]bank.Target{
		"lost": bank.OnNotification, "doubled": bank.OnNotification, "late": bank.OnNotification, "reordered": bank.OnNotification,
		"tampered": bank.OnNotification, "forged": bank.OnNotification, "unsealed": bank.OnNotification,
		"timeout": bank.OnCall, "server_error": bank.OnCall, "truncated": bank.OnCall, "slow": bank.OnCall, "unreachable": bank.OnCall,
		"redirect_once": bank.OnSession, "redirect_twice": bank.OnSession,
	}
	got := make(map[bank.Fault]bank.Target)
	for _, f := range bank.Faults() {
		got[f] = f.Target()
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := bank.Fault("a fault of tomorrow").Target(); got != "" {
		t.Errorf("a fault that does not exist strikes %q", got)
	}
}

func TestStrikes(t *testing.T) {
	all := []bank.Fault{bank.Lost, bank.Timeout, "nothing", bank.RedirectOnce, bank.Slow}
	if diff := cmp.Diff([]bank.Fault{bank.Timeout, bank.Slow}, bank.Strikes(bank.OnCall, all)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if all[0] != bank.Lost || all[4] != bank.Slow {
		t.Error("Strikes has changed what it was given")
	}
}
