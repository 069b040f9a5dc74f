package audit

import (
	"encoding/hex"
	"fmt"
	"io"
)

// Seal is a day seal: a hash over the day, the seal of the day before, and the heads of all payments and orphans that moved on the
// day. The zero value is that of a day before the first payment, and commits to nothing.
type Seal [32]byte

// String is the seal in hexadecimal, 64 digits, as it stands in exports.
func (s Seal) String() string { return hex.EncodeToString(s[:]) }

// Format prints what String returns, whatever the verb: %x of a type with a String method would be the digits of its digits.
func (s Seal) Format(f fmt.State, _ rune) { io.WriteString(f, s.String()) }

// ParseSeal is the inverse of [Seal.String]; capital digits are taken too.
func ParseSeal(text string) (s Seal, err error) {
	if len(text) != 2*len(s) {
		return Seal{}, fmt.Errorf("audit: a day seal has 64 hexadecimal digits, this has %d characters", len(text))
	}
	if _, err := hex.Decode(s[:], []byte(text)); err != nil {
		return Seal{}, fmt.Errorf("audit: a day seal has 64 hexadecimal digits: %w", err)
	}
	return s, nil
}

// MarshalText writes what String returns.
func (s Seal) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads what MarshalText writes.
func (s *Seal) UnmarshalText(text []byte) (err error) {
	*s, err = ParseSeal(string(text))
	return err
}
