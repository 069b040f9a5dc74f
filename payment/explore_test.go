package payment_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/payment"
)

// This file explores, breadth first and to the end, what can happen to two payments of one claim. The table is the real one, by
// Apply; the rules of the store and of the service, the bank, the payer, the network and a clerk are small models written here. The
// model allows at least what the world can do: messages are lost, late, doubled and reordered; a question is answered now and the
// answer is read later; processes die between any two steps; nobody waits for anybody.

// The bank's own truth about one reference.
type truth uint8

const (
	nothing   truth = iota // it was never asked
	open                   // a session; nobody has paid yet
	undecided              // paid, and the bank has not decided (60)
	accepted
	refused
	cancelled
	expired
)

// What has gone back, and by whom.
const (
	notBack  uint8 = iota
	byDesk         // at the bank's own desk, without us
	byOurOwn       // by our call
)

// The steps of the process that begins a payment; in each of them it may die.
const (
	idle uint8 = iota
	asking
	answered
	looked
)

// word is what the bank says, by notification, browser or answer.
type word uint8

const (
	unsaid word = iota
	notFound
	pendingWord
	acceptedWord
	refusedWord
	cancelledWord
	expiredWord
	returnedWord
)

var kindOf = map[word]payment.EventKind{
	notFound: payment.OnAbsent, pendingWord: payment.OnPending, acceptedWord: payment.OnAccepted, refusedWord: payment.OnRefused,
	cancelledWord: payment.OnCancelled, expiredWord: payment.OnExpired, returnedWord: payment.OnReturned,
}

// one is everything about one payment. It is comparable, and small.
type one struct {
	state   uint8 // 0: not begun; otherwise one more than the index in allStates
	step    uint8 // of the process that begins it
	acked   bool  // PaidAt is set: the acknowledgement is due
	handed  bool  // the payer has the session
	held    bool  // money was known on the debt at the second look
	bank    truth
	back    uint8
	early   word // of a notification that was sent before the end, and is under way
	final   bool // a notification of the end is under way
	answer  word // of a question, not applied yet
	calling bool // the call that gives money back is committed and not made yet
}

type moment [2]one

// rules can be switched off one by one, to show that each is needed.
type rules struct {
	noCreateCheck bool // Create does not look whether the debt is held
	noClaimIndex  bool // the store takes two payments of a claim with money
	noSecondLook  bool // the session is committed without looking for money first
	noVersion     bool // an answer is applied although the row has moved on
	noQuestion    bool // the acquirer is never asked
	noNotOpened   bool // a payment in created has no timer
	callUnasked   bool // money is given back without asking first whether it went back
	refusedBeats  bool // a refusal undoes a payment
	staleTruth    bool // an acceptance after an end without money is ignored
	noWait        bool // an answer that was given before a call ended counts after it
	backForGood   bool // that money which was back is here again is not heard
	alone         bool // there is no second payment; no rule, but less to explore
}

// cell is Apply, remembered: all that it can do to one.
type cell struct {
	to     uint8
	effect payment.Effect
	acked  bool
}

// explorer walks the graph of moments.
type explorer struct {
	rules rules
	cells map[[2]uint8]map[payment.EventKind]cell         // by state and acked
	edges func(to moment, ours bool, who int, why string) // ours: it needs no notification, no payer and no luck
	bad   func(why, violation string)
}

func stateOf(s payment.State) uint8 { return uint8(slices.Index(allStates, string(s)) + 1) }

var (
	stCreated, stRedirected, stUnknown = stateOf(payment.Created), stateOf(payment.Redirected), stateOf(payment.Unknown)
	stPaid, stRecorded                 = stateOf(payment.Paid), stateOf(payment.Recorded)
	stRefused, stFailed                = stateOf(payment.Refused), stateOf(payment.Failed)
	stRefunding, stRefunded, stReview  = stateOf(payment.Refunding), stateOf(payment.Refunded), stateOf(payment.Review)
)

func (o one) attempt() bool {
	return o.state == stCreated || o.state == stRedirected || o.state == stUnknown
}
func (o one) money() bool { return o.state == stPaid || o.state == stRecorded }
func (o one) ended() bool { return o.state >= stRefused && o.state <= stFailed }
func (o one) holds() bool {
	return o.attempt() || o.state == stPaid || o.state == stRefunding || o.state == stReview
}

// known is money on the debt as the second look sees it.
func (o one) known() bool {
	return o.state == stPaid || o.state == stRecorded || o.state == stRefunding || o.state == stReview
}

