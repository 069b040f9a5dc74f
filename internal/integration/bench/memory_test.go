//go:build !race

package bench

import (
	"fmt"
	"log/slog"
	"runtime/debug"
	"testing"
	"time"

	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/inbox"
	"github.com/quittance/quittance/payment"
)

// BenchmarkMemory compares what calls of the memory store and of the memory mailbox take among a hundred thousand payments with the same among
// a thousand: they are what a host's own tests run on.
func BenchmarkMemory(b *testing.B) {
	// Both live in one heap: a collection would be charged to whose turn it is, and says nothing of the other's size.
	defer debug.SetGCPercent(debug.SetGCPercent(1000))
	const few, many = 1_000, 100_000
	hosts := map[int]*inMemory{few: newInMemory(b, few), many: newInMemory(b, many)}
	for _, c := range []struct {
		name string
		most float64
		do   func(*inMemory, int) error
	}{
		{"Begin", 1.3, (*inMemory).begin},
		{"Latest", 2, (*inMemory).latest},
		{"Page", 2, (*inMemory).page},
		{"Count", 2, (*inMemory).count},
		{"Lease", 2, (*inMemory).lease},
		{"Letters", 2, (*inMemory).letters},
	} {
		b.Run(c.name, func(b *testing.B) {
			n := max(b.N/rounds, 1)
			run := func(m *inMemory) contender {
				return func(n int) time.Duration {
					begin := cpuTime()
					for i := range n {
						if err := c.do(m, i); err != nil {
							b.Fatal(err)
						}
					}
					return cpuTime() - begin
				}
			}
			t := times(n, run(hosts[few]), run(hosts[many]))
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(median(t[1])/1000, "µs")
			limit(b, n, ratio(func(r int) float64 { return t[1][r] / t[0][r] }), "of-a-thousand", atMost(c.most))
		})
	}
}

// inMemory is a fund whose payments and letters are in the process.
type inMemory struct {
	b       *testing.B
	service *payment.Service
	store   *payment.MemoryStore
	mailbox inbox.Mailbox
	size    int
	begun   int
}

// newInMemory has so many payments, of which a hundred are open, and a letter for each.
func newInMemory(b *testing.B, size int) *inMemory {
	m := &inMemory{b: b, store: payment.NewMemoryStore(), mailbox: inbox.NewMemoryMailbox(), size: size}
	var err error
	m.service, err = payment.New(payment.Config{
		Store: m.store, Acquirer: &mock.Acquirer{Now: func() time.Time { return noon }}, Policies: creance.Ameli(), ReturnURL: "https://portail.example/retour",
		Now: func() time.Time { return noon }, Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		b.Fatal(err)
	}
	for i := range size {
		p, e := fresh(fmt.Sprint("m", i))
		p.CreatedAt = noon.Add(time.Duration(i-size) * time.Second)
		if err := m.store.Create(b.Context(), p, e); err != nil {
			b.Fatal(err)
		}
		if i < size-100 {
			q, e := next(p)
			q.State, q.AttentionAt = payment.Recorded, time.Time{}
			if err := m.store.Commit(b.Context(), q, e); err != nil {
				b.Fatal(err)
			}
		}
		letter := numbered("m", int64(i))
		letter.Debtor = fmt.Sprint("A-m", i)
		if err := m.mailbox.Deliver(b.Context(), letter); err != nil {
			b.Fatal(err)
		}
	}
	return m
}

func (m *inMemory) begin(int) error {
	m.begun++
	name := fmt.Sprint("n", m.begun)
	_, _, err := m.service.Begin(m.b.Context(), request(name))
	return err
}

func (m *inMemory) latest(i int) error {
	_, err := m.service.Latest(m.b.Context(), fmt.Sprint("A-m", i%m.size))
	return err
}

// page is what a back office shows first: the newest hundred of seven days.
func (m *inMemory) page(int) error {
	for _, err := range m.service.List(m.b.Context(), payment.Filter{From: noon.AddDate(0, 0, -7), Newest: true, Limit: 100}) {
		if err != nil {
			return err
		}
	}
	return nil
}

func (m *inMemory) count(int) error {
	_, err := m.service.Count(m.b.Context(), payment.Filter{States: []payment.State{payment.Review, payment.Paid}})
	return err
}

func (m *inMemory) lease(int) error {
	tasks, err := m.store.Lease(m.b.Context(), payment.WorkDelivery, payment.Serving{}, noon, 0, atOnce)
	for _, t := range tasks {
		if err := m.store.Release(m.b.Context(), t, t.Change.Entry.At, ""); err != nil {
			return err
		}
	}
	return err
}

func (m *inMemory) letters(i int) error {
	for _, err := range m.mailbox.Letters(m.b.Context(), fmt.Sprint("A-m", i%m.size)) {
		if err != nil {
			return err
		}
	}
	return nil
}
