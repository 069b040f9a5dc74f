package wire

import (
	"errors"
	"fmt"

	"github.com/quittance/quittance/acquirer"
)

// Mistakes are those of a Config, of the package with that name.
type Mistakes struct {
	Package string
	errs    []error
}

// Add adds what is wrong with a field. errors.Is finds [acquirer.ErrConfiguration] in it.
func (m *Mistakes) Add(field, format string, a ...any) {
	m.errs = append(m.errs, &mistake{m.Package + ": Config." + field + ": " + fmt.Sprintf(format, a...)})
}

// Err returns all of them, joined; nil if there are none.
func (m *Mistakes) Err() error { return errors.Join(m.errs...) }

type mistake struct{ text string }

func (e *mistake) Error() string { return e.text }
func (e *mistake) Unwrap() error { return acquirer.ErrConfiguration }
