package simulation

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/payment"
)

// skew is how far a process's clock may be from the others'.
const skew = 5 * time.Second

// process is one of the fund's, until it dies.
type process struct {
	*payment.Service
	name  string
	store *mortalStore
}

// mortalStore is a process's way to the store: it may lose the answer of a commit, and dies with the process, before or after a commit.
type mortalStore struct {
	payment.Store
	w    *world
	name string
	dead atomic.Bool
}

var (
	errKilled = errors.New("simulation: the process was killed")
	errLost   = errors.New("simulation: the connection broke")
)

func (s *mortalStore) Commit(ctx context.Context, p payment.Payment, e payment.Entry) error {
	return s.commit(ctx, p, e, s.Store.Commit)
}

func (s *mortalStore) Create(ctx context.Context, p payment.Payment, e payment.Entry) error {
	return s.commit(ctx, p, e, s.Store.Create)
}

func (s *mortalStore) commit(ctx context.Context, p payment.Payment, e payment.Entry, to func(context.Context, payment.Payment, payment.Entry) error) error {
	if s.dead.Load() {
		return errKilled
	}
	roll := 99
	if !s.w.quiet.Load() {
		roll = s.w.roll(s.name, p.Reference, p.Version)
	}
	if roll == 0 {
		s.dead.Store(true)
		return errKilled
	}
	err := to(ctx, p, e)
	switch {
	case roll == 1:
		s.dead.Store(true)
		return errKilled
	case roll == 2 && err == nil:
		return errLost
	}
	return err
}

func (s *mortalStore) Find(ctx context.Context, l payment.Lookup) (payment.Payment, error) {
	if s.dead.Load() {
		return payment.Payment{}, errKilled
	}
	return s.Store.Find(ctx, l)
}

func (s *mortalStore) Lease(ctx context.Context, k payment.WorkKind, of payment.Serving, now time.Time, d time.Duration, n int) ([]payment.Task, error) {
	if s.dead.Load() {
		return nil, errKilled
	}
	return s.Store.Lease(ctx, k, of, now, d, n)
}

func (s *mortalStore) LeaseOne(ctx context.Context, k payment.WorkKind, id payment.ID, of payment.Serving, now time.Time, d time.Duration) ([]payment.Task, error) {
	if s.dead.Load() {
		return nil, errKilled
	}
	return s.Store.LeaseOne(ctx, k, id, of, now, d)
}

func (s *mortalStore) Release(ctx context.Context, t payment.Task, again time.Time, cause string) error {
	if s.dead.Load() {
		return errKilled
	}
	return s.Store.Release(ctx, t, again, cause)
}

func (s *mortalStore) Hasten(ctx context.Context, id payment.ID, at time.Time) error {
	if s.dead.Load() {
		return errKilled
	}
	return s.Store.Hasten(ctx, id, at)
}

func (s *mortalStore) Orphan(ctx context.Context, r acquirer.Result, at time.Time) error {
	if s.dead.Load() {
		return errKilled
	}
	return s.Store.Orphan(ctx, r, at)
}

// start is a process that begins, for the merchant of the day; with all, it serves every other merchant too, otherwise perhaps not.
func (w *world) start(all bool) *process {
	w.started++
	p := &process{name: fmt.Sprint("process ", w.started)}
	p.store = &mortalStore{Store: w.store, w: w, name: p.name}
	var others []acquirer.Client
	for i, b := range w.banks {
		if i != w.merchant && (all || w.dice.IntN(6) > 0) {
			others = append(others, b.client())
		}
	}
	ahead := time.Duration(w.dice.Int64N(int64(2*skew))) - skew
	var err error
	p.Service, err = payment.New(payment.Config{
		Store: p.store, Acquirer: w.banks[w.merchant].client(), Others: others, Policies: creance.Ameli(),
		ReturnURL: "https://portail.example/retour", NotifyURL: "https://portail.example/notification",
		Now: func() time.Time { return w.clock().Add(ahead) },
		Deliver: func(ctx context.Context, c payment.Change) error {
			if !w.quiet.Load() && w.roll("deliver", c.Payment.Reference, c.Payment.Version+w.started) < 5 {
				return errLost
			}
			return w.letters(ctx, c)
		},
	})
	if err != nil {
		w.Fatal(err)
	}
	return p
}

// any is one of the processes; those that have died are replaced first.
func (w *world) any() *process {
	for i, p := range w.processes {
		if p.store.dead.Load() {
			w.processes[i] = w.start(false)
		}
	}
	return w.processes[w.dice.IntN(len(w.processes))]
}
