package inbox

import (
	"context"
	"errors"
	"iter"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/quittance/quittance/payment"
)

var sent = time.Date(2018, time.July, 5, 6, 52, 30, 123456789, time.UTC)

func senderIn2018() Sender {
	o := sampleFund
	o.Now = func() time.Time { return sent }
	return o
}

// change is what goes out after an entry of the given kind.
func change(on payment.EventKind, effect payment.Effect, from, to payment.State) payment.Change {
	p := samplePayment(to)
	p.Debtor, p.Language, p.Version = "debtor-1", "fr-FR", 3
	if on == payment.OnReturnedPart {
		p = partReturned(p, 25_00)
	}
	return payment.Change{
		Key:   string(p.ID) + "/3",
		Entry: payment.Entry{Payment: p.ID, Version: 3, Event: on, Effect: effect, From: from, To: to, At: sampleTime.Add(time.Second)}, Payment: p,
	}
}

func letters(t testing.TB, m Mailbox, debtor string) (out []Letter) {
	t.Helper()
	for l, err := range m.Letters(context.Background(), debtor) {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, l)
	}
	return out
}

// Every cell of the table of payments: which letter follows, and which does not (S61, S64, CRPA L112-11).
func TestLettersOfEveryTransition(t *testing.T) {
	c := catalog(t)
	n := map[string]int{}
	for tr := range payment.Transitions() {
		acceptance := tr.On == payment.OnAccepted || tr.On == payment.OnAcceptedToo || tr.On == payment.OnMismatched
		heard := tr.Effect == payment.EffectChanged || tr.Effect == payment.EffectNoted
		want := []string{}
		more := tr.On == payment.OnReturned || tr.On == payment.OnReturnedPart || tr.On == payment.OnNotReturned || tr.On == payment.OnConfirmed
		if acceptance && heard || tr.On == payment.OnKept || more && heard { // what went back was accepted before
			want = append(want, "acknowledgement")
		}
		if tr.To == payment.Refunded && tr.From != payment.Refunded {
			want = append(want, "refund_notice")
		}
		if tr.On == payment.OnReturnedPart && tr.To.Money() {
			want = append(want, "refund_notice-2500") // M9
		}
		box := NewMemoryMailbox()
		if err := Deliverer(box, c, senderIn2018())(t.Context(), change(tr.On, tr.Effect, tr.From, tr.To)); err != nil {
			t.Errorf("%s on %s: %v", tr.From, tr.On, err)
		}
		got := letters(t, box, "debtor-1")
		kinds := []string{}
		for _, l := range got {
			kinds = append(kinds, strings.TrimPrefix(l.Key, "aaaaaaaaaaaaaaaaaaaaaaaaaa/"))
		}
		slices.Sort(kinds)
		n[strings.Join(want, " ")]++
		if !slices.Equal(kinds, want) {
			t.Errorf("%s on %s (%s): letters %q, want %q", tr.From, tr.On, tr.Effect, kinds, want)
			continue
		}
		if len(got) == 0 {
			continue
		}
		if review := strings.Contains(got[0].Text, "Nous vérifions ce paiement."); review != (tr.To == payment.Review) {
			t.Errorf("%s on %s: says that it is being checked: %v", tr.From, tr.On, review)
		}
	}
	// 7 states on three acceptances, review on three, refunded on mismatched, kept, and returned in nine states and in review; three more words
	// about money in paid, recorded, refunding and review, of which two bring a notice of a part too, and two of them in refunded; a refund that
	// the acquirer confirms, and one that a person knows of.
	if n["acknowledgement"] != 7*3+3+1+1+9+1+3*4 || n["acknowledgement refund_notice"] != 1 || n["refund_notice"] != 1 ||
		n["acknowledgement refund_notice-2500"] != 2 || n[""] < 100 {
		t.Errorf("%v", n)
	}
}

