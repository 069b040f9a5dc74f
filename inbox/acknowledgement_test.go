package inbox

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/internal/paris"
	"github.com/quittance/quittance/payment"
	"golang.org/x/text/language"
)

// CRPA R112-11-1: each mention that is missing is named, in both editions and every language.
func TestCheckAcknowledgement(t *testing.T) {
	p := samplePayment(payment.Paid)
	without := func(change func(*Sender)) Sender {
		o := sampleFund
		change(&o)
		return o
	}
	for edition, c := range bothEditions(t) {
		for _, tag := range c.Languages() {
			for _, w := range []struct {
				name string
				from Sender
				want []Mention
			}{
				{"all of it", sampleFund, nil},
				{"no fund", without(func(o *Sender) { o.Fund = "" }), []Mention{MentionService}},
				{"no postal address", without(func(o *Sender) { o.PostalAddress = "" }), nil},
				{"no e-mail address", without(func(o *Sender) { o.EmailAddress = "\n" }), nil},
				{"no address", without(func(o *Sender) { o.PostalAddress, o.EmailAddress = "", "" }), []Mention{MentionAddress}},
				{"the edition's telephone", without(func(o *Sender) { o.Telephone = "" }), nil},
				{"a telephone in two lines", without(func(o *Sender) { o.Telephone = "01 99 00 12 34\n36 46" }), nil},
				{"nothing", Sender{}, []Mention{MentionService, MentionAddress}},
			} {
				n := Acknowledgement{p, w.from}
				m, err := c.Render(tag, n)
				if err != nil {
					t.Fatal(err)
				}
				check := func(m Message) {
					t.Helper()
					err := CheckAcknowledgement(m, n)
					var missing *MentionError
					if errors.As(err, &missing) != (w.want != nil) || missing != nil && !cmp.Equal(missing.Missing, w.want) {
						t.Errorf("%s, %v, %s: %v, want %q", edition, tag, w.name, err, w.want)
					}
				}
				check(m)
				m.Text = m.Plain() // a channel may have changed its spaces
				check(m)
			}
		}
	}

	// A letter that does not say what the options have.
	full := Acknowledgement{p, sampleFund}
	for _, w := range []struct {
		text string
		want string
	}{
		{"", "it does not state the date of receipt, the service in charge, an electronic or postal address, the telephone (CRPA L112-11, R112-11-1)"},
		{"CPAM de l'Exemple, 12 rue de la Preuve, 99999 Exemple Cedex, 01 99 00 12 34", "it does not state the date of receipt (CRPA L112-11, R112-11-1)"},
		{"06/07/2026 cpam de l’exemple service@fonds.example 01 99 00 12 34", "it does not state the date of receipt (CRPA L112-11, R112-11-1)"},
		{"5 juil. 2026, CPAM de l’Exemple, 12 rue de la Preuve, 01 99 00 12 34", "it does not state an electronic or postal address (CRPA L112-11, R112-11-1)"},
		{"5 juillet 2026, CPAM de l’Exemple, service@fonds.example", "it does not state the telephone (CRPA L112-11, R112-11-1)"},
		{"5 juillet 2026, CPAM de l’Exemple, service@fonds.example, 02 99 00 12 34", "it does not state the telephone (CRPA L112-11, R112-11-1)"},
		{"05/07/2026, CPAM de l’Exemple,\nservice@fonds.example, 01 99 00 12 34", ""},
	} {
		err := CheckAcknowledgement(Message{Text: w.text, Language: "fr"}, full)
		if fmt.Sprint(err) != w.want && (err != nil || w.want != "") {
			t.Errorf("%q: %v, want %s", w.text, err, w.want)
		}
	}
	if err := CheckAcknowledgement(Message{Text: "05/07/2026 x", Language: "fr"}, Acknowledgement{Payment: p}); !strings.Contains(fmt.Sprint(err), "telephone") {
		t.Errorf("a post code is no telephone: %v", err)
	}
	if err := CheckAcknowledgement(Message{Text: "x"}, Acknowledgement{}); !strings.Contains(fmt.Sprint(err), "date") {
		t.Errorf("a payment without PaidAt: %v", err)
	}
}

