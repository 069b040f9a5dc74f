package acquirertest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/quittance/quittance/acquirer"
)

// Case is one promise put to the test.
type Case struct {
	Name    string // unique; a slash separates the subject from the detail
	Promise string // what is promised, and why it matters

	run func(t *trial) error
}

// SkipError: the world, or the client by contract, does not offer what the case needs. It is not a failure.
type SkipError struct{ What string }

// Error names what is not supported.
func (e *SkipError) Error() string { return "skipped: " + e.What + " is not supported here" }

// patience is how long a case may take before it counts as hanging; those that wait for a time do so by the world's clock.
const patience = 2 * time.Minute

// Check runs the case in a world that nobody has used yet. A nil error says that the promise was kept, a [*SkipError] that it
// could not be tried. A client that panics has broken the promise.
func (c Case) Check(ctx context.Context, w World) (err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	return c.run(newTrial(ctx, w))
}

// Cases returns all cases, in a fixed order.
func Cases() []Case {
	return slices.Concat(
		beginCases(), outcomeCases(), parseCases(), returnCases(), listenCases(), statusCases(), endCases(), giveBackCases(), faultCases(),
		secretCases(), concurrentCases(),
	)
}

// Run tests the client of a world. open is called once for each case.
func Run(t *testing.T, open func(t *testing.T) World) {
	for _, c := range Cases() {
		t.Run(c.Name, func(t *testing.T) {
			err := c.Check(t.Context(), open(t))
			if isSkip(err) {
				t.Skip(err.Error())
			}
			if err != nil {
				t.Errorf("%v\nThe promise: %s", err, c.Promise)
			}
		})
	}
}

// worldError turns the ErrUnsupported of a world into a skip, and says of every other error of a world that the client is not
// to blame.
func worldError(what string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, acquirer.ErrUnsupported):
		return &SkipError{what}
	}
	return fmt.Errorf("the world failed, not the client: %s: %w", what, err)
}
