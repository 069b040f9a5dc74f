package mailboxtest

import (
	"context"
	"fmt"
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
			whole,
		},
		{
			"a key is delivered once",
			"A change that is delivered again, as after a crash, writes no second letter and leaves the first as it is.",
			once,
		},
		{
			"a deleted letter stays away",
			"A change that is delivered again after six months does not bring its letter back.",
			away,
		},
		{
			"a wrong letter is refused",
			"A letter without a key, a debtor or a date, or with a social security number, is never kept.",
			refused,
		},
		{
			"newest first, then by key",
			"The payer finds the last letter on top, and the list is in the same order every time.",
			order,
		},
		{"a long list is whole", "No letter is missing or doubled when a mailbox reads in pages, whatever the instants.", long},
		{
			"a reader may stop, and may act",
			"A page that shows ten letters, or marks one as read on its way, holds up nobody.",
			stop,
		},
		{"letters are their debtor's alone", "Nobody reads, opens, counts or marks somebody else's letter.", alone},
		{"a letter is marked as read", "What was read once is read, and what was not is not.", read},
		{"one letter is opened", "The page of a letter shows the letter that was asked for, or says that there is none.", opened},
		{
			"what is unread is counted",
			"The number beside the mailbox is right after each delivery, reading and deletion.",
			unread,
		},
		{"letters are deleted when they are due", "A letter stays until its date, and is gone at that very instant (S68).", due},
		{"many letters are deleted at once", "However many letters are due, one call deletes them all and says how many.", many},
		{
			"all letters of a debtor are erased",
			"A person who has to be erased is: no letter of theirs stays or comes back, and nobody else loses one.",
			erased,
		},
		{"many at once: one letter of a key", "Two workers that deliver one change write one letter.", onceRace},
		{
			"many at once: each letter is deleted once",
			"Workers that run the same chore count each letter once, and neither waits for the other for ever.",
			deleteRace,
		},
		{"an ended context writes nothing", "A program that stops leaves nothing half done.", ended},
	}
}

func whole(t *trial) {
	paris := time.FixedZone("", 2*60*60)
	l := letter("aaaaaaaaaaaaaaaaaaaaaaaaaa/acknowledgement", "é'\"\\%_;--", start.In(paris).Add(999))
	l.Subject = "Accusé de réception « 62,00 € » ’ \" \\ % _ ; -- \u202f🙂"
	l.Text = strings.Repeat("Vous avez payé 62,00\u00a0€.\n\n- n°\u00a01\n", 500)
	l.HTML, l.Language = "<div lang=\"fr\">&lt;\n</div>", "fr-FR"
	empty := letter("b/empty", l.Debtor, start.Add(-time.Hour))
	empty.Message = inbox.Message{}
	empty.Read = true
	t.deliver(l, empty)
	l.ReceivedAt, l.DeleteAt = l.ReceivedAt.Truncate(time.Microsecond), l.DeleteAt.Truncate(time.Microsecond)
	got := t.has(l.Debtor, l.Key, empty.Key)
	t.same("the letter", got[0], l)
	t.same("a letter without words", got[1], empty)
}

func once(t *trial) {
	l := letter("k/x", "one", start)
	t.deliver(l)
	t.is("MarkRead", t.MarkRead(t.ctx, "one", "k/x"), nil)
	again := letter("k/x", "two", start.Add(time.Hour))
	again.Text = "other words"
	t.deliver(l, again)
	t.has("two")
	l.Read = true
	t.same("the first letter", t.has("one", "k/x")[0], l)
}

func away(t *trial) {
	l := letter("k/x", "one", start)
	t.deliver(l)
	t.delete(l.DeleteAt, 1)
	t.deliver(l, letter("k/x", "one", start.AddDate(1, 0, 0)))
	t.has("one")
	t.is("MarkRead of a deleted letter", t.MarkRead(t.ctx, "one", "k/x"), inbox.ErrNotFound)
	t.delete(start.AddDate(9, 0, 0), 0)
}

func refused(t *trial) {
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
		l := letter("k/x", "one", start)
		change(&l)
		want := l.Validate()
		if err := t.Deliver(t.ctx, l); err == nil || err.Error() != want.Error() {
			t.fail("Deliver: error %v, want %v", err, want)
		}
		t.has(l.Debtor)
	}
	t.deliver(letter("k/x", "one", start)) // a refused letter has not used up its key
	t.has("one", "k/x")
}

func order(t *trial) {
	hour := func(n int) time.Time { return start.Add(time.Duration(n) * time.Hour) }
	t.deliver(
		letter("b/x", "one", hour(1)), letter("c/x", "one", hour(3)), letter("a/x", "one", hour(1)), letter("B/x", "one", hour(1)),
		letter("é/x", "one", hour(1)), letter("d/x", "one", hour(1).Add(time.Microsecond)), letter("e/x", "one", hour(-100000)),
	)
	t.has("one", "c/x", "d/x", "B/x", "a/x", "b/x", "é/x", "e/x") // of one instant by the bytes of the key
}