// Any telephone number will do where none is given; a date, a post code and a reference are none.
func TestTelephoneNumbers(t *testing.T) {
	for s, want := range map[string]bool{
		"36 46": true, "3646": true, "01 99 00 12 34": true, "0199001234": true, "+33 811 70 36 46": true, "+33811703646": true, "+352 26 12 34 56": true,
		"05/07/2018": false, "99999": false, "75001 PARIS": false, "PCLCB172540000004": false, "201000005940002": false, "12 rue": false, "2018": false,
	} {
		if got := anyTelephone.MatchString(s); got != want {
			t.Errorf("%q: %v", s, got)
		}
	}
}

// listOf is a store of payments.
func listOf(ps ...payment.Payment) PaymentLister {
	return func(_ context.Context, f payment.Filter) iter.Seq2[payment.Payment, error] {
		return func(yield func(payment.Payment, error) bool) {
			for _, p := range ps {
				if !p.CreatedAt.Before(f.From) && !yield(p, nil) {
					return
				}
			}
		}
	}
}

func TestUnacknowledged(t *testing.T) {
	now := sampleTime
	paid := func(reference string, ago time.Duration) payment.Payment {
		p := samplePayment(payment.Paid)
		p.ID, p.Reference, p.Debtor = payment.ID("id-"+reference), reference, "debtor-"+reference
		p.PaidAt = now.Add(-ago)
		p.CreatedAt = p.PaidAt.Add(-time.Minute)
		return p
	}
	refused := samplePayment(payment.Refused)
	refused.Debtor, refused.CreatedAt = "debtor-r", now.Add(-48*time.Hour)
	erased := paid("erased", 48*time.Hour)
	erased.Debtor = ""
	all := []payment.Payment{
		paid("fresh", 24*time.Hour-1), paid("late", 24*time.Hour), paid("later", 20*24*time.Hour), paid("told", 48*time.Hour),
		paid("ancient", 27*24*time.Hour), refused, erased,
	}
	box := NewMemoryMailbox()
	deliver := Deliverer(box, catalog(t), senderIn2018())
	tell := func(p payment.Payment) {
		t.Helper()
		if err := deliver(t.Context(), payment.Change{Entry: payment.Entry{Event: payment.OnAccepted, Effect: payment.EffectChanged, To: payment.Paid}, Payment: p}); err != nil {
			t.Fatal(err)
		}
	}
	tell(all[3])
	// Another letter is no acknowledgement.
	notice := Letter{Key: "id-late/refund_notice", Debtor: "debtor-late", ReceivedAt: now, DeleteAt: now.Add(time.Hour)}
	if err := box.Deliver(t.Context(), notice); err != nil {
		t.Fatal(err)
	}

	var got []string
	for name, m := range map[string]Mailbox{"one letter": box, "all letters": &countingMailbox{Mailbox: box}} {
		got = nil
		for p, err := range unacknowledgedPayments(t.Context(), listOf(all...), m, now, map[payment.ID]time.Time{}) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, p.Reference)
		}
		if diff := cmp.Diff([]string{"late", "later"}, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}

	// The chore says so every hour until the letters are there, and opens each mailbox once.
	counted := &countingMailbox{Mailbox: box}
	alarm := AcknowledgementAlarm(listOf(all...), counted)
	for range 2 {
		n, err := alarm(t.Context(), now)
		if want := "inbox: accepted payments without an acknowledgement (CRPA L112-11): 2: late, later"; !errors.Is(err, ErrUnacknowledged) || err.Error() != want || n != 0 {
			t.Errorf("%d, %v", n, err)
		}
	}
	tell(all[1])
	tell(all[2])
	for range 3 {
		if n, err := alarm(t.Context(), now); n != 0 || err != nil {
			t.Errorf("%d, %v", n, err)
		}
	}
	if counted.opened != 3+2+2 {
		t.Errorf("mailboxes were opened %d times", counted.opened)
	}
	// The one that was fresh is late an hour later.
	if _, err := alarm(t.Context(), now.Add(time.Hour)); !errors.Is(err, ErrUnacknowledged) || !strings.HasSuffix(err.Error(), "1: fresh") {
		t.Error(err)
	}

	// Many are not all named; none is personal.
	var many []payment.Payment
	for i := range 50 {
		many = append(many, paid(fmt.Sprint("r", i), 48*time.Hour))
	}
	_, err := AcknowledgementAlarm(listOf(many...), box)(t.Context(), now)
	if err == nil || !strings.Contains(err.Error(), ": 50: r0, ") || !strings.HasSuffix(err.Error(), "r19, …") || strings.Contains(err.Error(), "debtor") {
		t.Error(err)
	}
}

