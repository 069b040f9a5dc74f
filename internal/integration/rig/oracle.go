package rig

import (
	"bytes"
	"cmp"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/quittance/quittance/acquirer/worldline/sips/sipstest"
	"github.com/quittance/quittance/inbox/sqlmailbox"
	"github.com/quittance/quittance/internal/euro"
	"github.com/quittance/quittance/internal/integration/rig/books"
	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/sqlstore"
)

// Rules are what a story asks besides what always holds.
type Rules struct {
	Recorded bool // the host records: none stays paid
	Orphans  bool // the database is an older one: money without a payment is right where there is an orphan
}

// Check fails the test unless everything fits together: see [World.Violations]. It opens the database itself, so no portal need run.
func (w *World) Check(r Rules) {
	w.Helper()
	bad, err := w.Violations(context.Background(), r)
	if err != nil {
		w.Fatalf("the oracle: %v", err)
	}
	for _, b := range bad {
		w.Error(b)
	}
}

// Violations compares the bank's book, the store, the mailbox and what the portals were told, when all faults have stopped and all is done:
//
//   - every accepted payment of the book is recorded, refunded or in review, or paid where the host does not record;
//   - each has exactly one acknowledgement, and one letter about its refund where the money went back; nobody else has a letter;
//   - no payment has money that did not move, none is open; at most one of a claim has money; the bank took money once, and as much as is due;
//   - every journal verifies and replays to its row, and has every change that a portal was told is written; its mailbox has every letter
//     that it was told is kept; no number was given out twice;
//   - every change was delivered;
//   - the totals of the exports are the book's;
//   - every payment that has not ended has a due date, but those that wait for a person;
//   - no key of the shop and no card number is in a database, and none of them, no person and no payer's page in a log.
func (w *World) Violations(ctx context.Context, r Rules) ([]string, error) {
	db, store, err := w.Database.Open(sqlstore.Options{})
	if err != nil {
		return nil, err
	}
	defer db.Close()
	letters, box, err := w.Database.OpenMailbox()
	if err != nil {
		return nil, err
	}
	defer letters.Close()
	config, err := w.shop.serviceConfig(store, w.Clock.Now)
	if err != nil {
		return nil, err
	}
	svc, err := payment.New(config)
	if err != nil {
		return nil, err
	}
	o := oracle{
		World: w, rules: r, svc: svc, store: store, box: box, book: map[string]sipstest.Transaction{}, payments: map[string]payment.Payment{},
		letters: map[string]int{},
	}
	for _, t := range w.Platform.Book() {
		o.book[t.Reference] = t
	}
	for p, err := range svc.List(ctx, payment.Filter{}) {
		if err != nil {
			return nil, err
		}
		o.payments[p.Reference] = p
	}
	for _, look := range []func(context.Context) error{
		o.checkJournals, o.checkAcknowledged, o.checkAccepted, o.checkStates, o.checkClaims, o.checkLetters, o.checkDelivered, o.checkExports, o.checkSecrets,
	} {
		if err := look(ctx); err != nil {
			return nil, err
		}
	}
	return o.bad, nil
}

type oracle struct {
	*World
	rules    Rules
	svc      *payment.Service
	store    *sqlstore.Store
	box      *sqlmailbox.Mailbox
	book     map[string]sipstest.Transaction // by reference
	payments map[string]payment.Payment      // by reference
	orphans  map[string]bool
	letters  map[string]int // by key
	bad      []string
}

func (o *oracle) reportViolation(format string, a ...any) {
	o.bad = append(o.bad, fmt.Sprintf(format, a...))
}

func (o *oracle) checkJournals(ctx context.Context) error {
	err := books.Of(o.store, o.Clock.Now).Verify(ctx, nil)
	if errors.Is(err, payment.ErrAltered) {
		o.reportViolation("%v", err)
		return nil
	}
	return err
}

