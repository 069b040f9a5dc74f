package fault_test

import (
	"testing"

	"github.com/quittance/quittance/acquirer/internal/fault"
)

// Each call takes one order, the oldest first, and only of its own operation.
func TestOrders(t *testing.T) {
	var o fault.Orders[int]
	ops := []string{"begin", "status"}
	for op, answers := range map[string][]int{"begin": {1, 2}, "status": {3}} {
		for _, a := range answers {
			if err := o.Order(ops, op, a); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := o.Order(ops, "pay", 4); err == nil || err.Error() != `there is no operation "pay"` {
		t.Errorf("an operation that does not exist: %v", err)
	}
	for _, want := range []struct {
		op      string
		answer  int
		ordered bool
	}{{"begin", 1, true}, {"status", 3, true}, {"begin", 2, true}, {"begin", 0, false}, {"pay", 0, false}} {
		if a, ordered := o.Take(want.op); a != want.answer || ordered != want.ordered {
			t.Errorf("a call of %s takes %d, %v; want %d, %v", want.op, a, ordered, want.answer, want.ordered)
		}
	}
}
