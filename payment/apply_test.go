package payment_test

import (
	"errors"
	"net/url"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/payment"
	"github.com/shopspring/decimal"
)

// minutesAfterNoon returns the instant n minutes after noon.
func minutesAfterNoon(n int) time.Time { return noon.Add(time.Duration(n) * time.Minute) }

// fullRow returns a payment in the given state, with every field that it may have there.
func fullRow(s payment.State) payment.Payment {
	p := payment.Payment{
		ID: "aaaaaaaaaaaaaaaaaaaaaaaaaa", Version: 7, State: s, Reference: "PCLCB172540000004", Merchant: "201000005940002",
		Claim: "C", Debt: "D", Notice: "N", Debtor: "A", Key: "K", Policy: "ameli", Language: "fr",
		Amount: decimal.New(75_00, -2), Currency: "EUR", CreatedAt: noon, AttentionAt: minutesAfterNoon(16), Head: [32]byte{1},
	}
	if s == payment.Redirected {
		p.Session = *session()
	}
	if s.Money() || s == payment.Refunding || s == payment.Refunded {
		p.Authorisation, p.Brand, p.MaskedPAN, p.Code, p.Means = "000001", "CB", "4970 #### ## 00", "00", acquirer.Card
		p.PaidAt = minutesAfterNoon(1)
	}
	switch s {
	case payment.Recorded:
		p.RecordedAt = minutesAfterNoon(2)
	case payment.Refunding:
		p.RefundAskedAt, p.RefundCalledAt = minutesAfterNoon(3), minutesAfterNoon(4)
	case payment.Refunded:
		p.RefundAskedAt, p.RefundCalledAt, p.ReturnedAt = minutesAfterNoon(3), minutesAfterNoon(4), minutesAfterNoon(5)
	case payment.Refused:
		p.Code, p.Decline = "51", acquirer.InsufficientFunds
	case payment.Cancelled:
		p.Code = "17"
	}
	return p
}

func session() *acquirer.Session {
	return &acquirer.Session{
		URL: "https://kiosk.invalid/pay", Method: "POST", Fields: url.Values{"token": {"t"}}, ExpiresAt: minutesAfterNoon(60),
	}
}

// fullAnswer returns an event with a result of the acquirer that has every field. Its outcome is the same for every kind: the service
// decides what an outcome means, Apply does not look at it.
func fullAnswer(k payment.EventKind) payment.Event {
	return payment.Event{Kind: k, At: minutesAfterNoon(10), Channel: acquirer.Notify, Result: &acquirer.Result{
		Reference: "PCLCB172540000004", OrderID: "aaaaaaaaaaaaaaaaaaaaaaaaaa", Merchant: "201000005940002",
		Amount: decimal.New(75_00, -2), Currency: "EUR", Outcome: acquirer.Accepted, Code: "77", Decline: acquirer.DoNotHonour,
		AuthorisationID: "000009", Brand: "VISA", MaskedPAN: "4444 #### ## 09", Means: acquirer.DirectDebit, At: minutesAfterNoon(9),
	}}
}

// TestKeptEndsARefund: a clerk who keeps the money gives up the refund that was asked for. A later review is about something else, and the
// payer is not told of a refund that the bank has not made.
func TestKeptEndsARefund(t *testing.T) {
	p := fullRow(payment.Refunding)
	p.RefundFirstCalledAt = minutesAfterNoon(4)
	for _, k := range []payment.EventKind{payment.OnOverdue, payment.OnKept, payment.OnQuestioned} {
		var err error
		if p, _, err = p.Apply(payment.Event{Kind: k, At: minutesAfterNoon(10), By: "clerk", Why: "asked"}); err != nil {
			t.Fatalf("%s: %v", k, err)
		}
		times := []time.Time{p.RefundAskedAt, p.RefundCalledAt, p.RefundFirstCalledAt}
		want := []time.Time{{}, {}, {}}
		if k == payment.OnOverdue { // the clerk sees what was tried
			want = []time.Time{minutesAfterNoon(3), minutesAfterNoon(4), minutesAfterNoon(4)}
		}
		if diff := cmp.Diff(want, times); diff != "" {
			t.Errorf("after %s (-want +got):\n%s", k, diff)
		}
	}
}

