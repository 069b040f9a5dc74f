package simulation

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"strings"
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
	ahead time.Duration
	dead  bool
}

var (
	errKilled  = errors.New("simulation: the process was killed")
	errLost    = errors.New("simulation: the connection broke")
	errRefused = errors.New("simulation: it is refused")
)

// isExpected reports whether an error is one of the troubles of this world.
func isExpected(err error) bool {
	return errors.Is(err, errKilled) || errors.Is(err, errLost) || errors.Is(err, errRefused) || errors.As(err, new(*payment.DamagedError)) ||
		err != nil && strings.Contains(err.Error(), "it panicked with a") // a worker says so of a client
}

// startProcess is a process that begins, for the merchant of the day. With n = 0 it serves no other.
func (w *World) startProcess(place, n int) *process {
	w.started++
	p := &process{
		name:  fmt.Sprintf("process %d", w.started),
		ahead: time.Duration(w.hashOf("skew", uint64(w.started))%uint64(2*skew)) - skew,
	}
	var others []acquirer.Client
	for i, b := range w.banks {
		if i != w.bank && n != 0 {
			others = append(others, b.client())
		}
	}
	var err error
	p.Service, err = payment.New(payment.Config{
		Store: &mortalStore{w: w, p: p}, Acquirer: w.banks[w.bank].client(), Others: others, Policies: creance.Ameli(),
		ReturnURL: "https://portail.example/retour", NotifyURL: "https://portail.example/notification",
		Now:     func() time.Time { return w.trueTime().Add(p.ahead - w.behindBy()) },
		Deliver: func(ctx context.Context, c payment.Change) error { return w.deliverChange(ctx, p, c) },
		Logger:  slog.New(slog.DiscardHandler),
	})
	if err != nil {
		panic(err) // the configuration is this package's
	}
	return p
}

// processAt is the process at a place; one that has died is replaced first.
func (w *World) processAt(place int) *process {
	if w.processes[place].dead {
		w.processes[place] = w.startProcess(place, w.serves[place])
	}
	return w.processes[place]
}

// anyProcess is one of the processes.
func (w *World) anyProcess() *process {
	return w.processAt(w.chooseByTime("any", len(w.processes)))
}

func (w *World) killProcess(p *process) {
	p.dead = true
	w.wakeProcesses(w.trueTime().Add(time.Minute)) // what it had leased is free again
}

// deliverChange hands a change to the mailbox, in order.
func (w *World) deliverChange(ctx context.Context, p *process, c payment.Change) error {
	w.inOrder(c)
	f := w.plannedTrouble(OnDeliver, w.nameOf(c.Payment.Reference))
	if f.Trouble == Refused {
		return errRefused
	}
	if err := w.letters(ctx, c); err != nil {
		return err
	}
	switch f.Trouble {
	case Unanswered:
		return errLost
	case Panics:
		panic("the receiver of changes")
	case KilledAfter:
		w.killProcess(p)
	}
	w.taken[c.Payment.ID] = max(w.taken[c.Payment.ID], c.Payment.Version)
	return nil
}

// mortalStore is a process's way to the store: it dies with the process, and what is asked of it may go wrong.
type mortalStore struct {
	w *World
	p *process
}

func (s *mortalStore) backendStore() payment.Store { return s.w.backend.Store() }

// callStore makes a call to the store, which may go wrong.
func (s *mortalStore) callStore(on Boundary, about string, do func() error) error {
	if s.p.dead {
		return errKilled
	}
	f := s.w.plannedTrouble(on, about)
	switch f.Trouble {
	case KilledFirst:
		s.w.killProcess(s.p)
		return errKilled
	case Refused:
		return errRefused
	case Slow:
		s.w.sleepInCall(f.For)
		if s.p.dead {
			return errKilled
		}
	}
	err := do()
	switch f.Trouble {
	case KilledAfter:
		s.w.killProcess(s.p)
		return errKilled
	case Unanswered:
		if err == nil {
			return errLost
		}
	}
	return err
}

func (s *mortalStore) Create(ctx context.Context, p payment.Payment, e payment.Entry) error {
	return s.callStore(OnCreate, "a payment", func() error {
		err := s.backendStore().Create(ctx, p, e)
		if err == nil {
			s.w.checkCommitted(p, e)
		}
		return err
	})
}

func (s *mortalStore) Commit(ctx context.Context, p payment.Payment, e payment.Entry) error {
	return s.callStore(OnCommit, s.w.nameOf(p.Reference), func() error {
		err := s.backendStore().Commit(ctx, p, e)
		if err == nil {
			s.w.checkCommitted(p, e)
		}
		return err
	})
}

func (s *mortalStore) Find(ctx context.Context, l payment.Lookup) (p payment.Payment, err error) {
	err = s.callStore(OnFind, s.w.nameOf(l.Reference), func() (err error) {
		p, err = s.backendStore().Find(ctx, l)
		return err
	})
	return p, err
}

// turn is the key of a context that says which kind of work is the worker's turn: of two kinds at once the order would be nobody's.
type turn struct{}

