package payment

import (
	"crypto/rand"
	"encoding/base32"
	"fmt"
	"strings"
	"time"

	"github.com/quittance/quittance/internal/paris"
)

// DefaultPrefix begins the references of the teleservice: presumably « Paiement de Créance en Ligne, Carte Bancaire »
// (S28).
const DefaultPrefix = "PCLCB"

// MaxSequence is the largest number of a day.
const MaxSequence = 9_999_999

// Reference is a transaction's reference, in parts: PCLCB172540000004 is the fourth of 11 September 2017, day 254
// (S28). It has 12 digits after its prefix: the year in two, the day of the year in three, the number in seven.
//
// The day is a day in Paris: 1 January 00:30 there is day 001, although it is still December in UTC.
type Reference struct {
	Prefix   string    // 3 to 23 of [A-Za-z0-9]
	Day      time.Time // any instant of the day, in Paris; from 2000 to 2099
	Sequence int       // from 1 to MaxSequence
}

// NewReference puts together the reference of a payment at the given instant. The error names the part that is wrong.
func NewReference(prefix string, at time.Time, sequence int) (Reference, error) {
	r := Reference{prefix, paris.Of(at).Start(), sequence}
	return r, r.checkParts()
}

func (r Reference) checkParts() error {
	if err := checkPrefix(r.Prefix); err != nil {
		return err
	}
	if y := paris.Of(r.Day).Year; y < 2000 || y > 2099 {
		return fmt.Errorf("payment: reference: year %d is not in 2000 to 2099", y)
	}
	if r.Sequence < 1 || r.Sequence > MaxSequence {
		return fmt.Errorf("payment: reference: sequence %d is not in 1 to %d", r.Sequence, MaxSequence)
	}
	return nil
}

func checkPrefix(s string) error {
	bad := strings.ContainsFunc(s, func(c rune) bool {
		return !(c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z')
	})
	if len(s) < 3 || len(s) > 23 || bad {
		return fmt.Errorf("payment: reference: prefix %.40q is not 3 to 23 of [A-Za-z0-9]", s)
	}
	return nil
}

// String is the reference as it is sent: prefix, year, day, number.
func (r Reference) String() string {
	d := paris.Of(r.Day)
	return fmt.Sprintf("%s%02d%03d%07d", r.Prefix, d.Year%100, d.YearDay(), r.Sequence)
}

// ParseReference is the inverse of [Reference.String]. The error says what is wrong: a prefix that is none, a day
// that the year does not have, number zero.
func ParseReference(s string) (Reference, error) {
	if len(s) > 35 || len(s) < 15 {
		return Reference{}, fmt.Errorf("payment: reference %.40q has %d characters, not 15 to 35", s, len(s))
	}
	head, tail := s[:len(s)-12], s[len(s)-12:]
	for _, c := range []byte(tail) {
		if c < '0' || c > '9' {
			return Reference{}, fmt.Errorf("payment: reference %q does not end in 12 digits", s)
		}
	}
	number := func(s string) (n int) {
		for _, c := range []byte(s) {
			n = n*10 + int(c-'0')
		}
		return n
	}
	year, day := 2000+number(tail[:2]), number(tail[2:5])
	r := Reference{head, time.Date(year, time.January, day, 0, 0, 0, 0, paris.Location), number(tail[5:])}
	if day < 1 || paris.Of(r.Day).Year != year {
		return Reference{}, fmt.Errorf("payment: reference %q: %d has no day %d", s, year, day)
	}
	if err := r.checkParts(); err != nil {
		return Reference{}, err
	}
	return r, nil
}

var base32lower = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// newID draws an [ID].
func newID() ID {
	var b [16]byte
	rand.Read(b[:])
	return ID(base32lower.EncodeToString(b[:]))
}

// parisDay is the day under which the store counts the sequence.
func parisDay(t time.Time) string { return paris.Of(t).String() }
