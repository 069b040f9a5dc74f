package storetest

import (
	"fmt"
	"slices"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/payment"
	"github.com/shopspring/decimal"
)

// strayAcceptance returns a verified acceptance that belongs to no payment. Each number is another reference.
func strayAcceptance(number int) acquirer.Result {
	return acquirer.Result{
		Reference: fmt.Sprintf("PCLCB26061%07d", number), OrderID: "zz", Merchant: merchant, Amount: decimal.New(75_00, -2), Currency: "EUR",
		Outcome: acquirer.Accepted, Code: "00", At: start,
	}
}

func orphanKeptOnce(b *trial) {
	r := strayAcceptance(9999)
	r.AuthorisationID, r.MaskedPAN = "761208", "5017##########00"
	for range 3 {
		b.must("Orphan", b.Orphan(b.ctx, r, start))
	}
	t := b.leaseOnlyTask(payment.WorkDelivery, start.Add(time.Minute))
	b.mustEqual("the change", t.Change, payment.OrphanChange(r, start))
	b.mustRelease(t, start.Add(time.Hour), "the host is down")
	b.mustRelease(b.leaseOnlyTask(payment.WorkDelivery, start.Add(time.Hour)), time.Time{}, "")
	b.mustLeaseNothing("delivered", payment.WorkDelivery, start.Add(1000*time.Hour))
	b.must("Orphan", b.Orphan(b.ctx, r, start.Add(time.Hour)))
	b.mustLeaseNothing("delivered before", payment.WorkDelivery, start.Add(1000*time.Hour))
	all := collectAll(b, "Orphans", b.Orphans(b.ctx))
	if len(all) != 1 || all[0].Result.Fingerprint() != r.Fingerprint() || !all[0].At.Equal(start) {
		b.Fatalf("the orphans are %v, want the one", all)
	}
}

// oddOrphan: what the acquirer says of money of nobody is kept in whatever form it comes, once, with one key from the call to the restart.
func oddOrphan(b *trial) {
	for i, odd := range []func(*acquirer.Result){
		func(r *acquirer.Result) { r.Amount, r.Currency = decimal.New(12345, -3), "KWD" }, // which has three decimals
		func(r *acquirer.Result) { r.Amount = decimal.New(-7500, -2) },
		func(r *acquirer.Result) { r.Amount = decimal.New(1, 20000000) },
		func(r *acquirer.Result) { r.Returned = decimal.New(-1, 0) },
		func(r *acquirer.Result) { r.Brand, r.AuthorisationID = "V\x00ISA", "75\x00395" },
		func(r *acquirer.Result) { r.Merchant, r.AcquirerCode = "m\xff", "\x00" },
		func(r *acquirer.Result) {
			r.Handle = acquirer.Handle{Session: "hc-1", Proof: "secret", Payment: "0001_0", ExpiresAt: start}
			r.Returning = decimal.New(1, 0)
			*r = r.WithFields(map[string]string{"status": "captured"})
		},
	} {
		r := strayAcceptance(i + 1)
		odd(&r)
		at := start.Add(time.Duration(i) * time.Second)
		want := payment.OrphanChange(r, at)
		b.must("Orphan", b.Orphan(b.ctx, r, at))
		b.must("Orphan again", b.Orphan(b.ctx, r, at.Add(time.Minute)))
		t := b.leaseOnlyTask(payment.WorkDelivery, at)
		b.mustEqual("the change", t.Change, want)
		b.mustRelease(t, time.Time{}, "")
		all := collectAll(b, "Orphans", b.Orphans(b.ctx))
		if len(all) != i+1 || all[i].Key() != want.Key {
			b.Fatalf("the orphans are %v, want %d, the last with the key %s", all, i+1, want.Key)
		}
		if got, want := all[i].Result, payment.NewOrphan(r, at).Result; !got.Equal(want) {
			b.Fatalf("the orphan is %v, on its way back %v, with the session %q; want what NewOrphan keeps: %v, %v, %q",
				got.LogValue(), got.Returning, got.Handle.Session, want.LogValue(), want.Returning, want.Handle.Session)
		}
		b.must("Restart by its key", b.Restart(b.ctx, payment.ID(all[i].Key()), at))
	}
}

