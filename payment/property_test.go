package payment

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/creance"
	"github.com/shopspring/decimal"
)

// The sets of states, as the contract has them and not as the code has them.
func mustHold(s State) bool    { return mustAttempt(s) || s == Paid || s == Refunding || s == Review }
func mustAttempt(s State) bool { return s == Created || s == Redirected || s == Unknown }
func mustMoney(s State) bool   { return s == Paid || s == Recorded }
func withoutMoney(s State) bool {
	return s == Refused || s == Cancelled || s == Expired || s == Failed
}

// hasBeenAccepted reports whether only an acceptance, or a clerk, leads to the state; only a clerk leads on from it to an end without
// money, by way of review.
func hasBeenAccepted(s State) bool { return mustMoney(s) || s == Refunding || s == Refunded }

// walkBook keeps the payments of a walk.
type walkBook interface {
	create(p Payment) error
	change(id ID, e Event) (Effect, error)       // applies an event to the newest row
	answer(old Payment, e Event) (Effect, error) // applies an event to a row that was read before
	row(id ID) (p Payment, entries int, e Entry) // the row, the length of its journal, the last entry
	verifyRow(id ID, whole bool) error           // what only this kind of book can check
}

// serviceBook is a walkBook that commits as the service does, in a MemoryStore, with a linked journal.
type serviceBook struct {
	*Service
	store *MemoryStore
}

func newServiceBook(template *Service) *serviceBook {
	b := &serviceBook{store: NewMemoryStore()}
	c := template.c
	c.Store = b.store
	b.Service = &Service{c: c, times: template.times, wake: newWakeups()}
	return b
}

func (b *serviceBook) create(p Payment) error {
	_, err := b.Service.createWithReference(context.Background(), p)
	return err
}

func (b *serviceBook) change(id ID, e Event) (Effect, error) {
	_, effect, err := b.Service.changeNewest(context.Background(), Lookup{ID: id}, func(Payment) (Event, error) { return e, nil })
	return effect, err
}

func (b *serviceBook) answer(old Payment, e Event) (Effect, error) {
	_, effect, err := b.commitEvent(context.Background(), old, e)
	return effect, err
}

// isJournaled reports whether the journal has the message already.
func (b *serviceBook) isJournaled(id ID, e Event) bool {
	return e.Result != nil && slices.ContainsFunc(b.store.rows[id].journal, func(old Entry) bool { return old.Fingerprint == e.Result.Fingerprint() })
}

// isAnsweredByClerk reports whether the message is the acquirer's last one, and a clerk has decided after it.
func (b *serviceBook) isAnsweredByClerk(id ID, e Event) bool {
	for _, old := range slices.Backward(b.store.rows[id].journal) {
		if old.Fingerprint != "" && old.Channel != "" {
			return old.Fingerprint == e.Result.Fingerprint() && (old.From == Review || old.To == Review)
		}
	}
	return false
}

func (b *serviceBook) row(id ID) (Payment, int, Entry) {
	r := b.store.rows[id]
	return r.payment, len(r.journal), r.journal[len(r.journal)-1]
}

func (b *serviceBook) verifyRow(id ID, whole bool) error {
	r := b.store.rows[id]
	switch last := r.journal[len(r.journal)-1]; {
	case last.Hash != r.payment.Head:
		return errors.New("the row's head is not the hash of the last entry")
	case len(b.store.out[id]) != len(r.journal):
		return fmt.Errorf("%d entries, %d changes to deliver", len(r.journal), len(b.store.out[id]))
	case !whole:
		return nil
	}
	told := map[string]bool{}
	for _, e := range r.journal {
		if (e.Effect == EffectStale || e.Effect == EffectContradiction) && told[e.Fingerprint] {
			return fmt.Errorf("one message was written again as %s", e.Effect)
		}
		told[e.Fingerprint] = e.Fingerprint != ""
	}
	return VerifyJournal(r.payment, r.journal)
}

// plainBook is a walkBook with the rules of the store and of the service, without locks, hashes and copies: fast enough for many walks.
type plainBook struct {
	times timers
	rows  []*plainRow
}

type plainRow struct {
	payment Payment
	entries int
	last    Entry
}

func (b *plainBook) find(id ID) *plainRow {
	return b.rows[slices.IndexFunc(b.rows, func(r *plainRow) bool { return r.payment.ID == id })]
}

