package fault

import (
	"fmt"
	"slices"
	"sync"
)

// Queue is where injected faults wait. The faults of one Inject strike together; those of the next one wait for the call, the
// notification or the session after. It is safe for concurrent use; the zero value works.
type Queue struct {
	// Target says what a fault strikes, and is empty for one that does not exist: for a front with faults of its own. Zero:
	// [Fault.Target]. It is set before first use.
	Target func(Fault) Target

	mu      sync.Mutex
	waiting map[string][][]Fault // by operation, or by target
}

// Inject makes something go wrong once: with an operation, the faults of a call strike its next call; with none, they strike
// the next call of any of the operations, the faults of a notification the next notification, those of a session the next
// session. The error names an operation or a fault that does not exist, or that do not go together.
func (q *Queue) Inject(operations []string, op string, faults ...Fault) error {
	if op != "" && !slices.Contains(operations, op) {
		return fmt.Errorf("there is no operation %.20q", op)
	}
	target := q.Target
	if target == nil {
		target = Fault.Target
	}
	byTarget := make(map[Target][]Fault)
	for _, f := range faults {
		t := target(f)
		switch {
		case t == "":
			return fmt.Errorf("there is no fault %.20q", string(f))
		case op != "" && t != OnCall:
			return fmt.Errorf("%s strikes no call; inject it with an empty op", f)
		}
		byTarget[t] = append(byTarget[t], f)
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.waiting == nil {
		q.waiting = make(map[string][][]Fault)
	}
	for t, fs := range byTarget {
		key := string(t)
		if t == OnCall && op != "" {
			key = op
		}
		q.waiting[key] = append(q.waiting[key], fs)
	}
	return nil
}

// Next takes the faults that strike the next notification, session or call of whatever operation.
func (q *Queue) Next(t Target) []Fault { return q.takeFirst(string(t)) }

// NextCall takes the faults that strike a call of an operation: its own, then those for any call.
func (q *Queue) NextCall(op string) []Fault {
	return append(q.takeFirst(op), q.takeFirst(string(OnCall))...)
}

// takeFirst takes the first faults that wait under a key.
func (q *Queue) takeFirst(key string) []Fault {
	q.mu.Lock()
	defer q.mu.Unlock()
	w := q.waiting[key]
	if len(w) == 0 {
		return nil
	}
	q.waiting[key] = w[1:]
	return slices.Clone(w[0])
}
