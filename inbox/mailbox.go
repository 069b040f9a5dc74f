package inbox

import (
	"context"
	"errors"
	"iter"
	"time"
)

// ErrNotFound is returned for a letter that is not there, or that is somebody else's.
var ErrNotFound = errors.New("inbox: letter not found")

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