// Lease hands out one piece of the kind that is the worker's turn.
func (s *mortalStore) Lease(ctx context.Context, k payment.WorkKind, of payment.Serving, now time.Time, d time.Duration, n int) (tasks []payment.Task, err error) {
	if ctx.Value(turn{}) != k {
		return nil, nil
	}
	err = s.callStore(OnLease, "", func() error {
		tasks, err = s.leaseWithOwnTokens(now.Add(d), func() ([]payment.Task, error) { return s.backendStore().Lease(ctx, k, of, now, d, min(n, 1)) })
		return err
	})
	return tasks, err
}

func (s *mortalStore) LeaseOne(ctx context.Context, k payment.WorkKind, id payment.ID, of payment.Serving, now time.Time, d time.Duration) (tasks []payment.Task, err error) {
	err = s.callStore(OnLease, "", func() error {
		tasks, err = s.leaseWithOwnTokens(now.Add(d), func() ([]payment.Task, error) { return s.backendStore().LeaseOne(ctx, k, id, of, now, d) })
		return err
	})
	return tasks, err
}

// leaseWithOwnTokens leases with random tokens of its own, for stores draw them at different moments.
func (s *mortalStore) leaseWithOwnTokens(until time.Time, lease func() ([]payment.Task, error)) ([]payment.Task, error) {
	s.w.leases++
	before := s.w.random.restartAt(s.w.hashOf("lease", uint64(s.w.now.Load())) + s.w.leases)
	tasks, err := lease()
	s.w.random.restartAt(before)
	if len(tasks) > 0 {
		s.w.wakeProcesses(until.Add(2 * skew))
	}
	return tasks, err
}

func (s *mortalStore) Due(ctx context.Context, k payment.WorkKind, of payment.Serving, now time.Time, n int) ([]payment.Due, error) {
	if s.p.dead {
		return nil, errKilled
	}
	return s.backendStore().Due(ctx, k, of, now, n)
}

func (s *mortalStore) Release(ctx context.Context, t payment.Task, again time.Time, cause string) error {
	return s.callStore(OnRelease, s.w.nameOf(t.Payment.Reference), func() error {
		s.w.wakeFor(again)
		return s.backendStore().Release(ctx, t, again, cause)
	})
}

func (s *mortalStore) Hasten(ctx context.Context, id payment.ID, at time.Time) error {
	return s.callStore(OnHasten, "", func() error {
		s.w.wakeFor(at)
		return s.backendStore().Hasten(ctx, id, at)
	})
}

func (s *mortalStore) Restart(ctx context.Context, id payment.ID, now time.Time) error {
	return s.callStore("", "", func() error {
		s.w.wakeFor(now)
		return s.backendStore().Restart(ctx, id, now)
	})
}

func (s *mortalStore) Orphan(ctx context.Context, r acquirer.Result, at time.Time) error {
	return s.callStore("", "", func() error {
		s.w.wakeFor(at)
		return s.backendStore().Orphan(ctx, r, at)
	})
}

func (s *mortalStore) Sequence(ctx context.Context, day string) (n int, err error) {
	err = s.callStore("", "", func() error {
		n, err = s.backendStore().Sequence(ctx, day)
		return err
	})
	return n, err
}

func (s *mortalStore) KeepSeal(ctx context.Context, d payment.DaySeal) error {
	return s.callStore("", "", func() error { return s.backendStore().KeepSeal(ctx, d) })
}

func (s *mortalStore) LastSeal(ctx context.Context, until time.Time) (d payment.DaySeal, err error) {
	err = s.callStore("", "", func() error {
		d, err = s.backendStore().LastSeal(ctx, until)
		return err
	})
	return d, err
}

func (s *mortalStore) List(ctx context.Context, f payment.Filter) iter.Seq2[payment.Payment, error] {
	return whileAlive(s, s.backendStore().List(ctx, f))
}

func (s *mortalStore) Journal(ctx context.Context, ids ...payment.ID) iter.Seq2[payment.Entry, error] {
	return whileAlive(s, s.backendStore().Journal(ctx, ids...))
}

func (s *mortalStore) Orphans(ctx context.Context) iter.Seq2[payment.Orphan, error] {
	return whileAlive(s, s.backendStore().Orphans(ctx))
}

func (s *mortalStore) Heads(ctx context.Context, from, to time.Time) iter.Seq2[payment.Head, error] {
	return whileAlive(s, s.backendStore().Heads(ctx, from, to))
}

// whileAlive yields nothing to a process that is dead.
func whileAlive[T any](s *mortalStore, rows iter.Seq2[T, error]) iter.Seq2[T, error] {
	if s.p.dead {
		return func(yield func(T, error) bool) {
			var none T
			yield(none, errKilled)
		}
	}
	return rows
}

func (s *mortalStore) Count(ctx context.Context, f payment.Filter) (n int, err error) {
	err = s.callStore("", "", func() error {
		n, err = s.backendStore().Count(ctx, f)
		return err
	})
	return n, err
}

func (s *mortalStore) CloseDay(ctx context.Context, day string, end time.Time) error {
	return s.callStore("", "", func() error { return s.backendStore().CloseDay(ctx, day, end) })
}

func (s *mortalStore) Erase(ctx context.Context, debtor string, at time.Time) (result payment.Erasure, err error) {
	err = s.callStore("", "", func() error {
		result, err = s.backendStore().Erase(ctx, debtor, at)
		return err
	})
	return result, err
}
