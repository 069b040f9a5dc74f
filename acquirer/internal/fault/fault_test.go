package fault_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/acquirer/internal/fault"
)

// The strings stand in the tests of others: they are frozen.
func TestFaultsAreFrozen(t *testing.T) {
	want := map[fault.Fault]fault.Target{
		"lost": fault.OnNotification, "doubled": fault.OnNotification, "late": fault.OnNotification, "reordered": fault.OnNotification,
		"tampered": fault.OnNotification, "forged": fault.OnNotification, "unsealed": fault.OnNotification,
		"timeout": fault.OnCall, "server_error": fault.OnCall, "truncated": fault.OnCall, "slow": fault.OnCall, "unreachable": fault.OnCall,
		"redirect_once": fault.OnSession, "redirect_twice": fault.OnSession,
	}
	got := make(map[fault.Fault]fault.Target)
	for _, f := range fault.Faults() {
		got[f] = f.Target()
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := fault.Fault("a fault of tomorrow").Target(); got != "" {
		t.Errorf("a fault that does not exist strikes %q", got)
	}
}

func TestStrikes(t *testing.T) {
	all := []fault.Fault{fault.Lost, fault.Timeout, "nothing", fault.RedirectOnce, fault.Slow}
	if diff := cmp.Diff([]fault.Fault{fault.Timeout, fault.Slow}, fault.Strikes(fault.OnCall, all)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if all[0] != fault.Lost || all[4] != fault.Slow {
		t.Error("Strikes has changed what it was given")
	}
}
