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

// bankMessage is the content of a notification, a return or an answer of the bank.
type bankMessage uint8

const (
	unsaid bankMessage = iota
	notFound
	pendingWord
	acceptedWord
	refusedWord
	cancelledWord
	expiredWord
	returnedWord
)

var kindOf = map[bankMessage]payment.EventKind{
	notFound: payment.OnAbsent, pendingWord: payment.OnPending, acceptedWord: payment.OnAccepted, refusedWord: payment.OnRefused,
	cancelledWord: payment.OnCancelled, expiredWord: payment.OnExpired, returnedWord: payment.OnReturned,
}

// stateNo is the state of a payment: 0 is one that is not begun, otherwise it is one more than the index in allStates.
type stateNo uint8

// paymentModel is one payment with all that the model knows of it: its row, the bank's truth, and what is under way. It is comparable.
type paymentModel struct {
	state   stateNo
	step    uint8 // of the process that begins it
	acked   bool  // PaidAt is set: the acknowledgement is due
	handed  bool  // the payer has the session
	held    bool  // money was known on the debt at the second look
	bank    truth
	back    uint8
	early   bankMessage // of a notification that was sent before the end, and is under way
	final   bool        // a notification of the end is under way
	answer  bankMessage // of a question, not applied yet
	calling bool        // the call that gives money back is committed and not made yet
}

// move is an edge of the graph as one payment sees it: what becomes of it, while the other stays as it is.
type move struct {
	to   paymentModel
	why  string
	ours bool // it needs no notification, no payer and no luck
}

// violation is what must never be, and the step that brought it about.
type violation struct{ why, what string }

// rules has a flag for each rule that the exploration can switch off, to show that it is needed.
type rules struct {
	noCreateCheck bool // Create does not look whether the debt is held
	noClaimIndex  bool // the store takes two payments of a claim with money
	noSecondLook  bool // the session is committed without looking for money first
	noVersion     bool // an answer is applied although the row has changed since
	noQuestion    bool // the acquirer is never asked
	noNotOpened   bool // a payment in created has no timer
	callUnasked   bool // money is given back without asking first whether it went back
	refusedBeats  bool // a refusal undoes a payment
	staleTruth    bool // an acceptance after an end without money is ignored
	noWait        bool // an answer that was given before a call ended counts after it
	backForGood   bool // it is not noticed that money which had gone back came in again
	alone         bool // there is no second payment: this is no rule, but leaves less to explore
}

// cell is a cached result of Apply for a state and an event.
type cell struct {
	to     stateNo
	effect payment.Effect
	acked  bool
}

// explorer finds what can happen to one payment next. Of the other it is told the state alone, which is all that a store, a service or a
// clerk would look at.
type explorer struct {
	rules rules
	cells map[cellKey]cell
	moves []move
	wrong []violation
}

// cellKey names a cell of the table: acked is whether PaidAt is set.
type cellKey struct {
	state stateNo
	acked bool
	event payment.EventKind
}

func stateOf(s payment.State) stateNo { return stateNo(slices.Index(allStates, string(s)) + 1) }

var (
	stCreated, stRedirected, stUnknown = stateOf(payment.Created), stateOf(payment.Redirected), stateOf(payment.Unknown)
	stPaid, stRecorded                 = stateOf(payment.Paid), stateOf(payment.Recorded)
	stRefused, stFailed                = stateOf(payment.Refused), stateOf(payment.Failed)
	stRefunding, stRefunded, stReview  = stateOf(payment.Refunding), stateOf(payment.Refunded), stateOf(payment.Review)
)

func (s stateNo) isAttempt() bool { return s == stCreated || s == stRedirected || s == stUnknown }
func (s stateNo) hasMoney() bool  { return s == stPaid || s == stRecorded }
func (s stateNo) hasEnded() bool  { return s >= stRefused && s <= stFailed }
func (s stateNo) holdsDebt() bool {
	return s.isAttempt() || s == stPaid || s == stRefunding || s == stReview
}

// moneyKnown reports whether Begin's second look would find money on the debt in this payment.
func (s stateNo) moneyKnown() bool { return s.hasMoney() || s == stRefunding || s == stReview }

func newExplorer(r rules) *explorer {
	x := &explorer{rules: r, cells: map[cellKey]cell{}}
	for _, s := range allStates {
		for _, acked := range []bool{false, true} {
			for _, k := range allEvents {
				p := payment.Payment{State: payment.State(s), Version: 1}
				if acked {
					p.PaidAt = noon
				}
				q, effect, err := p.Apply(payment.Event{Kind: payment.EventKind(k), At: noon, Session: &acquirer.Session{URL: "https://k"}})
				if err == nil {
					x.cells[cellKey{stateOf(p.State), acked, payment.EventKind(k)}] = cell{stateOf(q.State), effect, !q.PaidAt.IsZero()}
				}
			}
		}
	}
	return x
}

