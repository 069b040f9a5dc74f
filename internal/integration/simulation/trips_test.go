package simulation

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/inbox"
	"github.com/quittance/quittance/internal/integration/rig/books"
	"github.com/quittance/quittance/internal/integration/rig/figure"
	"github.com/quittance/quittance/payment"
	"github.com/shopspring/decimal"
)

// TestTrips takes worlds of some two hundred trips each to their end.
func TestTrips(t *testing.T) {
	figure.Long(t)
	seed := figure.Seed(t)
	want := int64(figure.Of(5_000, 100_000))
	var trips, asked, skipped, number atomic.Int64
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for trips.Load() < want && !t.Failed() {
				w := newWorld(t, seed+uint64(number.Add(1)))
				w.live()
				w.end()
				trips.Add(int64(w.trips))
				asked.Add(int64(w.asked))
				skipped.Add(int64(w.skipped))
			}
		})
	}
	wg.Wait()
	t.Logf("%d trips in %d worlds; %d payments compared with the bank's book, %d that could not be asked about", trips.Load(), number.Load(), asked.Load(), skipped.Load())
	if skipped.Load()*10 > asked.Load() {
		t.Errorf("only %d payments could be compared, and %d not", asked.Load(), skipped.Load())
	}
}

// world is a fund with its banks, payers and clerks.
type world struct {
	*testing.T
	ctx   context.Context
	seed  uint64
	dice  *rand.Rand // of what happens one after the other; what happens at once uses roll
	quiet atomic.Bool

	mu  sync.Mutex
	now time.Time

	store     *payment.MemoryStore
	mailbox   inbox.Mailbox
	letters   func(context.Context, payment.Change) error
	banks     []*bank
	merchant  int // of the bank that new payments go to
	processes []*process
	later     []event

	started, acts, trips, asked, skipped int
	imagined                             map[payment.ID]bool // by a clerk, and no bank will ever contradict it
}

// event is something that happens later.
type event struct {
	at time.Time
	n  int
	do func()
}

var catalog = sync.OnceValues(func() (*inbox.Catalog, error) { return inbox.NewCatalog() })

func newWorld(t *testing.T, seed uint64) *world {
	w := &world{
		T: t, ctx: t.Context(), seed: seed, dice: rand.New(rand.NewPCG(seed, 15)), now: time.Date(2026, time.March, 2, 6, 0, 0, 0, time.UTC),
		store: payment.NewMemoryStore(), mailbox: inbox.NewMemoryMailbox(), imagined: map[payment.ID]bool{},
	}
	c, err := catalog()
	if err != nil {
		t.Fatal(err)
	}
	w.letters = inbox.Deliverer(w.mailbox, c, inbox.Sender{Fund: "CPAM", PostalAddress: "1 rue de l’Exemple\n99999 Exemple", Now: w.clock})
	for _, k := range []struct {
		merchant string
		traits   acquirer.Traits
	}{{"002001000000001", mock.Sips}, {"fundDirect", mock.Direct}, {"012345", mock.PayFiP}} {
		w.banks = append(w.banks, newBank(w, k.merchant, k.traits))
	}
	w.processes = []*process{w.start(true), w.start(false)}
	return w
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

// violated says what must never be, and how to see it again.
func (w *world) violated(format string, a ...any) {
	w.Errorf("seed of the world %d, at %v: %s", w.seed, w.clock(), fmt.Sprintf(format, a...))
}

func (w *world) upTo(d time.Duration) time.Duration { return time.Duration(w.dice.Int64N(int64(d))) }

// after plans something.
func (w *world) after(d time.Duration, do func()) {
	w.acts++
	e := event{w.clock().Add(d), w.acts, do}
	i, _ := slices.BinarySearchFunc(w.later, e, func(a, b event) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.n, b.n)) })
	w.later = slices.Insert(w.later, i, e)
}

// pass lets time pass in steps, with all that it brings.
func (w *world) pass(d, step time.Duration) {
	for end := w.clock().Add(d); w.clock().Before(end) && !w.Failed(); {
		until := w.clock().Add(step/2 + w.upTo(step))
		for len(w.later) > 0 && !w.later[0].at.After(until) {
			e := w.later[0]
			w.later = w.later[1:]
			w.set(e.at)
			e.do()
		}
		w.set(until)
		for _, b := range w.banks {
			b.mock.Tick()
		}
		w.work()
	}
}

func (w *world) set(t time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if t.After(w.now) {
		w.now = t
	}
}

// work does what is due, in every process.
func (w *world) work() {
	for range w.processes {
		for range 20 {
			if n, err := w.any().WorkOnce(w.ctx); n == 0 || err != nil {
				if err != nil && !errors.Is(err, errKilled) && !errors.Is(err, errLost) {
					w.violated("WorkOnce: %v", err)
				}
				break
			}
		}
	}
}

