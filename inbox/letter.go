package inbox

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/quittance/quittance/internal/nir"
	"github.com/quittance/quittance/internal/paris"
)

// Letter is a message in a mailbox. Key is the payment's ID and the kind of letter: "…/acknowledgement". Debtor is the host's opaque
// identifier of the payer. A mailbox hands out instants in UTC, in microseconds.
//
// It prints without its person and without its words.
type Letter struct {
	Key, Debtor          string
	ReceivedAt, DeleteAt time.Time
	Read                 bool
	Message
}

// maxKeyBytes is how long a key or a debtor may be, in bytes: databases index both.
const maxKeyBytes = 200

// Validate returns everything that is wrong with a letter to be delivered: a key or a debtor that is empty, longer than 200
// bytes, or a social security number; characters that a database refuses; a time that is missing, a deletion before the
// receipt. Mailboxes call it first.
func (l Letter) Validate() error {
	var errs []error
	bad := func(what string) { errs = append(errs, errors.New("inbox: letter: "+what)) }
	for _, f := range [...]struct{ name, value string }{{"Key", l.Key}, {"Debtor", l.Debtor}} {
		switch {
		case f.value == "":
			bad(f.name + " is empty")
		case len(f.value) > maxKeyBytes:
			bad(f.name + " is longer than 200 bytes")
		case nir.Identifier(f.value) || f.name == "Debtor" && nir.Debtor(f.value):
			bad(f.name + " is a social security number; use an identifier of your own")
		}
	}
	for _, f := range [...]struct{ name, value string }{
		{"Key", l.Key}, {"Debtor", l.Debtor}, {"Subject", l.Subject}, {"Text", l.Text}, {"HTML", l.HTML}, {"Language", l.Language},
	} {
		if !utf8.ValidString(f.value) || strings.Contains(f.value, "\x00") {
			bad(f.name + " has bytes that are not text")
		}
	}
	if l.ReceivedAt.IsZero() {
		bad("ReceivedAt is zero")
	}
	if !l.DeleteAt.After(l.ReceivedAt) {
		bad("DeleteAt is not after ReceivedAt")
	}
	return errors.Join(errs...)
}

// LogValue names no person: key, times, language.
func (l Letter) LogValue() slog.Value {
	return slog.GroupValue(slog.String("key", l.Key), slog.Time("received_at", l.ReceivedAt), slog.Time("delete_at", l.DeleteAt),
		slog.Bool("read", l.Read), slog.String("language", l.Language))
}

// Format prints the key, whatever the verb.
func (l Letter) Format(f fmt.State, _ rune) { io.WriteString(f, "letter "+l.Key) }

// keepMonths is how long the source keeps a letter: what came on 05/07/18 is deleted on 05/01/19 (S68).
const keepMonths = 6

// DeletionDate is when a letter is to be deleted: so many calendar months later at the same time of day, counted in Paris, and
// never past the end of the month: six months after 31 August is 28 or 29 February (S68). Zero months or
// less: six. The result is UTC.
func DeletionDate(receivedAt time.Time, months int) time.Time {
	if months <= 0 {
		months = keepMonths
	}
	t := receivedAt.In(paris.Location)
	y, m, d := t.Date()
	last := time.Date(y, m+time.Month(months)+1, 0, 0, 0, 0, 0, time.UTC).Day()
	return time.Date(y, m+time.Month(months), min(d, last), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), paris.Location).UTC()
}
