package simulation

import (
	"bytes"
	"errors"
	"fmt"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/internal/integration/rig/books"
	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/audit"
	"github.com/shopspring/decimal"
)

// performStep does one step.
func (w *World) performStep(s Step) {
	if s.Trip > 0 && s.Do != Begins {
		t := w.trips[s.Trip]
		if t == nil || t.id == "" && s.Do != Visits { // the step that began it was left out, or failed
			return
		}
		w.onTrip(s, t)
		return
	}
	switch s.Do {
	case Begins:
		w.beginPayment(s)
	case NewNotice:
		w.notices[s.Who]++
	case Moves:
		w.bank = s.Who
		w.serves = []int{1, s.N}
		w.addToStory("the fund moves to %s; %s", w.banks[s.Who].name, map[bool]string{true: "one of its processes serves no other bank", false: "its processes serve the others too"}[s.N == 0])
		for i := range w.processes {
			w.processes[i] = w.startProcess(i, w.serves[i])
		}
	case Outage:
		w.banks[s.Who].downUntil = w.trueTime().Add(s.For)
		w.addToStory("%s cannot be reached for %v", w.banks[s.Who].name, s.For.Round(time.Minute))
	case Lags:
		w.banks[s.Who].lagsUntil = w.trueTime().Add(s.For)
		w.addToStory("the office of %s knows of no payment for %v", w.banks[s.Who].name, s.For.Round(time.Minute))
	case Dies:
		w.addToStory("%s is killed", w.processes[s.Who].name)
		w.killProcess(w.processes[s.Who])
	case SetBack:
		w.behind.Store(int64(s.For))
		w.addToStory("the clock is set back by %v", s.For.Round(time.Minute))
		for _, d := range s.Later {
			w.planAt(w.trueTime().Add(d), w.setRight)
		}
	case Exports:
		w.exportDayBefore(s)
	case Fails:
		w.armed[s.On] = append(w.armed[s.On], s)
	case Reopens:
		w.addToStory("the database is restarted")
		w.must(w.backend.Reopen())
	}
}

func (w *World) setRight() {
	if w.behindBy() > 0 {
		w.addToStory("the clock is right again")
		w.behind.Store(0)
		w.clockRight = w.trueTime().Add(time.Hour)
		w.wakeProcesses(w.trueTime())
	}
}

// must is for what must not fail.
func (w *World) must(err error) {
	if err != nil {
		w.reportViolation("error", "%v", err)
	}
}

// beginPayment is a payer who begins to pay, or presses the button again.
func (w *World) beginPayment(s Step) {
	t := w.trips[s.Trip]
	if t == nil {
		w.acts++
		t = &trip{who: s.Who, key: fmt.Sprint("K", s.Trip), notice: w.notices[s.Who]}
		w.trips[s.Trip] = t
	}
	b := w.banks[w.bank]
	w.addToStory("debtor %d begins to pay notice %d (trip %d)", s.Who, t.notice, s.Trip)
	if !w.waitForFirstClick(t) {
		w.addToStory("  and gives up")
		return
	}
	p, session, err := w.anyProcess().Begin(w.ctx, payment.BeginRequest{Key: t.key, Debt: w.debtOf(t)})
	if p.ID != "" && p.Key == t.key {
		t.id = p.ID
	}
	switch {
	case err != nil:
		w.addToStory("  and gets no page: %s", w.wordsOf(err))
	case session.IsZero():
		w.addToStory("  and gets no page")
	default:
		w.report.Trips++
		t.session, t.bank = session, b
		for _, at := range w.banks {
			if at.mock.Merchant() == p.Merchant {
				t.bank = at
			}
		}
		w.addToStory("  and goes to %s as %s, %s €", t.bank.name, w.paymentName(p.ID), p.Amount.StringFixed(2))
	}
}

// waitForFirstClick lets the time pass for which a second click waits for the first one. The service waits by timers, which are not the world's. Where the
// clock is set back, that would be long.
func (w *World) waitForFirstClick(t *trip) bool {
	const most = 30*time.Second + 2*skew // payment.Config.BeginTimeout, by any process's clock
	p, err := w.backend.Store().Find(w.ctx, payment.Lookup{Debtor: w.debtOf(t).Debtor, Key: t.key})
	if err != nil || p.State != payment.Created {
		return true
	}
	if w.behindBy() > 0 || p.CreatedAt.After(w.trueTime().Add(2*skew)) {
		return false
	}
	if left := p.CreatedAt.Add(most).Sub(w.trueTime()); left > 0 {
		w.sleepInCall(left)
	}
	return w.behindBy() == 0
}

// wordsOf are an error as a story has it.
func (w *World) wordsOf(err error) string {
	if held := (*payment.HeldError)(nil); errors.As(err, &held) {
		return "it is held by " + w.paymentName(held.By.ID)
	}
	return err.Error()
}

