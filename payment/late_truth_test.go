package payment_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/payment"
	"github.com/shopspring/decimal"
)

// M4: a person cannot say that no money moved while the journal holds money that the acquirer sealed.
func TestM4NoMoneyAgainstASealedAcceptance(t *testing.T) {
	w := newWorld(t)
	p := w.ended("1", acquirer.Accepted)
	p = w.question(p)
	_, err := w.Resolve(w.ctx, payment.Resolution{Command: payment.Command{ID: p.ID, Version: p.Version, By: "clerk", Why: "?"}, Verdict: payment.VerdictNoMoney})
	if !errors.Is(err, payment.ErrNotAllowed) || !strings.Contains(err.Error(), "75.00") {
		t.Errorf("NoMoney: %v", err)
	}
	w.at(p.ID, payment.Review)
	if _, _, err := w.Begin(w.ctx, payment.BeginRequest{Key: key("1"), Debt: debt("1")}); !errors.Is(err, payment.ErrHeld) {
		t.Errorf("the claim may be paid again: %v", err)
	}
}

// M4: neither can a person who has taken back that the money was returned, for only a person had said so.
func TestM4NoMoneyAfterAQuestionedReturn(t *testing.T) {
	w := newWorld(t)
	p := w.question(w.ended("1", acquirer.Accepted))
	p = w.question(w.resolve(p.ID, payment.VerdictWasReturned))
	_, err := w.Resolve(w.ctx, payment.Resolution{Command: payment.Command{ID: p.ID, Version: p.Version, By: "clerk", Why: "?"}, Verdict: payment.VerdictNoMoney})
	if !errors.Is(err, payment.ErrNotAllowed) || !strings.Contains(err.Error(), "75.00") {
		t.Errorf("NoMoney: %v", err)
	}
	w.at(p.ID, payment.Review)
	p = w.resolve(p.ID, payment.VerdictWasReturned) // the word that is true can be said again
	if got := w.booked(p.ID); got != 0 {
		t.Errorf("the books have %d cents", got)
	}
}

// question puts a payment into review, as a clerk does.
func (w *world) question(p payment.Payment) payment.Payment {
	w.Helper()
	q, err := w.Question(w.ctx, payment.Command{ID: p.ID, Version: p.Version, By: "clerk", Why: "a doubt"})
	w.must("Question", err)
	return q
}

// silentUntilReview returns a payment in review: it was accepted, no message told of that, and the acquirer could not be asked.
func (w *world) silentUntilReview(b *statusBank) payment.Payment {
	w.Helper()
	b.status = func(ref string) (acquirer.Result, error) {
		return acquirer.Result{}, &acquirer.Error{Op: acquirer.OpStatus, Reference: ref, Kind: acquirer.ErrUnavailable}
	}
	p, s := w.begin("1")
	if _, err := w.bank.Visit(s, mock.Behaviour{Abandon: true}); !errors.Is(err, mock.ErrNoReturn) {
		w.Fatal(err)
	}
	w.rig.PassInSteps(80*time.Hour, 10*time.Minute)
	return w.at(p.ID, payment.Review)
}

// M4: after a person's « aucune somme » the acquirer is asked twice more, and what it knows wins; a clerk can take the word back.
func TestM4NoMoneyIsLookedAt(t *testing.T) {
	w, b := newStatus(t)
	p := w.silentUntilReview(b)
	p = w.resolve(p.ID, payment.VerdictNoMoney)
	w.at(p.ID, payment.Failed)
	p = w.question(p)
	w.at(p.ID, payment.Review)
	p = w.resolve(p.ID, payment.VerdictNoMoney)
	b.status = nil
	w.pass(time.Hour)
	w.at(p.ID, payment.Paid)
	w.converged()
}

// M4: money that is found after « aucune somme », when the claim was paid again, is one too many.
func TestM4NoMoneyAndPaidAgain(t *testing.T) {
	w, b := newStatus(t)
	p := w.silentUntilReview(b)
	p = w.resolve(p.ID, payment.VerdictNoMoney)
	second, s := w.begin("1")
	cb, err := w.bank.Visit(s, mock.Behaviour{})
	w.must("Visit", err)
	_, _, err = w.Receive(w.ctx, cb)
	w.must("Receive", err)
	w.at(second.ID, payment.Paid)
	b.status = nil
	w.pass(27 * time.Hour)
	w.at(p.ID, payment.Review)
	if s := w.story(p.ID); !strings.HasSuffix(s, "no_money→failed accepted_too→review") {
		t.Error(s)
	}
	w.converged()
}

