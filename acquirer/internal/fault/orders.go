package fault

import (
	"fmt"
	"slices"
	"sync"
)

// Orders are the answers that a test has ordered for the next calls of operations, in the order in which they were ordered. It is safe for
// concurrent use; the zero value works.
type Orders[Answer any] struct {
	mu      sync.Mutex
	waiting map[string][]Answer // by operation
}

// Order has the next call of one of the operations answered so; a second order waits for the call after. The error names an operation that
// does not exist.
func (o *Orders[Answer]) Order(operations []string, op string, a Answer) error {
	if !slices.Contains(operations, op) {
		return fmt.Errorf("there is no operation %.20q", op)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.waiting == nil {
		o.waiting = make(map[string][]Answer)
	}
	o.waiting[op] = append(o.waiting[op], a)
	return nil
}

// Take takes what was ordered for a call of an operation, if anything was.
func (o *Orders[Answer]) Take(op string) (a Answer, ordered bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	w := o.waiting[op]
	if len(w) == 0 {
		return a, false
	}
	o.waiting[op] = w[1:]
	return w[0], true
}
