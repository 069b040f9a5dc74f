package sips

import (
	"fmt"
	"io"
	"log/slog"
)

const redacted = "REDACTED"

// Secret is a secret key of the shop, as the bank's back office shows it: text, never decoded (Sips guide: the 43 characters
// are used as they are). Its zero value is no key, and nothing can be sealed with it.
//
// It prints as REDACTED with every verb of fmt, in slog, as JSON and as text; also inside the unexported field of another type,
// where fmt calls no method. It cannot be compared with ==. It is safe for concurrent use.
type Secret struct {
	reveal func() string // a function: whoever prints it by reflection gets an address
}

// NewSecret: it prints as REDACTED with every verb, in slog and in JSON.
func NewSecret(s string) Secret {
	if s == "" {
		return Secret{}
	}
	return Secret{reveal: func() string { return s }}
}

// IsZero reports whether there is no key.
func (s Secret) IsZero() bool { return s.reveal == nil }

// Format prints REDACTED for every verb.
func (s Secret) Format(f fmt.State, _ rune) { io.WriteString(f, redacted) }

// String is REDACTED.
func (s Secret) String() string { return redacted }

// LogValue is REDACTED.
func (s Secret) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalJSON writes "REDACTED"; it is not read back.
func (s Secret) MarshalJSON() ([]byte, error) { return []byte(`"` + redacted + `"`), nil }

// MarshalText writes REDACTED; it is not read back.
func (s Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

func (s Secret) text() string {
	if s.reveal == nil {
		return ""
	}
	return s.reveal()
}