// M5: a review goes on to be asked about; an acceptance that is found so is acknowledged, and in the books.
func TestM5ReviewIsAskedAbout(t *testing.T) {
	w, b := newStatus(t)
	b.status = func(ref string) (acquirer.Result, error) {
		return acquirer.Result{}, &acquirer.Error{Op: acquirer.OpStatus, Reference: ref, Kind: acquirer.ErrUnavailable}
	}
	p, s := w.begin("1")
	w.visit(s, mock.Behaviour{Code: "60"})
	w.at(p.ID, payment.Unknown)
	w.pass(80 * time.Hour)
	w.at(p.ID, payment.Review)
	b.status = nil
	w.must("Decide", w.bank.Decide(p.Reference, mock.Behaviour{})) // and the notification is lost
	w.pass(25 * time.Hour)
	q := w.at(p.ID, payment.Review)
	if q.PaidAt.IsZero() || q.Authorisation == "" || !slices.Contains(w.letters(p.Debtor), "acknowledgement") {
		t.Errorf("paid at %v, authorisation %q, letters %v: %s", q.PaidAt, q.Authorisation, w.letters(p.Debtor), w.story(p.ID))
	}
	if got := w.booked(p.ID); got != 75_00 {
		t.Errorf("the books have %d cents", got)
	}
	n := q.Version
	asked := b.asked
	w.rig.PassInSteps(40*24*time.Hour, time.Hour)
	if q = w.get(p.ID); q.Version != n {
		t.Errorf("the same evidence was written again: %s", w.story(p.ID))
	}
	if daily := b.asked - asked; daily < 28 || daily > 36 {
		t.Errorf("asked %d times in forty days, want daily for thirty and then weekly", daily)
	}
	w.converged()
}

// booked returns what came in for a payment less what went back, by the books, in cents.
func (w *world) booked(id payment.ID) (cents int64) {
	w.Helper()
	var entries []payment.Entry
	for e, err := range w.Journal(w.ctx, id) {
		w.must("Journal", err)
		entries = append(entries, e)
	}
	for _, m := range payment.Movements(w.get(id), entries) {
		switch m.Kind {
		case payment.MovementAccepted:
			cents += m.Money.Amount.Shift(2).IntPart()
		case payment.MovementReturned:
			cents -= m.Money.Amount.Shift(2).IntPart()
		}
	}
	return cents
}

// M7: an old attempt of the first notice is accepted while the money of the second notice of the same debt is here, or was here when the
// first began: it is one too many.
func TestM7TwoNoticesOfOneDebt(t *testing.T) {
	for state, bring := range map[payment.State]func(*world, payment.Payment){
		payment.Paid:      func(*world, payment.Payment) {},
		payment.Refunding: func(w *world, p payment.Payment) { w.refund(p) },
		payment.Review:    func(w *world, p payment.Payment) { w.question(p) },
		payment.Recorded: func(w *world, p payment.Payment) {
			_, err := w.Record(w.ctx, p.ID)
			w.must("Record", err)
		},
	} {
		t.Run(string(state), func(t *testing.T) {
			w := newWorld(t)
			first, _ := w.begin("1")
			w.say(first, acquirer.Result{Outcome: acquirer.Expired})
			d := debt("1")
			d.Notice = &creance.Notice{Number: "N-1-again", Channel: creance.Electronic, IssuedOn: noon.AddDate(0, 0, -1)}
			w.clock.Add(time.Minute)
			second, _, err := w.Begin(w.ctx, payment.BeginRequest{Key: key("1"), Debt: d})
			w.must("Begin", err)
			w.say(second, acquirer.Result{Outcome: acquirer.Accepted, AuthorisationID: "000002"})
			bring(w, w.at(second.ID, payment.Paid))
			w.at(second.ID, state)
			w.say(first, acquirer.Result{Outcome: acquirer.Accepted, AuthorisationID: "000001"})
			w.tells(first.ID, "created opened expired accepted_too→review")
			if state != payment.Paid {
				return
			}
			p := w.at(first.ID, payment.Review)
			_, err = w.Resolve(w.ctx, payment.Resolution{Command: payment.Command{ID: p.ID, Version: p.Version, By: "clerk", Why: "?"}, Verdict: payment.VerdictKeep})
			if !errors.Is(err, payment.ErrClaimPaid) {
				t.Errorf("both notices can be kept: %v", err)
			}
		})
	}
}