// Every cell again, with every further letter asked for: what is written, and that nothing is written unasked (S61).
func TestFurtherLetters(t *testing.T) {
	c := catalog(t)
	o := senderIn2018()
	o.Also = letterKinds()
	if err := o.Validate(); err != nil || len(o.Also) != 9 {
		t.Fatalf("%q, %v", o.Also, err)
	}
	always := []string{"acknowledgement", "refund_notice", "refund_notice-2500"}
	n := map[string]int{}
	for tr := range payment.Transitions() {
		var want string
		switch {
		case tr.Effect == payment.EffectNoted && tr.On == payment.OnOverdue && tr.To == payment.Paid:
			want = "not_recorded" // S77
		case tr.Effect != payment.EffectChanged || tr.On == payment.OnNoMoney:
		case tr.To == payment.Review && tr.On == payment.OnAcceptedToo:
			want = "paid_twice"
		case tr.To == payment.Refused || tr.To == payment.Failed:
			want = "failed" // S58
		case tr.To == payment.Unknown:
			want = "result_unknown"
		case slices.Contains([]payment.State{payment.Cancelled, payment.Expired, payment.Review, payment.Recorded, payment.Refunding}, tr.To):
			want = string(tr.To)
		}
		box := NewMemoryMailbox()
		if err := Deliverer(box, c, o)(t.Context(), change(tr.On, tr.Effect, tr.From, tr.To)); err != nil {
			t.Errorf("%s on %s: %v", tr.From, tr.On, err)
		}
		var got []string
		for _, l := range letters(t, box, "debtor-1") {
			kind := strings.TrimPrefix(l.Key, "aaaaaaaaaaaaaaaaaaaaaaaaaa/")
			if slices.Contains(always, kind) {
				continue
			}
			got = append(got, kind)
			if !strings.Contains(l.Text, "Bonjour,") || !strings.Contains(l.Text, keepOnOneLine(sampleFund.Telephone)) || l.Subject == "" {
				t.Errorf("%s on %s: %s\n%s", tr.From, tr.On, l.Subject, l.Text)
			}
		}
		n[want]++
		if strings.Join(got, " ") != want {
			t.Errorf("%s on %s (%s): %q, want %q", tr.From, tr.On, tr.Effect, got, want)
		}
		if written := len(letters(t, box, "debtor-1")); o.Wants(change(tr.On, tr.Effect, tr.From, tr.To)) != (written > 0) {
			t.Errorf("%s on %s (%s): a store is told otherwise than that %d letters are written", tr.From, tr.On, tr.Effect, written)
		}
	}
	for _, k := range o.Also {
		if n[string(k)] == 0 {
			t.Errorf("no cell calls for %s", k)
		}
	}
	if err := (Sender{Fund: "x", EmailAddress: "x", Telephone: "x", Also: []LetterKind{"postcard"}}).Validate(); err == nil || !strings.Contains(err.Error(), "postcard") {
		t.Error(err)
	}
}

// A payment that is refused and accepted later has both letters: late truth wins, and nothing that was said is taken back.
func TestLettersOfLateTruth(t *testing.T) {
	o := senderIn2018()
	o.Also = letterKinds()
	box := NewMemoryMailbox()
	deliver := Deliverer(box, catalog(t), o)
	for range 2 { // each is delivered at least once
		for _, ch := range []payment.Change{
			change(payment.OnRefused, payment.EffectChanged, payment.Redirected, payment.Refused),
			change(payment.OnAccepted, payment.EffectChanged, payment.Refused, payment.Paid),
			change(payment.OnOverdue, payment.EffectNoted, payment.Paid, payment.Paid),
			change(payment.OnRecorded, payment.EffectChanged, payment.Paid, payment.Recorded),
		} {
			if err := deliver(t.Context(), ch); err != nil {
				t.Fatal(err)
			}
		}
	}
	var keys []string
	for _, l := range letters(t, box, "debtor-1") {
		keys = append(keys, strings.TrimPrefix(l.Key, "aaaaaaaaaaaaaaaaaaaaaaaaaa/"))
	}
	slices.Sort(keys)
	if want := []string{"acknowledgement", "failed", "not_recorded", "recorded"}; !slices.Equal(keys, want) {
		t.Errorf("%q", keys)
	}
}