func newExplorer(r rules) *explorer {
	x := &explorer{rules: r, cells: map[[2]uint8]map[payment.EventKind]cell{}}
	for i, s := range allStates {
		for acked := range uint8(2) {
			row := map[payment.EventKind]cell{}
			for _, k := range allEvents {
				p := payment.Payment{State: payment.State(s), Version: 1}
				if acked == 1 {
					p.PaidAt = noon
				}
				q, effect, err := p.Apply(payment.Event{Kind: payment.EventKind(k), At: noon, Session: &acquirer.Session{URL: "https://k"}})
				if err == nil {
					row[payment.EventKind(k)] = cell{stateOf(q.State), effect, !q.PaidAt.IsZero()}
				}
			}
			x.cells[[2]uint8{uint8(i + 1), acked}] = row
		}
	}
	return x
}

// next is the table, and the mistakes that the rules ask for.
func (x *explorer) next(o one, k payment.EventKind) (cell, bool) {
	acked := uint8(0)
	if o.acked {
		acked = 1
	}
	c, ok := x.cells[[2]uint8{o.state, acked}][k]
	switch {
	case x.rules.refusedBeats && o.money() && k == payment.OnRefused:
		return cell{stRefused, payment.EffectChanged, o.acked}, true
	case x.rules.staleTruth && o.ended() && k == payment.OnAccepted:
		return cell{o.state, payment.EffectStale, o.acked}, true
	}
	return c, ok
}

// apply commits an event as the service and the store do. ok is false when nothing comes of it. It reports what must never be.
func (x *explorer) apply(m moment, i int, k payment.EventKind) (_ moment, effect payment.Effect, ok bool) {
	was, other := m[i], m[1-i]
	c, ok := x.next(was, k)
	if !ok {
		return m, "", false
	}
	becomes := func(set func(one) bool) bool { return set(one{state: c.to}) && c.effect == payment.EffectChanged }
	if becomes(one.money) && other.money() && !x.rules.noClaimIndex {
		if k != payment.OnAccepted {
			return m, "", false // ErrClaimPaid, to a person
		}
		k = payment.OnAcceptedToo
		if c, ok = x.next(was, k); !ok {
			return m, "", false
		}
	}
	if c.effect != payment.EffectChanged && c.effect != payment.EffectNoted {
		return m, c.effect, true
	}
	now := &m[i]
	now.state, now.acked = c.to, c.acked
	if !x.rules.noVersion {
		now.answer = unsaid // it was asked at a version that is gone
	}
	report := func(is bool, what string) {
		if is {
			x.bad(allStates[was.state-1]+" on "+string(k), what)
		}
	}
	reached := now.bank == accepted
	report(now.acked && !reached, "an acknowledgement for a payment that the bank did not accept")
	report(now.money() && !reached, "paid without money at the bank")
	// The answer may be read when the money is here again.
	wasBack := now.back != notBack || k == payment.OnReturned && was.answer == returnedWord
	report(now.state == stRefunded && !wasBack, "refunded, and the bank still had the money at the moment of the answer")
	taken := was.money() || was.state == stRefunding || was.state == stRefunded
	report(now.ended() && taken, "a paid payment turns into one without money")
	report(now.ended() && was.state == stReview && k != payment.OnNoMoney, "a review ends without a person")
	report(now.money() && other.money(), "two payments of one claim with money")
	return m, c.effect, true
}

// happen applies an event and makes the edge.
func (x *explorer) happen(m moment, i int, k payment.EventKind, ours bool) {
	if to, _, ok := x.apply(m, i, k); ok && to != m {
		x.edges(to, ours, i, string(k))
	}
}

// with makes an edge to the moment in which one is changed by hand: something outside our rows.
func (x *explorer) with(m moment, i int, ours bool, why string, set func(*one)) {
	set(&m[i])
	x.edges(m, ours, i, why)
}

// says is the bank's answer to a question now.
func (o one) says() word {
	switch {
	case o.back != notBack:
		return returnedWord
	case o.bank == undecided:
		return pendingWord
	case o.bank == accepted:
		return acceptedWord
	case o.bank == refused:
		return refusedWord
	case o.bank == cancelled:
		return cancelledWord
	case o.bank == expired:
		return expiredWord
	}
	return notFound
}

// from makes every edge that leaves a moment.
func (x *explorer) from(m moment) {
	for i := range m {
		x.begin(m, i)
		if m[i].state == 0 {
			continue
		}
		x.kiosk(m, i)
		x.messages(m, i)
		x.questions(m, i)
		x.people(m, i)
		x.giveBack(m, i)
	}
}

