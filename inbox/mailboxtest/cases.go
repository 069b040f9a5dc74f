package mailboxtest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/quittance/quittance/inbox"
)

// Cases returns all cases, in a fixed order.
func Cases() []Case {
	return []Case{
		{
			"a letter is kept whole",
			"What the payer reads is what was written, to the character, with the instants in UTC and microseconds.",
			letterKeptWhole,
		},
		{
			"a key is delivered once",
			"A change that is delivered again, as after a crash, writes no second letter and leaves the first as it is.",
			keyDeliveredOnce,
		},
		{
			"a deleted letter stays away",
			"A change that is delivered again after six months does not bring its letter back.",
			deletedStaysAway,
		},
		{
			"a wrong letter is refused",
			"A letter without a key, a debtor or a date, or with a social security number, is never kept.",
			wrongLetterRefused,
		},
		{
			"newest first, then by key",
			"The payer finds the last letter on top, and the list is in the same order every time.",
			newestFirst,
		},
		{"a long list is whole", "No letter is missing or doubled when a mailbox reads in pages, whatever the instants.", longListWhole},
		{
			"a reader may stop, and may act",
			"A page that shows ten letters, or marks one as read on its way, holds up nobody.",
			readerStopsAndActs,
		},
		{"letters are their debtor's alone", "Nobody reads, opens, counts or marks somebody else's letter.", debtorsKeptApart},
		{"a letter is marked as read", "What was read once is read, and what was not is not.", markedAsRead},
		{"one letter is opened", "The page of a letter shows the letter that was asked for, or says that there is none.", oneLetterOpened},
		{
			"what is unread is counted",
			"The number beside the mailbox is right after each delivery, reading and deletion.",
			unreadCounted,
		},
		{"letters are deleted when they are due", "A letter stays until its date, and is gone at that very instant (S68).", deletedWhenDue},
		{"many letters are deleted at once", "However many letters are due, one call deletes them all and says how many.", manyDeletedAtOnce},
		{
			"all letters of a debtor are erased",
			"A person who has to be erased is: no letter of theirs stays or comes back, and nobody else loses one.",
			debtorErased,
		},
		{
			"a letter that was deleted is told from one that never came",
			"Of a mailbox that is an inbox.DeletionRecord: an acknowledgement that was written and erased is not reported as missing, and one that is missing is.",
			deletionRecorded,
		},
		{"many at once: one letter of a key", "Two workers that deliver one change write one letter.", onceRace},
		{
			"many at once: each letter is deleted once",
			"Workers that run the same chore count each letter once, and neither waits for the other for ever.",
			deleteRace,
		},
		{"an ended context writes nothing", "A program that stops leaves nothing half done.", endedContextWritesNothing},
	}
}

func letterKeptWhole(t *trial) {
	paris := time.FixedZone("", 2*60*60)
	l := newLetter("aaaaaaaaaaaaaaaaaaaaaaaaaa/acknowledgement", "é'\"\\%_;--", start.In(paris).Add(999))
	l.Subject = "Accusé de réception « 62,00 € » ’ \" \\ % _ ; -- \u202f🙂"
	l.Text = strings.Repeat("Vous avez payé 62,00\u00a0€.\n\n- n°\u00a01\n", 500)
	l.HTML, l.Language = "<div lang=\"fr\">&lt;\n</div>", "fr-FR"
	empty := newLetter("b/empty", l.Debtor, start.Add(-time.Hour))
	empty.Message = inbox.Message{}
	empty.Read = true
	t.mustDeliver(l, empty)
	l.ReceivedAt, l.DeleteAt = l.ReceivedAt.Truncate(time.Microsecond), l.DeleteAt.Truncate(time.Microsecond)
	got := t.checkKeys(l.Debtor, l.Key, empty.Key)
	t.checkEqual("the letter", got[0], l)
	t.checkEqual("a letter without words", got[1], empty)
}