func (b *plainBook) anyOther(than ID, is func(Payment) bool) bool {
	return slices.ContainsFunc(b.rows, func(r *plainRow) bool { return r.payment.ID != than && is(r.payment) })
}

func (b *plainBook) create(p Payment) error {
	held := func(o Payment) bool {
		return o.Debt == p.Debt && o.State.Holds() || o.Claim == p.Claim && o.State == Recorded
	}
	if b.anyOther(p.ID, held) {
		return &HeldError{}
	}
	b.rows = append(b.rows, &plainRow{p, 1, Entry{Version: 1, Event: OnCreated, Effect: EffectChanged, To: Created}})
	return nil
}

func (b *plainBook) change(id ID, e Event) (Effect, error) {
	p := b.find(id).payment
	if e.Kind == OnAccepted && (p.State.Attempt() || withoutMoney(p.State)) && b.anyOther(id, func(o Payment) bool { return paidOtherwise(p, o) }) {
		e.Kind = OnAcceptedToo
	}
	effect, err := b.answer(p, e)
	if e.Kind == OnAccepted && errors.Is(err, ErrClaimPaid) {
		e.Kind = OnAcceptedToo
		effect, err = b.answer(b.find(id).payment, e)
	}
	return effect, err
}

// paidOtherwise is written from the contract's text: another payment of the debt has its money, of whichever notice, or had it recorded
// after this one was created.
func paidOtherwise(p, o Payment) bool {
	return o.Debt == p.Debt && (o.State == Paid || o.State == Refunding || o.State == Review || o.State == Recorded && o.RecordedAt.After(p.CreatedAt))
}

func (b *plainBook) answer(old Payment, e Event) (Effect, error) {
	next, effect, err := old.Apply(e)
	if err != nil || effect == EffectDuplicate {
		return effect, err
	}
	r := b.find(old.ID)
	switch {
	case r.payment.Version != old.Version:
		return "", ErrVersion
	case next.State.Money() && b.anyOther(next.ID, func(o Payment) bool { return o.Claim == next.Claim && o.State.Money() }):
		return "", ErrClaimPaid
	case next.State == Paid && b.anyOther(next.ID, func(o Payment) bool { return o.Debt == next.Debt && o.State == Paid }):
		return "", ErrClaimPaid
	case next.State.Attempt() && b.anyOther(next.ID, func(o Payment) bool { return o.Debt == next.Debt && o.State.Attempt() }):
		return "", &HeldError{}
	}
	next.AttentionAt = b.times.dueAfterEvent(old, next, e, effect)
	r.payment, r.entries = next, r.entries+1
	r.last = Entry{Version: next.Version, Event: e.Kind, Effect: effect, From: old.State, To: next.State, By: e.By}
	return effect, nil
}

func (b *plainBook) row(id ID) (Payment, int, Entry) {
	r := b.find(id)
	return r.payment, r.entries, r.last
}

func (b *plainBook) verifyRow(ID, bool) error { return nil }

// trip is what a walk knows of one payment beside its row.
type trip struct {
	id       ID
	older    Payment // as somebody read it some time ago
	accepted bool    // an acceptance, verified, whatever else did not match
	kept     bool    // a person says that the money is ours
	gone     bool    // a person says that there was none
}

// walk is one random sequence of events about the payments of three claims on two debts.
type walk struct {
	walkBook
	rng   *rand.Rand
	now   time.Time
	trips []*trip
	seen  *[len(stateOrder)][len(eventOrder)]bool
	story []storyLine
}

// storyLine is a step of a walk. It becomes a text only when the walk fails.
type storyLine struct {
	id      ID
	from    State
	on      EventKind
	to      State
	effect  Effect
	written int
	version int // at which it was read; 0: the newest
	err     error
}

func (h storyLine) String() string {
	s := fmt.Sprintf("%s %s on %s: %s %s, %d written, error %v", h.id, h.from, h.on, h.to, h.effect, h.written, h.err)
	if h.version > 0 {
		s += fmt.Sprintf(", read at version %d", h.version)
	}
	return s
}

// violation is the panic by which a walk fails.
type violation string

func (w *walk) fail(format string, a ...any) { panic(violation(fmt.Sprintf(format, a...))) }

func (w *walk) payment(t *trip) Payment {
	p, _, _ := w.row(t.id)
	return p
}