// begin: a payment is created if nothing holds the debt; the acquirer is asked; money is looked for once more; the session is
// committed, and only then handed out. The process may die, or sleep, at any step; the timer does not wait for it.
func (x *explorer) begin(m moment, i int) {
	o, other := m[i], m[1-i]
	if o.state == 0 {
		if i == 1 && (other.state == 0 || x.rules.alone) { // the first is the first
			return
		}
		if other.holds() || other.state == stRecorded {
			if !x.rules.noCreateCheck {
				return
			}
		}
		to := m
		to[i] = one{state: stCreated, step: asking}
		if other.attempt() {
			x.bad("begin", "two attempts of one debt at once")
		}
		x.edges(to, false, i, "begins")
		return
	}
	if o.state == stCreated && !x.rules.noNotOpened {
		x.happen(m, i, payment.OnNotOpened, true) // the timer
	}
	switch o.step {
	case asking:
		x.with(m, i, false, "the process dies before it asks", func(o *one) { o.step = idle })
		x.with(m, i, false, "the bank opens a session, and the process dies", func(o *one) { o.bank, o.step = open, idle })
		x.with(m, i, false, "the bank opens a session", func(o *one) { o.bank, o.step = open, answered })
		to := m
		to[i].step = idle
		x.notOpened(to, i) // certainly refused
		to[i].bank = open
		x.notOpened(to, i) // a session that nobody hears of
	case answered:
		x.with(m, i, false, "the process dies with the answer", func(o *one) { o.step, o.held = idle, false })
		if other.known() && !x.rules.noSecondLook {
			to := m
			to[i].step, to[i].held = idle, false
			x.notOpened(to, i)
			return
		}
		x.with(m, i, false, "no money is seen", func(o *one) { o.step, o.held = looked, other.known() })
	case looked:
		x.with(m, i, false, "the process dies before its commit", func(o *one) { o.step, o.held = idle, false })
		to, effect, ok := x.apply(m, i, payment.OnOpened)
		if !ok {
			return
		}
		if effect == payment.EffectChanged {
			if o.held {
				x.bad("opened", "a session is handed out although the debt was known to be paid at the second look")
			}
			to[i].handed = true
		}
		to[i].step, to[i].held = idle, false
		x.edges(to, false, i, "opened")
	}
}

// notOpened is what the service makes of an error of the acquirer's Begin.
func (x *explorer) notOpened(m moment, i int) {
	if to, _, ok := x.apply(m, i, payment.OnNotOpened); ok {
		x.edges(to, false, i, "not opened")
	}
}

// kiosk: what the payer does there, if he has the session; what the bank decides; the end of the session by itself.
func (x *explorer) kiosk(m moment, i int) {
	o := m[i]
	decide := func(t truth, why string) {
		x.with(m, i, false, why, func(o *one) { o.bank, o.final = t, true })
	}
	switch o.bank {
	case open:
		x.with(m, i, true, "the session expires", func(o *one) { o.bank, o.final = expired, true })
		if o.handed {
			decide(accepted, "the payer pays")
			decide(refused, "the card is refused")
			decide(cancelled, "the payer gives up")
			x.with(m, i, false, "the bank does not decide yet", func(o *one) { o.bank, o.early = undecided, pendingWord })
			x.with(m, i, false, "a card is refused, and another may be tried", func(o *one) { o.early = refusedWord })
		}
	case undecided:
		x.with(m, i, true, "the bank accepts", func(o *one) { o.bank, o.final = accepted, true })
		x.with(m, i, true, "the bank refuses", func(o *one) { o.bank, o.final = refused, true })
	case accepted:
		if o.back == notBack && !o.calling {
			x.with(m, i, false, "the bank's desk gives it back", func(o *one) { o.back = byDesk })
		}
		if o.back == byDesk {
			x.with(m, i, false, "what the desk gave back comes back: a chargeback won", func(o *one) { o.back = notBack })
		}
	}
}

// messages: a notification, or the browser with the same content, arrives once, again and again, or never.
func (x *explorer) messages(m moment, i int) {
	final := m[i]
	final.back = notBack // it was written before anything went back
	for _, n := range []struct {
		there bool
		drop  func(*one)
		word  word
	}{
		{m[i].early != unsaid, func(o *one) { o.early = unsaid }, m[i].early},
		{m[i].final, func(o *one) { o.final = false }, final.says()},
	} {
		if !n.there {
			continue
		}
		x.happen(m, i, kindOf[n.word], false) // and it is still under way
		x.with(m, i, false, "a notification is lost, or was the last", n.drop)
	}
}