func (w *World) debtOf(t *trip) creance.Debt {
	cents := 50_00 + int64(w.hashOf("debt", uint64(t.who))%100_01)
	return creance.Debt{
		ID: fmt.Sprintf("D-%d", t.who), Debtor: fmt.Sprintf("A-%d", t.who),
		Items:  []creance.Item{{Kind: creance.Franchise, Year: 2025, Amount: decimal.New(cents, -2)}},
		Notice: &creance.Notice{Number: fmt.Sprintf("N-%d-%d", t.who, t.notice), Channel: creance.Electronic, IssuedOn: began.AddDate(0, 0, -10)},
	}
}

// onTrip does a step that is about one payment.
func (w *World) onTrip(s Step, t *trip) {
	if s.Do == Visits {
		w.visitBank(s, t)
		return
	}
	svc := w.anyProcess()
	p, err := w.backend.Store().Find(w.ctx, payment.Lookup{ID: t.id})
	if err != nil {
		return
	}
	b := w.bankOf(p)
	name := w.paymentName(p.ID)
	c := payment.Command{ID: p.ID, Version: p.Version, By: "clerk", Why: "simulation"}
	switch s.Do {
	case Decides:
		w.noted = []noted{{s.Later, s.Spoilt}}
		if err := b.mock.Decide(p.Reference, mock.Behaviour{Code: s.Code}); err == nil {
			w.addToStory("%s decides about %s: code %s%s", b.name, name, s.Code, arrivalWords(s.Later))
		}
		w.noted = nil
	case Replays:
		if cb, err := b.mock.Notification(p.Reference); err == nil {
			w.addToStory("the notification about %s comes once more", name)
			w.receiveCallback(cb)
		}
	case Records:
		if p.State == payment.Paid {
			w.addToStory("the host takes %s into account", name)
			svc.Record(w.ctx, p.ID)
		}
	case Refunds:
		if p.State.Money() {
			w.addToStory("a clerk asks for %s to go back", name)
			svc.Refund(w.ctx, c)
		}
	case Questions:
		w.addToStory("a clerk questions %s", name)
		svc.Question(w.ctx, c)
	case Resolves:
		if p.State == payment.Review {
			w.resolveAsClerk(svc, c, p, b, s.N)
		}
	case Reconciles:
		w.addToStory("somebody asks about %s now", name)
		svc.Refresh(w.ctx, p.ID)
	case Restarts:
		svc.Restart(w.ctx, p.ID)
	case DeskPart:
		w.moveAtDesk(p, b, p.Amount.Div(decimal.New(int64(s.N), 0)).Truncate(2))
	case DeskAll:
		w.moveAtDesk(p, b, p.Amount)
	case ChargesBack:
		if left := b.truthOf(p.Reference).centsLeft(); left > 0 && b.tellsReturns() {
			w.addToStory("the card's bank takes back %s", name)
			b.chargedBack[p.Reference] = decimal.New(left, -2)
		}
	case WinsBack:
		if b.chargedBack[p.Reference].Sign() > 0 {
			w.addToStory("the fund wins back %s", name)
			delete(b.chargedBack, p.Reference)
			w.wonBack[p.ID] = true
		}
	case Damages:
		w.damageRow(s, p)
	}
}

// arrivalWords says when notifications arrive.
func arrivalWords(later []time.Duration) string {
	if len(later) == 0 {
		return "; its notification is lost"
	}
	s := "; its notification comes"
	for i, d := range later {
		if i > 0 {
			s += " and again"
		}
		s += " after " + d.Round(time.Second).String()
	}
	return s
}

// visitBank is a payer at the bank's page.
func (w *World) visitBank(s Step, t *trip) {
	if t.session.IsZero() {
		return
	}
	w.noted = []noted{{s.Later, s.Spoilt}}
	back, err := t.bank.mock.Visit(t.session, mock.Behaviour{Code: s.Code, Abandon: len(s.Back) == 0})
	w.noted = nil
	if err != nil && !errors.Is(err, mock.ErrNoReturn) {
		w.addToStory("the payer of %s comes too late", w.paymentName(t.id))
		return
	}
	browser := ""
	if len(s.Back) > 0 {
		browser = "; the browser comes back after " + s.Back[0].Round(time.Second).String()
	}
	w.addToStory("the payer of %s is at the page of %s: code %s%s%s", w.paymentName(t.id), t.bank.name, s.Code, arrivalWords(s.Later), browser)
	if err != nil {
		return
	}
	back.Channel = acquirer.Return
	for _, d := range s.Back {
		w.planAt(w.trueTime().Add(d), func() { w.receiveCallback(mock.Spoil(back, s.Spoilt...)) })
	}
}

// postNotification carries a notification as the step that caused it says.
func (w *World) postNotification(b *bank, cb acquirer.Callback) {
	n := noted{later: []time.Duration{time.Minute}}
	if len(w.noted) > 0 {
		n = w.noted[0]
	}
	for i, d := range n.later {
		spoilt := n.spoilt
		if i > 0 { // it was true when it was sent again
			spoilt = nil
		}
		w.planAt(w.trueTime().Add(d), func() { w.deliverNotification(mock.Spoil(cb, spoilt...), 3) })
	}
}

