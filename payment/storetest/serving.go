package storetest

import (
	"slices"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/payment"
)

// servedOnly: asked at the wrong bank, a payment would be taken for one that nobody made.
func servedOnly(b *trial) {
	of := func(name string) func(*payment.Payment) {
		return func(p *payment.Payment) { p.Merchant = name }
	}
	in := map[string]map[payment.State]payment.Payment{}
	for _, name := range []string{merchant, "another"} {
		in[name] = map[payment.State]payment.Payment{payment.Created: b.addPayment(of(name))}
		for _, state := range payment.States() {
			if state != payment.Created {
				in[name][state] = b.mustMove(b.addPayment(of(name)), state)
			}
		}
	}
	now := start.Add(time.Hour)
	everyones := []payment.State{payment.Created, payment.Paid}
	stranded := []payment.State{payment.Redirected, payment.Unknown, payment.Refunding}
	for _, c := range []struct {
		why     string
		of      payment.Serving
		another []payment.State // of the other merchant
		own     bool
	}{
		{"a process that serves one merchant", ownMerchant, everyones, true},
		{"a process that serves nobody", payment.Serving{}, everyones, false},
		{"a process that serves both", payment.Serving{Merchants: []string{"x", merchant, "another"}}, payment.States(), true},
		{"what nobody asked about for long", payment.Serving{Merchants: []string{merchant}, StrandedSince: now}, slices.Concat(everyones, stranded), true},
		{"what was due not long ago", payment.Serving{Merchants: []string{merchant}, StrandedSince: start}, everyones, true},
	} {
		want := map[payment.ID]bool{}
		for state, p := range in[merchant] {
			want[p.ID] = c.own || slices.Contains(everyones, state)
		}
		for state, p := range in["another"] {
			want[p.ID] = slices.Contains(c.another, state)
		}
		due, err := b.Due(b.ctx, payment.WorkAttention, c.of, now, 99)
		b.must("Due", err)
		tasks, err := b.Lease(b.ctx, payment.WorkAttention, c.of, now, time.Minute, 99)
		b.must("Lease", err)
		leased := map[payment.ID]bool{}
		for _, t := range tasks {
			leased[t.Payment.ID] = true
			b.mustRelease(t, t.Payment.AttentionAt, "")
		}
		named := map[payment.ID]bool{}
		for _, d := range due {
			named[d.Payment] = true
		}
		for id, want := range want {
			p := b.mustFind(id)
			if leased[id] != want || named[id] != want {
				b.Fatalf("%s: %s of merchant %s is leased: %v, named as due: %v, want %v", c.why, p.State, p.Merchant, leased[id], named[id], want)
			}
			one, err := b.LeaseOne(b.ctx, payment.WorkAttention, id, c.of, now, time.Minute)
			b.must("LeaseOne", err)
			if (len(one) == 1) != want {
				b.Fatalf("%s: LeaseOne of %s of merchant %s hands out %d, want %v", c.why, p.State, p.Merchant, len(one), want)
			}
			for _, t := range one {
				b.mustRelease(t, t.Payment.AttentionAt, "")
			}
		}
	}
	delivered := map[string]bool{}
	for _, t := range b.mustLease(payment.WorkDelivery, now, 99) {
		delivered[t.Payment.Merchant] = true
	}
	if !delivered["another"] || !delivered[merchant] {
		b.Fatalf("changes of merchants %v are delivered; every process delivers everyone's", delivered)
	}
}

// hastenVoidsLease: a message says that it is time to ask. A look that began before may have asked too early.
func hastenVoidsLease(b *trial) {
	p := b.addPayment()
	due := p.AttentionAt
	early := due.Add(-time.Minute)
	b.must("Hasten", b.Hasten(b.ctx, p.ID, early))
	b.must("Hasten to a later time", b.Hasten(b.ctx, p.ID, due.Add(time.Hour)))
	t := b.leaseOnlyTask(payment.WorkAttention, early)
	if !t.Payment.AttentionAt.Equal(early) || t.Payment.Version != p.Version {
		b.Fatalf("hastened to %v, the payment is due at %v, version %d", early, t.Payment.AttentionAt, t.Payment.Version)
	}
	b.must("Hasten of a leased payment", b.Hasten(b.ctx, p.ID, early))
	b.mustRelease(t, time.Time{}, "")
	if at := b.mustFind(p.ID).AttentionAt; !at.Equal(early) {
		b.Fatal("a look that began before the payment was hastened has put it off, before anybody else looked")
	}
	second := b.leaseOnlyTask(payment.WorkAttention, early)
	b.mustRelease(t, time.Time{}, "")
	if at := b.mustFind(p.ID).AttentionAt; !at.Equal(early) {
		b.Fatal("a look that began before the payment was hastened has put it off")
	}
	second.Payment.Handle = acquirer.Handle{Session: "not kept", Payment: "P1"}
	b.mustRelease(second, time.Time{}, "")
	b.mustLeaseNothing("done", payment.WorkAttention, due.Add(1000*time.Hour))
	if got := b.mustFind(p.ID); !got.Handle.Equal(acquirer.Handle{Payment: "P1"}) || len(collectAll(b, "Journal", b.Journal(b.ctx, p.ID))) != 1 {
		b.Fatal("a release keeps what was learned of the handle's Payment, nothing else of it, and writes no entry")
	}
	b.must("Hasten of a payment that is not due", b.Hasten(b.ctx, p.ID, due))
	third := b.leaseOnlyTask(payment.WorkAttention, due)
	third.Payment.Handle.Payment = "P2"
	b.mustRelease(third, time.Time{}, "")
	if got := b.mustFind(p.ID).Handle.Payment; got != "P1" {
		b.Fatalf("the handle's Payment is %q, want the one that was learned first", got)
	}
	b.mustBeError("Hasten of an unknown payment", b.Hasten(b.ctx, "x", due), payment.ErrNotFound)
}