// questions: the worker, or a person about whatever payment, asks; the answer is applied later, if the row is still the one that
// was asked about. From "not found" only the worker draws a conclusion, and only about what may be open.
func (x *explorer) questions(m moment, i int) {
	o := m[i]
	if x.rules.noQuestion {
		return
	}
	if o.state != stCreated && o.answer == unsaid && (o.says() != notFound || o.attempt()) {
		x.with(m, i, true, "is asked about", func(o *one) { o.answer = o.says() })
	}
	if o.answer != unsaid {
		kind := kindOf[o.answer]
		if kind == payment.OnAccepted && o.state == stRefunded && !x.rules.backForGood {
			kind = payment.OnNotReturned
		}
		if to, _, ok := x.apply(m, i, kind); ok {
			to[i].answer = unsaid
			x.edges(to, true, i, string(kind))
		}
		x.with(m, i, false, "the answer is lost", func(o *one) { o.answer = unsaid })
	}
	if !o.calling {
		x.happen(m, i, payment.OnOverdue, false)
	}
}

// people: the host records; somebody asks for a refund, or complains; a clerk resolves a review by what the bank's own screen says.
func (x *explorer) people(m moment, i int) {
	o := m[i]
	x.happen(m, i, payment.OnRecorded, true)
	x.happen(m, i, payment.OnRefundAsked, false)
	x.happen(m, i, payment.OnQuestioned, false)
	if o.state != stReview {
		return
	}
	switch {
	case o.back != notBack:
		x.happen(m, i, payment.OnWasReturned, true)
	case o.bank == accepted:
		x.happen(m, i, payment.OnKept, true)
		x.happen(m, i, payment.OnGivingBack, true)
	case o.bank != open && o.bank != undecided:
		x.happen(m, i, payment.OnNoMoney, true)
	}
}

// giveBack: asked, and not back; then it is committed that the call is made; then it is made, and is answered, refused, or lost on
// either way.
func (x *explorer) giveBack(m moment, i int) {
	o := m[i]
	if o.state == stRefunding && !o.calling && (o.answer == acceptedWord || x.rules.callUnasked) {
		if to, effect, ok := x.apply(m, i, payment.OnRefundUnknown); ok && effect == payment.EffectNoted {
			to[i].calling = true
			x.edges(to, true, i, "is about to be given back")
		}
	}
	if !o.calling {
		return
	}
	to := m
	to[i].calling = false
	// A quarter of an hour must pass before an answer counts again. Who has an old row does not know of the call.
	if o.answer == acceptedWord && !x.rules.noWait && !x.rules.noVersion {
		to[i].answer = unsaid
	}
	x.edges(to, true, i, "the call is lost, or conflicts")
	if o.state == stRefunding {
		x.happen(to, i, payment.OnRefundRefused, false)
	}
	switch o.back {
	case byOurOwn:
		x.bad("call", "a call that had moved money is made again")
	case notBack:
		to[i].back = byOurOwn
		x.edges(to, false, i, "is given back, and the answer is lost")
		if o.state == stRefunding {
			if done, _, ok := x.apply(to, i, payment.OnReturned); ok {
				x.edges(done, true, i, "is given back")
			}
		}
	}
}

// good reports whether nothing is left to do: all money that the bank took is recorded or back, and known to be so.
func (m moment) good() bool {
	for _, o := range m {
		switch {
		case o.state == 0:
		case o.bank == accepted && o.back == notBack && o.state != stRecorded,
			o.bank == accepted && o.back != notBack && o.state != stRefunded,
			o.state == stRecorded && !o.acked,
			o.bank != accepted && !o.ended(),
			o.bank == open, o.bank == undecided, o.calling:
			return false
		}
	}
	return true
}

func (m moment) String() string {
	var b strings.Builder
	for i, o := range m {
		if o.state > 0 {
			fmt.Fprintf(&b, "[%d %s %+v] ", i, allStates[o.state-1], o)
		}
	}
	return b.String()
}

// explored is what an exploration found.
type explored struct {
	moments    int
	edges      int
	states     map[payment.State]bool
	violations map[string]string // what, and the shortest way to it
	lost       map[string]string // moments from which no good end can be reached, by their states, and the way
}

