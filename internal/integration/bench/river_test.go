//go:build !race

package bench

import (
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/quittance/quittance/internal/integration/rig/postgres"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"
)

// job is as long as what a change hands to its delivery.
type job struct {
	Payment string `json:"payment"`
	Version int    `json:"version"`
}

func (job) Kind() string { return "payment" }

// BenchmarkJob compares a transition, which keeps payment, journal entry and the change to be delivered, with what River needs to keep one job, on
// PostgreSQL, one after the other.
func BenchmarkJob(b *testing.B) {
	server := postgres.Start(b)
	d := database{"PostgreSQL", true, func(b *testing.B) string { return server.DSN(server.Create(b)) }}
	_, store := d.open(b)
	pool, err := pgxpool.New(b.Context(), d.create(b))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(pool.Close)
	m, err := rivermigrate.New(riverpgxv5.New(pool), nil)
	if err == nil {
		_, err = m.Migrate(b.Context(), rivermigrate.DirectionUp, nil)
	}
	if err != nil {
		b.Fatal(err)
	}
	client, err := river.NewClient(riverpgxv5.New(pool), &river.Config{})
	if err != nil {
		b.Fatal(err)
	}
	n := max(b.N/rounds, 1)
	t := times(n, writers(b, store.Commit, created(b, store, "one", 1)), func(n int) time.Duration {
		start := time.Now()
		for i := range n {
			if _, err := client.Insert(b.Context(), job{"2kq6w7x4m5n3p2r7s6t5v4w3x2", i}, nil); err != nil {
				b.Fatal(err)
			}
		}
		return time.Since(start)
	})
	b.ReportMetric(0, "ns/op")
	limit(b, n, ratio(func(r int) float64 { return t[0][r] / t[1][r] }), "of-River's-insert", atMost(1))
}
