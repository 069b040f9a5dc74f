package payment_test

import (
	"context"
	"errors"
	"iter"
	"strings"
	"testing"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/payment"
)

// narrowStore is a store in which lists are empty, or an event cannot be written, where the test says.
type narrowStore struct {
	payment.Store
	blind bool
	down  payment.EventKind
}

func (s *narrowStore) List(ctx context.Context, f payment.Filter) iter.Seq2[payment.Payment, error] {
	if s.blind {
		return func(func(payment.Payment, error) bool) {}
	}
	return s.Store.List(ctx, f)
}

func (s *narrowStore) Commit(ctx context.Context, p payment.Payment, e payment.Entry) error {
	if e.Event == s.down {
		return errDown
	}
	return s.Store.Commit(ctx, p, e)
}

func newNarrow(t *testing.T) (*world, *narrowStore) {
	s := &narrowStore{}
	return newWorld(t, func(c *payment.Config) { s.Store, c.Store = c.Store, s }), s
}

// Two acceptances of one claim come at one moment: neither sees the other's, the store refuses the second, and that is for a person.
func TestPaidTwiceAtOneMoment(t *testing.T) {
	w, s := newNarrow(t)
	first, _ := w.begin("1")
	w.say(first, acquirer.Result{Outcome: acquirer.Expired})
	second, _ := w.begin("1")
	w.say(first, acquirer.Result{Outcome: acquirer.Accepted, AuthorisationID: "000001"})
	s.blind = true
	w.say(second, acquirer.Result{Outcome: acquirer.Accepted, AuthorisationID: "000002"})
	s.blind = false
	w.at(first.ID, payment.Paid)
	w.at(second.ID, payment.Review)
	w.tells(second.ID, "created opened accepted_too→review")
}

// A session that could not be written is handed out to nobody: what the payer did there would be somebody's whom nobody knows.
func TestNoSessionWithoutItsCommit(t *testing.T) {
	w, s := newNarrow(t)
	s.down = payment.OnOpened
	_, session, err := w.Begin(w.ctx, payment.BeginRequest{Key: "k", Debt: debt("1")})
	if !errors.Is(err, errDown) || !session.IsZero() {
		t.Errorf("session %v, %v", session, err)
	}
}

// What opened keeps the handle: without it nobody could ask about the trip, or tell its answers from another's.
func TestOpenedKeepsTheHandle(t *testing.T) {
	s := session()
	s.Handle = acquirer.Handle{Session: "s1", Proof: "p1", ExpiresAt: s.ExpiresAt}
	p, effect, err := fullRow(payment.Created).Apply(payment.Event{Kind: payment.OnOpened, At: minutesAfterNoon(1), Session: s})
	if err != nil || effect != payment.EffectChanged || !p.Handle.Equal(s.Handle) {
		t.Errorf("the handle is %v, want %v; effect %s, %v", p.Handle, s.Handle, effect, err)
	}
}

// Two acquirers of one merchant are refused: nobody could tell whose a payment is.
func TestTwoAcquirersOfOneMerchant(t *testing.T) {
	one, two := &mock.Acquirer{}, &mock.Acquirer{MerchantID: "002001000000001"}
	for name, c := range map[string]struct {
		others []acquirer.Client
		want   string
	}{
		"two contracts":            {[]acquirer.Client{two}, ""},
		"the first again":          {[]acquirer.Client{&mock.Acquirer{}}, "Others[0]"},
		"the others are one":       {[]acquirer.Client{two, &mock.Acquirer{MerchantID: "002001000000001"}}, "Others[1]"},
		"the first behind another": {[]acquirer.Client{two, &mock.Acquirer{}}, "Others[1]"},
	} {
		_, err := payment.New(payment.Config{
			Store: payment.NewMemoryStore(), Acquirer: one, Others: c.others, Policies: creance.Ameli(), ReturnURL: "https://portail.example/retour",
		})
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want+" has the merchant") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// nameless is an acquirer without a merchant.
type nameless struct{ *mock.Acquirer }

func (nameless) Merchant() string { return "" }

// An acquirer without a merchant is refused: its payments would be nobody's.
func TestAcquirerWithoutMerchant(t *testing.T) {
	for name, c := range map[string]payment.Config{
		"Acquirer has no merchant":  {Acquirer: nameless{&mock.Acquirer{}}},
		"Others[0] has no merchant": {Acquirer: &mock.Acquirer{}, Others: []acquirer.Client{nameless{&mock.Acquirer{}}}},
	} {
		c.Store, c.Policies, c.ReturnURL = payment.NewMemoryStore(), creance.Ameli(), "https://portail.example/retour"
		if _, err := payment.New(c); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%v, want %q", err, name)
		}
	}
}

// An end that the acquirer told is no person's to question: only the acquirer's word can move it.
func TestEndOfTheAcquirerIsNotQuestioned(t *testing.T) {
	w := newWorld(t)
	p := w.ended("1", acquirer.Failed)
	_, err := w.Question(w.ctx, payment.Command{ID: p.ID, Version: p.Version, By: "clerk", Why: "the payer says that he paid"})
	if !errors.Is(err, payment.ErrNotAllowed) {
		t.Errorf("error %v", err)
	}
	w.at(p.ID, payment.Failed)
}