func keyDeliveredOnce(t *trial) {
	l := newLetter("k/x", "one", start)
	t.mustDeliver(l)
	t.checkError("MarkRead", t.MarkRead(t.ctx, "one", "k/x"), nil)
	again := newLetter("k/x", "two", start.Add(time.Hour))
	again.Text = "other words"
	t.mustDeliver(l, again)
	t.checkKeys("two")
	l.Read = true
	t.checkEqual("the first letter", t.checkKeys("one", "k/x")[0], l)
}

func deletedStaysAway(t *trial) {
	l := newLetter("k/x", "one", start)
	t.mustDeliver(l)
	t.deleteDue(l.DeleteAt, 1)
	t.mustDeliver(l, newLetter("k/x", "one", start.AddDate(1, 0, 0)))
	t.checkKeys("one")
	t.checkError("MarkRead of a deleted letter", t.MarkRead(t.ctx, "one", "k/x"), inbox.ErrNotFound)
	t.deleteDue(start.AddDate(9, 0, 0), 0)
}

func wrongLetterRefused(t *trial) {
	for _, change := range []func(*inbox.Letter){
		func(l *inbox.Letter) { l.Key = "" },
		func(l *inbox.Letter) { l.Debtor = "" },
		func(l *inbox.Letter) { l.Debtor = "1 83 02 75 999 001" },
		func(l *inbox.Letter) { l.Key = "183027599900103" },
		func(l *inbox.Letter) { l.Key = strings.Repeat("k", 201) },
		func(l *inbox.Letter) { l.Text = "\xff" },
		func(l *inbox.Letter) { l.HTML = "\x00" },
		func(l *inbox.Letter) { l.ReceivedAt = time.Time{} },
		func(l *inbox.Letter) { l.DeleteAt = l.ReceivedAt },
	} {
		l := newLetter("k/x", "one", start)
		change(&l)
		want := l.Validate()
		if err := t.Deliver(t.ctx, l); err == nil || err.Error() != want.Error() {
			t.fail("Deliver: error %v, want %v", err, want)
		}
		t.checkKeys(l.Debtor)
	}
	t.mustDeliver(newLetter("k/x", "one", start)) // a refused letter has not used up its key
	t.checkKeys("one", "k/x")
}

func newestFirst(t *trial) {
	hour := func(n int) time.Time { return start.Add(time.Duration(n) * time.Hour) }
	t.mustDeliver(
		newLetter("b/x", "one", hour(1)), newLetter("c/x", "one", hour(3)), newLetter("a/x", "one", hour(1)), newLetter("B/x", "one", hour(1)),
		newLetter("é/x", "one", hour(1)), newLetter("d/x", "one", hour(1).Add(time.Microsecond)), newLetter("e/x", "one", hour(-100000)),
	)
	t.checkKeys("one", "c/x", "d/x", "B/x", "a/x", "b/x", "é/x", "e/x") // of one instant by the bytes of the key
}

func longListWhole(t *trial) {
	const n, instants = 503, 2
	t.runTogether(8, func(w int) error {
		for i := w; i < n; i += 8 {
			// Whole pages, and the turn of a page, are of one instant.
			at := start.Add(-time.Duration(i*instants/n) * time.Minute)
			if err := t.Deliver(t.ctx, newLetter(fmt.Sprintf("%04d/x", i), "one", at)); err != nil {
				return err
			}
		}
		return nil
	})
	got := t.listLetters("one")
	for i, l := range got {
		if want := fmt.Sprintf("%04d/x", i); l.Key != want || l.Text != "Text of "+want {
			t.fail("letter %d of the list is %s, want %s", i, l.Key, want)
		}
	}
	if len(got) != n {
		t.fail("the list has %d letters, want %d", len(got), n)
	}
}