func orphanTask(b *trial) {
	r := strayAcceptance(9999)
	b.must("Orphan", b.Orphan(b.ctx, r, start))
	want := payment.OrphanChange(r, start)
	check := func(tasks []payment.Task, err error) payment.Task {
		if err != nil || len(tasks) != 1 {
			b.Fatalf("an orphan is leased: %d tasks, %v; want 1", len(tasks), err)
		}
		t := tasks[0]
		b.mustEqual("the task's payment", t.Payment, want.Payment)
		if t.Payment.ID != "" || t.Change.Key != want.Key || t.Change.Entry.Payment != "" {
			b.Fatalf("an orphan's task is of payment %q, with the change %q; it has no payment", t.Payment.ID, t.Change.Key)
		}
		return t
	}
	now := start.Add(time.Minute)
	t := check(b.Lease(b.ctx, payment.WorkDelivery, payment.Serving{}, now, time.Minute, 9))
	b.mustRelease(t, now, "")
	t = check(b.LeaseOne(b.ctx, payment.WorkDelivery, payment.ID(want.Key), payment.Serving{}, now, time.Minute))
	b.mustRelease(t, time.Time{}, "")
	b.mustLeaseNothing("it is delivered", payment.WorkDelivery, now.Add(1000*time.Hour))
}

func orphansApart(b *trial) {
	bad, good := strayAcceptance(9998), strayAcceptance(9999)
	b.must("Orphan", b.Orphan(b.ctx, bad, start))
	b.must("Orphan", b.Orphan(b.ctx, good, start.Add(time.Second)))
	now := start.Add(time.Minute)
	t := b.mustLease(payment.WorkDelivery, now, 1)
	if len(t) != 1 || t[0].Payment.Reference != bad.Reference {
		b.Fatalf("leased %v, want the older orphan", t)
	}
	u := b.leaseOnlyTask(payment.WorkDelivery, now) // while the first is under way
	b.mustEqual("the second", u.Change, payment.OrphanChange(good, start.Add(time.Second)))
	b.mustRelease(t[0], now.Add(time.Hour), "refused")
	b.mustRelease(u, time.Time{}, "")
	b.mustLeaseNothing("one waits for its next try, the other is delivered", payment.WorkDelivery, now)
	want := []string{bad.Reference, good.Reference}
	for i := range 6 { // no order but that of time
		r := strayAcceptance(i + 1)
		b.must("Orphan", b.Orphan(b.ctx, r, start.Add(time.Duration(9-i)*time.Minute)))
		want = slices.Insert(want, 2, r.Reference)
	}
	got := []string{}
	for _, o := range collectAll(b, "Orphans", b.Orphans(b.ctx)) {
		got = append(got, o.Result.Reference)
	}
	b.mustEqual("the orphans by time", got, want)
	for _, t := range b.mustLease(payment.WorkDelivery, now.Add(30*time.Minute), 10) {
		b.mustRelease(t, time.Time{}, "")
	}
	last := b.leaseOnlyTask(payment.WorkDelivery, now.Add(time.Hour))
	if last.Payment.Reference != bad.Reference || last.Tries != 1 || last.Cause != "refused" {
		b.Fatalf("%v after %d failures (%q), want the older orphan after 1", last, last.Tries, last.Cause)
	}
}

// stuckOrphan: one that is not delivered is seen, and made due again by its key; so it is once it is delivered.
func stuckOrphan(b *trial) {
	b.must("Orphan", b.Orphan(b.ctx, strayAcceptance(9999), start))
	b.must("Orphan", b.Orphan(b.ctx, strayAcceptance(9998), start.Add(time.Second)))
	now := start
	for range payment.StuckAfter {
		b.mustRelease(b.mustLease(payment.WorkDelivery, now, 1)[0], now, "the host is down")
	}
	failures := func() (out []int) {
		for _, o := range collectAll(b, "Orphans", b.Orphans(b.ctx)) {
			out = append(out, o.Tries)
		}
		return out
	}
	stuck := collectAll(b, "Orphans", b.Orphans(b.ctx))[0]
	b.mustEqual("its failures", failures(), []int{payment.StuckAfter, 0})
	b.mustEqual("the last cause", stuck.Cause, "the host is down")
	b.mustRelease(b.mustLease(payment.WorkDelivery, now, 1)[0], now.Add(6*time.Hour), "the host is down")
	b.must("Restart", b.Restart(b.ctx, payment.ID(stuck.Key()), now))
	b.mustEqual("its failures after the restart", failures(), []int{0, 0})
	t := b.mustLease(payment.WorkDelivery, now, 1)
	if len(t) != 1 || t[0].Change.Key != stuck.Key() || t[0].Tries != 0 {
		b.Fatalf("leased %v, want the restarted orphan", t)
	}
	b.mustRelease(t[0], time.Time{}, "")
	b.must("Restart of one that is delivered", b.Restart(b.ctx, payment.ID(stuck.Key()), now))
	b.mustEqual("both are kept", failures(), []int{0, 0})
	b.mustBeError("Restart of an unknown orphan", b.Restart(b.ctx, "orphan/00", now), payment.ErrNotFound)
}