// applyTable returns what the table says, or the mistake that a rule which is switched off allows.
func (x *explorer) applyTable(o paymentModel, k payment.EventKind) (cell, bool) {
	switch {
	case x.rules.refusedBeats && o.state.hasMoney() && k == payment.OnRefused:
		return cell{stRefused, payment.EffectChanged, o.acked}, true
	case x.rules.staleTruth && o.state.hasEnded() && k == payment.OnAccepted:
		return cell{o.state, payment.EffectStale, o.acked}, true
	}
	c, ok := x.cells[cellKey{o.state, o.acked, k}]
	return c, ok
}

// commitEvent commits an event as the service and the store do, and reports a violation of what must always hold. ok is false if the
// event changes nothing.
func (x *explorer) commitEvent(was paymentModel, other stateNo, k payment.EventKind) (_ paymentModel, effect payment.Effect, ok bool) {
	c, ok := x.applyTable(was, k)
	if !ok {
		return was, "", false
	}
	if c.to.hasMoney() && c.effect == payment.EffectChanged && other.hasMoney() && !x.rules.noClaimIndex {
		if k != payment.OnAccepted {
			return was, "", false // ErrClaimPaid, to a person
		}
		k = payment.OnAcceptedToo
		if c, ok = x.applyTable(was, k); !ok {
			return was, "", false
		}
	}
	if c.effect != payment.EffectChanged && c.effect != payment.EffectNoted {
		return was, c.effect, true
	}
	now := was
	now.state, now.acked = c.to, c.acked
	if !x.rules.noVersion {
		now.answer = unsaid // it was asked at a version that is gone
	}
	report := func(is bool, what string) {
		if is {
			x.report(allStates[was.state-1]+" on "+string(k), what)
		}
	}
	reached := now.bank == accepted
	report(now.acked && !reached, "an acknowledgement for a payment that the bank did not accept")
	report(now.state.hasMoney() && !reached, "paid without money at the bank")
	// The answer may be read when the money is here again.
	wasBack := now.back != notBack || k == payment.OnReturned && was.answer == returnedWord
	report(now.state == stRefunded && !wasBack, "refunded, and the bank still had the money at the moment of the answer")
	taken := was.state.hasMoney() || was.state == stRefunding || was.state == stRefunded
	report(now.state.hasEnded() && taken, "a paid payment turns into one without money")
	report(now.state.hasEnded() && was.state == stReview && k != payment.OnNoMoney, "a review ends without a person")
	report(now.state.hasMoney() && other.hasMoney(), "two payments of one claim with money")
	return now, c.effect, true
}

func (x *explorer) report(why, what string) { x.wrong = append(x.wrong, violation{why, what}) }

func (x *explorer) add(to paymentModel, ours bool, why string) {
	x.moves = append(x.moves, move{to, why, ours})
}

// addEvent adds what an event leads to, if it changes anything.
func (x *explorer) addEvent(o paymentModel, other stateNo, k payment.EventKind, ours bool) {
	if to, _, ok := x.commitEvent(o, other, k); ok && to != o {
		x.add(to, ours, string(k))
	}
}

// addOutside adds something that happens outside our rows: set changes the model of the payment.
func (x *explorer) addOutside(o paymentModel, ours bool, why string, set func(*paymentModel)) {
	set(&o)
	x.add(o, ours, why)
}