// anyOther reports whether is holds for another payment of the walk.
func (w *walk) anyOther(t *trip, is func(Payment) bool) bool {
	return slices.ContainsFunc(w.trips, func(o *trip) bool { return o != t && is(w.payment(o)) })
}

var names = [...]ID{"p0", "p1", "p2", "p3", "p4", "p5", "p6", "p7", "p8", "p9"}

// begin creates a payment as Begin does: it must succeed exactly when debt and claim are free.
func (w *walk) begin() {
	if len(w.trips) == len(names) {
		return
	}
	debt, notice := "D1", "N1"
	switch w.rng.IntN(6) {
	case 0:
		notice = "N2"
	case 1:
		debt = "D2"
	}
	id := names[len(w.trips)]
	p := Payment{
		ID: id, Version: 1, State: Created, Reference: "R" + string(id), Merchant: "201000005940002", Debt: debt, Notice: notice,
		Claim: debt + "/" + notice, Debtor: "A", Key: string(id), Amount: seventyFive, Currency: "EUR",
		CreatedAt: w.now, AttentionAt: w.now.Add(2 * time.Minute),
	}
	held := w.anyOther(nil, func(o Payment) bool {
		return o.Debt == p.Debt && mustHold(o.State) || o.Claim == p.Claim && o.State == Recorded
	})
	err := w.create(p)
	w.story = append(w.story, storyLine{id: id, on: OnCreated, to: Created, err: err})
	switch {
	case held && !errors.Is(err, ErrHeld):
		w.fail("a payment is begun on a held debt or claim")
	case !held && err != nil:
		w.fail("a free claim cannot be paid")
	case !held:
		t := &trip{id: id}
		w.trips = append(w.trips, t)
		t.older = w.payment(t)
		w.checkInvariants(t)
	}
}

var seventyFive = decimal.New(75_00, -2)

// step applies an event to one payment: mostly one that changes its state, now and then any.
func (w *walk) step() {
	w.now = w.now.Add(time.Duration(1+w.rng.IntN(600)) * time.Second)
	if len(w.trips) == 0 || w.rng.IntN(8) == 0 {
		w.begin()
		return
	}
	t := w.trips[len(w.trips)-1]
	if w.rng.IntN(2) == 0 {
		t = w.trips[w.rng.IntN(len(w.trips))]
	}
	p := w.payment(t)
	k := eventOrder[w.rng.IntN(len(eventOrder))]
	for i := 0; i < 2 && table[p.State.tableRow()][k.tableColumn()].effect != EffectChanged; i++ {
		k = eventOrder[w.rng.IntN(len(eventOrder))]
	}
	e := w.event(p, k)
	switch w.rng.IntN(8) {
	case 0:
		t.older = p
	case 1:
		if t.older.Version != p.Version {
			w.applyStale(t, e)
			return
		}
	}
	w.applyAndCheck(t, e)
}

// event returns an event of kind k with the fields that such an event has.
func (w *walk) event(p Payment, k EventKind) Event {
	e := Event{Kind: k, At: w.now}
	outcome, authorisation := acquirer.Outcome(k), ""
	switch k {
	case OnOpened:
		e.Session = &acquirer.Session{URL: "https://kiosk.invalid/pay", Method: "POST", ExpiresAt: w.now.Add(time.Hour)}
		return e
	case OnRefundAsked, OnQuestioned, OnKept, OnGivingBack, OnWasReturned, OnNoMoney:
		e.By, e.Why = "clerk", "asked"
		return e
	case OnNotOpened:
		if w.rng.IntN(2) == 0 {
			return e
		}
	case OnAccepted, OnAcceptedToo, OnMismatched, OnReturned, OnReturnedPart, OnNotReturned, OnConfirmed, OnUnfit:
		outcome, authorisation = acquirer.Accepted, digits[w.rng.IntN(2)]
		e.Channel = channels[w.rng.IntN(3)]
	case OnRefused, OnCancelled, OnExpired, OnFailed, OnPending:
		e.Channel = channels[w.rng.IntN(3)]
	default:
		return e
	}
	e.Result = &acquirer.Result{
		Reference: p.Reference, OrderID: string(p.ID), Merchant: p.Merchant, Amount: p.Amount, Currency: p.Currency,
		Outcome: outcome, Code: digits[w.rng.IntN(3)], AuthorisationID: authorisation, At: w.now,
	}
	return e
}