func long(t *trial) {
	const n, instants = 503, 2
	t.together(8, func(w int) error {
		for i := w; i < n; i += 8 {
			// Whole pages, and the turn of a page, are of one instant.
			at := start.Add(-time.Duration(i*instants/n) * time.Minute)
			if err := t.Deliver(t.ctx, letter(fmt.Sprintf("%04d/x", i), "one", at)); err != nil {
				return err
			}
		}
		return nil
	})
	got := t.letters("one")
	for i, l := range got {
		if want := fmt.Sprintf("%04d/x", i); l.Key != want || l.Text != "Text of "+want {
			t.fail("letter %d of the list is %s, want %s", i, l.Key, want)
		}
	}
	if len(got) != n {
		t.fail("the list has %d letters, want %d", len(got), n)
	}
}

func stop(t *trial) {
	for i := range 3 {
		t.deliver(letter(fmt.Sprintf("%d/x", i), "one", start))
	}
	for range 20 { // more often than a pool has connections
		for range t.Letters(t.ctx, "one") {
			break
		}
	}
	ctx, cancel := context.WithTimeout(t.ctx, patience/4)
	defer cancel()
	for l, err := range t.Letters(ctx, "one") {
		t.is("Letters", err, nil)
		t.is("MarkRead in the loop", t.MarkRead(ctx, "one", l.Key), nil)
		t.is("Deliver in the loop", t.Deliver(ctx, letter(l.Key+"+", "one", start.Add(-time.Hour))), nil)
	}
	seq := t.Letters(t.ctx, "one")
	for range 2 { // a sequence may be read twice
		n := 0
		for _, err := range seq {
			t.is("Letters", err, nil)
			n++
		}
		if n < 6 {
			t.fail("%d letters, want 6 or more", n)
		}
	}
}

func alone(t *trial) {
	t.deliver(letter("a/x", "one", start), letter("b/x", "two", start), letter("c/x", "ONE", start), letter("d/x", "one ", start))
	t.has("one", "a/x")
	t.has("two", "b/x")
	t.has("ONE", "c/x")
	t.has("on_")
	t.has("%")
	t.has("")
	for _, debtor := range []string{"two", "ONE", "", "%"} {
		t.is("MarkRead by "+debtor, t.MarkRead(t.ctx, debtor, "a/x"), inbox.ErrNotFound)
	}
	if t.letters("one")[0].Read {
		t.fail("somebody else marked a letter as read")
	}
	t.delete(start.AddDate(1, 0, 0), 4)
	t.has("") // what is left of deleted letters is nobody's
	t.is("MarkRead by nobody of a deleted letter", t.MarkRead(t.ctx, "", "a/x"), inbox.ErrNotFound)
}

func read(t *trial) {
	t.deliver(letter("a/x", "one", start), letter("b/x", "one", start))
	for range 2 {
		t.is("MarkRead", t.MarkRead(t.ctx, "one", "b/x"), nil)
	}
	t.is("MarkRead of no letter", t.MarkRead(t.ctx, "one", "c/x"), inbox.ErrNotFound)
	for _, l := range t.has("one", "a/x", "b/x") {
		want := letter(l.Key, "one", start)
		want.Read = l.Key == "b/x"
		t.same("the letter", l, want)
	}
}

func opened(t *trial) {
	want := letter("a/x", "one", start)
	t.deliver(want, letter("b/x", "one", start), letter("c/x", "two", start))
	got, err := t.Letter(t.ctx, "one", "a/x")
	t.is("Letter", err, nil)
	t.same("the letter", got, want)
	t.is("MarkRead", t.MarkRead(t.ctx, "one", "a/x"), nil)
	want.Read = true
	got, err = t.Letter(t.ctx, "one", "a/x")
	t.is("Letter", err, nil)
	t.same("the letter, read", got, want)
	t.delete(want.DeleteAt, 3)
	t.deliver(letter("d/x", "one", start))
	for _, c := range [][2]string{{"one", "a/x"}, {"", "a/x"}, {"two", "d/x"}, {"one", "x"}, {"", ""}} {
		got, err := t.Letter(t.ctx, c[0], c[1])
		t.is("Letter "+c[1]+" of "+c[0], err, inbox.ErrNotFound)
		if got != (inbox.Letter{}) {
			t.fail("Letter gave a letter together with an error")
		}
	}
}

