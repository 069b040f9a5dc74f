package app

import (
	"bytes"
	"context"
	"log/slog"
	"time"

	"github.com/quittance/quittance/examples/teleservice/internal/bank"
)

// tick is how often a simulated bank looks at the clock.
const tick = 250 * time.Millisecond

// start begins the work behind the pages: questions to the bank, letters, chores; and the simulation, if there is one.
func (a *App) start(byHand bool) {
	if byHand {
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	a.cancel = cancel
	a.busy.Go(func() { a.Payments.Work(context.Background()) }) // until Close
	if a.Bank.Desk != nil {
		a.busy.Go(func() { a.simulate(ctx) })
	}
}

// simulate lets the bank's time pass, and keeps its book when it has changed: a simulated bank has no other disk than ours. The larger the
// book is, the more seldom it is written; Close writes it in any case.
func (a *App) simulate(ctx context.Context) {
	t := time.NewTicker(tick)
	defer t.Stop()
	var kept, keptBefore []byte
	var next time.Time
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-t.C:
			a.Bank.Desk.Tick()
			if now.Before(next) {
				continue
			}
			kept, keptBefore = a.keep(a.Bank, a.kind, kept), a.keep(a.former, "sips", keptBefore)
			next = now.Add(time.Second + 50*time.Since(now))
		}
	}
}

// keep writes a bank's book if it is not what was kept, and returns what is kept now.
func (a *App) keep(b *bank.Bank, kind string, kept []byte) []byte {
	if b == nil || b.Save == nil {
		return kept
	}
	book, err := b.Save()
	if err == nil && !bytes.Equal(book, kept) {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err = a.Database.SetSetting(ctx, savedBank(kind), string(book)); err == nil {
			return book
		}
	}
	if err != nil {
		a.log.Error("the simulator’s book was not kept", slog.Any("error", err))
	}
	return kept
}

// stopWithin is how long a question to the bank, or a letter, that is under way may take to finish when the service ends.
const stopWithin = 10 * time.Second

// Close ends the work behind the pages, then the bank, then the database. Whoever serves the handler stops serving first. What is under
// way has ten seconds to finish; the rest goes on at the next start. A second Close does nothing.
func (a *App) Close() error {
	a.once.Do(func() {
		if a.Payments != nil {
			ctx, cancel := context.WithTimeout(context.Background(), stopWithin)
			if err := a.Payments.Stop(ctx); err != nil {
				a.log.Warn("work was cut off, and goes on at the next start", slog.Any("error", err))
			}
			cancel()
		}
		if a.cancel != nil { // the simulated bank: it answers until nobody asks any more
			a.cancel()
		}
		a.busy.Wait()
		for _, b := range []struct {
			bank *bank.Bank
			kind string
		}{{a.Bank, a.kind}, {a.former, "sips"}} {
			if b.bank != nil {
				b.bank.Close()
				a.keep(b.bank, b.kind, nil)
			}
		}
		if a.unlockBank != nil {
			a.unlockBank()
		}
		if a.Database != nil {
			a.closed = a.Database.Close()
		}
	})
	return a.closed
}