var (
	channels = [...]acquirer.Channel{acquirer.Notify, acquirer.Return, acquirer.Query}
	digits   = [...]string{"0", "1", "2"}
)

// applyAndCheck applies an event to the newest row, and checks the result.
func (w *walk) applyAndCheck(t *trip, e Event) {
	p, n, _ := w.row(t.id)
	to, want := Next(p.State, e.Kind)
	second := mustMoney(to) && !mustMoney(p.State) && w.anyOther(t, func(o Payment) bool {
		return o.Claim == p.Claim && mustMoney(o.State) || o.Debt == p.Debt && o.State == Paid || e.Kind == OnAccepted && paidOtherwise(p, o)
	})
	b, serves := w.walkBook.(*serviceBook)
	answered := serves && e.Result != nil && b.isAnsweredByClerk(t.id, e)
	effect, err := w.change(t.id, e)
	q, m, last := w.row(t.id)
	written := m - n
	w.story = append(w.story, storyLine{id: t.id, from: p.State, on: e.Kind, to: q.State, effect: effect, written: written, err: err})
	w.seen[p.State.tableRow()][e.Kind.tableColumn()] = true
	// The service puts a second acceptance into review by itself: at once, or when the refund that was under way is done.
	twice := serves && written == 2 && (e.Kind == OnMismatched && mustMoney(p.State) || e.Kind == OnReturned && p.State == Refunding)
	// What a server or a browser can send again and again is written once.
	once := want == EffectStale || want == EffectContradiction ||
		want == EffectNoted && (answered || e.Channel == acquirer.Notify || e.Channel == acquirer.Return || p.State == Review || e.Kind == OnSilent || e.Kind == OnPending)
	switch {
	case want == "":
		if !errors.Is(err, ErrNotAllowed) {
			w.fail("not allowed, and the error is %v", err)
		}
	case want == EffectChanged && effect == EffectStale && written == 0:
		if mustAttempt(p.State) || !serves || !b.isJournaled(t.id, e) || e.Channel == acquirer.Query && !answered {
			w.fail("late truth is thrown away")
		}
	case twice:
		if err != nil || effect != want || q.State != Review || last.By != byService {
			w.fail("a second acceptance with another authorisation is not in review")
		}
	case second && e.Kind == OnAccepted:
		if err != nil || q.State != Review || effect != EffectChanged || written != 1 || last.Event != OnAcceptedToo {
			w.fail("a second acceptance of the claim is not in review")
		}
	case second:
		if !errors.Is(err, ErrClaimPaid) {
			w.fail("a second payment of the claim is kept")
		}
	case err != nil || effect != want || q.State != to:
		w.fail("the table says %s %s", to, want)
	case written != 1 && want != EffectDuplicate && (!once || written != 0):
		w.fail("%s, and %d entries are written", want, written)
	}
	if (err != nil || effect == EffectDuplicate) && written > 0 {
		w.fail("a duplicate or an error is written")
	}
	if written == 0 {
		if q.Version != p.Version || q.State != p.State || q.Head != p.Head || !q.AttentionAt.Equal(p.AttentionAt) || !sameMoney(p, q) {
			w.fail("nothing is written, and the row is another")
		}
		return
	}
	if last.Effect == EffectChanged || last.Effect == EffectNoted {
		switch last.Event {
		case OnAccepted, OnAcceptedToo, OnMismatched, OnReturned, OnReturnedPart, OnNotReturned, OnConfirmed: // what went back was accepted before
			t.accepted = true
		case OnKept:
			t.kept = true
		case OnNoMoney:
			t.gone = true
		}
	} else if !sameMoney(p, q) {
		w.fail("%s changes what is known of the money", last.Effect)
	}
	if twice {
		t.accepted = true
	} else {
		w.checkStep(t, p, q, last)
	}
	w.checkInvariants(t)
}

// applyStale applies an event to a row that has changed since it was read: nothing may be written.
func (w *walk) applyStale(t *trip, e Event) {
	p, n, _ := w.row(t.id)
	effect, err := w.answer(t.older, e)
	q, m, _ := w.row(t.id)
	w.story = append(w.story, storyLine{t.id, p.State, e.Kind, q.State, effect, m - n, t.older.Version, err})
	if m != n || q.Version != p.Version || q.State != p.State || q.Head != p.Head || !sameMoney(p, q) {
		w.fail("an answer to an older version is written")
	}
	if _, want := Next(t.older.State, e.Kind); want == EffectChanged && effect != EffectStale && !errors.Is(err, ErrVersion) {
		w.fail("an answer to an older version: error %v", err)
	}
}