// partReturned is fullAnswer, and 25 euros have gone back.
func partReturned(k payment.EventKind) payment.Event {
	e := fullAnswer(k)
	e.Result.Returned = decimal.New(25_00, -2)
	return e
}

func withReturned(cents int64) func(*payment.Payment) {
	return func(p *payment.Payment) { p.Returned = decimal.New(cents, -2) }
}

func TestApplySetsFields(t *testing.T) {
	type change = func(*payment.Payment)
	const (
		changed = payment.EffectChanged
		noted   = payment.EffectNoted
	)
	opened := payment.Event{Kind: payment.OnOpened, At: minutesAfterNoon(10), Session: session()}
	mine := func(k payment.EventKind) payment.Event {
		return payment.Event{Kind: k, At: minutesAfterNoon(10), By: "clerk", Why: "asked"}
	}
	card := func(p *payment.Payment) {
		p.Authorisation, p.Brand, p.MaskedPAN, p.Code, p.Decline = "000009", "VISA", "4444 #### ## 09", "77", ""
		p.Means = acquirer.DirectDebit
	}
	paidAt := func(p *payment.Payment) { p.PaidAt = minutesAfterNoon(9) }
	ended := func(p *payment.Payment) {
		p.Code, p.Decline, p.Means = "77", acquirer.DoNotHonour, acquirer.DirectDebit
	}
	noSession := func(p *payment.Payment) { p.Session = acquirer.Session{} }
	for _, c := range []struct {
		name   string
		from   payment.State
		event  payment.Event
		to     payment.State
		effect payment.Effect
		fields []change
	}{
		{"the session comes with redirected", payment.Created, opened, payment.Redirected, changed,
			[]change{func(p *payment.Payment) { p.Session = *session() }}},
		{"opened without a session", payment.Created, payment.Event{Kind: payment.OnOpened, At: minutesAfterNoon(10)},
			payment.Redirected, changed, nil},
		{"a session that comes too late is thrown away", payment.Paid, opened, payment.Paid, payment.EffectStale, nil},
		{"and does not replace the one there is", payment.Redirected, opened, payment.Redirected, payment.EffectStale, nil},
		{"not opened, with a code", payment.Created, fullAnswer(payment.OnNotOpened), payment.Failed, changed, []change{ended}},
		{"not opened, without one", payment.Created, mine(payment.OnNotOpened), payment.Failed, changed, nil},

		{"accepted: PaidAt is the acquirer's instant", payment.Created, fullAnswer(payment.OnAccepted), payment.Paid, changed,
			[]change{card, paidAt}},
		{"accepted: the session leaves with redirected", payment.Redirected, fullAnswer(payment.OnAccepted), payment.Paid, changed,
			[]change{card, paidAt, noSession}},
		{"accepted without a result: PaidAt is ours", payment.Unknown, mine(payment.OnAccepted), payment.Paid, changed,
			[]change{func(p *payment.Payment) { p.PaidAt = minutesAfterNoon(10) }}},
		{"accepted after refused: the decline is gone", payment.Refused, fullAnswer(payment.OnAccepted), payment.Paid, changed,
			[]change{card, paidAt}},
		{"accepted too: PaidAt in review", payment.Expired, fullAnswer(payment.OnAcceptedToo), payment.Review, changed,
			[]change{card, paidAt}},
		{"mismatched: PaidAt in review", payment.Redirected, fullAnswer(payment.OnMismatched), payment.Review, changed,
			[]change{card, paidAt, noSession}},
		{"accepted again: nothing", payment.Paid, fullAnswer(payment.OnAccepted), payment.Paid, payment.EffectDuplicate, nil},
		{"another authorisation: the first stands", payment.Paid, fullAnswer(payment.OnMismatched), payment.Paid, payment.EffectContradiction, nil},
		{"another authorisation after refunded: PaidAt is of the first", payment.Refunded, fullAnswer(payment.OnMismatched),
			payment.Review, changed, []change{card}},
		{"evidence in review: the first acceptance is kept", payment.Review, fullAnswer(payment.OnAccepted), payment.Review, noted,
			[]change{card, paidAt}},
		{"evidence in review: also of another amount", payment.Review, fullAnswer(payment.OnMismatched), payment.Review, noted,
			[]change{card, paidAt}},
		{"evidence in review: a refusal changes no field", payment.Review, fullAnswer(payment.OnRefused), payment.Review, noted, nil},

		{"refused", payment.Redirected, fullAnswer(payment.OnRefused), payment.Refused, changed, []change{ended, noSession}},
		{"cancelled", payment.Redirected, fullAnswer(payment.OnCancelled), payment.Cancelled, changed, []change{ended, noSession}},
		{"expired", payment.Unknown, fullAnswer(payment.OnExpired), payment.Expired, changed, []change{ended}},
		{"failed", payment.Unknown, fullAnswer(payment.OnFailed), payment.Failed, changed, []change{ended}},
		{"pending", payment.Redirected, fullAnswer(payment.OnPending), payment.Unknown, changed, []change{ended, noSession}},
		{"still pending", payment.Unknown, fullAnswer(payment.OnPending), payment.Unknown, noted, nil},
		{"absent", payment.Redirected, mine(payment.OnAbsent), payment.Expired, changed, []change{noSession}},
		{"silent keeps the session", payment.Redirected, mine(payment.OnSilent), payment.Redirected, noted, nil},
		{"unfit keeps the session", payment.Redirected, fullAnswer(payment.OnUnfit), payment.Redirected, payment.EffectContradiction, nil},
		{"refused after paid: still paid", payment.Paid, fullAnswer(payment.OnRefused), payment.Paid, payment.EffectContradiction, nil},
		{"another end: the first stands", payment.Refused, fullAnswer(payment.OnExpired), payment.Refused, payment.EffectStale, nil},
		{"overdue on the payment page", payment.Redirected, mine(payment.OnOverdue), payment.Review, changed, []change{noSession}},
		{"overdue and paid", payment.Paid, mine(payment.OnOverdue), payment.Paid, noted, nil},

		{"recorded", payment.Paid, mine(payment.OnRecorded), payment.Recorded, changed,
			[]change{func(p *payment.Payment) { p.RecordedAt = minutesAfterNoon(10) }}},
		{"recorded twice: the first instant", payment.Recorded, mine(payment.OnRecorded), payment.Recorded, payment.EffectDuplicate, nil},
		{"questioned", payment.Recorded, mine(payment.OnQuestioned), payment.Review, changed, nil},

		{"refund asked", payment.Recorded, mine(payment.OnRefundAsked), payment.Refunding, changed,
			[]change{func(p *payment.Payment) { p.RefundAskedAt = minutesAfterNoon(10) }}},
		{"refund asked twice: the first instant", payment.Refunding, mine(payment.OnRefundAsked), payment.Refunding, payment.EffectDuplicate, nil},
		{"about to call again, by the version that keeps the first call", payment.Refunding, mine(payment.OnRefundUnknown), payment.Refunding, noted,
			[]change{func(p *payment.Payment) {
				p.RefundFirstCalledAt, p.RefundCalledAt = p.RefundCalledAt, minutesAfterNoon(10)
			}}},
		{"refund refused", payment.Refunding, mine(payment.OnRefundRefused), payment.Review, changed, nil},
		{"returned", payment.Refunding, fullAnswer(payment.OnReturned), payment.Refunded, changed,
			[]change{func(p *payment.Payment) { p.ReturnedAt, p.Returned = minutesAfterNoon(10), p.Amount }}},
		{"returned without us", payment.Paid, fullAnswer(payment.OnReturned), payment.Review, changed,
			[]change{func(p *payment.Payment) { p.ReturnedAt, p.Returned = minutesAfterNoon(10), p.Amount }}},
		{"returned in review: evidence, and the first that is known of an acceptance", payment.Review, fullAnswer(payment.OnReturned),
			payment.Review, noted,
			[]change{card, paidAt, func(p *payment.Payment) { p.ReturnedAt, p.Returned = minutesAfterNoon(10), p.Amount }}},
		{"called in review: evidence", payment.Review, mine(payment.OnRefundUnknown), payment.Review, noted,
			[]change{func(p *payment.Payment) {
				p.RefundFirstCalledAt, p.RefundCalledAt = minutesAfterNoon(10), minutesAfterNoon(10)
			}}},

		{"a part is back", payment.Paid, partReturned(payment.OnReturnedPart), payment.Paid, noted, []change{withReturned(25_00)}},
		{"a part is back of money whose authorisation is known", payment.Refunding, partReturned(payment.OnReturnedPart), payment.Refunding, noted, []change{withReturned(25_00)}},
		{"less is back than was believed", payment.Recorded, partReturned(payment.OnNotReturned), payment.Recorded, noted, []change{withReturned(25_00)}},
		{"it is here again", payment.Refunded, partReturned(payment.OnNotReturned), payment.Review, changed,
			[]change{withReturned(25_00), func(p *payment.Payment) { p.ReturnedAt = time.Time{} }}},
		{"the authorisation is known, and is not replaced", payment.Paid, fullAnswer(payment.OnConfirmed), payment.Paid, noted, nil},
		{"accepted, and a part is back", payment.Refused, partReturned(payment.OnAccepted), payment.Paid, changed, []change{card, paidAt, withReturned(25_00)}},
		{"questioned after it was back", payment.Refunded, mine(payment.OnQuestioned), payment.Review, changed, nil},

		{"kept, and nothing was accepted: PaidAt is the person's", payment.Review, mine(payment.OnKept), payment.Paid, changed,
			[]change{func(p *payment.Payment) { p.PaidAt = minutesAfterNoon(10) }}},
		{"giving back: a new refund, not called yet", payment.Review, mine(payment.OnGivingBack), payment.Refunding, changed,
			[]change{func(p *payment.Payment) { p.RefundAskedAt, p.RefundCalledAt = minutesAfterNoon(10), time.Time{} }}},
		{"was returned", payment.Review, mine(payment.OnWasReturned), payment.Refunded, changed,
			[]change{func(p *payment.Payment) { p.ReturnedAt, p.Returned = minutesAfterNoon(10), p.Amount }}},
		{"no money", payment.Review, mine(payment.OnNoMoney), payment.Failed, changed, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := fullRow(c.from)
			want := fullRow(c.from)
			want.State = c.to
			if c.effect != payment.EffectDuplicate {
				want.Version++
			}
			for _, f := range c.fields {
				f(&want)
			}
			got, effect, err := p.Apply(c.event)
			if err != nil || effect != c.effect {
				t.Errorf("effect %s, error %v, want %s", effect, err, c.effect)
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
}

// What is known of the first acceptance stays, whatever event comes later.
func TestApplyKeepsTheFirstAcceptance(t *testing.T) {
	p := fullRow(payment.Redirected)
	for i, e := range []payment.Event{
		fullAnswer(payment.OnMismatched), fullAnswer(payment.OnAccepted), {Kind: payment.OnKept},
		{Kind: payment.OnQuestioned}, fullAnswer(payment.OnAccepted), {Kind: payment.OnKept}, {Kind: payment.OnRecorded},
		fullAnswer(payment.OnMismatched), {Kind: payment.OnRefundAsked}, {Kind: payment.OnReturned},
	} {
		if e.At = minutesAfterNoon(20 + i); e.Result != nil && i > 0 {
			e.Result.At, e.Result.AuthorisationID = minutesAfterNoon(20+i), "other"
		}
		var err error
		if p, _, err = p.Apply(e); err != nil {
			t.Fatalf("%s: %v", e.Kind, err)
		}
		if !p.PaidAt.Equal(minutesAfterNoon(9)) || p.Authorisation != "000009" {
			t.Errorf("after %s: authorisation %s at %s", e.Kind, p.Authorisation, p.PaidAt)
		}
	}
	if p.State != payment.Refunded {
		t.Errorf("state %s", p.State)
	}
}

// fullEvent is an event with everything in it, whatever its kind: Apply takes what is the kind's and nothing else.
func fullEvent(k payment.EventKind) payment.Event {
	e := fullAnswer(k)
	e.Session, e.By, e.Why, e.Err = session(), "clerk", "asked", "cause"
	return e
}

// In every cell: the version rises by one unless the event is a duplicate or not allowed; the session is there in redirected only;
// what identifies the payment never changes; what the table does not allow gives ErrNotAllowed and the payment as it was; the input
// is not touched.
func TestApplyInEveryCell(t *testing.T) {
	fixed := cmpopts.IgnoreFields(payment.Payment{}, "Version", "State", "Session",
		"Authorisation", "Brand", "MaskedPAN", "Code", "Decline", "Means", "PaidAt", "RecordedAt", "RefundAskedAt", "RefundCalledAt", "RefundFirstCalledAt", "ReturnedAt", "Returned")
	for _, s := range allStates {
		for _, k := range allEvents {
			p, e := fullRow(payment.State(s)), fullEvent(payment.EventKind(k))
			got, effect, err := p.Apply(e)
			if d := cmp.Diff(fullRow(payment.State(s)), p); d != "" {
				t.Errorf("%s on %s changes its input:\n%s", s, k, d)
			}
			if d := cmp.Diff(fullEvent(payment.EventKind(k)), e); d != "" {
				t.Errorf("%s on %s changes the event:\n%s", s, k, d)
			}
			if again, _, _ := p.Apply(e); cmp.Diff(got, again) != "" {
				t.Errorf("%s on %s differs the second time:\n%s", s, k, cmp.Diff(got, again))
			}
			to, want := payment.Next(p.State, e.Kind)
			if effect != want || got.State != to || errors.Is(err, payment.ErrNotAllowed) != (want == "") || (err != nil) != (want == "") {
				t.Errorf("%s on %s: %s %s %v, Next says %s %s", s, k, got.State, effect, err, to, want)
			}
			if d := cmp.Diff(p, got, fixed); d != "" {
				t.Errorf("%s on %s changes what a payment is:\n%s", s, k, d)
			}
			switch effect {
			case "", payment.EffectDuplicate:
				if d := cmp.Diff(p, got); d != "" {
					t.Errorf("%s on %s writes nothing, and changes:\n%s", s, k, d)
				}
			case payment.EffectStale, payment.EffectContradiction:
				p.Version++
				if d := cmp.Diff(p, got); d != "" {
					t.Errorf("%s on %s is %s, and changes more than the version:\n%s", s, k, effect, d)
				}
			default:
				if got.Version != p.Version+1 {
					t.Errorf("%s on %s: version %d after %d", s, k, got.Version, p.Version)
				}
			}
			if (got.State == payment.Redirected) == got.Session.IsZero() {
				t.Errorf("%s on %s: %s with session %v", s, k, got.State, got.Session)
			}
			if got.State.Money() && got.PaidAt.IsZero() {
				t.Errorf("%s on %s: %s without PaidAt", s, k, got.State)
			}
		}
	}
}

// The attempt to pay that has the money is the one that is asked about and given back, also when an earlier one of the session was learned
// before. An acceptance that does not change the payment, and an erased payment, change no handle.
func TestHandleFollowsTheMoney(t *testing.T) {
	const first, second = "4250001_0", "4250001_1"
	for name, tt := range map[string]struct {
		from payment.State
		on   payment.EventKind
		said string
		want string
	}{
		"accepted late":            {payment.Refused, payment.OnAccepted, second, second},
		"accepted too":             {payment.Unknown, payment.OnAcceptedToo, second, second},
		"of another amount":        {payment.Expired, payment.OnMismatched, second, second},
		"back already":             {payment.Cancelled, payment.OnReturned, second, second},
		"without an id":            {payment.Refused, payment.OnAccepted, "", first},
		"refused":                  {payment.Unknown, payment.OnRefused, second, first},
		"a second one, while paid": {payment.Paid, payment.OnMismatched, second, first},
		"a part is back":           {payment.Paid, payment.OnReturnedPart, second, first},
	} {
		t.Run(name, func(t *testing.T) {
			p, e := fullRow(tt.from), fullAnswer(tt.on)
			p.Handle = acquirer.Handle{Session: "4250001", Payment: first}
			e.Result.Handle = acquirer.Handle{Session: "4250001", Payment: tt.said}
			q, _, err := p.Apply(e)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(acquirer.Handle{Session: "4250001", Payment: tt.want}, q.Handle); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	if q, _, err := fullRow(payment.Refused).Erased().Apply(fullAnswer(payment.OnAccepted)); err != nil || !q.Handle.IsZero() {
		t.Errorf("an erased payment has %+v, %v", q.Handle, err)
	}
}

// Money that came without an authorisation gets the one that is learned later.
func TestConfirmedFillsTheAuthorisation(t *testing.T) {
	for _, k := range []payment.EventKind{payment.OnConfirmed, payment.OnReturnedPart, payment.OnNotReturned} {
		p := fullRow(payment.Recorded)
		p.Authorisation = ""
		got, effect, err := p.Apply(fullAnswer(k))
		if err != nil || effect != payment.EffectNoted || got.Authorisation != "000009" || got.MaskedPAN != "4444 #### ## 09" || !got.PaidAt.Equal(minutesAfterNoon(1)) {
			t.Errorf("%s: %v, %s, authorisation %q, paid at %v", k, err, effect, got.Authorisation, got.PaidAt)
		}
	}
}

func TestApplyOfStringsItDoesNotKnow(t *testing.T) {
	for _, c := range []struct {
		state payment.State
		on    payment.EventKind
	}{
		{"", payment.OnAccepted},
		{"a state of tomorrow", payment.OnAccepted},
		{payment.Created, ""},
		{payment.Created, "an event of tomorrow"},
	} {
		p := fullRow(c.state)
		got, effect, err := p.Apply(payment.Event{Kind: c.on, At: noon})
		if !errors.Is(err, payment.ErrNotAllowed) || effect != "" {
			t.Errorf("%q on %q: effect %q, error %v", c.state, c.on, effect, err)
		}
		if d := cmp.Diff(p, got); d != "" {
			t.Errorf("%q on %q changes the payment:\n%s", c.state, c.on, d)
		}
	}
}

// Apply without allocation, in every cell, allowed or not.
func TestApplyDoesNotAllocate(t *testing.T) {
	cells := 0
	for _, s := range allStates {
		for _, k := range allEvents {
			p, e := fullRow(payment.State(s)), fullEvent(payment.EventKind(k))
			var out payment.Payment
			n := testing.AllocsPerRun(20, func() { out, _, _ = p.Apply(e) })
			if n != 0 || out.ID != p.ID {
				t.Errorf("%s on %s: %v allocations", s, k, n)
			}
			cells++
		}
	}
	if cells != 324 {
		t.Errorf("%d cells", cells)
	}
}
