package inbox

import (
	"bytes"
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
	good := letter("k/acknowledgement", strings.Repeat("d", 200), sampleTime)
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
		"Key is longer":           func(l *Letter) { l.Key = strings.Repeat("k", 201) },
		"Debtor is longer":        func(l *Letter) { l.Debtor = strings.Repeat("d", 201) },
		"Debtor has bytes":        func(l *Letter) { l.Debtor = "a\x00" },
		"Text has bytes":          func(l *Letter) { l.Text = "\xff" },
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
