package simulation

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/inbox"
	"github.com/quittance/quittance/payment"
	"github.com/shopspring/decimal"
)

// promptly is how long a letter, or a question, may wait beside others that hang.
const promptly = 15 * time.Second

// live is a fund whose processes run Service.Work, for half an hour of the bubble's clock.
type live struct {
	*mock.Acquirer
	seed    uint64
	hangs   uint64 // one question in so many hangs until its deadline; 0: none
	deaf    int    // a debtor whose letters hang and do not look at their context; −1: nobody's
	release chan struct{}
	letters func(context.Context, payment.Change) error

	mu      sync.Mutex
	late    []string
	taken   int
	waiting map[string]time.Time // changes that were committed and have not been handed over
}

func (l *live) Status(ctx context.Context, q acquirer.Question) (acquirer.Result, error) {
	if l.hangs > 0 && hashOf(l.seed, q.Reference, 0)%l.hangs == 0 {
		<-ctx.Done()
		return acquirer.Result{}, callError(acquirer.OpStatus, q.Reference, acquirer.ErrUnanswered)
	}
	return l.Acquirer.Status(ctx, q)
}

func (l *live) deliver(ctx context.Context, c payment.Change) error {
	l.mu.Lock()
	committed, first := l.waiting[c.Key]
	delete(l.waiting, c.Key)
	l.mu.Unlock()
	if c.Payment.Debtor == fmt.Sprint("A-", l.deaf) {
		<-l.release
		return errors.New("simulation: the mailbox hung")
	}
	err := l.letters(ctx, c)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.taken++
	if wait := time.Since(committed); first && wait > promptly {
		l.late = append(l.late, fmt.Sprintf("change %d of %s waited %v for its delivery", c.Payment.Version, c.Payment.Reference, wait.Round(time.Second)))
	}
	return err
}

// noting is a store that says what was committed, and when.
type noting struct {
	payment.Store
	l *live
}

func (n noting) Create(ctx context.Context, p payment.Payment, e payment.Entry) error {
	return n.noteAndWrite(ctx, p, e, n.Store.Create)
}

func (n noting) Commit(ctx context.Context, p payment.Payment, e payment.Entry) error {
	return n.noteAndWrite(ctx, p, e, n.Store.Commit)
}

func (n noting) noteAndWrite(ctx context.Context, p payment.Payment, e payment.Entry, to func(context.Context, payment.Payment, payment.Entry) error) error {
	key := payment.NewChange(p, e).Key
	n.l.mu.Lock()
	_, known := n.l.waiting[key] // of the same version somebody else may be writing another entry
	n.l.waiting[key] = time.Now()
	n.l.mu.Unlock()
	err := to(ctx, p, e)
	if err != nil && !known {
		n.l.mu.Lock()
		delete(n.l.waiting, key)
		n.l.mu.Unlock()
	}
	return err
}

// Live lets two processes work for half an hour with a bank, or a mailbox, that hangs, as the seed says, and fails the test if anything else had to
// wait for it. It returns how many changes were delivered.
func Live(t *testing.T, seed uint64) (delivered int) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(began)) // the bubble's clock begins before there was a policy
		l := &live{
			seed: seed, hangs: []uint64{0, 1, 1, 2, 10}[hashOf(seed, "hangs", 0)%5], deaf: int(hashOf(seed, "deaf", 0)%12) - 4,
			release: make(chan struct{}), waiting: map[string]time.Time{},
		}
		l.deaf = max(l.deaf, -1)
		l.Acquirer = &mock.Acquirer{Notify: func(acquirer.Callback) {}}
		c, err := catalog()
		if err != nil {
			t.Fatal(err)
		}
		store := noting{payment.NewMemoryStore(), l}
		l.letters = inbox.Deliverer(inbox.NewMemoryMailbox(), c, inbox.Sender{Fund: "CPAM", PostalAddress: "1 rue de l’Exemple\n99999 Exemple"})
		ctx, stop := context.WithCancel(t.Context())
		var processes [2]*payment.Service
		var working sync.WaitGroup
		for i := range processes {
			processes[i], err = payment.New(payment.Config{
				Store: store, Acquirer: l, Policies: creance.Ameli(), ReturnURL: "https://portail.example/retour",
				NotifyURL: "https://portail.example/notification", Deliver: l.deliver,
				Logger: slog.New(slog.DiscardHandler),
			})
			if err != nil {
				t.Fatal(err)
			}
			working.Go(func() { processes[i].Work(ctx) })
		}
		for n := range 200 { // a payer every nine seconds
			svc := processes[n%len(processes)]
			debt := creance.Debt{
				ID: fmt.Sprint("D-", n), Debtor: fmt.Sprint("A-", n%8),
				Items:  []creance.Item{{Kind: creance.Franchise, Year: 2025, Amount: decimal.New(62_00, -2)}},
				Notice: &creance.Notice{Number: fmt.Sprint("N-", n), Channel: creance.Electronic, IssuedOn: time.Now().AddDate(0, 0, -10)},
			}
			_, session, err := svc.Begin(ctx, payment.BeginRequest{Key: fmt.Sprint("K-", n), Debt: debt})
			if err != nil {
				t.Errorf("seed %d: Begin: %v", seed, err)
				continue
			}
			back, err := l.Visit(session, mock.Behaviour{Code: []string{"00", "60", "60"}[hashOf(seed, "code", uint64(n))%3]})
			if err != nil {
				t.Error(err)
				continue
			}
			back.Channel = acquirer.Return
			if _, _, err := svc.Receive(ctx, back); err != nil {
				t.Errorf("seed %d: Receive: %v", seed, err)
			}
			time.Sleep(9 * time.Second)
		}
		l.mu.Lock()
		for key, at := range l.waiting {
			if wait := time.Since(at); wait > promptly && !l.behindDeaf(store, key) {
				l.late = append(l.late, fmt.Sprintf("change %s waits %v for its delivery", key, wait.Round(time.Second)))
			}
		}
		delivered = l.taken
		for i, late := range l.late {
			if i == 0 {
				t.Errorf("seed %d (one question in %d hangs, the mailbox of debtor %d hangs): %s; %d more", seed, l.hangs, l.deaf, late, len(l.late)-1)
			}
		}
		l.mu.Unlock()
		stop()
		close(l.release)
		working.Wait()
	})
	return delivered
}

// behindDeaf reports whether a change waits behind one that hangs: those of one payment come in order.
func (l *live) behindDeaf(store payment.Store, key string) bool {
	for p, err := range store.List(context.Background(), payment.Filter{Debtor: fmt.Sprint("A-", l.deaf)}) {
		if err == nil && len(key) > len(p.ID) && key[:len(p.ID)] == string(p.ID) {
			return true
		}
	}
	return false
}