// explore goes everywhere, or until it finds what it looks for.
func explore(r rules, until string) explored {
	x := newExplorer(r)
	type step struct {
		from int32
		who  int
		why  string
	}
	number := map[moment]int32{{}: 0}
	list := []moment{{}}
	steps := []step{{from: -1}}
	var ours [][2]int32
	out := explored{states: map[payment.State]bool{}, violations: map[string]string{}, lost: map[string]string{}}
	way := func(n int32) string {
		var w []string
		for ; n > 0; n = steps[n].from {
			w = append(w, fmt.Sprint(steps[n].who, " ", steps[n].why))
		}
		slices.Reverse(w)
		return strings.Join(w, "; ")
	}
	for n := int32(0); int(n) < len(list) && out.violations[until] == ""; n++ {
		x.edges = func(to moment, mine bool, who int, why string) {
			out.edges++
			k, ok := number[to]
			if !ok {
				k = int32(len(list))
				number[to] = k
				list = append(list, to)
				steps = append(steps, step{n, who, why})
			}
			if mine {
				ours = append(ours, [2]int32{k, n}) // backwards
			}
		}
		x.bad = func(why, what string) {
			if _, ok := out.violations[what]; !ok {
				out.violations[what] = way(n) + "; " + why
			}
		}
		x.from(list[n])
	}
	out.moments = len(list)
	// From the good ends backwards, along the edges that need neither a notification nor a payer nor luck.
	slices.SortFunc(ours, func(a, b [2]int32) int { return int(a[0] - b[0]) })
	first := make([]int32, len(list)+1)
	for _, e := range ours {
		first[e[0]+1]++
	}
	for i := range list {
		first[i+1] += first[i]
	}
	reaches := make([]bool, len(list))
	var queue []int32
	for i, m := range list {
		for _, o := range m {
			if o.state > 0 {
				out.states[payment.State(allStates[o.state-1])] = true
			}
		}
		if m.good() {
			reaches[i] = true
			queue = append(queue, int32(i))
		}
	}
	for len(queue) > 0 {
		n := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		for _, e := range ours[first[n]:first[n+1]] {
			if !reaches[e[1]] {
				reaches[e[1]] = true
				queue = append(queue, e[1])
			}
		}
	}
	for i, m := range list {
		if reaches[i] {
			continue
		}
		var of []string
		for _, o := range m {
			if o.state > 0 {
				of = append(of, allStates[o.state-1])
			}
		}
		k := strings.Join(of, " and ")
		if _, ok := out.lost[k]; !ok {
			out.lost[k] = way(int32(i)) + " " + m.String()
		}
	}
	return out
}

// Wherever two payments of one claim can come to, nothing is there that must never be, and from there a good end can be reached
// without any notification.
func TestTwoPaymentsOfOneClaim(t *testing.T) {
	got := explore(rules{}, "")
	t.Logf("%d moments, %d steps", got.moments, got.edges)
	if d := cmp.Diff(map[string]string{}, got.violations); d != "" {
		t.Errorf("what must never be:\n%s", d)
	}
	if d := cmp.Diff(map[string]string{}, got.lost); d != "" {
		t.Errorf("no good end can be reached:\n%s", d)
	}
	if len(got.states) != len(allStates) {
		t.Errorf("the model does not come to every state: %v", got.states)
	}
}

// Each rule is needed: without it the exploration finds what must never be, or a moment with no good end.
func TestEachRuleIsNeeded(t *testing.T) {
	for _, c := range []struct {
		name  string
		rules rules
		finds string // "": no good end
	}{
		{"Create looks who holds the debt", rules{noCreateCheck: true}, "two attempts of one debt at once"},
		{"one payment with money per claim", rules{noClaimIndex: true}, "two payments of one claim with money"},
		{"money is looked for once more", rules{noSecondLook: true}, "a session is handed out although the debt was known to be paid at the second look"},
		{"an answer carries its version", rules{noVersion: true}, "a call that had moved money is made again"},
		{"wait before giving back again", rules{noWait: true}, "a call that had moved money is made again"},
		{"ask before giving back", rules{callUnasked: true}, "a call that had moved money is made again"},
		{"what was accepted stands", rules{refusedBeats: true}, "a paid payment turns into one without money"},
		{"the acquirer is asked", rules{noQuestion: true, alone: true}, ""},
		{"created has a timer", rules{noNotOpened: true, alone: true}, ""},
		{"late truth wins", rules{staleTruth: true, alone: true}, ""},
		{"what is back may come again", rules{backForGood: true, alone: true}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := explore(c.rules, c.finds)
			if c.finds != "" && got.violations[c.finds] == "" {
				t.Errorf("%d moments, and not found: %s; found: %v", got.moments, c.finds, got.violations)
			}
			if c.finds == "" && len(got.lost) == 0 {
				t.Errorf("%d moments, and all have a good end", got.moments)
			}
			t.Logf("%d moments; %s", got.moments, got.violations[c.finds])
		})
	}
}