// A look in review that brought no answer is made up for.
func TestMissedLookIsMadeUpFor(t *testing.T) {
	w, b := newStatus(t)
	p := w.ended("1", acquirer.Accepted)
	p, err := w.Question(w.ctx, payment.Command{ID: p.ID, Version: p.Version, By: "clerk", Why: "a complaint"})
	w.must("Question", err)
	b.status = func(string) (acquirer.Result, error) {
		return acquirer.Result{}, &acquirer.Error{Op: acquirer.OpStatus, Kind: acquirer.ErrUnavailable}
	}
	before := b.asked
	w.clock.Add(p.AttentionAt.Sub(w.clock.Now()))
	w.work()
	if q := w.at(p.ID, payment.Review); b.asked != before+1 || !q.AttentionAt.After(w.clock.Now()) {
		t.Errorf("asked %d times, and it is due at %v; now it is %v", b.asked-before, q.AttentionAt, w.clock.Now())
	}
}

// A panic of an acquirer's client is the failure of one look, and the worker goes on.
func TestPanicIsAFailedLook(t *testing.T) {
	w, b := newStatus(t)
	p, _ := w.begin("1")
	b.status = func(string) (acquirer.Result, error) { panic("A-1 owes 75 euros") }
	w.clock.Add(20 * time.Minute)
	if _, err := w.WorkOnce(w.ctx); err == nil || strings.Contains(err.Error(), "A-1") {
		t.Errorf("error %v, want one that says nothing of what panicked", err)
	}
	if q := w.at(p.ID, payment.Redirected); !q.AttentionAt.After(w.clock.Now()) {
		t.Errorf("it is due at %v; now it is %v", q.AttentionAt, w.clock.Now())
	}
}

// Each entry has a salt of its own: with one salt for all, who knows a name finds it in every journal, and after an erasure too.
func TestEachEntryHasItsOwnSalt(t *testing.T) {
	w := newWorld(t)
	seen := map[[16]byte]bool{{}: true}
	for _, id := range []string{"1", "2"} {
		for e, err := range w.Journal(w.ctx, w.ended(id, acquirer.Accepted).ID) {
			w.must("Journal", err)
			if seen[e.Salt] {
				t.Errorf("the salt of entry %d of payment %s is none, or another entry's", e.Version, id)
			}
			seen[e.Salt] = true
		}
	}
	if len(seen) != 7 {
		t.Errorf("%d salts, want those of two journals of three entries, and none", len(seen))
	}
}

// A payment in review of which the acquirer knows nothing is asked about again and again, and that is written once.
func TestAbsenceInReviewIsNotedOnce(t *testing.T) {
	w, b := newStatus(t)
	p := w.ended("1", acquirer.Accepted)
	p, err := w.Question(w.ctx, payment.Command{ID: p.ID, Version: p.Version, By: "clerk", Why: "a complaint"})
	w.must("Question", err)
	b.status = func(string) (acquirer.Result, error) {
		return acquirer.Result{}, &acquirer.Error{Op: acquirer.OpStatus, Kind: acquirer.ErrNotFound}
	}
	before := b.asked
	for range 4 {
		w.clock.Add(w.get(p.ID).AttentionAt.Sub(w.clock.Now()))
		w.work()
	}
	if b.asked != before+4 {
		t.Errorf("asked %d times, want 4", b.asked-before)
	}
	w.tells(p.ID, "created opened accepted→paid questioned→review absent/noted")
}

// A second acceptance that was written, and whose review was not, as when the process died in between, is in review after the next look: soon
// where the payment counts as made, also if it had no look to come; after a refund with the look of the day after.
func TestSecondAcceptanceIsReviewedAfterACrash(t *testing.T) {
	second := acquirer.Result{Outcome: acquirer.Accepted, AuthorisationID: "BBBBBB"}
	for _, when := range []payment.State{payment.Paid, payment.Recorded, payment.Refunded} {
		t.Run(string(when), func(t *testing.T) {
			w, s := newNarrow(t)
			p := w.ended("1", acquirer.Accepted)
			if when == payment.Recorded {
				_, err := w.Record(w.ctx, p.ID)
				w.must("Record", err)
				w.pass(27 * time.Hour)
				if q := w.at(p.ID, payment.Recorded); !q.AttentionAt.IsZero() {
					t.Fatalf("a look is to come at %v", q.AttentionAt)
				}
			}
			s.down = payment.OnQuestioned
			if when == payment.Refunded {
				w.refund(w.get(p.ID))
			}
			w.say(p, second)
			if when == payment.Refunded {
				w.work()
			}
			w.at(p.ID, when)
			s.down = ""
			w.pass(map[payment.State]time.Duration{payment.Paid: 10 * time.Minute, payment.Recorded: 10 * time.Minute, payment.Refunded: 27 * time.Hour}[when])
			q := w.at(p.ID, payment.Review)
			q = w.resolve(q.ID, payment.VerdictKeep)
			w.pass(25 * time.Hour)                                                         // the look of the day
			if w.at(q.ID, payment.Paid); strings.Count(w.story(q.ID), "questioned") != 1 { // a clerk has seen it
				t.Error(w.story(q.ID))
			}
		})
	}
}