// M13: the first sealed acceptance of money that a person kept brings authorisation and card; so does the second of two acceptances, when the
// first had no number.
func TestM13AuthorisationIsLearned(t *testing.T) {
	for name, before := range map[string]func(*world, *statusBank) payment.Payment{
		"kept": func(w *world, b *statusBank) payment.Payment {
			p := w.silentUntilReview(b)
			return w.resolve(p.ID, payment.VerdictKeep)
		},
		"no number": func(w *world, b *statusBank) payment.Payment {
			p, _ := w.begin("1")
			w.say(p, acquirer.Result{Outcome: acquirer.Accepted})
			return w.get(p.ID)
		},
	} {
		t.Run(name, func(t *testing.T) {
			w, b := newStatus(t)
			p := before(w, b)
			if p = w.at(p.ID, payment.Paid); p.Authorisation != "" {
				t.Fatalf("authorisation %q", p.Authorisation)
			}
			e := w.say(p, acquirer.Result{Outcome: acquirer.Accepted, AuthorisationID: "761208", MaskedPAN: "5017##########00", Brand: "CB"})
			q := w.at(p.ID, payment.Paid)
			if e != payment.EffectNoted || q.Authorisation != "761208" || q.MaskedPAN != "5017##########00" || q.Brand != "CB" {
				t.Errorf("effect %s: authorisation %q, card %q %q", e, q.Authorisation, q.Brand, q.MaskedPAN)
			}
			if got := w.booked(p.ID); got != 75_00 {
				t.Errorf("the books have %d cents: %s", got, w.story(p.ID))
			}
			if e := w.say(p, acquirer.Result{Outcome: acquirer.Accepted, AuthorisationID: "761208", MaskedPAN: "5017##########00", Brand: "CB"}); e != payment.EffectDuplicate {
				t.Errorf("the same again: %s", e)
			}
		})
	}
}

// An acquirer that says after the end of an attempt that it has not decided is asked again until it has, and no longer than a month.
func TestUndecidedAfterTheEnd(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name      string
		verdict   payment.Verdict
		decides   bool
		is, after payment.State
	}{
		{"no money, and it decides", payment.VerdictNoMoney, true, payment.Failed, payment.Paid},
		{"no money, and it never does", payment.VerdictNoMoney, false, payment.Failed, payment.Failed},
		{"was returned, and it decides", payment.VerdictWasReturned, true, payment.Refunded, payment.Review},
		{"was returned, and it never does", payment.VerdictWasReturned, false, payment.Refunded, payment.Refunded},
	} {
		t.Run(c.name, func(t *testing.T) {
			w, b := newStatus(t)
			p := w.silentUntilReview(b)
			p = w.resolve(p.ID, c.verdict)
			b.status = func(ref string) (acquirer.Result, error) {
				r, err := w.bank.Status(w.ctx, acquirer.Question{Reference: ref, Merchant: p.Merchant})
				r.Outcome, r.Code, r.AuthorisationID = acquirer.Pending, "60", ""
				return r, err
			}
			w.rig.PassInSteps(5*24*time.Hour, 10*time.Minute)
			w.at(p.ID, c.is)
			if c.decides {
				b.status = nil
				w.pass(25 * time.Hour)
				w.at(p.ID, c.after)
				if got := w.letters(p.Debtor); !slices.ContainsFunc(got, func(l string) bool { return strings.Contains(l, "acknowledgement") }) {
					t.Errorf("the first acceptance is not acknowledged: %v", got)
				}
				return
			}
			w.rig.PassInSteps(30*24*time.Hour, time.Hour)
			if p := w.at(p.ID, c.after); !p.AttentionAt.IsZero() {
				t.Errorf("it is asked again at %v", p.AttentionAt)
			}
		})
	}
}

// An acquirer that had not decided when a person ended the payment, and then knows nothing of it for a while, is asked again as well.
func TestUndecidedAndForgottenForAWhile(t *testing.T) {
	for name, c := range map[string]struct {
		verdict   payment.Verdict
		is, after payment.State
	}{
		"no money":     {payment.VerdictNoMoney, payment.Failed, payment.Paid},
		"was returned": {payment.VerdictWasReturned, payment.Refunded, payment.Review},
	} {
		t.Run(name, func(t *testing.T) {
			w, b := newStatus(t)
			p, s := w.begin("1")
			w.visit(s, mock.Behaviour{Code: "60"})
			w.pass(80 * time.Hour)
			p = w.at(p.ID, payment.Review)
			w.resolve(p.ID, c.verdict)
			w.pass(2 * time.Hour)
			b.status = func(ref string) (acquirer.Result, error) {
				return acquirer.Result{}, &acquirer.Error{Op: acquirer.OpStatus, Reference: ref, Kind: acquirer.ErrNotFound}
			}
			w.pass(50 * time.Hour)
			w.at(p.ID, c.is)
			w.must("Decide", w.bank.Decide(p.Reference, mock.Behaviour{}))
			b.status = nil
			w.pass(25 * time.Hour)
			w.at(p.ID, c.after)
		})
	}
}