func (o *oracle) checkAcknowledged(ctx context.Context) error {
	facts := o.Facts()
	lost, err := missingFacts(ctx, o.store, o.box, facts)
	for _, f := range lost {
		if f.Letter != "" {
			o.reportViolation("acknowledged and lost: letter %s", f.Letter)
			continue
		}
		o.reportViolation("acknowledged and lost: payment %s at version %d, %s", f.Payment, f.Version, f.State)
	}
	type number struct {
		day string
		n   int
	}
	given := map[number]bool{}
	for _, f := range facts {
		n := number{f.Day, f.Number}
		if f.Day != "" && given[n] {
			o.reportViolation("number %d of %s was given out twice", f.Number, f.Day)
		}
		given[n] = true
	}
	return err
}

func (o *oracle) checkAccepted(ctx context.Context) error {
	o.orphans = map[string]bool{}
	for orphan, err := range o.store.Orphans(ctx) {
		if err != nil {
			return err
		}
		o.orphans[orphan.Result.Reference] = true
		if !o.rules.Orphans {
			o.reportViolation("money of %s belongs to no payment", orphan.Result.Reference)
		}
	}
	for _, t := range o.book {
		p, known := o.payments[t.Reference]
		took := t.Total(sipstest.Authorised)
		switch {
		case !known && took > 0 && !(o.rules.Orphans && o.orphans[t.Reference]):
			o.reportViolation("the bank took money for %s, which is no payment", t.Reference)
		case !known:
		case took > 0 && !Money(p.State), took > 0 && o.rules.Recorded && p.State == payment.Paid:
			o.reportViolation("the bank took money for %s, which is %s", t.Reference, p.State)
		case centsOf(p) != t.Cents:
			o.reportViolation("%s is about %d cents and the bank was asked for %d", t.Reference, centsOf(p), t.Cents)
		}
		moves := slices.DeleteFunc(slices.Clone(t.Moves), func(m sipstest.Move) bool { return m.Kind != sipstest.Authorised })
		if len(moves) > 1 || took > t.Cents || t.Returned() > took {
			o.reportViolation("%s: the bank took %d cents in %d times and gave %d back, of %d that were due", t.Reference, took, len(moves), t.Returned(), t.Cents)
		}
	}
	return nil
}

func centsOf(p payment.Payment) int64 {
	n, err := euro.Cents(p.Amount)
	if err != nil {
		return -1
	}
	return n
}

func (o *oracle) checkStates(context.Context) error {
	for _, p := range o.payments {
		t := o.book[p.Reference]
		took := t.Total(sipstest.Authorised)
		switch {
		case p.State.Money() && t.Remaining() <= 0:
			o.reportViolation("%s is %s and the bank has no money for it", p.Reference, p.State)
		case p.State == payment.Refunded && (took == 0 || t.Remaining() != 0):
			o.reportViolation("%s is refunded and the bank has %d cents of %d", p.Reference, t.Remaining(), took)
		case !p.State.Ended() && p.State != payment.Paid && p.State != payment.Review:
			o.reportViolation("%s is still %s", p.Reference, p.State)
		}
		// Who has not ended is looked at again, until a person or the host has been called: a review waits for one, an overdue payment for the other.
		late := p.State == payment.Paid && o.Clock.Now().After(p.PaidAt.Add(24*time.Hour))
		if !p.State.Ended() && p.State != payment.Review && !late && p.AttentionAt.IsZero() {
			o.reportViolation("%s is %s and nobody will look at it", p.Reference, p.State)
		}
	}
	return nil
}

func (o *oracle) checkClaims(context.Context) error {
	money, attempts := map[string]string{}, map[string]string{}
	for _, p := range o.payments {
		for _, one := range []struct {
			is   bool
			of   map[string]string
			key  string
			what string
		}{{p.State.Money(), money, p.Claim, "claim is paid"}, {p.State.Attempt(), attempts, p.Debt, "debt is being paid"}} {
			if !one.is {
				continue
			}
			if other, twice := one.of[one.key]; twice {
				o.reportViolation("one %s by %s and by %s", one.what, other, p.Reference)
			}
			one.of[one.key] = p.Reference
		}
	}
	return nil
}

