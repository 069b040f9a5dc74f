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

// paymentModel is one payment with all that the model knows of it: its row, the bank's truth, and what is under way. It is comparable.
type paymentModel struct {
	state   uint8 // 0: not begun; otherwise one more than the index in allStates
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

// moment is a node of the graph: two payments of one claim.
type moment [2]paymentModel

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

func (o paymentModel) isAttempt() bool {
	return o.state == stCreated || o.state == stRedirected || o.state == stUnknown
}
func (o paymentModel) hasMoney() bool { return o.state == stPaid || o.state == stRecorded }
func (o paymentModel) hasEnded() bool { return o.state >= stRefused && o.state <= stFailed }
func (o paymentModel) holdsDebt() bool {
	return o.isAttempt() || o.state == stPaid || o.state == stRefunding || o.state == stReview
}

// moneyKnown reports whether Begin's second look would find money on the debt in this payment.
func (o paymentModel) moneyKnown() bool {
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

// applyTable returns what the table says, or the mistake that a rule which is switched off allows.
func (x *explorer) applyTable(o paymentModel, k payment.EventKind) (cell, bool) {
	acked := uint8(0)
	if o.acked {
		acked = 1
	}
	c, ok := x.cells[[2]uint8{o.state, acked}][k]
	switch {
	case x.rules.refusedBeats && o.hasMoney() && k == payment.OnRefused:
		return cell{stRefused, payment.EffectChanged, o.acked}, true
	case x.rules.staleTruth && o.hasEnded() && k == payment.OnAccepted:
		return cell{o.state, payment.EffectStale, o.acked}, true
	}
	return c, ok
}

// commitEvent commits an event as the service and the store do, and reports a violation of what must always hold. ok is false if the
// event changes nothing.
func (x *explorer) commitEvent(m moment, i int, k payment.EventKind) (_ moment, effect payment.Effect, ok bool) {
	was, other := m[i], m[1-i]
	c, ok := x.applyTable(was, k)
	if !ok {
		return m, "", false
	}
	becomes := func(set func(paymentModel) bool) bool {
		return set(paymentModel{state: c.to}) && c.effect == payment.EffectChanged
	}
	if becomes(paymentModel.hasMoney) && other.hasMoney() && !x.rules.noClaimIndex {
		if k != payment.OnAccepted {
			return m, "", false // ErrClaimPaid, to a person
		}
		k = payment.OnAcceptedToo
		if c, ok = x.applyTable(was, k); !ok {
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
	report(now.hasMoney() && !reached, "paid without money at the bank")
	// The answer may be read when the money is here again.
	wasBack := now.back != notBack || k == payment.OnReturned && was.answer == returnedWord
	report(now.state == stRefunded && !wasBack, "refunded, and the bank still had the money at the moment of the answer")
	taken := was.hasMoney() || was.state == stRefunding || was.state == stRefunded
	report(now.hasEnded() && taken, "a paid payment turns into one without money")
	report(now.hasEnded() && was.state == stReview && k != payment.OnNoMoney, "a review ends without a person")
	report(now.hasMoney() && other.hasMoney(), "two payments of one claim with money")
	return m, c.effect, true
}

// addEventEdge applies an event and adds the edge to the moment after it.
func (x *explorer) addEventEdge(m moment, i int, k payment.EventKind, ours bool) {
	if to, _, ok := x.commitEvent(m, i, k); ok && to != m {
		x.edges(to, ours, i, string(k))
	}
}

// addOutsideEdge adds an edge for something that happens outside our rows: set changes the model of payment i.
func (x *explorer) addOutsideEdge(m moment, i int, ours bool, why string, set func(*paymentModel)) {
	set(&m[i])
	x.edges(m, ours, i, why)
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

// addEdgesFrom adds every edge that leaves a moment.
func (x *explorer) addEdgesFrom(m moment) {
	for i := range m {
		x.stepBegin(m, i)
		if m[i].state == 0 {
			continue
		}
		x.stepPaymentPage(m, i)
		x.stepMessages(m, i)
		x.stepQuestions(m, i)
		x.stepPeople(m, i)
		x.stepGiveBack(m, i)
	}
}

// stepBegin adds the steps of Begin: a payment is created if nothing holds the debt; the acquirer is asked; money is looked for once more; the session is
// committed, and only then handed out. The process may die, or sleep, at any step; the timer does not wait for it.
func (x *explorer) stepBegin(m moment, i int) {
	o, other := m[i], m[1-i]
	if o.state == 0 {
		if i == 1 && (other.state == 0 || x.rules.alone) { // the first is the first
			return
		}
		if other.holdsDebt() || other.state == stRecorded {
			if !x.rules.noCreateCheck {
				return
			}
		}
		to := m
		to[i] = paymentModel{state: stCreated, step: asking}
		if other.isAttempt() {
			x.bad("begin", "two attempts of one debt at once")
		}
		x.edges(to, false, i, "begins")
		return
	}
	if o.state == stCreated && !x.rules.noNotOpened {
		x.addEventEdge(m, i, payment.OnNotOpened, true) // the timer
	}
	switch o.step {
	case asking:
		x.addOutsideEdge(m, i, false, "the process dies before it asks", func(o *paymentModel) { o.step = idle })
		x.addOutsideEdge(m, i, false, "the bank opens a session, and the process dies", func(o *paymentModel) { o.bank, o.step = open, idle })
		x.addOutsideEdge(m, i, false, "the bank opens a session", func(o *paymentModel) { o.bank, o.step = open, answered })
		to := m
		to[i].step = idle
		x.stepNotOpened(to, i) // certainly refused
		to[i].bank = open
		x.stepNotOpened(to, i) // a session that nobody hears of
	case answered:
		x.addOutsideEdge(m, i, false, "the process dies with the answer", func(o *paymentModel) { o.step, o.held = idle, false })
		if other.moneyKnown() && !x.rules.noSecondLook {
			to := m
			to[i].step, to[i].held = idle, false
			x.stepNotOpened(to, i)
			return
		}
		x.addOutsideEdge(m, i, false, "no money is seen", func(o *paymentModel) { o.step, o.held = looked, other.moneyKnown() })
	case looked:
		x.addOutsideEdge(m, i, false, "the process dies before its commit", func(o *paymentModel) { o.step, o.held = idle, false })
		to, effect, ok := x.commitEvent(m, i, payment.OnOpened)
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

// stepNotOpened adds what the service does after an error of the acquirer's Begin.
func (x *explorer) stepNotOpened(m moment, i int) {
	if to, _, ok := x.commitEvent(m, i, payment.OnNotOpened); ok {
		x.edges(to, false, i, "not opened")
	}
}

// stepPaymentPage adds what the payer does on the payment page, what the bank decides, and the end of the session.
func (x *explorer) stepPaymentPage(m moment, i int) {
	o := m[i]
	decide := func(t truth, why string) {
		x.addOutsideEdge(m, i, false, why, func(o *paymentModel) { o.bank, o.final = t, true })
	}
	switch o.bank {
	case open:
		x.addOutsideEdge(m, i, true, "the session expires", func(o *paymentModel) { o.bank, o.final = expired, true })
		if o.handed {
			decide(accepted, "the payer pays")
			decide(refused, "the card is refused")
			decide(cancelled, "the payer gives up")
			x.addOutsideEdge(m, i, false, "the bank does not decide yet", func(o *paymentModel) { o.bank, o.early = undecided, pendingWord })
			x.addOutsideEdge(m, i, false, "a card is refused, and another may be tried", func(o *paymentModel) { o.early = refusedWord })
		}
	case undecided:
		x.addOutsideEdge(m, i, true, "the bank accepts", func(o *paymentModel) { o.bank, o.final = accepted, true })
		x.addOutsideEdge(m, i, true, "the bank refuses", func(o *paymentModel) { o.bank, o.final = refused, true })
	case accepted:
		if o.back == notBack && !o.calling {
			x.addOutsideEdge(m, i, false, "the bank's desk gives it back", func(o *paymentModel) { o.back = byDesk })
		}
		if o.back == byDesk {
			x.addOutsideEdge(m, i, false, "what the desk gave back comes back: a chargeback won", func(o *paymentModel) { o.back = notBack })
		}
	}
}

// stepMessages adds messages: a notification, or the browser with the same content, arrives once, several times, or never.
func (x *explorer) stepMessages(m moment, i int) {
	final := m[i]
	final.back = notBack // it was written before anything went back
	for _, n := range []struct {
		there bool
		drop  func(*paymentModel)
		word  bankMessage
	}{
		{m[i].early != unsaid, func(o *paymentModel) { o.early = unsaid }, m[i].early},
		{m[i].final, func(o *paymentModel) { o.final = false }, final.bankAnswer()},
	} {
		if !n.there {
			continue
		}
		x.addEventEdge(m, i, kindOf[n.word], false) // and it is still under way
		x.addOutsideEdge(m, i, false, "a notification is lost, or was the last", n.drop)
	}
}

// stepQuestions adds questions: the worker asks, or a clerk about any payment. The answer is applied later, if the row has not changed
// since. From "not found" only the worker draws a conclusion, and only about what may be open.
func (x *explorer) stepQuestions(m moment, i int) {
	o := m[i]
	if x.rules.noQuestion {
		return
	}
	if o.state != stCreated && o.answer == unsaid && (o.bankAnswer() != notFound || o.isAttempt()) {
		x.addOutsideEdge(m, i, true, "is asked about", func(o *paymentModel) { o.answer = o.bankAnswer() })
	}
	if o.answer != unsaid {
		kind := kindOf[o.answer]
		if kind == payment.OnAccepted && o.state == stRefunded && !x.rules.backForGood {
			kind = payment.OnNotReturned
		}
		if to, _, ok := x.commitEvent(m, i, kind); ok {
			to[i].answer = unsaid
			x.edges(to, true, i, string(kind))
		}
		x.addOutsideEdge(m, i, false, "the answer is lost", func(o *paymentModel) { o.answer = unsaid })
	}
	if !o.calling {
		x.addEventEdge(m, i, payment.OnOverdue, false)
	}
}

// stepPeople adds what people do: the host records, a clerk asks for a refund, the payer complains, and a clerk resolves a review by what
// the bank's own screen says.
func (x *explorer) stepPeople(m moment, i int) {
	o := m[i]
	x.addEventEdge(m, i, payment.OnRecorded, true)
	x.addEventEdge(m, i, payment.OnRefundAsked, false)
	x.addEventEdge(m, i, payment.OnQuestioned, false)
	if o.state != stReview {
		return
	}
	switch {
	case o.back != notBack:
		x.addEventEdge(m, i, payment.OnWasReturned, true)
	case o.bank == accepted:
		x.addEventEdge(m, i, payment.OnKept, true)
		x.addEventEdge(m, i, payment.OnGivingBack, true)
	case o.bank != open && o.bank != undecided:
		x.addEventEdge(m, i, payment.OnNoMoney, true)
	}
}

// stepGiveBack adds the steps of a refund: a question whose answer is that nothing went back, the commit that the call will be made, and
// the call, which is answered, refused, or lost on either way.
func (x *explorer) stepGiveBack(m moment, i int) {
	o := m[i]
	if o.state == stRefunding && !o.calling && (o.answer == acceptedWord || x.rules.callUnasked) {
		if to, effect, ok := x.commitEvent(m, i, payment.OnRefundUnknown); ok && effect == payment.EffectNoted {
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
		x.addEventEdge(to, i, payment.OnRefundRefused, false)
	}
	switch o.back {
	case byOurOwn:
		x.bad("call", "a call that had moved money is made again")
	case notBack:
		to[i].back = byOurOwn
		x.edges(to, false, i, "is given back, and the answer is lost")
		if o.state == stRefunding {
			if done, _, ok := x.commitEvent(to, i, payment.OnReturned); ok {
				x.edges(done, true, i, "is given back")
			}
		}
	}
}

// isSettled reports whether nothing is left to do: all money that the bank took is recorded or given back, and the row says so.
func (m moment) isSettled() bool {
	for _, o := range m {
		switch {
		case o.state == 0:
		case o.bank == accepted && o.back == notBack && o.state != stRecorded,
			o.bank == accepted && o.back != notBack && o.state != stRefunded,
			o.state == stRecorded && !o.acked,
			o.bank != accepted && !o.hasEnded(),
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

// explored is the result of an exploration.
type explored struct {
	moments    int
	edges      int
	states     map[payment.State]bool
	violations map[string]string // what, and the shortest way to it
	lost       map[string]string // moments from which no good end can be reached, by their states, and the way
}

// explore visits every moment that can be reached, or stops at the violation that until names.
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
		x.addEdgesFrom(list[n])
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
		if m.isSettled() {
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
