package fault_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/acquirer/internal/fault"
)

var operations = []string{"begin", "status"}

func TestQueue(t *testing.T) {
	var q fault.Queue
	inject := func(op string, fs ...fault.Fault) {
		t.Helper()
		if err := q.Inject(operations, op, fs...); err != nil {
			t.Fatal(err)
		}
	}
	inject("", fault.Lost, fault.Doubled, fault.Timeout, fault.RedirectOnce)
	inject("status", fault.Slow)
	inject("", fault.Late)
	for i, want := range []struct {
		got  []fault.Fault
		want []fault.Fault
	}{
		{q.Next(fault.OnNotification), []fault.Fault{fault.Lost, fault.Doubled}},
		{q.Next(fault.OnNotification), []fault.Fault{fault.Late}},
		{q.Next(fault.OnNotification), nil},
		{q.NextCall("status"), []fault.Fault{fault.Slow, fault.Timeout}}, // its own, then anybody's
		{q.NextCall("begin"), nil},
		{q.Next(fault.OnSession), []fault.Fault{fault.RedirectOnce}},
	} {
		if diff := cmp.Diff(want.want, want.got); diff != "" {
			t.Errorf("%d (-want +got):\n%s", i, diff)
		}
	}
}

// A front may have faults of its own, and lack some of the others.
func TestQueueTarget(t *testing.T) {
	const own fault.Fault = "own"
	q := fault.Queue{Target: func(f fault.Fault) fault.Target {
		return map[fault.Fault]fault.Target{own: fault.OnCall, fault.Lost: fault.OnNotification}[f]
	}}
	if err := q.Inject(operations, "", own, fault.Lost); err != nil {
		t.Fatal(err)
	}
	if err := q.Inject(operations, "", fault.Slow); err == nil {
		t.Error("a fault that the front does not have: no error")
	}
	if diff := cmp.Diff([]fault.Fault{own}, q.NextCall("status")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]fault.Fault{fault.Lost}, q.Next(fault.OnNotification)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestQueueRefuses(t *testing.T) {
	var q fault.Queue
	for what, err := range map[string]error{
		"an operation":                q.Inject(operations, "parse", fault.Slow),
		"a fault":                     q.Inject(operations, "", "nothing"),
		"no call":                     q.Inject(operations, "status", fault.Lost),
		"a fault beside one that is":  q.Inject(operations, "", fault.Lost, "nothing"),
		"no call beside one that is ": q.Inject(operations, "begin", fault.Slow, fault.RedirectOnce),
	} {
		if err == nil {
			t.Errorf("%s that does not exist: no error", what)
		}
	}
	if got := append(q.Next(fault.OnNotification), q.NextCall("begin")...); got != nil {
		t.Errorf("what was refused is waiting: %v", got)
	}
}