// bankAnswer returns what the bank answers to a question now.
func (o paymentModel) bankAnswer() bankMessage {
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

// from returns every move of a payment beside another, and what is wrong with them.
func (x *explorer) from(o paymentModel, other stateNo) ([]move, []violation) {
	x.moves, x.wrong = nil, nil
	x.stepBegin(o, other)
	if o.state != 0 {
		x.stepPaymentPage(o)
		x.stepMessages(o, other)
		x.stepQuestions(o, other)
		x.stepPeople(o, other)
		x.stepGiveBack(o, other)
	}
	return x.moves, x.wrong
}

// stepBegin adds the steps of Begin: a payment is created if nothing holds the debt; the acquirer is asked; money is looked for once more; the session is
// committed, and only then handed out. The process may die, or sleep, at any step; the timer does not wait for it.
func (x *explorer) stepBegin(o paymentModel, other stateNo) {
	if o.state == 0 {
		if held := other.holdsDebt() || other == stRecorded; x.rules.alone || held && !x.rules.noCreateCheck {
			return
		}
		if other.isAttempt() {
			x.report("begin", "two attempts of one debt at once")
		}
		x.add(begun, false, "begins")
		return
	}
	if o.state == stCreated && !x.rules.noNotOpened {
		x.addEvent(o, other, payment.OnNotOpened, true) // the timer
	}
	switch o.step {
	case asking:
		x.addOutside(o, false, "the process dies before it asks", func(o *paymentModel) { o.step = idle })
		x.addOutside(o, false, "the bank opens a session, and the process dies", func(o *paymentModel) { o.bank, o.step = open, idle })
		x.addOutside(o, false, "the bank opens a session", func(o *paymentModel) { o.bank, o.step = open, answered })
		o.step = idle
		x.stepNotOpened(o, other) // certainly refused
		o.bank = open
		x.stepNotOpened(o, other) // a session that nobody hears of
	case answered:
		x.addOutside(o, false, "the process dies with the answer", func(o *paymentModel) { o.step, o.held = idle, false })
		if other.moneyKnown() && !x.rules.noSecondLook {
			o.step, o.held = idle, false
			x.stepNotOpened(o, other)
			return
		}
		x.addOutside(o, false, "no money is seen", func(o *paymentModel) { o.step, o.held = looked, other.moneyKnown() })
	case looked:
		x.addOutside(o, false, "the process dies before its commit", func(o *paymentModel) { o.step, o.held = idle, false })
		to, effect, ok := x.commitEvent(o, other, payment.OnOpened)
		if !ok {
			return
		}
		if effect == payment.EffectChanged {
			if o.held {
				x.report("opened", "a session is handed out although the debt was known to be paid at the second look")
			}
			to.handed = true
		}
		to.step, to.held = idle, false
		x.add(to, false, "opened")
	}
}

// stepNotOpened adds what the service does after an error of the acquirer's Begin.
func (x *explorer) stepNotOpened(o paymentModel, other stateNo) {
	if to, _, ok := x.commitEvent(o, other, payment.OnNotOpened); ok {
		x.add(to, false, "not opened")
	}
}

// stepPaymentPage adds what the payer does on the payment page, what the bank decides, and the end of the session.
func (x *explorer) stepPaymentPage(o paymentModel) {
	decide := func(t truth, why string) {
		x.addOutside(o, false, why, func(o *paymentModel) { o.bank, o.final = t, true })
	}
	switch o.bank {
	case open:
		x.addOutside(o, true, "the session expires", func(o *paymentModel) { o.bank, o.final = expired, true })
		if o.handed {
			decide(accepted, "the payer pays")
			decide(refused, "the card is refused")
			decide(cancelled, "the payer gives up")
			x.addOutside(o, false, "the bank does not decide yet", func(o *paymentModel) { o.bank, o.early = undecided, pendingWord })
			x.addOutside(o, false, "a card is refused, and another may be tried", func(o *paymentModel) { o.early = refusedWord })
		}
	case undecided:
		x.addOutside(o, true, "the bank accepts", func(o *paymentModel) { o.bank, o.final = accepted, true })
		x.addOutside(o, true, "the bank refuses", func(o *paymentModel) { o.bank, o.final = refused, true })
	case accepted:
		if o.back == notBack && !o.calling {
			x.addOutside(o, false, "the bank's desk gives it back", func(o *paymentModel) { o.back = byDesk })
		}
		if o.back == byDesk {
			x.addOutside(o, false, "what the desk gave back comes back: a chargeback won", func(o *paymentModel) { o.back = notBack })
		}
	}
}

// stepMessages adds messages: a notification, or the browser with the same content, arrives once, several times, or never.
func (x *explorer) stepMessages(o paymentModel, other stateNo) {
	final := o
	final.back = notBack // it was written before anything went back
	for _, n := range []struct {
		there bool
		drop  func(*paymentModel)
		word  bankMessage
	}{
		{o.early != unsaid, func(o *paymentModel) { o.early = unsaid }, o.early},
		{o.final, func(o *paymentModel) { o.final = false }, final.bankAnswer()},
	} {
		if !n.there {
			continue
		}
		x.addEvent(o, other, kindOf[n.word], false) // and it is still under way
		x.addOutside(o, false, "a notification is lost, or was the last", n.drop)
	}
}

// stepQuestions adds questions: the worker asks, or a clerk about any payment. The answer is applied later, if the row has not changed
// since. From "not found" only the worker draws a conclusion, and only about what may be open.
func (x *explorer) stepQuestions(o paymentModel, other stateNo) {
	if x.rules.noQuestion {
		return
	}
	if o.state != stCreated && o.answer == unsaid && (o.bankAnswer() != notFound || o.state.isAttempt()) {
		x.addOutside(o, true, "is asked about", func(o *paymentModel) { o.answer = o.bankAnswer() })
	}
	if o.answer != unsaid {
		kind := kindOf[o.answer]
		if kind == payment.OnAccepted && o.state == stRefunded && !x.rules.backForGood {
			kind = payment.OnNotReturned
		}
		if to, _, ok := x.commitEvent(o, other, kind); ok {
			to.answer = unsaid
			x.add(to, true, string(kind))
		}
		x.addOutside(o, false, "the answer is lost", func(o *paymentModel) { o.answer = unsaid })
	}
	if !o.calling {
		x.addEvent(o, other, payment.OnOverdue, false)
	}
}

// stepPeople adds what people do: the host records, a clerk asks for a refund, the payer complains, and a clerk resolves a review by what
// the bank's own screen says.
func (x *explorer) stepPeople(o paymentModel, other stateNo) {
	x.addEvent(o, other, payment.OnRecorded, true)
	x.addEvent(o, other, payment.OnRefundAsked, false)
	x.addEvent(o, other, payment.OnQuestioned, false)
	if o.state != stReview {
		return
	}
	switch {
	case o.back != notBack:
		x.addEvent(o, other, payment.OnWasReturned, true)
	case o.bank == accepted:
		x.addEvent(o, other, payment.OnKept, true)
		x.addEvent(o, other, payment.OnGivingBack, true)
	case o.bank != open && o.bank != undecided:
		x.addEvent(o, other, payment.OnNoMoney, true)
	}
}

// stepGiveBack adds the steps of a refund: a question whose answer is that nothing went back, the commit that the call will be made, and
// the call, which is answered, refused, or lost on either way.
func (x *explorer) stepGiveBack(o paymentModel, other stateNo) {
	if o.state == stRefunding && !o.calling && (o.answer == acceptedWord || x.rules.callUnasked) {
		if to, effect, ok := x.commitEvent(o, other, payment.OnRefundUnknown); ok && effect == payment.EffectNoted {
			to.calling = true
			x.add(to, true, "is about to be given back")
		}
	}
	if !o.calling {
		return
	}
	to := o
	to.calling = false
	// A quarter of an hour must pass before an answer counts again. Who has an old row does not know of the call.
	if o.answer == acceptedWord && !x.rules.noWait && !x.rules.noVersion {
		to.answer = unsaid
	}
	x.add(to, true, "the call is lost, or conflicts")
	if o.state == stRefunding {
		x.addEvent(to, other, payment.OnRefundRefused, false)
	}
	switch o.back {
	case byOurOwn:
		x.report("call", "a call that had moved money is made again")
	case notBack:
		to.back = byOurOwn
		x.add(to, false, "is given back, and the answer is lost")
		if o.state == stRefunding {
			if done, _, ok := x.commitEvent(to, other, payment.OnReturned); ok {
				x.add(done, true, "is given back")
			}
		}
	}
}

// isSettled reports whether nothing is left to do: all money that the bank took is recorded or given back, and the row says so.
func (o paymentModel) isSettled() bool {
	switch {
	case o.state == 0:
		return true
	case o.bank == accepted && o.back == notBack && o.state != stRecorded,
		o.bank == accepted && o.back != notBack && o.state != stRefunded,
		o.state == stRecorded && !o.acked,
		o.bank != accepted && !o.state.hasEnded(),
		o.bank == open, o.bank == undecided, o.calling:
		return false
	}
	return true
}

// begun is a payment that was created a moment ago.
var begun = paymentModel{state: stCreated, step: asking}

// chart numbers the models of a payment as they are met, and keeps what can happen to each beside another in a state.
type chart struct {
	explorer *explorer
	numbers  map[paymentModel]int32
	models   []paymentModel
	next     []map[stateNo]*next // by model
}

// next is what can happen to a payment.
type next struct {
	moves []move
	to    []int32 // the models that the moves lead to
	wrong []violation
}

func (c *chart) number(o paymentModel) int32 {
	n, ok := c.numbers[o]
	if !ok {
		n = int32(len(c.models))
		c.numbers[o] = n
		c.models = append(c.models, o)
		c.next = append(c.next, map[stateNo]*next{})
	}
	return n
}

func (c *chart) nextOf(n int32, other stateNo) *next {
	if known := c.next[n][other]; known != nil {
		return known
	}
	var found next
	found.moves, found.wrong = c.explorer.from(c.models[n], other)
	for _, m := range found.moves {
		found.to = append(found.to, c.number(m.to))
	}
	c.next[n][other] = &found
	return &found
}

// moment is a node of the graph: two payments of one claim, by their numbers, the smaller first. What can happen does not depend on which of
// them was begun first, so that half of the moments are as good as all.
type moment [2]int32

// explored is the result of an exploration.
type explored struct {
	moments    int
	edges      int
	states     map[payment.State]bool
	violations map[string]string // what, and the shortest way to it
	lost       map[string]string // moments from which no good end can be reached, by their states, and the way
}

// explore visits every moment that can be reached once the first payment is begun, or stops at the violation that until names.
func explore(r rules, until string) explored {
	c := &chart{explorer: newExplorer(r), numbers: map[paymentModel]int32{}}
	type step struct {
		from    int32
		who     uint8
		swapped bool // the two stand the other way round after it
		why     string
	}
	start := moment{c.number(paymentModel{}), c.number(begun)}
	number := map[moment]int32{start: 0}
	list := []moment{start}
	steps := []step{{from: -1}}
	var ours [][2]int32
	out := explored{states: map[payment.State]bool{}, violations: map[string]string{}, lost: map[string]string{}}
	way := func(n int32) string {
		var back []step
		for ; n > 0; n = steps[n].from {
			back = append(back, steps[n])
		}
		var w []string
		first := uint8(0)
		for _, s := range slices.Backward(back) {
			w = append(w, fmt.Sprint(s.who^first, " ", s.why))
			if s.swapped {
				first ^= 1
			}
		}
		return strings.Join(w, "; ")
	}
	for n := int32(0); int(n) < len(list) && out.violations[until] == ""; n++ {
		for who, o := range list[n] {
			can := c.nextOf(o, c.models[list[n][1-who]].state)
			for i, m := range can.moves {
				to := list[n]
				to[who] = can.to[i]
				swapped := to[0] > to[1]
				if swapped {
					to[0], to[1] = to[1], to[0]
				}
				k, ok := number[to]
				if !ok {
					k = int32(len(list))
					number[to] = k
					list = append(list, to)
					steps = append(steps, step{n, uint8(who), swapped, m.why})
				}
				if m.ours {
					ours = append(ours, [2]int32{k, n}) // backwards
				}
			}
			out.edges += len(can.moves)
			for _, v := range can.wrong {
				if _, ok := out.violations[v.what]; !ok {
					out.violations[v.what] = way(n) + "; " + v.why
				}
			}
		}
	}
	out.moments = len(list)
	// From the good ends backwards, along the edges that need neither a notification nor a payer nor luck.
	first := make([]int32, len(list)+1)
	for _, e := range ours {
		first[e[0]+1]++
	}
	for i := range list {
		first[i+1] += first[i]
	}
	into, at := make([]int32, len(ours)), slices.Clone(first)
	for _, e := range ours {
		into[at[e[0]]] = e[1]
		at[e[0]]++
	}
	reaches := make([]bool, len(list))
	var queue []int32
	for i, m := range list {
		if c.models[m[0]].isSettled() && c.models[m[1]].isSettled() {
			reaches[i] = true
			queue = append(queue, int32(i))
		}
	}
	for len(queue) > 0 {
		n := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		for _, from := range into[first[n]:first[n+1]] {
			if !reaches[from] {
				reaches[from] = true
				queue = append(queue, from)
			}
		}
	}
	for _, o := range c.models {
		if o.state > 0 {
			out.states[payment.State(allStates[o.state-1])] = true
		}
	}
	for i, m := range list {
		if reaches[i] {
			continue
		}
		var states, models []string
		for who, n := range m {
			if o := c.models[n]; o.state > 0 {
				states = append(states, allStates[o.state-1])
				models = append(models, fmt.Sprintf("[%d %s %+v]", who, allStates[o.state-1], o))
			}
		}
		if k := strings.Join(states, " and "); out.lost[k] == "" {
			out.lost[k] = way(int32(i)) + " " + strings.Join(models, " ")
		}
	}
	return out
}

// In every moment that two payments of one claim can reach, what must always hold does, and a settled end can be reached without any
// notification.
func TestTwoPaymentsOfOneClaim(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("long: every moment is gone to without -short")
	}
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

// Each rule is needed: without it the exploration finds a violation, or a moment from which no settled end can be reached.
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