// A letter that is gone because it was deleted when it was due, or erased, was written: its absence is no alarm, whichever process asks and
// whenever. The shortest month that a letter stays is that of 28 February, which has 28 days less an hour.
func TestDeletedLetterIsNoAlarm(t *testing.T) {
	at := time.Date(2027, time.February, 28, 12, 0, 0, 0, paris.Location).UTC()
	p := samplePayment(payment.Paid)
	p.Debtor, p.CreatedAt, p.PaidAt = "debtor-1", at, at
	letter := Letter{
		Key: letterKey(p.ID, Acknowledgement{}.contentName()), Debtor: p.Debtor, ReceivedAt: at, DeleteAt: DeletionDate(at, 1),
		Message: Message{Subject: "s", Text: "t", Language: "fr"},
	}
	for name, c := range map[string]struct {
		box   Mailbox
		erase bool
	}{
		"deleted when it is due":                               {NewMemoryMailbox(), false},
		"erased the day after":                                 {NewMemoryMailbox(), true},
		"deleted when it is due, and the mailbox forgets keys": {&countingMailbox{Mailbox: NewMemoryMailbox()}, false},
	} {
		if err := c.box.Deliver(t.Context(), letter); err != nil {
			t.Fatal(err)
		}
		if c.erase {
			if n, err := c.box.Erase(t.Context(), p.Debtor); n != 1 || err != nil {
				t.Fatal(n, err)
			}
		}
		for now := at.Add(24 * time.Hour); now.Before(at.AddDate(0, 1, 10)); now = now.Add(30 * time.Minute) {
			if _, err := c.box.DeleteDue(t.Context(), now); err != nil {
				t.Fatal(err)
			}
			if _, err := AcknowledgementAlarm(listOf(p), c.box)(t.Context(), now); err != nil {
				t.Errorf("%s: after %v: %v", name, now.Sub(at), err)
			}
		}
	}
}

// A store or a mailbox that fails is an error, not silence.
func TestUnacknowledgedErrors(t *testing.T) {
	broken := func(context.Context, payment.Filter) iter.Seq2[payment.Payment, error] {
		return func(yield func(payment.Payment, error) bool) { yield(payment.Payment{}, errBroken) }
	}
	if _, err := AcknowledgementAlarm(broken, NewMemoryMailbox())(t.Context(), sampleTime); !errors.Is(err, errBroken) {
		t.Error(err)
	}
	p := samplePayment(payment.Paid)
	p.Debtor = "debtor-1"
	failing := &countingMailbox{Mailbox: NewMemoryMailbox(), err: errBroken}
	if _, err := AcknowledgementAlarm(listOf(p), failing)(t.Context(), sampleTime.Add(48*time.Hour)); !errors.Is(err, errBroken) || !strings.Contains(err.Error(), p.Reference) {
		t.Error(err)
	}
	for range unacknowledgedPayments(t.Context(), listOf(p), NewMemoryMailbox(), sampleTime.Add(48*time.Hour), map[payment.ID]time.Time{}) {
		break // a caller may stop
	}
}