// deliverNotification brings a notification; where it is not taken the bank sends it again.
func (w *World) deliverNotification(cb acquirer.Callback, times int) {
	if err := w.receiveCallback(cb); isExpected(err) && times > 1 {
		w.planAt(w.trueTime().Add(15*time.Minute), func() { w.deliverNotification(cb, times-1) })
	}
}

func (w *World) receiveCallback(cb acquirer.Callback) error {
	_, _, err := w.anyProcess().Receive(w.ctx, cb)
	if err != nil && !isExpected(err) && !errors.Is(err, acquirer.ErrUnverified) && !errors.Is(err, payment.ErrNotFound) && !errors.Is(err, payment.ErrVersion) &&
		!errors.Is(err, acquirer.ErrInvalid) {
		w.reportViolation("error", "Receive: %v", err)
	}
	return err
}

func (w *World) moveAtDesk(p payment.Payment, b *bank, amount decimal.Decimal) {
	if !b.tellsReturns() || b.chargedBack[p.Reference].Sign() > 0 {
		return
	}
	w.acts++
	m := acquirer.Modification{
		Reference: p.Reference, Merchant: p.Merchant, Handle: p.Handle, Amount: amount, Currency: "EUR", Key: fmt.Sprint("desk", w.acts),
	}
	_, err := b.mock.Cancel(w.ctx, m)
	if err != nil {
		_, err = b.mock.Refund(w.ctx, m)
	}
	if err == nil {
		w.addToStory("the desk of %s gives back %s € of %s", b.name, amount.StringFixed(2), w.paymentName(p.ID))
	}
}

// resolveAsClerk is a clerk's verdict: by what the bank's own screen says, and with wrongly another one.
func (w *World) resolveAsClerk(svc *process, c payment.Command, p payment.Payment, b *bank, wrongly int) {
	t := b.truthOf(p.Reference)
	verdicts := []payment.Verdict{payment.VerdictKeep, payment.VerdictGiveBack, payment.VerdictWasReturned, payment.VerdictNoMoney}
	right := verdicts[3:]
	switch {
	case t.centsLeft() > 0:
		right = verdicts[:2]
	case t.taken > 0:
		right = verdicts[2:3]
	}
	v := right[w.hashOf("verdict", uint64(w.number[p.ID]))%uint64(len(right))]
	if wrongly > 0 {
		v = verdicts[wrongly-1]
	}
	_, err := svc.Resolve(w.ctx, payment.Resolution{Command: c, Verdict: v})
	if err != nil && !isExpected(err) {
		w.addToStory("a clerk says %q of %s, which is not allowed", v, w.paymentName(p.ID))
		return
	}
	w.addToStory("a clerk says %q of %s", v, w.paymentName(p.ID))
	// Money that no bank has seen; and a bank that says nothing of what went back.
	if t.taken == 0 && v != payment.VerdictNoMoney || v == payment.VerdictWasReturned && !b.tellsReturns() {
		w.imagined[c.ID] = true
	}
}

// damageRow makes a part of what is stored of a payment unreadable, for a while.
func (w *World) damageRow(s Step, p payment.Payment) {
	if w.damaged[p.ID] {
		return
	}
	what, mend, err := w.backend.Damage(p.ID, s.N)
	w.must(err)
	if mend == nil {
		return
	}
	w.damaged[p.ID] = true
	w.addToStory("what is stored of %s is damaged: %s", w.paymentName(p.ID), what)
	w.planAt(w.trueTime().Add(s.For), func() {
		w.must(mend())
		delete(w.damaged, p.ID)
		w.addToStory("%s is mended", w.paymentName(p.ID))
		w.must(w.backend.Store().Restart(w.ctx, p.ID, w.trueTime().Add(-time.Minute)))
		w.wakeProcesses(w.trueTime())
	})
}

// exportDayBefore is the officer, who has the day before in a file, and its seal in a list.
func (w *World) exportDayBefore(s Step) {
	b := books.Of(w.backend.Store(), w.trueTime)
	date := w.trueTime().In(paris).AddDate(0, 0, -1).Format(time.DateOnly)
	for range max(1, s.N) {
		var file bytes.Buffer
		seal, err := b.Export(w.ctx, date, &file)
		if errors.Is(err, payment.ErrAltered) && len(w.damaged) > 0 {
			w.addToStory("the officer's export of %s has to wait", date)
			return
		}
		if err != nil {
			w.reportViolation("export", "of %s: %v", date, err)
			return
		}
		w.addToStory("the officer exports %s", date)
		w.keepExport(date, seal, file.Bytes())
	}
}

// keepExport is what the officer keeps.
func (w *World) keepExport(date string, seal audit.Seal, file []byte) {
	w.report.Exports++
	w.seals = append(w.seals, seal)
	if first, again := w.exported[date]; !again {
		w.exported[date] = bytes.Clone(file)
	} else if !bytes.Equal(first, file) {
		w.reportViolation("export differs", "two exports of %s are not the same:\n%s\n%s", date, first, file)
	}
}