// checkStep fails if a step that was written breaks one of the rules for single steps.
func (w *walk) checkStep(t *trip, p, q Payment, e Entry) {
	switch {
	case mustMoney(q.State) && !mustMoney(p.State) && e.Event != OnAccepted && e.Event != OnKept:
		w.fail("paid without an acceptance and without a person")
	case withoutMoney(q.State) && hasBeenAccepted(p.State):
		w.fail("%s turns %s", p.State, q.State)
	case p.State == Review && q.State != Review && (e.By == "" || withoutMoney(q.State) && e.Event != OnNoMoney):
		w.fail("a review ends in %s, and no person says so", q.State)
	case !p.PaidAt.IsZero() && !q.PaidAt.Equal(p.PaidAt):
		w.fail("PaidAt moves from %s to %s", p.PaidAt, q.PaidAt)
	case q.PaidAt.IsZero() == (t.accepted || t.kept):
		w.fail("PaidAt is %s; accepted %t, kept %t", q.PaidAt, t.accepted, t.kept)
	case q.Version != p.Version+1 || e.Version != q.Version || e.From != p.State || e.To != q.State:
		w.fail("entry %d from %s to %s for version %d", e.Version, e.From, e.To, q.Version)
	case (q.State == p.State) == (e.Effect == EffectChanged):
		w.fail("%s from %s to %s", e.Effect, p.State, q.State)
	case !sameOrder(p, q):
		w.fail("what identifies the payment is another")
	}
}

func sameMoney(p, q Payment) bool {
	return p.Authorisation == q.Authorisation && p.Code == q.Code && p.Decline == q.Decline && p.PaidAt.Equal(q.PaidAt) &&
		p.RecordedAt.Equal(q.RecordedAt) && p.RefundAskedAt.Equal(q.RefundAskedAt) && p.RefundCalledAt.Equal(q.RefundCalledAt) &&
		p.ReturnedAt.Equal(q.ReturnedAt)
}

func sameOrder(p, q Payment) bool {
	return p.ID == q.ID && p.Reference == q.Reference && p.Merchant == q.Merchant && p.Claim == q.Claim && p.Debt == q.Debt &&
		p.Notice == q.Notice && p.Debtor == q.Debtor && p.Key == q.Key && p.Amount.Equal(q.Amount) && p.Currency == q.Currency &&
		p.CreatedAt.Equal(q.CreatedAt)
}

// checkInvariants fails if a rule is broken that holds at every moment.
func (w *walk) checkInvariants(t *trip) {
	p, entries, last := w.row(t.id)
	switch {
	case p.Version != entries || last.To != p.State:
		w.fail("version %d in %s; %d entries, the last to %s", p.Version, p.State, entries, last.To)
	case (p.State == Redirected) == p.Session.IsZero():
		w.fail("%s with session %v", p.State, p.Session)
	case (mustAttempt(p.State) || p.State == Refunding) && p.AttentionAt.IsZero():
		w.fail("%s, and nobody will look at it again", p.State)
	case p.State == Recorded && p.RecordedAt.IsZero(), p.State == Refunding && p.RefundAskedAt.IsZero(),
		p.State == Refunded && p.ReturnedAt.IsZero():
		w.fail("%s, and it is not said since when", p.State)
	case mustAttempt(p.State) && w.anyOther(t, func(o Payment) bool { return o.Debt == p.Debt && mustAttempt(o.State) }):
		w.fail("two attempts of one debt")
	case mustMoney(p.State) && w.anyOther(t, func(o Payment) bool { return o.Claim == p.Claim && mustMoney(o.State) }):
		w.fail("two payments of one claim with money")
	}
	if err := w.verifyRow(t.id, false); err != nil {
		w.fail("%v", err)
	}
}

