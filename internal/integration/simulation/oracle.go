package simulation

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/internal/integration/rig/books"
	"github.com/quittance/quittance/payment"
	"github.com/shopspring/decimal"
)

var paris = func() *time.Location {
	l, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		panic(err)
	}
	return l
}()

var (
	withMoney    = []payment.State{payment.Paid, payment.Recorded, payment.Refunding, payment.Refunded, payment.Review}
	withoutMoney = []payment.State{payment.Refused, payment.Cancelled, payment.Expired, payment.Failed}
)

// checkCommitted is told of every change that was written.
func (w *World) checkCommitted(p payment.Payment, e payment.Entry) {
	if w.number[p.ID] == 0 {
		w.number[p.ID] = len(w.number) + 1
		w.byRef[p.Reference] = p.ID
		w.report.Payments++
	}
	w.report.Entries++
	w.days[e.At.In(paris).Format(time.DateOnly)] = true
	before := w.rows[p.ID]
	w.rows[p.ID] = p
	w.wakeFor(p.AttentionAt)
	w.wakeFor(e.At)
	fmt.Fprintf(w.told, "%d %d %s %s %s %x %d\n", w.number[p.ID], p.Version, e.Event, e.Effect, p.State, p.Head, e.At.UnixMicro())
	w.tellOf(p, e)
	if p.Version != before.Version+1 {
		w.reportViolation("version", "%s goes from version %d to %d", w.paymentName(p.ID), before.Version, p.Version)
	}
	if slices.Contains(withMoney, e.From) && slices.Contains(withoutMoney, e.To) && e.Event != payment.OnNoMoney {
		w.reportViolation("money forgotten", "%s goes from %s to %s on %s", w.paymentName(p.ID), e.From, e.To, e.Event)
	}
	w.checkRefundTried(p, e)
	for id, o := range w.rows {
		switch {
		case id == p.ID:
		case p.State.Money() && o.State.Money() && o.Claim == p.Claim:
			w.reportViolation("claim paid twice", "%s and %s are both paid, for notice %s", w.paymentName(id), w.paymentName(p.ID), p.Notice)
		case p.State == payment.Paid && o.State == payment.Paid && o.Debt == p.Debt:
			w.reportViolation("debt paid twice", "%s and %s of debt %s are both paid", w.paymentName(id), w.paymentName(p.ID), p.Debt)
		case p.State.Attempt() && o.State.Attempt() && o.Debt == p.Debt:
			w.reportViolation("two attempts", "%s and %s of debt %s are both open", w.paymentName(id), w.paymentName(p.ID), p.Debt)
		case e.Event == payment.OnCreated && o.State.Holds() && o.Debt == p.Debt:
			w.reportViolation("held debt", "%s begins while %s holds the debt %s", w.paymentName(p.ID), w.paymentName(id), p.Debt)
		}
	}
}

func (w *World) tellOf(p payment.Payment, e payment.Entry) {
	if !w.tell {
		return
	}
	led := fmt.Sprintf("%s → %s", e.From, e.To)
	if e.From == e.To {
		led = fmt.Sprintf("%s stays (%s)", e.To, e.Effect)
	}
	if e.Event == payment.OnCreated {
		led = "is kept as " + string(e.To)
	}
	by := ""
	if e.Channel != "" {
		by = " by " + string(e.Channel)
	}
	back := ""
	if e.Money.Returned.Sign() > 0 {
		back = ", of which " + e.Money.Returned.StringFixed(2) + " € are back"
	}
	why := ""
	if e.Why != "" && e.Why != "simulation" {
		why = " [" + e.Why + "]"
	}
	w.addToStory("    %s: %s on %s%s%s%s", w.paymentName(p.ID), led, e.Event, by, back, why)
}

// checkRefundTried checks that a refund is tried before it is given up.
func (w *World) checkRefundTried(p payment.Payment, e payment.Entry) {
	switch {
	case e.Effect == payment.EffectChanged && e.To == payment.Refunding:
		w.called[p.ID] = false
	case e.Event == payment.OnRefundUnknown:
		w.called[p.ID] = true
	case e.From == payment.Refunding && e.Event == payment.OnOverdue && !w.called[p.ID] && w.trueTime().After(w.clockRight) && w.behindBy() == 0 &&
		e.At.Before(p.RefundAskedAt.Add(7*day)) && !strings.Contains(e.Why, "allow no refund"):
		w.reportViolation("refund not tried", "the refund of %s, asked for at %s, goes to review at %s without a call", w.paymentName(p.ID),
			p.RefundAskedAt.Format(time.DateTime), e.At.Format(time.DateTime))
	}
}

