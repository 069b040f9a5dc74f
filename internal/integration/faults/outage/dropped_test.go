package outage

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/internal/integration/rig/figure"
	"github.com/quittance/quittance/internal/integration/rig/postgres"
	"github.com/quittance/quittance/internal/integration/rig/specimen"
	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/sqlstore"
	"github.com/shopspring/decimal"
)

// late is when everything is due.
var late = specimen.Morning.AddDate(1, 0, 0)

// trial is one payment, on which one method is called while the line breaks.
type trial struct {
	*world
	p payment.Payment
	e payment.Entry // of the next commit
	n int
}

// day is one on which no other trial numbers payments.
func (x *trial) day() string {
	return time.Date(2026, 1, x.n, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
}

// methods are all that write. Each is called on a payment that was created, opened and refused, and has three changes to go out; prior has no
// faults. Called again after a fault they must work.
var methods = []struct {
	name   string
	once   bool // called twice it does what it does called once
	hooked bool // the hook makes a difference
	prior  func(context.Context, *trial) error
	call   func(context.Context, *trial, *sqlstore.Store) error
}{
	{"Create", true, true, func(_ context.Context, x *trial) error { x.p, x.e = specimen.New(); return nil },
		func(ctx context.Context, x *trial, s *sqlstore.Store) error { return s.Create(ctx, x.p, x.e) }},
	{"Commit", true, true, func(_ context.Context, x *trial) error {
		x.p, x.e = specimen.Moved(x.p, payment.OnAccepted, payment.Paid)
		return nil
	}, func(ctx context.Context, x *trial, s *sqlstore.Store) error { return s.Commit(ctx, x.p, x.e) }},
	{"Lease of a payment", false, false, nil, lease(payment.WorkAttention)},
	{"Lease of a change", false, false, nil, lease(payment.WorkDelivery)},
	{"Release", false, false, nil, func(ctx context.Context, x *trial, s *sqlstore.Store) error {
		tasks, err := x.direct.Lease(ctx, payment.WorkAttention, payment.Serving{Merchants: []string{x.p.Merchant}}, late, time.Minute, 1)
		for _, t := range tasks {
			err = errors.Join(err, s.Release(ctx, t, late, "not now"))
		}
		x.forgetLeases(ctx)
		return err
	}},
	{"Restart", true, false, func(ctx context.Context, x *trial) error {
		_, err := x.raw.ExecContext(ctx, "UPDATE quittance_payment SET tries = 12 WHERE id = $1", string(x.p.ID))
		return err
	}, func(ctx context.Context, x *trial, s *sqlstore.Store) error { return s.Restart(ctx, x.p.ID, late) }},
	{"Sequence", false, false, nil, func(ctx context.Context, x *trial, s *sqlstore.Store) error {
		_, err := s.Sequence(ctx, x.day())
		return err
	}},
	{"Advance", true, false, nil, func(ctx context.Context, x *trial, s *sqlstore.Store) error {
		return s.Advance(ctx, x.day(), 100)
	}},
	{"Orphan", true, true, nil, func(ctx context.Context, x *trial, s *sqlstore.Store) error {
		return s.Orphan(ctx, acquirer.Result{
			Reference: fmt.Sprintf("PCLCB26061%07d", 5_000_000+x.n), OrderID: "x", Merchant: x.p.Merchant, Amount: decimal.New(75_00, -2), Currency: "EUR",
			Outcome: acquirer.Accepted, Code: "00", AuthorisationID: "123456", At: late,
		}, late)
	}},
	{"Erase", true, false, func(ctx context.Context, x *trial) error {
		_, err := x.raw.ExecContext(ctx, "DELETE FROM quittance_change WHERE payment = $1", string(x.p.ID))
		return err
	}, func(ctx context.Context, x *trial, s *sqlstore.Store) error {
		_, err := s.Erase(ctx, x.p.Debtor, late)
		return err
	}},
	{"Migrate", true, false, nil, func(ctx context.Context, _ *trial, s *sqlstore.Store) error { return s.Migrate(ctx) }},
}

func lease(k payment.WorkKind) func(context.Context, *trial, *sqlstore.Store) error {
	return func(ctx context.Context, x *trial, s *sqlstore.Store) error {
		tasks, err := s.Lease(ctx, k, payment.Serving{Merchants: []string{x.p.Merchant}}, late, time.Minute, 1)
		if err == nil && len(tasks) != 1 {
			err = fmt.Errorf("%d pieces of work are due", len(tasks))
		}
		x.forgetLeases(ctx)
		return err
	}
}

// forgetLeases lets time go by: what was leased, and nobody was told of, is free again.
func (w *world) forgetLeases(ctx context.Context) {
	w.proxy.Settle()
	w.raw.ExecContext(ctx, "UPDATE quittance_payment SET lease_until = NULL, lease_token = NULL")
	w.raw.ExecContext(ctx, "UPDATE quittance_change SET lease_until = NULL, lease_token = NULL")
}

// everything is what a database holds, in a few numbers that change with every write but a lease's.
func (w *world) everything(t *testing.T) string {
	t.Helper()
	var all string
	err := w.raw.QueryRow(`SELECT concat_ws(' ',
		(SELECT md5(string_agg(concat(id, version, state, attention_at, tries, cause, encode(head, 'hex'), debtor), ',' ORDER BY id)) FROM quittance_payment),
		(SELECT md5(string_agg(concat(payment, version, encode(hash, 'hex'), encode(salt, 'hex')), ',' ORDER BY payment, version)) FROM quittance_entry),
		(SELECT md5(string_agg(concat(key, due_at, tries, cause), ',' ORDER BY key)) FROM quittance_change),
		(SELECT md5(string_agg(concat(day, last), ',' ORDER BY day)) FROM quittance_sequence),
		(SELECT md5(string_agg(fingerprint, ',' ORDER BY fingerprint)) FROM quittance_orphan),
		(SELECT md5(string_agg(change, ',' ORDER BY change)) FROM jobs),
		(SELECT string_agg(version::text, ',') FROM quittance_schema))`).Scan(&all)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// Each method that writes, with the connection cut or killed at each of its requests: in the middle of a statement, of a transaction, of a
// commit. When the next connection holds, nobody notices. When none holds, there is an error, and all of it is written or nothing. Called
// again it works.
func TestConnectionDropped(t *testing.T) {
	figure.Long(t)
	t.Parallel()
	server := postgres.Shared(t)
	for _, mode := range modes {
		for _, m := range methods {
			if mode.options.InTx != nil && !m.hooked {
				continue
			}
			t.Run(mode.name+"/"+m.name, func(t *testing.T) {
				w := newWorld(t, server, mode.options)
				n, at := 0, 1
				for hit := true; hit; at++ {
					hit = false
					for i, b := range postgres.Breaks {
						if !figure.Release() && (i+at)%4 != 0 { // at each request two ways, and others at the next
							continue
						}
						for _, alone := range []bool{true, false} {
							n++
							if w.drop(t, n, at, b, alone, m.once, m.prior, m.call) {
								hit = true
							}
							if t.Failed() {
								t.Fatalf("request %d, %s, alone %t", at, b, alone)
							}
						}
					}
				}
				if at == 2 {
					t.Error("nothing was ever broken")
				}
				t.Logf("broken at %d requests", at-2)
			})
		}
	}
}

// drop calls a method while the request at breaks, alone or with all that follow, and reports whether it came to that.
func (w *world) drop(t *testing.T, n, at int, b postgres.Break, alone, once bool, prior func(context.Context, *trial) error,
	call func(context.Context, *trial, *sqlstore.Store) error) bool {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	x := &trial{world: w, n: n}
	x.p, x.e = specimen.New()
	err := w.direct.Create(ctx, x.p, x.e)
	for _, to := range []payment.State{payment.Redirected, payment.Refused} {
		q, e := specimen.Moved(x.p, payment.OnOpened, to)
		err = errors.Join(err, w.direct.Commit(ctx, q, e))
		x.p = q
	}
	if prior != nil {
		err = errors.Join(err, prior(ctx, x))
	}
	if err != nil {
		t.Fatal(err)
	}
	first := w.everything(t)

	struck := false // requests of one connection, one after the other
	w.proxy.Plan(func(r postgres.Request) postgres.Break {
		switch {
		case r.N == at:
			struck = true
			return b
		case r.N > at && !alone:
			return postgres.Unsent
		}
		return postgres.Whole
	})
	err = call(ctx, x, w.broken)
	w.proxy.Settle()
	w.proxy.Plan(nil)
	between := w.everything(t)
	switch {
	case err != nil && (alone || !struck):
		t.Errorf("error %v", err)
	case err == nil && once && between == first && call(ctx, x, w.direct) == nil && w.everything(t) != first:
		t.Error("no error, and nothing was written")
	}
	if err := call(ctx, x, w.broken); err != nil {
		t.Errorf("the same again: %v", err)
	}
	w.proxy.Settle()
	if last := w.everything(t); once && between != first && between != last {
		t.Errorf("half of it was written: before, then, after:\n%s\n%s\n%s", first, between, last)
	}
	return struck
}
