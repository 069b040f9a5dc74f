package payfiptest

import (
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/quittance/quittance/internal/paris"
)

// The platform's clock (docs/payfip.md §4, §5.1).
const (
	openable    = 15 * time.Minute // how long after its creation a session can be opened
	notifyDelay = 2 * time.Hour    // when a notification comes that does not come at once
)

// Transaction is what the platform knows of a session: a copy. It prints its reference and result only.
type Transaction struct {
	IdOp, Mel, Objet     string // the key to the payer's data, and two of these
	Numcli, Refdet, Exer string
	Saisie               string
	Cents                int64
	NotifyURL, ReturnURL string
	CreatedAt            time.Time
	OpenedAt             time.Time // of the last opening of the page; zero: nobody has
	Openings             int
	SentOn               bool      // the payer went on to the card's or the debit's provider: then nothing is purged in the night
	Means                Means     // by which it ended, or was last tried
	Letter               string    // resultrans; empty: no result yet
	Numauto              string    // of an accepted payment
	DecidedAt            time.Time // of the result
	Deleted              bool      // purged, or forgotten after a year: questions are answered with P1
	GivenUpBefore        bool      // the result before this one was A
}

// Money reports whether money was promised: paid by card, or a debit that was ordered, in the mode of real payments.
func (t Transaction) Money() bool { return t.Saisie == "W" && (t.Letter == "P" || t.Letter == "V") }

// Format prints neither session, address nor object.
func (t Transaction) Format(f fmt.State, _ rune) {
	io.WriteString(f, "transaction "+t.Refdet+" of "+t.Numcli+", result "+t.Letter)
}

// LogValue is what Format prints.
func (t Transaction) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(t)) }

// MarshalJSON writes what Format prints; it is for logs, and is not read back.
func (t Transaction) MarshalJSON() ([]byte, error) {
	return []byte(fmt.Sprintf("%q", fmt.Sprint(t))), nil
}

// A session is a transaction under the server's lock.
type session struct {
	Transaction
	uses      int // how often the page opens
	decidedIn int // the opening in which the result was reached
}

// refusalCode returns P1, P3 or P4 when the page may not be opened, otherwise the empty string.
func (s *session) refusalCode(now time.Time, h Habits) string {
	again := h.PayAfterGivingUp && s.Letter == "A"
	switch {
	case s.Deleted:
		return "P1"
	case now.Sub(s.CreatedAt) >= openable:
		return "P4"
	case (s.Openings >= s.uses || s.Letter != "") && !again:
		return "P3"
	}
	return ""
}

// deleteIfDue marks a session as deleted when its time has come. A session without a result, whose payer was not sent on to the provider,
// is deleted by the next purge; any other after a year.
func (s *session) deleteIfDue(now time.Time, purgeAfter time.Duration) {
	if s.Letter == "" && !s.SentOn {
		s.Deleted = s.Deleted || !now.Before(nextPurge(s.CreatedAt, purgeAfter))
		return
	}
	last := s.DecidedAt
	if last.IsZero() {
		last = s.OpenedAt
	}
	s.Deleted = s.Deleted || !now.Before(last.AddDate(1, 0, 0))
}

// nextPurge returns the instant of the first nightly purge after the day of an instant.
func nextPurge(after time.Time, purgeAfter time.Duration) time.Time {
	return paris.Of(after).Next().Start().Add(purgeAfter)
}

// workingDayAfter is the next day on which the accountant works; public holidays do not count here.
func workingDayAfter(t time.Time) time.Time {
	d := paris.Of(t).Next()
	for {
		start := d.Start()
		if w := start.In(paris.Location).Weekday(); w != time.Saturday && w != time.Sunday {
			return start
		}
		d = d.Next()
	}
}

// newIdOp makes a session number: a random UUID, or one of version 1.
func newIdOp(now time.Time, timeBased bool) string {
	var b [16]byte
	rand.Read(b[:]) // never fails: crypto/rand ends the program rather than return an error
	version := byte(0x40)
	if timeBased {
		const gregorian = 0x01B21DD213814000 // of 1 January 1970, in units of 100 ns since 1582
		t := uint64(now.UnixNano()/100) + gregorian
		binary.BigEndian.PutUint32(b[0:], uint32(t))
		binary.BigEndian.PutUint16(b[4:], uint16(t>>32))
		binary.BigEndian.PutUint16(b[6:], uint16(t>>48))
		version = 0x10
		copy(b[10:], []byte{0x02, 0x13, 0xad, 0x91, 0xa1, 0x03}) // node id: a constant, as was seen
	}
	b[6] = b[6]&0x0f | version
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[0:4], b[4:6], b[6:8], b[8:10], b[10:])
}