// inOrder checks that the changes of a payment come one after the other.
func (w *World) inOrder(c payment.Change) {
	id := c.Payment.ID
	if id == "" {
		return
	}
	if c.Entry.Version != c.Payment.Version || c.Payment.Version > w.taken[id]+1 {
		w.reportViolation("order of changes", "change %d of %s comes after change %d", c.Payment.Version, w.paymentName(id), w.taken[id])
	}
}

// comeToRest brings the world to rest: nothing goes wrong any more, every merchant is served, and every timer has its time. Then everything is
// asked about once more, and compared.
func (w *World) comeToRest() {
	w.addToStory("all faults are over")
	w.quiet = true
	w.setRight()
	w.serves = []int{1}
	w.processes = []*process{w.startProcess(0, 1)}
	w.passUntil(w.trueTime().Add(10 * day)) // the last messages arrive, and chargebacks are won
	for _, b := range w.banks {
		b.downUntil, b.lagsUntil = time.Time{}, time.Time{}
		for _, t := range b.mock.Book() {
			if t.Status == "PENDING" {
				w.must(b.mock.Decide(t.Reference, mock.Behaviour{Code: "05"}))
			}
		}
	}
	w.passUntil(w.trueTime().Add(12 * day))
	if len(w.later) > 0 {
		w.reportViolation("error", "%d things were planned for later still", len(w.later))
	}
	w.checkAtRest()
	w.compareWithBanks()
	w.exportAll()
	w.eraseEverybody()
}

// storedPayments are the payments as they are stored.
func (w *World) storedPayments() (all []payment.Payment) {
	for p, err := range w.backend.Store().List(w.ctx, payment.Filter{}) {
		w.must(err)
		all = append(all, p)
	}
	return all
}

func (w *World) journalOf(id payment.ID) (entries []payment.Entry) {
	for e, err := range w.backend.Store().Journal(w.ctx, id) {
		w.must(err)
		entries = append(entries, e)
	}
	return entries
}

// checkAtRest checks what must be in the end.
func (w *World) checkAtRest() {
	store := w.backend.Store()
	w.verifyBooks()
	all := w.storedPayments()
	if len(all) != len(w.rows) {
		w.reportViolation("lost payment", "%d payments were created, and %d are stored", len(w.rows), len(all))
	}
	for _, k := range []payment.WorkKind{payment.WorkAttention, payment.WorkDelivery} {
		due, err := store.Due(w.ctx, k, payment.Serving{Merchants: []string{w.banks[0].mock.Merchant(), w.banks[1].mock.Merchant(), w.banks[2].mock.Merchant()}}, w.trueTime().Add(-time.Minute), 1) // what fell due just now has its turn
		w.must(err)
		if len(due) > 0 {
			w.reportViolation("work left", "%s of %s is still due", k, w.paymentName(due[0].Payment))
		}
	}
	truths := map[string]truth{}
	for _, b := range w.banks {
		for reference, t := range b.truthByReference() {
			truths[reference] = t
			if _, known := w.byRef[reference]; !known && t.taken > 0 {
				w.reportViolation("money of nobody", "%s took money for %s, which is no payment", b.name, reference)
			}
		}
	}
	for _, p := range all {
		t, name := truths[p.Reference], w.paymentName(p.ID)
		w.report.States[p.State]++
		known := w.rows[p.ID]
		journal := w.journalOf(p.ID)
		switch {
		case p.Version != known.Version || p.State != known.State || p.Head != known.Head || len(journal) != p.Version:
			w.reportViolation("lost commit", "%s is %s at version %d with %d entries, and was told to be %s at version %d", name, p.State, p.Version, len(journal), known.State, known.Version)
		case p.State.Attempt() || p.State == payment.Refunding:
			w.reportViolation("open for ever", "%s is %s after all its timers", name, p.State)
		case t.taken > 0 && p.State == payment.Expired && deniedAtEachLook(journal): // no look finds that, but the day's comparison with the bank's list
			w.report.Skipped++
			continue
		case t.taken > 0 && !slices.Contains(withMoney, p.State) && !((t.centsLeft() == 0 || w.wonBack[p.ID]) && lastTransition(journal).Event == payment.OnNoMoney): // a clerk may say so of what is back then
			w.reportViolation("money forgotten", "the bank took money for %s, which is %s", name, p.State)
		case p.State.Money() && t.taken == 0 && !w.imagined[p.ID]:
			w.reportViolation("money imagined", "%s is %s, and the bank took nothing", name, p.State)
		case p.State.Ended() && !p.AttentionAt.IsZero():
			w.reportViolation("due for ever", "%s is %s and due at %v", name, p.State, p.AttentionAt)
		case p.State == payment.Review && p.AttentionAt.IsZero():
			w.reportViolation("nobody listens", "%s is in review, and nobody will look at it", name)
		case w.taken[p.ID] != p.Version:
			w.reportViolation("undelivered", "%s is at version %d, and change %d was the last to be delivered", name, p.Version, w.taken[p.ID])
		}
		w.checkAcknowledged(p, t)
	}
	for o, err := range store.Orphans(w.ctx) {
		w.reportViolation("orphan", "%v is kept as an orphan (%v)", o.Result, err)
	}
}