// What a person says was returned before anything was heard of it: that it came and went back is the first acceptance, noted and acknowledged.
func TestReturnedOnAWordAndThenHeard(t *testing.T) {
	w, b := newStatus(t)
	p := w.silentUntilReview(b)
	p = w.resolve(p.ID, payment.VerdictWasReturned)
	b.status = func(ref string) (acquirer.Result, error) {
		r, err := w.bank.Status(w.ctx, acquirer.Question{Reference: ref, Merchant: p.Merchant})
		r.Returned = r.Amount
		return r, err
	}
	w.pass(27 * time.Hour)
	q := w.at(p.ID, payment.Refunded)
	if q.Authorisation == "" {
		t.Error("the authorisation of the money is not in the row")
	}
	if got := w.letters(p.Debtor); !slices.Contains(got, "acknowledgement") {
		t.Errorf("the first acceptance is not acknowledged: %v", got)
	}
	if got := w.booked(p.ID); got != 0 {
		t.Errorf("the books have %d cents", got)
	}
}

// What a person says was returned before anything was heard of it, and of which a message then says that it came: the look of the day after asks
// whether it is still here.
func TestReturnedOnAWordAndHeardByAMessage(t *testing.T) {
	w := newWorld(t)
	p, s := w.begin("1")
	w.visit(s, mock.Behaviour{Code: "60"})
	w.pass(80 * time.Hour)
	w.at(p.ID, payment.Review)
	w.bank.Notify = func(acquirer.Callback) {} // it comes later
	w.must("Decide", w.bank.Decide(p.Reference, mock.Behaviour{}))
	cb, err := w.bank.Notification(p.Reference)
	w.must("Notification", err)
	w.resolve(p.ID, payment.VerdictWasReturned)
	w.pass(16 * time.Hour)
	_, _, err = w.Receive(w.ctx, cb)
	w.must("Receive", err)
	if q := w.at(p.ID, payment.Refunded); !q.Returned.Equal(p.Amount) {
		t.Errorf("a message that may be old says that %v are back, and the row has %v", decimal.Zero, q.Returned)
	}
	w.pass(12 * time.Hour)
	w.at(p.ID, payment.Review)
	if s := w.story(p.ID); !strings.HasSuffix(s, "was_returned→refunded confirmed/noted not_returned→review") {
		t.Error(s)
	}
	if got := w.booked(p.ID); got != 75_00 {
		t.Errorf("the books have %d cents", got)
	}
}

// An acceptance that comes late, of money of which the acquirer has said meanwhile that it went back, makes nobody's payment paid: the acquirer is
// asked, at once or as soon as it answers, and what it says then counts.
func TestAcceptanceOlderThanItsReturn(t *testing.T) {
	for name, c := range map[string]struct {
		silent, here bool // the acquirer does not answer at first; it has the money again
		at, then     payment.State
	}{
		"it is back":             {false, false, payment.Failed, payment.Failed},
		"it is here again":       {false, true, payment.Paid, payment.Paid},
		"it is back, said later": {true, false, payment.Failed, payment.Failed},
		"it is here, said later": {true, true, payment.Failed, payment.Paid},
	} {
		t.Run(name, func(t *testing.T) {
			w, b := newStatus(t)
			p, s := w.begin("1")
			cb, err := w.bank.Visit(s, mock.Behaviour{})
			w.must("Visit", err)
			accepted, err := w.bank.Parse(cb)
			w.must("Parse", err)
			answer := filledFromOrder(p, acquirer.Result{Outcome: acquirer.Accepted, Code: "00", AuthorisationID: accepted.AuthorisationID, Returned: p.Amount})
			silent := false
			b.status = func(string) (acquirer.Result, error) {
				if silent {
					return acquirer.Result{}, &acquirer.Error{Op: acquirer.OpStatus, Kind: acquirer.ErrUnavailable}
				}
				return answer, nil
			}
			_, _, err = w.Refresh(w.ctx, p.ID)
			w.must("Refresh", err)
			w.resolve(p.ID, payment.VerdictNoMoney)
			want := int64(0)
			if c.here {
				answer.Returned, want = decimal.Decimal{}, 75_00
			}
			silent = c.silent
			_, _, err = w.Receive(w.ctx, cb)
			w.must("Receive", err)
			w.at(p.ID, c.at)
			silent = false
			w.pass(30 * time.Minute)
			w.at(p.ID, c.then)
			if got := w.booked(p.ID); got != want {
				t.Errorf("the books have %d cents, want %d: %s", got, want, w.story(p.ID))
			}
		})
	}
}