func readerStopsAndActs(t *trial) {
	for i := range 3 {
		t.mustDeliver(newLetter(fmt.Sprintf("%d/x", i), "one", start))
	}
	for range 20 { // more often than a pool has connections
		for range t.Letters(t.ctx, "one") {
			break
		}
	}
	ctx, cancel := context.WithTimeout(t.ctx, patience/4)
	defer cancel()
	for l, err := range t.Letters(ctx, "one") {
		t.checkError("Letters", err, nil)
		t.checkError("MarkRead in the loop", t.MarkRead(ctx, "one", l.Key), nil)
		t.checkError("Deliver in the loop", t.Deliver(ctx, newLetter(l.Key+"+", "one", start.Add(-time.Hour))), nil)
	}
	seq := t.Letters(t.ctx, "one")
	for range 2 { // a sequence may be read twice
		n := 0
		for _, err := range seq {
			t.checkError("Letters", err, nil)
			n++
		}
		if n < 6 {
			t.fail("%d letters, want 6 or more", n)
		}
	}
}

func debtorsKeptApart(t *trial) {
	t.mustDeliver(newLetter("a/x", "one", start), newLetter("b/x", "two", start), newLetter("c/x", "ONE", start), newLetter("d/x", "one ", start))
	t.checkKeys("one", "a/x")
	t.checkKeys("two", "b/x")
	t.checkKeys("ONE", "c/x")
	t.checkKeys("on_")
	t.checkKeys("%")
	t.checkKeys("")
	for _, debtor := range []string{"two", "ONE", "", "%"} {
		t.checkError("MarkRead by "+debtor, t.MarkRead(t.ctx, debtor, "a/x"), inbox.ErrNotFound)
	}
	if t.listLetters("one")[0].Read {
		t.fail("somebody else marked a letter as read")
	}
	t.deleteDue(start.AddDate(1, 0, 0), 4)
	t.checkKeys("") // what is left of deleted letters is nobody's
	t.checkError("MarkRead by nobody of a deleted letter", t.MarkRead(t.ctx, "", "a/x"), inbox.ErrNotFound)
}

func markedAsRead(t *trial) {
	t.mustDeliver(newLetter("a/x", "one", start), newLetter("b/x", "one", start))
	for range 2 {
		t.checkError("MarkRead", t.MarkRead(t.ctx, "one", "b/x"), nil)
	}
	t.checkError("MarkRead of no letter", t.MarkRead(t.ctx, "one", "c/x"), inbox.ErrNotFound)
	for _, l := range t.checkKeys("one", "a/x", "b/x") {
		want := newLetter(l.Key, "one", start)
		want.Read = l.Key == "b/x"
		t.checkEqual("the letter", l, want)
	}
}

func oneLetterOpened(t *trial) {
	want := newLetter("a/x", "one", start)
	t.mustDeliver(want, newLetter("b/x", "one", start), newLetter("c/x", "two", start))
	got, err := t.Letter(t.ctx, "one", "a/x")
	t.checkError("Letter", err, nil)
	t.checkEqual("the letter", got, want)
	t.checkError("MarkRead", t.MarkRead(t.ctx, "one", "a/x"), nil)
	want.Read = true
	got, err = t.Letter(t.ctx, "one", "a/x")
	t.checkError("Letter", err, nil)
	t.checkEqual("the letter, read", got, want)
	t.deleteDue(want.DeleteAt, 3)
	t.mustDeliver(newLetter("d/x", "one", start))
	for _, c := range [][2]string{
		{"one", "a/x"}, {"", "a/x"}, {"two", "d/x"}, {"one", "x"}, {"", ""},
		{"one", "d\x00x"}, {"one", "\xff"}, {"one\x00", "d/x"}, // what is no text, as in the path of a request, is never delivered
	} {
		got, err := t.Letter(t.ctx, c[0], c[1])
		t.checkError("Letter "+c[1]+" of "+c[0], err, inbox.ErrNotFound)
		if got != (inbox.Letter{}) {
			t.fail("Letter gave a letter together with an error")
		}
		t.checkError("MarkRead "+c[1]+" of "+c[0], t.MarkRead(t.ctx, c[0], c[1]), inbox.ErrNotFound)
	}
}