// lastTransition is the entry that led to a payment's state.
func lastTransition(journal []payment.Entry) (e payment.Entry) {
	for _, e2 := range journal {
		if e2.From != e2.To {
			e = e2
		}
	}
	return e
}

// verifyBooks checks every journal, and the officer's list of seals.
func (w *World) verifyBooks() {
	if err := books.Of(w.backend.Store(), w.trueTime).Verify(w.ctx, slices.Values(w.seals)); err != nil {
		w.reportViolation("verify", "%v", err)
	}
}

// deniedAtEachLook reports whether all that the acquirer ever said of a payment is that it knows of none.
func deniedAtEachLook(journal []payment.Entry) (denied bool) {
	for _, e := range journal {
		if e.Channel == "" {
			continue
		}
		if e.Event != payment.OnAbsent {
			return false
		}
		denied = true
	}
	return denied
}

// checkAcknowledged checks that an acceptance is acknowledged once, and nothing else.
func (w *World) checkAcknowledged(p payment.Payment, t truth) {
	n := 0
	for l, err := range w.backend.Mailbox().Letters(w.ctx, p.Debtor) {
		w.must(err)
		if l.Key == string(p.ID)+"/acknowledgement" {
			n++
		}
	}
	w.report.Letters += n
	if n == 0 && p.PaidAt.IsZero() {
		if _, _, err := w.processAt(0).Refresh(w.ctx, p.ID); errors.Is(err, acquirer.ErrUnsupported) {
			return // the acquirer has forgotten a trip whose answer never arrived: a clerk's
		}
	}
	if t.taken > 0 != (n == 1) && !(n == 1 && w.imagined[p.ID]) {
		w.reportViolation("acknowledgements", "the bank took %d cents for %s, and %d acknowledgements were written", t.taken, w.paymentName(p.ID), n)
	}
}

