// Package preflight has the report of a client's preflight: would an acquirer work with its configuration? A client that has one, such
// as sips.Client.Doctor, looks without moving money, and returns a [Report].
//
// A program makes two calls at its start: it prints the report, whose lines say what was checked, and ends with [Report.Err] if that is
// not nil. What could not be checked is [Unsure] and stops nothing: also a platform that cannot be reached or is not at work, for a program that
// starts meanwhile is not configured wrong, and payers come back to it. A certificate that is not right is [Wrong]. A client of your own builds a
// Report from [Check] values.
//
// What is not promised: a report in which all is right is no proof that a payment will work; a payment on the acquirer's test platform is.
package preflight

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"github.com/quittance/quittance/acquirer"
)

// Op is the operation of a preflight's own errors.
const Op = "doctor"

// Verdict is how a check ended.
type Verdict string

// The strings are frozen.
const (
	Right  Verdict = "right"  // checked, and right
	Wrong  Verdict = "wrong"  // checked, and wrong: payments will fail
	Unsure Verdict = "unsure" // could not be checked, or deserves a look
)

// Check is one thing that was looked at.
type Check struct {
	Name    string // what was looked at, in a word: "paypage", "settings"
	Verdict Verdict
	Text    string // a sentence in English; it holds no key
}

// Report is what a preflight found, in words.
type Report struct{ Checks []Check }

// OK reports whether nothing is wrong. What could not be checked does not count.
func (r Report) OK() bool {
	for _, c := range r.Checks {
		if c.Verdict == Wrong {
			return false
		}
	}
	return true
}

// String has a line per check: "right   paypage: …".
func (r Report) String() string {
	var b strings.Builder
	for _, c := range r.Checks {
		fmt.Fprintf(&b, "%-7s %s: %s\n", c.Verdict, c.Name, c.Text)
	}
	return b.String()
}

// LogValue has an attribute per check.
func (r Report) LogValue() slog.Value {
	var attrs []slog.Attr
	for _, c := range r.Checks {
		attrs = append(attrs, slog.String(c.Name, string(c.Verdict)+": "+c.Text))
	}
	return slog.GroupValue(attrs...)
}

// Err is nil when OK, and otherwise an error of kind [acquirer.ErrConfiguration] with everything that is wrong: for a program
// that is not to start.
func (r Report) Err() error {
	var wrong []string
	for _, c := range r.Checks {
		if c.Verdict == Wrong {
			wrong = append(wrong, c.Name+": "+c.Text)
		}
	}
	if wrong == nil {
		return nil
	}
	return &acquirer.Error{Op: Op, Kind: acquirer.ErrConfiguration, Err: errors.New(strings.Join(wrong, "; "))}
}