// A row that cannot be read does not hide the payments behind it: the alarm names both, and what can be read of the row counts.
func TestAlarmLooksPastADamagedRow(t *testing.T) {
	late := samplePayment(payment.Paid)
	late.ID, late.Reference, late.Debtor = "late", "LATE", "debtor-1"
	half := late
	half.ID, half.Reference, half.Debtor = "half", "HALF", "debtor-2"
	damaged := &payment.DamagedError{ID: "broken", Err: errBroken}
	list := func(context.Context, payment.Filter) iter.Seq2[payment.Payment, error] {
		return func(yield func(payment.Payment, error) bool) {
			_ = yield(payment.Payment{}, damaged) && yield(half, &payment.DamagedError{ID: half.ID, Err: errBroken}) && yield(late, nil)
		}
	}
	box := NewMemoryMailbox()
	n, err := AcknowledgementAlarm(list, box)(t.Context(), sampleTime.Add(48*time.Hour))
	if n != 0 || !errors.Is(err, ErrUnacknowledged) || !errors.Is(err, damaged) || !strings.Contains(err.Error(), "2: HALF, LATE") {
		t.Errorf("%d, %v; want the damaged row, and both payments without their letter", n, err)
	}
	deliver := Deliverer(box, catalog(t), senderIn2018())
	for _, p := range []payment.Payment{half, late} {
		told := change(payment.OnAccepted, payment.EffectChanged, payment.Redirected, payment.Paid)
		told.Payment = p
		if err := deliver(t.Context(), told); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := AcknowledgementAlarm(list, box)(t.Context(), sampleTime.Add(48*time.Hour)); errors.Is(err, ErrUnacknowledged) || !errors.Is(err, damaged) {
		t.Errorf("once both have their letter: %v, want the damaged row alone", err)
	}
}

// countingMailbox counts how often somebody looks for a letter in it, and takes its time for each.
type countingMailbox struct {
	Mailbox
	opened int
	takes  time.Duration
	err    error
}

func (m *countingMailbox) Letter(ctx context.Context, debtor, key string) (Letter, error) {
	m.opened++
	select {
	case <-time.After(m.takes):
	case <-ctx.Done():
		return Letter{}, ctx.Err()
	}
	if m.err != nil {
		return Letter{}, m.err
	}
	return m.Mailbox.Letter(ctx, debtor, key)
}

// A refund tells no acknowledgement, a language that is not spoken is no way out.
func TestCheckAcknowledgementOfOtherLetters(t *testing.T) {
	c := catalog(t)
	m, err := c.Render(language.English, AsLetter{PaymentFailed{samplePayment(payment.Refused)}, sampleFund})
	if err != nil {
		t.Fatal(err)
	}
	p := samplePayment(payment.Paid)
	p.PaidAt = sampleTime.Add(72 * time.Hour)
	if err := CheckAcknowledgement(m, Acknowledgement{p, sampleFund}); err == nil || !strings.Contains(err.Error(), "the date of receipt") {
		t.Errorf("%v", err)
	}
}

// A run that its deadline ends has not failed if it has got on: the next one goes on from there, until every mailbox was looked into once, and what
// is missing is told as soon as it is met. A run that gets nowhere is an error.
func TestAlarmGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		now := sampleTime.Add(48 * time.Hour)
		box := NewMemoryMailbox()
		var all []payment.Payment
		for i := range 10 {
			p := samplePayment(payment.Paid)
			p.ID, p.Reference, p.Debtor = payment.ID(fmt.Sprint("id-", i)), fmt.Sprint("r", i), fmt.Sprint("debtor-", i)
			all = append(all, p)
			if i == 8 {
				continue
			}
			err := box.Deliver(t.Context(), Letter{Key: letterKey(p.ID, Acknowledgement{}.contentName()), Debtor: p.Debtor, ReceivedAt: now, DeleteAt: now.Add(time.Hour)})
			if err != nil {
				t.Fatal(err)
			}
		}
		slow := &countingMailbox{Mailbox: box, takes: 10 * time.Second}
		alarm := AcknowledgementAlarm(listOf(all...), slow)
		run := func(within time.Duration) (string, int) {
			ctx, cancel := context.WithTimeout(t.Context(), within)
			defer cancel()
			before := slow.opened
			_, err := alarm(ctx, now)
			return fmt.Sprint(err), slow.opened - before
		}
		type result struct {
			err    string
			opened int
		}
		var got []result
		for _, within := range []time.Duration{5 * time.Second, 35 * time.Second, 65 * time.Second, time.Minute, time.Minute} {
			err, opened := run(within)
			got = append(got, result{err, opened})
		}
		missing := "inbox: accepted payments without an acknowledgement (CRPA L112-11): 1: r8"
		want := []result{
			{"inbox: AcknowledgementAlarm: payment r0: context deadline exceeded", 1},
			{"<nil>", 4}, // three of them in time
			{missing, 7}, // the fourth to the ninth, and the tenth too late
			{missing, 2}, // the ninth again, and the tenth
			{missing, 1}, // nothing else is looked for
		}
		if d := cmp.Diff(want, got, cmp.AllowUnexported(result{})); d != "" {
			t.Errorf("-want +got:\n%s", d)
		}
	})
}