func TestLetter(t *testing.T) {
	box := NewMemoryMailbox()
	if err := Deliverer(box, catalog(t), senderIn2018())(t.Context(), change(payment.OnAccepted, payment.EffectChanged, payment.Redirected, payment.Paid)); err != nil {
		t.Fatal(err)
	}
	l := letters(t, box, "debtor-1")[0]
	if want := sent.Truncate(time.Microsecond); !l.ReceivedAt.Equal(want) || l.ReceivedAt.Location() != time.UTC {
		t.Errorf("received at %v", l.ReceivedAt)
	}
	if want := time.Date(2019, time.January, 5, 7, 52, 30, 123456000, time.UTC); !l.DeleteAt.Equal(want) { // S68: 08:52 in Paris in winter
		t.Errorf("to be deleted at %v, want %v", l.DeleteAt, want)
	}
	if l.Language != "fr" || l.Read || !strings.Contains(l.Text, "du 05/07/2026.") {
		t.Errorf("%+v", l.Message)
	}
	m := render(t, catalog(t), Header{Letter: l}) // S66, S67, S68
	if want := "Reçu le 05/07/2018 à 8\u00a0h\u00a052 (heure de Paris)\n\nDe\u00a0: Assurance Maladie\n\nSera supprimé le 05/01/19"; m.Text != want || m.Subject != l.Subject {
		t.Errorf("%+v", m)
	}
}

// A payment is acknowledged once: a review that is kept, an acceptance noted again, a delivery repeated, add nothing.
func TestOneAcknowledgement(t *testing.T) {
	box := NewMemoryMailbox()
	deliver := Deliverer(box, catalog(t), senderIn2018())
	var wg sync.WaitGroup
	for range 4 {
		for _, ch := range []payment.Change{
			change(payment.OnAcceptedToo, payment.EffectChanged, payment.Redirected, payment.Review),
			change(payment.OnAccepted, payment.EffectNoted, payment.Review, payment.Review),
			change(payment.OnMismatched, payment.EffectNoted, payment.Review, payment.Review),
			change(payment.OnKept, payment.EffectChanged, payment.Review, payment.Paid),
		} {
			wg.Go(func() {
				if err := deliver(t.Context(), ch); err != nil {
					t.Error(err)
				}
			})
		}
	}
	wg.Wait()
	if got := letters(t, box, "debtor-1"); len(got) != 1 {
		t.Errorf("%d letters", len(got))
	}
}

// brokenMailbox fails.
type brokenMailbox struct{}

func (brokenMailbox) Deliver(context.Context, Letter) error                    { return errBroken }
func (brokenMailbox) Letters(context.Context, string) iter.Seq2[Letter, error] { return nil }
func (brokenMailbox) Letter(context.Context, string, string) (Letter, error) {
	return Letter{}, errBroken
}
func (brokenMailbox) Unread(context.Context, string) (int, error)       { return 0, errBroken }
func (brokenMailbox) MarkRead(context.Context, string, string) error    { return errBroken }
func (brokenMailbox) DeleteDue(context.Context, time.Time) (int, error) { return 0, errBroken }
func (brokenMailbox) Erase(context.Context, string) (int, error)        { return 0, errBroken }

