package mailboxtest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/quittance/quittance/inbox"
)

// Case is one promise put to the test.
type Case struct {
	Name    string
	Promise string // what is promised, and why it matters

	run func(*trial)
}

// patience is how long a case may take: then its context ends, and a mailbox that waits for something fails.
const patience = 2 * time.Minute

// Check runs the case on an empty mailbox that nobody else uses. A nil error says that the promise was kept. A mailbox that panics
// has broken it.
func (c Case) Check(ctx context.Context, m inbox.Mailbox) (err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	defer func() {
		switch r := recover().(type) {
		case nil:
		case failure:
			err = r
		default:
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	c.run(&trial{Mailbox: m, ctx: ctx})
	return nil
}

// Run runs every case against the mailboxes that open returns; each must be empty.
func Run(t *testing.T, open func(t *testing.T) inbox.Mailbox) {
	for _, c := range Cases() {
		t.Run(c.Name, func(t *testing.T) {
			if err := c.Check(t.Context(), open(t)); err != nil {
				t.Errorf("%v\nThe promise: %s", err, c.Promise)
			}
		})
	}
}

// failure ends a case.
type failure struct{ error }

// trial is what a case works with. Its helpers end the case when the mailbox breaks the promise.
type trial struct {
	inbox.Mailbox
	ctx context.Context
}

func (*trial) fail(format string, a ...any) { panic(failure{fmt.Errorf(format, a...)}) }

func (t *trial) checkError(what string, err, want error) {
	if !errors.Is(err, want) {
		t.fail("%s: error %v, want %v", what, err, want)
	}
}

// start is when the first letters come.
var start = time.Date(2018, time.July, 5, 6, 52, 0, 123456000, time.UTC)

// newLetter returns a letter whose words have its key in them, so that no two letters are alike.
func newLetter(key, debtor string, received time.Time) inbox.Letter {
	return inbox.Letter{
		Key: key, Debtor: debtor, ReceivedAt: received, DeleteAt: inbox.DeletionDate(received, 0),
		Message: inbox.Message{Subject: "Subject of " + key, Text: "Text of " + key, HTML: "<p>Text of " + key + "</p>", Language: "fr"},
	}
}

func (t *trial) mustDeliver(letters ...inbox.Letter) {
	for _, l := range letters {
		t.checkError("Deliver "+l.Key, t.Deliver(t.ctx, l), nil)
	}
}

func (t *trial) listLetters(debtor string) []inbox.Letter {
	var out []inbox.Letter
	for l, err := range t.Letters(t.ctx, debtor) {
		t.checkError("Letters", err, nil)
		out = append(out, l)
	}
	return out
}

// checkKeys fails unless the debtor's letters have these keys, in this order.
func (t *trial) checkKeys(debtor string, want ...string) []inbox.Letter {
	got := t.listLetters(debtor)
	keys := make([]string, len(got))
	for i, l := range got {
		keys[i] = l.Key
	}
	if fmt.Sprintf("%q", keys) != fmt.Sprintf("%q", want) {
		t.fail("the letters of %q are %.300q, want %.300q", debtor, keys, want)
	}
	return got
}

// checkEqual fails when two letters differ, and names the field.
func (t *trial) checkEqual(what string, got, want inbox.Letter) {
	for _, f := range [...]struct {
		name      string
		got, want any
	}{
		{"Key", got.Key, want.Key}, {"Debtor", got.Debtor, want.Debtor}, {"Read", got.Read, want.Read},
		{"ReceivedAt", got.ReceivedAt.UnixNano(), want.ReceivedAt.UnixNano()}, {"DeleteAt", got.DeleteAt.UnixNano(), want.DeleteAt.UnixNano()},
		{"Subject", got.Subject, want.Subject}, {"Text", got.Text, want.Text}, {"HTML", got.HTML, want.HTML},
		{"Language", got.Language, want.Language},
	} {
		if f.got != f.want {
			t.fail("%s: %s is %.80q, want %.80q", what, f.name, fmt.Sprint(f.got), fmt.Sprint(f.want))
		}
	}
	for _, at := range []time.Time{got.ReceivedAt, got.DeleteAt} {
		if at.Location() != time.UTC {
			t.fail("%s: %v is not in UTC", what, at)
		}
	}
}

// deleteDue deletes the letters that are due at now, and fails unless there were want of them.
func (t *trial) deleteDue(now time.Time, want int) {
	n, err := t.DeleteDue(t.ctx, now)
	t.checkError("DeleteDue", err, nil)
	if n != want {
		t.fail("DeleteDue at %v says %d, want %d", now, n, want)
	}
}

// runTogether runs f n times at once. The first error ends the case.
func (t *trial) runTogether(n int, f func(i int) error) {
	done := make(chan error, n)
	begin := make(chan struct{})
	for i := range n {
		go func() {
			defer func() {
				if r := recover(); r != nil {
					done <- fmt.Errorf("%v", r)
				}
			}()
			<-begin
			done <- f(i)
		}()
	}
	close(begin)
	for range n {
		t.checkError(fmt.Sprintf("one of %d at once", n), <-done, nil)
	}
}