// live is three weeks of a fund.
func (w *world) live() {
	var debtors []*debtor
	for i := range 80 {
		debtors = append(debtors, &debtor{name: fmt.Sprint(i), cents: 50_00 + w.dice.Int64N(100_01)})
	}
	changes := 1 + w.dice.IntN(3)
	for day := range 21 {
		if changes > 0 && w.dice.IntN(6) == 0 { // the fund moves to another acquirer
			changes--
			w.merchant = w.dice.IntN(len(w.banks))
			w.processes = []*process{w.start(true), w.start(false)}
		}
		if w.dice.IntN(8) == 0 {
			b := w.banks[w.dice.IntN(len(w.banks))]
			hours := time.Duration(1+w.dice.IntN(90)) * time.Hour
			b.mu.Lock()
			b.downUntil = w.clock().Add(hours)
			b.mu.Unlock()
		}
		for range 14 {
			w.after(w.upTo(24*time.Hour), func() { w.pays(debtors[w.dice.IntN(len(debtors))]) })
		}
		for range 40 {
			w.after(w.upTo(24*time.Hour), w.somebodyActs)
		}
		for range 3 {
			w.after(w.upTo(24*time.Hour), func() { debtors[w.dice.IntN(len(debtors))].notice++ })
			w.after(w.upTo(24*time.Hour), func() { w.processes[w.dice.IntN(len(w.processes))] = w.start(w.dice.IntN(2) == 0) })
		}
		w.pass(24*time.Hour, 20*time.Minute)
		w.never()
		if w.Failed() {
			w.Logf("on day %d", day)
			return
		}
	}
}

// somebodyActs picks a payment.
func (w *world) somebodyActs() {
	var all []payment.Payment
	for p, err := range w.store.List(w.ctx, payment.Filter{}) {
		if err != nil {
			w.Fatal(err)
		}
		all = append(all, p)
	}
	if len(all) == 0 {
		return
	}
	p := all[w.dice.IntN(len(all))]
	w.act(p, w.bankOf(p))
}

func (w *world) bankOf(p payment.Payment) *bank {
	i := slices.IndexFunc(w.banks, func(b *bank) bool { return b.mock.Merchant() == p.Merchant })
	return w.banks[i]
}

// end brings the world to rest: nothing goes wrong any more, every merchant is served, and every timer has its time. Then everything is
// asked about once more, and compared.
func (w *world) end() {
	if w.Failed() {
		return
	}
	w.pass(10*24*time.Hour, time.Hour) // the last messages arrive, and chargebacks are won
	w.quiet.Store(true)
	w.processes = []*process{w.start(true)}
	for _, b := range w.banks {
		b.mu.Lock()
		b.downUntil = time.Time{}
		b.mu.Unlock()
		for reference, t := range b.book() {
			if t.pending {
				b.mock.Decide(reference, mock.Behaviour{Code: "05"})
			}
		}
		b.mock.Release()
	}
	w.pass(12*24*time.Hour, time.Hour)
	if len(w.later) > 0 {
		w.violated("%d things were planned for later still", len(w.later))
	}
	w.never()
	w.always()
	w.balance()
}

// never checks what must not be at any moment.
func (w *world) never() {
	claims, debts := map[string]payment.Payment{}, map[string]payment.Payment{}
	for p, err := range w.store.List(w.ctx, payment.Filter{}) {
		if err != nil {
			w.Fatal(err)
		}
		if p.State.Money() {
			if o, twice := claims[p.Claim]; twice {
				w.violated("the claim %s is paid by %s and %s", p.Claim, o.Reference, p.Reference)
			}
			claims[p.Claim] = p
		}
		if p.State.Attempt() {
			if o, twice := debts[p.Debt]; twice {
				w.violated("the debt %s has two attempts, %s and %s", p.Debt, o.Reference, p.Reference)
			}
			debts[p.Debt] = p
		}
	}
}

// always checks what must be in the end, and the journals.
func (w *world) always() {
	if err := books.Of(w.store, w.clock).Verify(w.ctx, nil); err != nil {
		w.violated("Verify: %v", err)
	}
	for p, err := range w.store.List(w.ctx, payment.Filter{}) {
		if err != nil {
			w.Fatal(err)
		}
		t := w.bankOf(p).book()[p.Reference]
		if p.State.Attempt() || p.State == payment.Refunding {
			w.violated("%s is %s after all its timers: %s", p.Reference, p.State, w.story(p.ID))
		}
		withMoney := p.State.Money() || p.State == payment.Refunded || p.State == payment.Review
		if t.taken > 0 && !withMoney && !(t.left() == 0 && w.endedBy(p.ID) == payment.OnNoMoney) { // a clerk may say so of what is back
			w.violated("the bank took money for %s, which is %s: %s", p.Reference, p.State, w.story(p.ID))
		}
		if p.State.Money() && t.taken == 0 && !w.imagined[p.ID] {
			w.violated("%s is %s, and the bank took nothing: %s", p.Reference, p.State, w.story(p.ID))
		}
		if ended := p.State.Ended(); ended && !p.AttentionAt.IsZero() {
			w.violated("%s is %s and due at %v for ever: %s", p.Reference, p.State, p.AttentionAt, w.story(p.ID))
		}
		w.letter(p, t)
		w.transitions(p)
	}
	for o, err := range w.store.Orphans(w.ctx) {
		w.violated("%v is kept as an orphan (%v)", o.Result, err)
	}
}

