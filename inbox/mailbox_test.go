package inbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

func letter(key, debtor string, received time.Time) Letter {
	return Letter{Key: key, Debtor: debtor, ReceivedAt: received, DeleteAt: DeletionDate(received, 0), Message: Message{Subject: "S", Text: "T " + key}}
}

func keys(ls []Letter) string {
	var out []string
	for _, l := range ls {
		out = append(out, l.Key)
	}
	return strings.Join(out, " ")
}

func TestMemoryMailbox(t *testing.T) {
	ctx, box := t.Context(), NewMemoryMailbox()
	hour := func(n int) time.Time { return sampleTime.Add(time.Duration(n) * time.Hour) }
	for _, l := range []Letter{
		letter("b/x", "one", hour(1)), letter("c/x", "one", hour(3)), letter("a/x", "one", hour(1)), letter("d/x", "two", hour(2)),
	} {
		if err := box.Deliver(ctx, l); err != nil {
			t.Fatal(err)
		}
	}
	again := letter("b/x", "two", hour(9)) // the key is what counts
	again.Text = "another"
	if err := box.Deliver(ctx, again); err != nil {
		t.Fatal(err)
	}
	if got := keys(letters(t, box, "one")); got != "c/x a/x b/x" {
		t.Errorf("newest first, then by key: %s", got)
	}
	if got := letters(t, box, "two"); keys(got) != "d/x" || got[0].Text != "T d/x" {
		t.Errorf("%s", keys(got))
	}
	if got := letters(t, box, "nobody"); got != nil {
		t.Errorf("%s", keys(got))
	}

	for key, want := range map[string]error{"a/x": nil, "d/x": ErrNotFound, "z/x": ErrNotFound} {
		if err := box.MarkRead(ctx, "one", key); !errors.Is(err, want) {
			t.Errorf("MarkRead %s: %v, want %v", key, err, want)
		}
	}
	for _, l := range append(letters(t, box, "one"), letters(t, box, "two")...) {
		if l.Read != (l.Key == "a/x") {
			t.Errorf("%s is read: %v", l.Key, l.Read)
		}
	}

	due := letters(t, box, "two")[0].DeleteAt // two letters are due before, one at that very instant
	if n, err := box.DeleteDue(ctx, due.Add(-time.Hour-1)); n != 0 || err != nil {
		t.Errorf("too early: %d, %v", n, err)
	}
	if n, err := box.DeleteDue(ctx, due); n != 3 || err != nil {
		t.Errorf("%d letters deleted, %v", n, err)
	}
	if got := keys(letters(t, box, "one")); got != "c/x" {
		t.Errorf("left: %s", got)
	}

	// A change that is delivered again after six months writes no second letter.
	if err := box.Deliver(ctx, letter("a/x", "one", hour(1))); err != nil {
		t.Fatal(err)
	}
	if got := keys(letters(t, box, "one")); got != "c/x" {
		t.Errorf("a deleted letter came back: %s", got)
	}
	if err := box.MarkRead(ctx, "one", "a/x"); !errors.Is(err, ErrNotFound) {
		t.Errorf("MarkRead of a deleted letter: %v", err)
	}
	for range box.Letters(ctx, "one") {
		break // a reader may stop
	}
}

func TestMemoryMailboxListensToItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	box := NewMemoryMailbox()
	for i := range 3 {
		if err := box.Deliver(ctx, letter(strconv.Itoa(i), "one", sampleTime)); err != nil {
			t.Fatal(err)
		}
	}
	n, last := 0, error(nil)
	for _, err := range box.Letters(ctx, "one") {
		n, last = n+1, err
		cancel()
	}
	if n != 2 || !errors.Is(last, context.Canceled) {
		t.Errorf("%d, %v", n, last)
	}
	_, deleted := box.DeleteDue(ctx, sampleTime)
	listed := error(nil)
	for _, err := range box.Letters(ctx, "nobody") {
		listed = err
	}
	for name, err := range map[string]error{
		"Deliver": box.Deliver(ctx, letter("k", "one", sampleTime)), "MarkRead": box.MarkRead(ctx, "one", "0"), "DeleteDue": deleted, "Letters": listed,
	} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestMemoryMailboxConcurrently(t *testing.T) {
	ctx, box := t.Context(), NewMemoryMailbox()
	var wg sync.WaitGroup
	for w := range 8 {
		wg.Go(func() {
			for i := range 100 {
				key := strconv.Itoa(i)
				if err := box.Deliver(ctx, letter(key, "one", sampleTime)); err != nil {
					t.Error(err)
				}
				switch w % 4 {
				case 0:
					box.MarkRead(ctx, "one", key)
				case 1:
					box.DeleteDue(ctx, sampleTime)
				case 2:
					for range box.Letters(ctx, "one") {
						break
					}
				}
			}
		})
	}
	wg.Wait()
	if got := letters(t, box, "one"); len(got) != 100 {
		t.Errorf("%d letters", len(got))
	}
}

func TestLetterValidate(t *testing.T) {
	good := letter("k/acknowledgement", "one", sampleTime)
	if err := good.Validate(); err != nil {
		t.Error(err)
	}
	for name, change := range map[string]func(*Letter){
		"Key is empty":            func(l *Letter) { l.Key = "" },
		"Debtor is empty":         func(l *Letter) { l.Debtor = "" },
		"Debtor is a social":      func(l *Letter) { l.Debtor = "1 83 02 75 999 001" },
		"Key is a social":         func(l *Letter) { l.Key = "183027599900103" },
		"ReceivedAt is zero":      func(l *Letter) { l.ReceivedAt = time.Time{} },
		"DeleteAt is not after R": func(l *Letter) { l.DeleteAt = l.ReceivedAt },
	} {
		l := good
		change(&l)
		box := NewMemoryMailbox()
		for _, err := range []error{l.Validate(), box.Deliver(t.Context(), l)} {
			if err == nil || !strings.Contains(err.Error(), name) || strings.Contains(err.Error(), "83 02") || strings.Contains(err.Error(), "8302") {
				t.Errorf("%s: %v", name, err)
			}
		}
		if got := letters(t, box, l.Debtor); got != nil {
			t.Errorf("%s: it was kept", name)
		}
	}
}

// A letter in a log names nobody and says nothing.
func TestLetterPrintsWithoutItsPerson(t *testing.T) {
	l := letter("k/x", "debtor-zzz", sampleTime)
	l.Text, l.HTML, l.Subject = "zzz", "zzz", "zzz"
	var b bytes.Buffer
	slog.New(slog.NewJSONHandler(&b, nil)).Info("x", "letter", l)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x"} {
		fmt.Fprintf(&b, verb, l)
	}
	if s := b.String(); strings.Contains(s, "zzz") || !strings.Contains(s, "k/x") {
		t.Error(s)
	}
}