func unread(t *trial) {
	count := func(when, debtor string, want int) {
		n, err := t.Unread(t.ctx, debtor)
		t.is("Unread", err, nil)
		if n != want {
			t.fail("%s: %d letters are unread, want %d", when, n, want)
		}
	}
	count("before any", "one", 0)
	was := letter("r/x", "one", start)
	was.Read = true
	for _, key := range []string{"a/x", "a/x", "b/x"} {
		t.deliver(letter(key, "one", start))
	}
	t.deliver(letter("c/x", "two", start), was)
	count("after two", "one", 2)
	for range 2 {
		t.is("MarkRead", t.MarkRead(t.ctx, "one", "b/x"), nil)
		count("after one was read", "one", 1)
	}
	count("another debtor", "two", 1)
	t.delete(was.DeleteAt, 4)
	count("after it was deleted", "one", 0)
	count("nobody", "", 0)
}

func due(t *trial) {
	early, late := letter("a/x", "one", start), letter("b/x", "one", start.Add(time.Microsecond))
	t.deliver(early, late)
	t.delete(early.DeleteAt.Add(-time.Nanosecond), 0)
	t.has("one", "b/x", "a/x")
	t.delete(early.DeleteAt.In(time.FixedZone("", -5*60*60)), 1)
	t.same("the other letter", t.has("one", "b/x")[0], late)
	t.delete(early.DeleteAt, 0)
	t.delete(late.DeleteAt.AddDate(5, 0, 0), 1)
	t.has("one")
	t.delete(late.DeleteAt.AddDate(5, 0, 0), 0)
}

func erased(t *trial) {
	mine := letter("a/x", "one", start)
	t.deliver(mine, letter("b/x", "one", start), letter("c/x", "two", start), letter("d/x", "ONE", start))
	t.is("MarkRead", t.MarkRead(t.ctx, "one", "b/x"), nil)
	erase := func(debtor string, want int) {
		n, err := t.Erase(t.ctx, debtor)
		t.is("Erase", err, nil)
		if n != want {
			t.fail("Erase of %q says %d, want %d", debtor, n, want)
		}
	}
	for _, nobody := range []string{"", "%", "nobody"} {
		erase(nobody, 0)
	}
	erase("one", 2)
	t.has("one")
	t.has("two", "c/x")
	t.has("ONE", "d/x")
	t.deliver(mine) // the change is delivered again
	t.has("one")
	erase("one", 0)
	erase("", 0) // what is left of erased letters is nobody's
	t.deliver(letter("e/x", "one", start))
	t.has("one", "e/x")
}

func (t *trial) fill(n int) {
	t.together(8, func(w int) error {
		for i := w; i < n; i += 8 {
			if err := t.Deliver(t.ctx, letter(fmt.Sprintf("%d/x", i), fmt.Sprint(i%7), start)); err != nil {
				return err
			}
		}
		return nil
	})
	t.deliver(letter("young/x", "0", start.AddDate(0, 2, 0)))
}

func many(t *trial) {
	const n = 601
	t.fill(n)
	t.delete(start.AddDate(0, 7, 0), n)
	t.has("0", "young/x")
	for i := 1; i < 7; i++ {
		t.has(fmt.Sprint(i))
	}
}

func onceRace(t *trial) {
	const n = 16
	t.together(n, func(i int) error {
		for k := range 10 {
			if err := t.Deliver(t.ctx, letter(fmt.Sprintf("%d/x", k), "one", start.Add(time.Duration(i)*time.Second))); err != nil {
				return err
			}
		}
		return nil
	})
	if got := t.letters("one"); len(got) != 10 {
		t.fail("%d letters, want one of each of 10 keys", len(got))
	}
}

func deleteRace(t *trial) {
	const n = 600
	t.fill(n)
	var deleted atomic.Int64
	t.together(8, func(i int) error {
		for range 4 {
			d, err := t.DeleteDue(t.ctx, start.AddDate(0, 7, 0))
			deleted.Add(int64(d))
			if err == nil {
				err = t.Deliver(t.ctx, letter(fmt.Sprintf("%d/x", i), "0", start)) // it comes once more, meanwhile
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	rest, err := t.DeleteDue(t.ctx, start.AddDate(0, 7, 0)) // what one worker left to another that has not got it
	t.is("DeleteDue", err, nil)
	if got := int(deleted.Load()) + rest; got != n {
		t.fail("%d letters were deleted, want %d", got, n)
	}
	t.has("0", "young/x")
}

func ended(t *trial) {
	t.deliver(letter("a/x", "one", start), letter("b/x", "one", start))
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
		"DeleteDue": err, "Erase": eraseErr, "Deliver": t.Deliver(ctx, letter("c/x", "one", start)), "MarkRead": t.MarkRead(ctx, "one", "a/x"),
	}
	for _, err := range t.Letters(ctx, "one") {
		calls["Letters"] = err
	}
	_, calls["Letter"] = t.Letter(ctx, "one", "a/x")
	_, calls["Unread"] = t.Unread(ctx, "one")
	for name, err := range calls {
		t.is(name+" under an ended context", err, context.Canceled)
	}
	for _, l := range t.has("one", "a/x", "b/x") {
		if l.Read {
			t.fail("MarkRead worked under an ended context")
		}
	}
}