// endedBy is the event that led to a payment's state.
func (w *world) endedBy(id payment.ID) (last payment.EventKind) {
	for e, err := range w.store.Journal(w.ctx, id) {
		if err != nil {
			w.Fatal(err)
		}
		if e.From != e.To {
			last = e.Event
		}
	}
	return last
}

// overruled reports whether a clerk decided against the bank's last word, which was heard in review. The same word changes nothing
// afterwards, right or wrong: it was answered.
func (w *world) overruled(id payment.ID) (against bool) {
	inReview, left := false, false
	for e, err := range w.store.Journal(w.ctx, id) {
		if err != nil {
			w.Fatal(err)
		}
		switch {
		case e.Fingerprint != "" && e.Channel != "":
			inReview, against = e.From == payment.Review || e.To == payment.Review, false
			left = e.Money.Amount.GreaterThan(e.Money.Returned)
		case e.Event == payment.OnKept || e.Event == payment.OnGivingBack:
			against = inReview && !left
		case e.Event == payment.OnWasReturned:
			against = inReview && left
		}
	}
	return against
}

// letter checks that an acceptance is acknowledged once, and nothing else.
func (w *world) letter(p payment.Payment, t truth) {
	n := 0
	for l, err := range w.mailbox.Letters(w.ctx, p.Debtor) {
		if err != nil {
			w.Fatal(err)
		}
		if l.Key == string(p.ID)+"/acknowledgement" {
			n++
		}
	}
	if t.taken > 0 != (n == 1) && !(n == 1 && w.imagined[p.ID]) {
		w.violated("%s: the bank took %d cents, and %d acknowledgements were written: %s", p.Reference, t.taken, n, w.story(p.ID))
	}
}

// transitions checks that money that came does not turn into none without a person.
func (w *world) transitions(p payment.Payment) {
	withMoney := []payment.State{payment.Paid, payment.Recorded, payment.Refunding, payment.Refunded, payment.Review}
	without := []payment.State{payment.Refused, payment.Cancelled, payment.Expired, payment.Failed}
	for e, err := range w.store.Journal(w.ctx, p.ID) {
		if err != nil {
			w.Fatal(err)
		}
		if slices.Contains(withMoney, e.From) && slices.Contains(without, e.To) && e.Event != payment.OnNoMoney {
			w.violated("%s goes from %s to %s by %s", p.Reference, e.From, e.To, e.Event)
		}
	}
}

// balance asks about every payment, and compares the books with the bank's.
func (w *world) balance() {
	var all []payment.Payment
	for p, err := range w.store.List(w.ctx, payment.Filter{}) {
		if err != nil {
			w.Fatal(err)
		}
		all = append(all, p)
	}
	for _, p := range all {
		_, _, err := w.processes[0].Reconcile(w.ctx, p.ID)
		t := w.bankOf(p).book()[p.Reference]
		switch {
		case err == nil || t.taken == 0: // where nothing came in, an acquirer may have nothing to say
		case errors.Is(err, acquirer.ErrUnsupported): // it has forgotten a trip whose answer never arrived
			w.skipped++
			continue
		default:
			w.violated("%s cannot be asked about: %v", p.Reference, err)
			continue
		}
		if w.imagined[p.ID] || w.overruled(p.ID) {
			continue
		}
		w.asked++
		if got := w.booked(p.ID); got != t.left() {
			w.violated("%s: the books have %d cents, the bank %d of %d: %s", p.Reference, got, t.left(), t.taken, w.story(p.ID))
		}
	}
}

// booked is what the books have of a payment, in cents.
func (w *world) booked(id payment.ID) int64 {
	p, err := w.store.Find(w.ctx, payment.Lookup{ID: id})
	if err != nil {
		w.Fatal(err)
	}
	var entries []payment.Entry
	for e, err := range w.store.Journal(w.ctx, id) {
		if err != nil {
			w.Fatal(err)
		}
		entries = append(entries, e)
	}
	sum := decimal.Zero
	for _, m := range payment.Movements(p, entries) {
		switch m.Kind {
		case payment.MovementAccepted:
			sum = sum.Add(m.Money.Amount)
		case payment.MovementReturned:
			sum = sum.Sub(m.Money.Amount)
		}
	}
	return sum.Shift(2).IntPart()
}

// story is a payment's journal in one line.
func (w *world) story(id payment.ID) string {
	var out []string
	for e, err := range w.store.Journal(w.ctx, id) {
		if err != nil {
			w.Fatal(err)
		}
		s := string(e.Event)
		if e.Effect != payment.EffectChanged {
			s += "/" + string(e.Effect)
		} else if string(e.To) != s {
			s += "→" + string(e.To)
		}
		if e.Channel != "" {
			s += "(" + string(e.Channel) + " " + e.Money.Returned.String() + ")"
		}
		out = append(out, s)
	}
	return strings.Join(out, " ")
}