// settleAll lets the bank, the worker and the host do all that is due: every payment then has an end or is in review, and no money is
// lost.
func (w *walk) settleAll() {
	on := map[State]EventKind{Created: OnNotOpened, Redirected: OnAbsent, Unknown: OnAbsent, Paid: OnRecorded, Refunding: OnReturned}
	for _, t := range w.trips {
		w.now = w.now.Add(time.Hour)
		for k, ok := on[w.payment(t).State]; ok; k, ok = on[w.payment(t).State] {
			w.applyAndCheck(t, w.event(w.payment(t), k))
		}
		s := w.payment(t).State
		if s != Review && !s.Ended() {
			w.fail("%s ends as %s", t.id, s)
		}
		if t.accepted && s != Review && !hasBeenAccepted(s) && !t.gone {
			w.fail("%s was accepted and ends as %s", t.id, s)
		}
		if err := w.verifyRow(t.id, true); err != nil {
			w.fail("%v", err)
		}
	}
}

// run walks one sequence of 1 to 40 events. The error lists them.
func (w *walk) run() (err error) {
	defer func() {
		switch v := recover().(type) {
		case nil:
		case violation:
			lines := make([]string, len(w.story))
			for i, h := range w.story {
				lines[i] = h.String()
			}
			err = fmt.Errorf("%s\n  %s", v, strings.Join(lines, "\n  "))
		default:
			panic(v)
		}
	}()
	for range 1 + w.rng.IntN(40) {
		w.step()
	}
	w.settleAll()
	return nil
}

// walks goes through so many sequences, each reproducible by itself, and fails on the first that breaks a rule. It returns the cells
// of the table that no sequence came by.
func walks(t *testing.T, sequences int, open func() walkBook) (missed []string) {
	t.Helper()
	seed := uint64(2017)
	if s := os.Getenv("QUITTANCE_SEED"); s != "" {
		var err error
		if seed, err = strconv.ParseUint(s, 10, 64); err != nil {
			t.Fatalf("QUITTANCE_SEED: %v", err)
		}
	}
	t.Logf("QUITTANCE_SEED=%d, %d sequences", seed, sequences)
	type part struct {
		seen   [len(stateOrder)][len(eventOrder)]bool
		events int
		err    error
	}
	parts := make([]part, runtime.GOMAXPROCS(0))
	var wg sync.WaitGroup
	for i := range parts {
		wg.Go(func() {
			var story []storyLine
			for n := i; n < sequences && parts[i].err == nil; n += len(parts) {
				w := &walk{
					walkBook: open(), rng: rand.New(rand.NewPCG(seed, uint64(n))), now: time.Date(2017, 9, 11, 10, 0, 0, 0, time.UTC),
					seen: &parts[i].seen, story: story[:0],
				}
				if err := w.run(); err != nil {
					parts[i].err = fmt.Errorf("QUITTANCE_SEED=%d, sequence %d: %w", seed, n, err)
				}
				story = w.story
				parts[i].events += len(w.story)
			}
		})
	}
	wg.Wait()
	total := 0
	for _, p := range parts {
		total += p.events
		if p.err != nil {
			t.Error(p.err)
		}
	}
	for i, s := range stateOrder {
		for j, e := range eventOrder {
			if !slices.ContainsFunc(parts, func(p part) bool { return p.seen[i][j] }) {
				missed = append(missed, fmt.Sprintf("%s on %s", s, e))
			}
		}
	}
	t.Logf("%d events, %d cells not visited", total, len(missed))
	return missed
}

// 100 000 random sequences of events keep "never and always": Apply with the rules of the store. QUITTANCE_SEED chooses other
// sequences; a failure names the seed and tells the story.
func TestRandomSequencesKeepNeverAndAlways(t *testing.T) {
	t.Parallel()
	sequences := 100_000
	if testing.Short() {
		sequences = 10_000
	}
	times := timers{begin: 30 * time.Second, unknown: 72 * time.Hour, record: 24 * time.Hour}
	missed := walks(t, sequences, func() walkBook { return &plainBook{times: times} })
	if d := cmp.Diff([]string(nil), missed); d != "" && !t.Failed() {
		t.Errorf("cells that no sequence came by:\n%s", d)
	}
}

// The same by the service's own way to commit, in the store in memory, with every journal linked and verified.
func TestRandomSequencesThroughTheService(t *testing.T) {
	t.Parallel()
	sequences := 5_000
	if testing.Short() {
		sequences = 1_000
	}
	s, err := New(Config{
		Store: NewMemoryStore(), Acquirer: &mock.Acquirer{}, Policies: creance.Ameli(), ReturnURL: "https://portail.example/retour",
		Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	walks(t, sequences, func() walkBook { return newServiceBook(s) })
}