// clerkOverruled reports whether a clerk decided against the bank's last word, which was heard in review. The same word changes nothing
// afterwards, right or wrong: it was answered.
func clerkOverruled(journal []payment.Entry) (against bool) {
	inReview, left := false, false
	for _, e := range journal {
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

// compareWithBanks asks about every payment, and compares the books with the bank's.
func (w *World) compareWithBanks() {
	for _, p := range w.storedPayments() {
		b := w.bankOf(p)
		_, _, err := w.processAt(0).Refresh(w.ctx, p.ID)
		t := b.truthOf(p.Reference)
		switch {
		case err == nil || t.taken == 0: // where nothing came in, an acquirer may have nothing to say
		case errors.Is(err, acquirer.ErrUnsupported): // it has forgotten a trip whose answer never arrived
			w.report.Skipped++
			continue
		default:
			w.reportViolation("cannot be asked", "%s cannot be asked about: %v", w.paymentName(p.ID), err)
			continue
		}
		p, err = w.backend.Store().Find(w.ctx, payment.Lookup{ID: p.ID})
		w.must(err)
		journal := w.journalOf(p.ID)
		w.countEvents(journal)
		if w.imagined[p.ID] || clerkOverruled(journal) {
			w.report.Skipped++
			continue
		}
		w.report.Compared++
		if got := bookedCents(p, journal); got != t.centsLeft() {
			w.reportViolation("books", "the books have %s € of %s, and the bank %s of %s", formatEuros(got), w.paymentName(p.ID), formatEuros(t.centsLeft()), formatEuros(t.taken))
		}
		if p.State.Money() && p.Authorisation != t.authorisation {
			w.reportViolation("authorisation", "%s has the authorisation %q, and the bank gave %q", w.paymentName(p.ID), p.Authorisation, t.authorisation)
		}
		if p.State.Money() && p.Left().Shift(2).IntPart() != t.centsLeft() {
			w.reportViolation("row", "of %s, which is %s, %s € are left by its row, and %s at the bank", w.paymentName(p.ID), p.State, p.Left().StringFixed(2), formatEuros(t.centsLeft()))
		}
	}
	w.passUntil(w.trueTime().Add(day)) // what that led to is delivered
}

func formatEuros(cents int64) string { return decimal.New(cents, -2).StringFixed(2) }

func (w *World) countEvents(journal []payment.Entry) {
	for _, e := range journal {
		switch e.Event {
		case payment.OnReturned:
			w.report.Refunds++
		case payment.OnReturnedPart:
			w.report.Parts++
		case payment.OnNotReturned:
			w.report.WonBack++
		}
	}
}

// bookedCents is what the books have of a payment, in cents.
func bookedCents(p payment.Payment, journal []payment.Entry) int64 {
	sum := decimal.Zero
	for _, m := range payment.Movements(p, journal) {
		switch m.Kind {
		case payment.MovementAccepted:
			sum = sum.Add(m.Money.Amount)
		case payment.MovementReturned:
			sum = sum.Sub(m.Money.Amount)
		}
	}
	return sum.Shift(2).IntPart()
}

// exportAll exports every day, and compares the sums with the books: money that is in no export, or in two, is found here; and so is an export
// that is not what it was.
func (w *World) exportAll() {
	w.passUntil(w.trueTime().Add(2 * day))
	b := books.Of(w.backend.Store(), w.trueTime)
	sum := map[string]int64{}
	w.seals = w.seals[:0]
	for at := began.Add(12 * time.Hour); at.Before(w.trueTime().Add(-day)); at = at.AddDate(0, 0, 1) {
		date := at.In(paris).Format(time.DateOnly)
		if _, again := w.exported[date]; !again && !w.days[date] { // nothing was written then
			continue
		}
		var file bytes.Buffer
		seal, err := b.Export(w.ctx, date, &file)
		w.must(err)
		w.keepExport(date, seal, file.Bytes())
		w.must(addUpExport(&file, sum))
	}
	for _, p := range w.storedPayments() {
		if got := bookedCents(p, w.journalOf(p.ID)); got != sum[p.Reference] {
			w.reportViolation("exports", "the exports of all days have %s € of %s, and the books %s", formatEuros(sum[p.Reference]), w.paymentName(p.ID), formatEuros(got))
		}
		delete(sum, p.Reference)
	}
	for reference := range sum {
		w.reportViolation("exports", "the exports have money of %s, which is no payment", reference)
	}
	w.verifyBooks()
}

// addUpExport adds up an export.
func addUpExport(file *bytes.Buffer, sum map[string]int64) error {
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(file.Bytes(), []byte("\ufeff"))))
	r.Comma = ';'
	lines, err := r.ReadAll()
	if err != nil {
		return err
	}
	movement, reference, cents := slices.Index(lines[0], "movement"), slices.Index(lines[0], "reference"), slices.Index(lines[0], "cents")
	sign := map[string]int64{"accepted": 1, "returned": -1}
	for _, l := range lines[1:] {
		if sign[l[movement]] == 0 {
			continue
		}
		n, err := strconv.ParseInt(l[cents], 10, 64)
		if err != nil {
			return err
		}
		sum[l[reference]] += sign[l[movement]] * n
	}
	return nil
}

// eraseEverybody lets the years pass for which a payment is kept, and erases every debtor: what is left is not personal, and verifies.
func (w *World) eraseEverybody() {
	w.setClock(w.trueTime().AddDate(6, 0, 0))
	svc := w.processAt(0)
	gone := map[payment.ID]bool{}
	for who := range debtors {
		result, err := svc.Erase(w.ctx, fmt.Sprintf("A-%d", who))
		w.must(err)
		for _, id := range result.Erased {
			gone[id] = true
		}
		for _, k := range result.Kept {
			if k.State.Ended() || k.Reason != payment.KeptOpen {
				w.reportViolation("erasure", "%s, which is %s, is kept from erasure (%s)", w.paymentName(k.ID), k.State, k.Reason)
			}
		}
	}
	for _, p := range w.storedPayments() {
		switch {
		case gone[p.ID] != p.State.Ended():
			w.reportViolation("erasure", "%s is %s, and erased: %v", w.paymentName(p.ID), p.State, gone[p.ID])
		case gone[p.ID] && (!p.IsErased() || !p.Handle.IsZero() || p.MaskedPAN != ""):
			w.reportViolation("erasure", "%s still has what is personal", w.paymentName(p.ID))
		}
	}
	w.verifyBooks()
}
