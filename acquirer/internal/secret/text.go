// Package secret holds a text that nobody is to read in a log.
package secret

import (
	"fmt"
	"io"
	"log/slog"
	"strings"
)

const redacted = "REDACTED"

// Text prints as REDACTED with every verb of fmt, in slog, as JSON and as text; also inside the unexported field of another
// type, where fmt calls no method. It cannot be compared with ==. It is safe for concurrent use. Its zero value is no text.
type Text struct {
	reveal func() string // a function: whoever prints it by reflection gets an address
}

// New hides a text.
func New(s string) Text {
	if s == "" {
		return Text{}
	}
	return Text{reveal: func() string { return s }}
}

// Reveal returns what is hidden: a function and no method, so that who holds a key cannot call it from outside of this module.
func Reveal(t Text) string {
	if t.reveal == nil {
		return ""
	}
	return t.reveal()
}

// Problem returns what is wrong with the text of a key, without repeating it; empty when nothing is.
func Problem(t Text) string {
	text := Reveal(t)
	switch {
	case text == "":
		return "the secret is empty"
	case strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r == 0x7f }):
		return "the secret has a space or a line end: was it pasted whole and alone?"
	}
	return ""
}

// IsZero reports whether there is no text.
func (t Text) IsZero() bool { return t.reveal == nil }

// Format prints REDACTED for every verb.
func (t Text) Format(f fmt.State, _ rune) { io.WriteString(f, redacted) }

// String is REDACTED.
func (t Text) String() string { return redacted }

// LogValue is REDACTED.
func (t Text) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalJSON writes "REDACTED"; it is not read back.
func (t Text) MarshalJSON() ([]byte, error) { return []byte(`"` + redacted + `"`), nil }

// MarshalText writes REDACTED; it is not read back.
func (t Text) MarshalText() ([]byte, error) { return []byte(redacted), nil }