func TestDelivererErrors(t *testing.T) {
	accepted := change(payment.OnAccepted, payment.EffectChanged, payment.Redirected, payment.Paid)
	err := Deliverer(brokenMailbox{}, catalog(t), senderIn2018())(t.Context(), accepted)
	if !errors.Is(err, errBroken) || !strings.Contains(err.Error(), accepted.Payment.Reference) || strings.Contains(err.Error(), "debtor-1") {
		t.Errorf("a mailbox that fails: %v", err)
	}
	if err := Deliverer(nil, catalog(t), Sender{})(t.Context(), accepted); err == nil {
		t.Error("no mailbox, no error")
	}
	if err := Deliverer(NewMemoryMailbox(), nil, Sender{})(t.Context(), accepted); err == nil {
		t.Error("no catalog, no error")
	}

	// What is none of its business is never an error, even when nothing works.
	orphan := change(payment.OnAccepted, payment.EffectNoted, "", "")
	orphan.Key, orphan.Payment.ID, orphan.Payment.Debtor = "orphan/0123", "", ""
	strange := accepted
	strange.Key = "orphan/0123"
	erased := accepted
	erased.Payment.Debtor = ""
	for name, ch := range map[string]payment.Change{
		"zero": {}, "orphan": orphan, "orphan with a payment": strange, "no debtor": erased,
		"failed":    change(payment.OnFailed, payment.EffectChanged, payment.Redirected, payment.Failed), // S61
		"duplicate": change(payment.OnAccepted, payment.EffectDuplicate, payment.Paid, payment.Paid),
		"overdue":   change(payment.OnOverdue, payment.EffectNoted, payment.Paid, payment.Paid),
	} {
		if err := Deliverer(brokenMailbox{}, nil, Sender{})(t.Context(), ch); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A change that was made by hand may lack what the service always sets.
func TestDelivererFillsWhatIsMissing(t *testing.T) {
	ch := change(payment.OnAccepted, payment.EffectChanged, payment.Redirected, payment.Paid)
	ch.Payment.PaidAt, ch.Payment.Language = time.Time{}, "?"
	ch.Entry.At = at(t, "06/07/2018 00:10")
	box := NewMemoryMailbox()
	if err := Deliverer(box, catalog(t), Sender{KeepMonths: 1})(t.Context(), ch); err != nil {
		t.Fatal(err)
	}
	l := letters(t, box, "debtor-1")[0]
	if !strings.Contains(l.Text, "du 06/07/2018.") || l.Language != "fr" || time.Since(l.ReceivedAt) > time.Minute || l.DeleteAt.Sub(l.ReceivedAt) > 32*24*time.Hour {
		t.Errorf("%v, %v: %s", l.ReceivedAt, l.DeleteAt, l.Text)
	}
}

// Money that a person knows to be back, of an acceptance that nobody ever heard of: the letter does not make up a date of payment.
func TestRefundOfAPaymentWithoutADate(t *testing.T) {
	ch := change(payment.OnWasReturned, payment.EffectChanged, payment.Review, payment.Refunded)
	ch.Payment.PaidAt, ch.Payment.ReturnedAt = time.Time{}, at(t, "12/03/2019 10:00")
	box := NewMemoryMailbox()
	if err := Deliverer(box, catalog(t), sampleFund)(t.Context(), ch); err != nil {
		t.Fatal(err)
	}
	l := letters(t, box, "debtor-1")
	if len(l) != 1 || !strings.Contains(l[0].Text, "Votre paiement de créance vous a été remboursé le 12/03/2019.") {
		t.Errorf("%v", l)
	}
}

func TestSenderValidate(t *testing.T) {
	if err := sampleFund.Validate(); err != nil {
		t.Error(err)
	}
	if err := (Sender{Fund: "CPAM", EmailAddress: "a@b.example", CPAM: true}).Validate(); err != nil {
		t.Errorf("one address is enough: %v", err)
	}
	linked := sampleFund
	linked.Signature = Words{"fr": "https://payer.example"}
	if err := linked.Validate(); err == nil || !strings.Contains(err.Error(), "Signature has a link") {
		t.Errorf("a link: %v", err)
	}
	err := Sender{Fund: "\n", PostalAddress: " \n "}.Validate()
	for _, w := range []string{"Fund", "PostalAddress and EmailAddress", "Telephone", "R112-11-1"} {
		if err == nil || !strings.Contains(err.Error(), w) {
			t.Errorf("no %s in %v", w, err)
		}
	}
}

// Who says that money went back may have sent it by transfer: the notice names the card only where the bank gave the money back.
func TestNoticeOfATransferNamesNoCard(t *testing.T) {
	c := catalog(t)
	const card, account = "sur la carte qui a servi à payer", "sur votre compte bancaire"
	for _, tt := range []struct {
		on          payment.EventKind
		from        payment.State
		says, lacks string
	}{
		{payment.OnReturned, payment.Refunding, card, account},
		{payment.OnWasReturned, payment.Review, account, card},
	} {
		box := NewMemoryMailbox()
		ch := change(tt.on, payment.EffectChanged, tt.from, payment.Refunded)
		if err := Deliverer(box, c, senderIn2018())(t.Context(), ch); err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(letters(t, box, "debtor-1"), func(l Letter) bool { return strings.HasSuffix(l.Key, "/refund_notice") })
		if i < 0 {
			t.Fatalf("%s: no notice", tt.on)
		}
		if text := letters(t, box, "debtor-1")[i].Text; !strings.Contains(text, tt.says) || strings.Contains(text, tt.lacks) {
			t.Errorf("%s:\n%s", tt.on, text)
		}
	}
}
