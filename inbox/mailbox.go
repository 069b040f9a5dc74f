package inbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/quittance/quittance/internal/nir"
)

// ErrNotFound is returned for a letter that is not there, or that is somebody else's.
var ErrNotFound = errors.New("inbox: letter not found")

// Letter is a message in a mailbox. Key is the payment's ID and the kind of
// letter: "…/acknowledgement". Debtor is the host's opaque identifier of the payer. A mailbox hands out instants in UTC, in
// microseconds.
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

// Mailbox keeps the letters of payers. It is safe for concurrent use. Every method can also return the context's error.
type Mailbox interface {
	// Deliver keeps a letter. It is idempotent on Letter.Key: a letter whose key is known already, also that of a letter
	// deleted since, is left out, and the error is nil. The error is that of [Letter.Validate], or the mailbox's own: then try
	// again.
	Deliver(ctx context.Context, l Letter) error

	// Letters yields the letters of a debtor, newest first, and of one instant by key. After an error it stops.
	Letters(ctx context.Context, debtor string) iter.Seq2[Letter, error]

	// Letter returns one letter of the debtor: for the page of a letter. ErrNotFound: there is none, or it is somebody else's.
	Letter(ctx context.Context, debtor, key string) (Letter, error)

	// Unread returns how many letters of the debtor are not marked as read: for the number beside the word « messagerie ».
	Unread(ctx context.Context, debtor string) (int, error)

	// MarkRead marks a letter of the debtor as read. ErrNotFound: there is none, or it is somebody else's.
	MarkRead(ctx context.Context, debtor, key string) error

	// DeleteDue deletes the letters whose DeleteAt is not after now, and returns how many they were. It is a chore for
	// payment.Config.
	DeleteDue(ctx context.Context, now time.Time) (int, error)

	// Erase deletes all letters of a debtor at once, whatever their DeleteAt, and returns how many they were: for a person who has
	// to be erased (payment.Service.Erase). Their keys stay known. An empty debtor has none.
	Erase(ctx context.Context, debtor string) (int, error)
}

// DeletionRecord is what a [Mailbox] also is that tells a letter which was deleted or erased from one that never came: it keeps the keys of
// both. The mailboxes of this module are. [AcknowledgementAlarm] asks for it.
type DeletionRecord interface {
	// WasDeleted reports whether a letter with that key was delivered, and has been deleted or erased since.
	WasDeleted(ctx context.Context, key string) (bool, error)
}