func unreadCounted(t *trial) {
	count := func(when, debtor string, want int) {
		n, err := t.Unread(t.ctx, debtor)
		t.checkError("Unread", err, nil)
		if n != want {
			t.fail("%s: %d letters are unread, want %d", when, n, want)
		}
	}
	count("before any", "one", 0)
	was := newLetter("r/x", "one", start)
	was.Read = true
	for _, key := range []string{"a/x", "a/x", "b/x"} {
		t.mustDeliver(newLetter(key, "one", start))
	}
	t.mustDeliver(newLetter("c/x", "two", start), was)
	count("after two", "one", 2)
	for range 2 {
		t.checkError("MarkRead", t.MarkRead(t.ctx, "one", "b/x"), nil)
		count("after one was read", "one", 1)
	}
	count("another debtor", "two", 1)
	t.deleteDue(was.DeleteAt, 4)
	count("after it was deleted", "one", 0)
	count("nobody", "", 0)
	count("what is no text", "one\x00", 0)
}

func deletedWhenDue(t *trial) {
	early, late := newLetter("a/x", "one", start), newLetter("b/x", "one", start.Add(time.Microsecond))
	t.mustDeliver(early, late)
	t.deleteDue(early.DeleteAt.Add(-time.Nanosecond), 0)
	t.checkKeys("one", "b/x", "a/x")
	t.deleteDue(early.DeleteAt.In(time.FixedZone("", -5*60*60)), 1)
	t.checkEqual("the other letter", t.checkKeys("one", "b/x")[0], late)
	t.deleteDue(early.DeleteAt, 0)
	t.deleteDue(late.DeleteAt.AddDate(5, 0, 0), 1)
	t.checkKeys("one")
	t.deleteDue(late.DeleteAt.AddDate(5, 0, 0), 0)
}

func debtorErased(t *trial) {
	mine := newLetter("a/x", "one", start)
	t.mustDeliver(mine, newLetter("b/x", "one", start), newLetter("c/x", "two", start), newLetter("d/x", "ONE", start))
	t.checkError("MarkRead", t.MarkRead(t.ctx, "one", "b/x"), nil)
	erase := func(debtor string, want int) {
		n, err := t.Erase(t.ctx, debtor)
		t.checkError("Erase", err, nil)
		if n != want {
			t.fail("Erase of %q says %d, want %d", debtor, n, want)
		}
	}
	for _, nobody := range []string{"", "%", "nobody", "one\x00", "\xff"} {
		erase(nobody, 0)
		t.checkKeys(nobody)
	}
	erase("one", 2)
	t.checkKeys("one")
	t.checkKeys("two", "c/x")
	t.checkKeys("ONE", "d/x")
	t.mustDeliver(mine) // the change is delivered again
	t.checkKeys("one")
	erase("one", 0)
	erase("", 0) // what is left of erased letters is nobody's
	t.mustDeliver(newLetter("e/x", "one", start))
	t.checkKeys("one", "e/x")
}

func deletionRecorded(t *trial) {
	record, ok := t.Mailbox.(inbox.DeletionRecord)
	if !ok {
		return
	}
	check := func(when string, want ...string) {
		var got []string
		for _, key := range []string{"", "a/x", "b/x", "c/x", "d/x"} {
			deleted, err := record.WasDeleted(t.ctx, key)
			if t.checkError("WasDeleted", err, nil); deleted {
				got = append(got, key)
			}
		}
		if !slices.Equal(got, want) {
			t.fail("%s: the letters %q were deleted, want %q", when, got, want)
		}
	}
	check("before any")
	young := newLetter("c/x", "one", start.AddDate(0, 1, 0))
	t.mustDeliver(newLetter("a/x", "one", start), newLetter("b/x", "two", start), young)
	check("after three")
	_, err := t.Erase(t.ctx, "two")
	t.checkError("Erase", err, nil)
	check("after two's were erased", "b/x")
	t.deleteDue(young.DeleteAt.Add(-time.Microsecond), 1)
	check("after the first was deleted", "a/x", "b/x")
	t.mustDeliver(newLetter("a/x", "one", start))
	check("after it was delivered again", "a/x", "b/x")
}