func (o *oracle) checkLetters(ctx context.Context) error {
	want, wanted := map[string]int{}, map[string]string{}
	for _, p := range o.payments {
		t := o.book[p.Reference]
		if t.Total(sipstest.Authorised) > 0 {
			want[string(p.ID)+"/acknowledgement"] = 1
		}
		if p.State == payment.Refunded {
			want[string(p.ID)+"/refund_notice"] = 1
		}
		if t.Returned() > 0 {
			for e, err := range o.svc.Journal(ctx, p.ID) {
				if err != nil {
					return err
				}
				if e.Event == payment.OnReturnedPart && e.To.Money() { // a notice for each sum that was back
					want[string(p.ID)+"/refund_notice-"+e.Money.Returned.Shift(2).String()] = 1
				}
			}
		}
		wanted[string(p.ID)] = p.Debtor
	}
	for _, l := range o.Mailbox.Letters() {
		o.letters[l.Key]++
		id, _, _ := strings.Cut(l.Key, "/")
		if debtor, known := wanted[id]; !known || debtor != l.Debtor {
			o.reportViolation("letter %s is about nobody's payment", l.Key)
		}
	}
	for key, n := range want {
		if o.letters[key] != n {
			o.reportViolation("letter %s was kept %d times, want %d", key, o.letters[key], n)
		}
	}
	for key := range o.letters {
		if want[key] == 0 {
			o.reportViolation("letter %s is about nothing that happened", key)
		}
	}
	return nil
}

func (o *oracle) checkDelivered(ctx context.Context) error {
	tasks, err := o.store.Lease(ctx, payment.WorkDelivery, payment.Serving{}, o.Clock.Now().AddDate(10, 0, 0), time.Second, 100)
	for _, t := range tasks {
		o.reportViolation("change %s was not delivered: %s", t.Change.Key, cmp.Or(t.Cause, "nobody tried"))
	}
	return err
}

// checkExports adds up the exports of all days, and compares the sums with the book.
func (o *oracle) checkExports(ctx context.Context) error {
	in, back := map[string]int64{}, map[string]int64{}
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		return err
	}
	now := o.Clock.Now()
	for day := morning.AddDate(0, 0, -1); day.Before(now.Add(-25 * time.Hour)); day = day.AddDate(0, 0, 1) {
		var out bytes.Buffer
		if _, err := books.Of(o.store, o.Clock.Now).Export(ctx, day.In(paris).Format(time.DateOnly), &out); errors.Is(err, payment.ErrAltered) {
			o.reportViolation("%v", err)
			return nil // no account is given of what was altered
		} else if err != nil {
			return err
		}
		if err := o.addExport(&out, in, back); err != nil {
			return err
		}
	}
	for _, t := range o.book {
		took := t.Total(sipstest.Authorised)
		if in[t.Reference] != took || back[t.Reference] != t.Returned() {
			o.reportViolation("the exports have %d cents of %s and %d back; the book has %d and %d",
				in[t.Reference], t.Reference, back[t.Reference], took, t.Returned())
		}
		delete(in, t.Reference)
		delete(back, t.Reference)
	}
	for ref := range in {
		o.reportViolation("the exports have money of %s, which the bank does not know", ref)
	}
	return nil
}

func (o *oracle) addExport(export *bytes.Buffer, in, back map[string]int64) error {
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(export.Bytes(), []byte("\ufeff"))))
	r.Comma, r.FieldsPerRecord = ';', -1
	lines, err := r.ReadAll()
	if err != nil {
		return err
	}
	column := func(name string) int { return slices.Index(lines[0], name) }
	sums := map[string]map[string]int64{"accepted": in, "orphan": in, "returned": back}
	for _, l := range lines[1:] {
		sum, counts := sums[l[column("movement")]]
		if !counts {
			continue
		}
		n, err := strconv.ParseInt(l[column("cents")], 10, 64)
		if err != nil {
			return err
		}
		sum[l[column("reference")]] += n
	}
	return nil
}
