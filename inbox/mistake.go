package inbox

import (
	"strconv"
	"strings"
)

// Mistake is one thing that is wrong with a text: [NewCatalog] returns all of them, joined. Its message begins with the place, as
// those of compilers do.
type Mistake struct {
	Origin string // "courante", or which overlay: "overlay 1"
	File   string // "fr/failed.txt"; a language where a file is missing
	Line   int    // from 1; zero: the whole file
	Rule   string // of the linter, as an exemption names it: "spaces"; empty: none of the linter's
	What   string // the mistake, and what to do
	Err    error  // the cause, where there is one
}

// Error gives the place, what is wrong, and the rule of the linter.
func (m *Mistake) Error() string {
	var b strings.Builder
	if m.Origin != "" {
		b.WriteString(m.Origin + ": ")
	}
	if m.File != "" {
		b.WriteString(m.File)
		if m.Line > 0 {
			b.WriteString(":" + strconv.Itoa(m.Line))
		}
		b.WriteString(": ")
	}
	b.WriteString(m.What)
	if m.Rule != "" {
		b.WriteString(" (" + m.Rule + ")")
	}
	return b.String()
}

// Unwrap returns the cause, or nil.
func (m *Mistake) Unwrap() error { return m.Err }