func (t *trial) deliverMany(n int) {
	t.runTogether(8, func(w int) error {
		for i := w; i < n; i += 8 {
			if err := t.Deliver(t.ctx, newLetter(fmt.Sprintf("%d/x", i), fmt.Sprint(i%7), start)); err != nil {
				return err
			}
		}
		return nil
	})
	t.mustDeliver(newLetter("young/x", "0", start.AddDate(0, 2, 0)))
}

func manyDeletedAtOnce(t *trial) {
	const n = 601
	t.deliverMany(n)
	t.deleteDue(start.AddDate(0, 7, 0), n)
	t.checkKeys("0", "young/x")
	for i := 1; i < 7; i++ {
		t.checkKeys(fmt.Sprint(i))
	}
}

func onceRace(t *trial) {
	const n = 16
	t.runTogether(n, func(i int) error {
		for k := range 10 {
			if err := t.Deliver(t.ctx, newLetter(fmt.Sprintf("%d/x", k), "one", start.Add(time.Duration(i)*time.Second))); err != nil {
				return err
			}
		}
		return nil
	})
	if got := t.listLetters("one"); len(got) != 10 {
		t.fail("%d letters, want one of each of 10 keys", len(got))
	}
}

func deleteRace(t *trial) {
	const n = 600
	t.deliverMany(n)
	var deleted atomic.Int64
	t.runTogether(8, func(i int) error {
		for range 4 {
			d, err := t.DeleteDue(t.ctx, start.AddDate(0, 7, 0))
			deleted.Add(int64(d))
			if err == nil {
				err = t.Deliver(t.ctx, newLetter(fmt.Sprintf("%d/x", i), "0", start)) // it comes once more, meanwhile
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	rest, err := t.DeleteDue(t.ctx, start.AddDate(0, 7, 0)) // what one worker left to another that has not got it
	t.checkError("DeleteDue", err, nil)
	if got := int(deleted.Load()) + rest; got != n {
		t.fail("%d letters were deleted, want %d", got, n)
	}
	t.checkKeys("0", "young/x")
}

func endedContextWritesNothing(t *trial) {
	t.mustDeliver(newLetter("a/x", "one", start), newLetter("b/x", "one", start))
	ctx, cancel := context.WithCancel(t.ctx)
	defer cancel()
	n, last := 0, error(nil)
	for _, err := range t.Letters(ctx, "one") {
		n, last = n+1, err
		cancel()
	}
	if n > 2 || n == 2 && last == nil {
		t.fail("Letters went on under an ended context")
	}
	deleted, err := t.DeleteDue(ctx, start.AddDate(1, 0, 0))
	if deleted != 0 {
		t.fail("DeleteDue deleted under an ended context")
	}
	gone, eraseErr := t.Erase(ctx, "one")
	if gone != 0 {
		t.fail("Erase erased under an ended context")
	}
	calls := map[string]error{
		"DeleteDue": err, "Erase": eraseErr, "Deliver": t.Deliver(ctx, newLetter("c/x", "one", start)), "MarkRead": t.MarkRead(ctx, "one", "a/x"),
	}
	for _, err := range t.Letters(ctx, "one") {
		calls["Letters"] = err
	}
	_, calls["Letter"] = t.Letter(ctx, "one", "a/x")
	_, calls["Unread"] = t.Unread(ctx, "one")
	for name, err := range calls {
		t.checkError(name+" under an ended context", err, context.Canceled)
	}
	for _, l := range t.checkKeys("one", "a/x", "b/x") {
		if l.Read {
			t.fail("MarkRead worked under an ended context")
		}
	}
}
