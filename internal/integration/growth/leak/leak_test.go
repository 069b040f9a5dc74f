// Package leak lets a portal serve for long, and measures that it does not grow. It is tests only.
package leak

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/internal/integration/rig"
	"github.com/quittance/quittance/internal/integration/rig/figure"
	"github.com/quittance/quittance/internal/integration/rig/postgres"
	"github.com/quittance/quittance/payment"
)

func TestMain(m *testing.M) { rig.Main(m) }

// How much larger a portal may be at the end than when it was warm. Connections come and go, and each keeps the statements that it has
// prepared, on PostgreSQL up to 512 of them: 1.5 MB more after 500 payments, 2.2 after 3 000.
const (
	moreGoroutines = 12
	moreFiles      = 6
	moreHeap       = 4 << 20
	moreResident   = 12 << 20
)

// Row 18 of the faults: payments of all kinds, day after day, with refunds, refusals, and payers who never come back. Memory, files and
// goroutines are in the end what they were after the first hundred.
func TestNothingGrows(t *testing.T) {
	figure.Long(t)
	if _, err := os.Stat("/proc/self/statm"); err != nil {
		t.Skip("needs Linux: it measures by /proc")
	}
	for name, database := range map[string]func(*testing.T) rig.Database{
		"SQLite": func(t *testing.T) rig.Database { return rig.SQLite(filepath.Join(t.TempDir(), "payments.db")) },
		"PostgreSQL": func(t *testing.T) rig.Database {
			server := postgres.Shared(t)
			return rig.PostgreSQL(server.DSN(server.Create(t)))
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := rig.New(t, database(t))
			c := w.Start(rig.Working, rig.Recording, rig.By(rig.Program(t)))
			warm, all := int64(100), int64(figure.Of(500, 100_000))
			var n atomic.Int64
			serve(w, c, &n, warm) // until everything that is made once is there
			first := after(w, c)
			serve(w, c, &n, all)
			second := after(w, c)
			t.Logf("after %d payments %+v, after %d %+v", warm, first, all, second)
			for _, m := range []struct {
				what              string
				first, last, more int
			}{
				{"goroutines", first.Goroutines, second.Goroutines, moreGoroutines}, {"open files", first.Files, second.Files, moreFiles},
				{"bytes of heap", first.Heap, second.Heap, moreHeap}, {"bytes of memory", first.Resident, second.Resident, moreResident},
			} {
				if m.last > m.first+m.more {
					t.Errorf("it had %d %s, and has %d after %d more payments", m.first, m.what, m.last, all-warm)
				}
			}
			if err := c.Stop(); err != nil {
				t.Error(err)
			}
		})
	}
}

// serve lets payers come until there were so many, four at once, and a day go by with about every hundred of them.
func serve(w *rig.World, c *rig.Child, n *atomic.Int64, many int64) {
	var kiosk sync.RWMutex // hours do not go by while somebody is there
	var crowd sync.WaitGroup
	for range 4 {
		crowd.Go(func() {
			for !w.Failed() {
				i := n.Add(1)
				if i > many {
					n.Add(-1)
					return
				}
				kiosk.RLock()
				live(w, c, i)
				kiosk.RUnlock()
				if i%20 == 0 {
					kiosk.Lock()
					w.Advance(5 * time.Hour)
					kiosk.Unlock()
				}
			}
		})
	}
	crowd.Wait()
}

// live is what one payer does.
func live(w *rig.World, c *rig.Child, i int64) {
	debt := fmt.Sprint("D", i)
	p, session, err := c.Begin("K"+debt, debt)
	if err != nil {
		w.Errorf("begin: %v%s", err, c.Said())
		return
	}
	switch i % 5 {
	case 0:
		return // never comes to the kiosk
	case 1:
		w.Visit(session, acquirer.Refused)
	case 2:
		if err := w.Bring(session, acquirer.Accepted); err != nil {
			w.Errorf("bring: %v", err)
		}
	default:
		w.Visit(session, acquirer.Accepted)
	}
	if i%5 != 3 {
		return
	}
	for { // the portal moves it on meanwhile
		p, err = c.Get(p.ID)
		if err == nil {
			_, err = c.Refund(p.ID, p.Version)
		}
		if err == nil {
			return
		}
		if !errors.Is(err, payment.ErrVersion) {
			w.Errorf("refund: %v", err)
			return
		}
	}
}

// after measures a portal that has done all its work, and whose connections have had time to end.
func after(w *rig.World, c *rig.Child) rig.Size {
	w.Helper()
	w.Converge(c)
	time.Sleep(time.Second)
	s, err := c.Size()
	if err != nil {
		w.Fatal(err)
	}
	return s
}
