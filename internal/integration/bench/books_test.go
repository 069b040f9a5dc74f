//go:build !race

package bench

import (
	"database/sql"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/audit"
	"github.com/quittance/quittance/payment/sqlstore"
)

// accountsDay is the day of the payments of which accounts are given.
const accountsDay = "2026-09-14"

const (
	loaded       = 10_000  // payments that a day is filled with at a time
	mostInMemory = 100_000 // payments of a day in memory with which a larger one is compared
)

// BenchmarkBooks compares the export of a day of ten thousand payments, and the verification of all, with the same in the memory store: what is
// left is what the hashes and the lines cost. QUITTANCE_BENCH_DAY is another number of payments, a multiple of ten thousand. Above a hundred
// thousand, each has one turn, and is compared, by the payment, with a hundred thousand in memory: a million there need ten gigabytes. On PostgreSQL the round trips of an export are
// counted. The peak of memory is that of a process that does nothing else.
func BenchmarkBooks(b *testing.B) {
	n := loaded
	if v := os.Getenv("QUITTANCE_BENCH_DAY"); v != "" {
		var err error
		if n, err = strconv.Atoi(v); err != nil || n < loaded || n%loaded != 0 {
			b.Fatalf("QUITTANCE_BENCH_DAY is %q: say a multiple of %d", v, loaded)
		}
	}
	databases(b, func(b *testing.B, d database) {
		if !onlyRun(b) {
			return
		}
		dsn := d.create(b)
		var c counts
		db := d.counted(b, dsn, &c)
		store := d.store(b, db, sqlstore.Options{})
		memory, held := fillDay(b, db, d, n), loaded
		if n > loaded { // what a payment costs in memory depends on how many there are, by the caches of the processor
			memory, held = payment.NewMemoryStore(), min(n, mostInMemory)
			liveOnDay(b, memory, 0, held, held)
		}
		export := func(s payment.Store, payments int) contender {
			return func(int) time.Duration {
				begin := cpuTime()
				exportDay(b, s, accountsDay)
				return (cpuTime() - begin) / time.Duration(payments)
			}
		}
		verify := func(s payment.Store, payments int) contender {
			return func(int) time.Duration {
				begin := cpuTime()
				if err := booksOf(b, s).Verify(b.Context(), nil); err != nil {
					b.Fatal(err)
				}
				return (cpuTime() - begin) / time.Duration(payments)
			}
		}
		t := times(1, onceIfLong(n, export(store, n)), onceIfLong(n, export(memory, held)), onceIfLong(n, verify(store, n)), onceIfLong(n, verify(memory, held)))
		limit(b, enough, ratio(func(r int) float64 { return t[0][r] / t[1][r] }), "export-of-memory's", atMost(3))
		limit(b, enough, ratio(func(r int) float64 { return t[2][r] / t[3][r] }), "verify-of-memory's", atMost(4.5))
		b.ReportMetric(0, "ns/op")
		if d.postgresql {
			c.reset()
			exportDay(b, store, accountsDay)
			limit(b, enough, float64(c.trips.Load())/float64(n), "round-trips/payment", atMost(0.01))
			return
		}
		var seq, name, file string
		if err := db.QueryRow("PRAGMA database_list").Scan(&seq, &name, &file); err != nil {
			b.Fatal(err)
		}
		program := filepath.Join(b.TempDir(), "exporter")
		if out, err := exec.CommandContext(b.Context(), "go", "build", "-o", program, "./exporter").CombinedOutput(); err != nil {
			b.Fatalf("go build: %v\n%s", err, out)
		}
		cmd := exec.CommandContext(b.Context(), program, file, accountsDay)
		cmd.Stderr = os.Stderr
		status, err := cmd.Output()
		if err != nil {
			b.Fatal(err)
		}
		limit(b, enough, peakMiB(b, status), "MiB-of-an-export", atMost(60))
	})
}

// BenchmarkEmptyDay compares the export of a day on which nothing moved behind a million entries with the same behind ten thousand. The day before
// was exported.
func BenchmarkEmptyDay(b *testing.B) {
	if !onlyRun(b) {
		return
	}
	d := database{name: "SQLite", create: func(b *testing.B) string { return sqlstore.DSN(b.TempDir() + "/payments.db") }}
	day := noon.AddDate(-1, 0, 0)
	var exports []contender
	for _, size := range []int{small, large} {
		db, store := d.open(b)
		fill(b, db, d, size)
		exportDay(b, store, day.AddDate(0, 0, 1).Format(time.DateOnly))
		exports = append(exports, func(n int) time.Duration {
			begin := cpuTime()
			for range n {
				exportDay(b, store, day.AddDate(0, 0, 2).Format(time.DateOnly))
			}
			return cpuTime() - begin
		})
	}
	t := times(enough, exports...)
	b.ReportMetric(median(t[1])/1000, "µs")
	limit(b, enough, ratio(func(r int) float64 { return t[1][r] / t[0][r] }), "of-ten-thousand", atMost(1.2))
	b.ReportMetric(0, "ns/op")
}

// onceIfLong is the contender, or one that has its turn once where the day has more than a hundred thousand payments: it is long enough.
func onceIfLong(payments int, c contender) contender {
	if payments <= mostInMemory {
		return c
	}
	once := sync.OnceValue(func() time.Duration { return c(1) })
	return func(int) time.Duration { return once() }
}

func booksOf(b *testing.B, s payment.Store) *audit.Books {
	books, err := audit.New(s, audit.Options{Now: func() time.Time { return noon.AddDate(1, 0, 0) }})
	if err != nil {
		b.Fatal(err)
	}
	return books
}

func exportDay(b *testing.B, s payment.Store, day string) {
	if _, err := booksOf(b, s).Export(b.Context(), day, io.Discard); err != nil {
		b.Fatal(err)
	}
}

// fillDay puts n payments that were begun, paid and recorded on the day, from midnight to eight in the evening, into a database. The service makes
// them, for their journals must verify, ten thousand at a time in a memory store, and they are copied into the tables directly. The last
// store is returned.
func fillDay(b *testing.B, db *sql.DB, d database, n int) *payment.MemoryStore {
	var last *payment.MemoryStore
	for done := 0; done < n; done += loaded {
		last = payment.NewMemoryStore()
		for range done { // the numbers of the day go on
			if _, err := last.Sequence(b.Context(), accountsDay); err != nil {
				b.Fatal(err)
			}
		}
		liveOnDay(b, last, done, loaded, n)
		copyAll(b, db, d, last)
	}
	if _, err := db.Exec("ANALYZE"); err != nil {
		b.Fatal(err)
	}
	return last
}

// liveOnDay takes n payments through their life, from the first one of a day that has all.
func liveOnDay(b *testing.B, s *payment.MemoryStore, first, n, all int) {
	midnight, step := time.Date(2026, 9, 14, 0, 0, 0, 0, time.UTC), 20*time.Hour/time.Duration(all)
	live(b, s, n, func(i int) (string, time.Time) {
		return fmt.Sprint(first + i), midnight.Add(time.Duration(first+i) * step)
	})
}

// live takes n payments through their life. begin names each and says when it is begun.
func live(b *testing.B, s *payment.MemoryStore, n int, begin func(i int) (name string, at time.Time)) {
	var clock atomic.Int64
	now := func() time.Time { return time.UnixMicro(clock.Load()) }
	told := map[string]acquirer.Callback{}
	bank := &mock.Acquirer{Now: now}
	bank.Notify = func(cb acquirer.Callback) {
		if r, err := bank.Parse(cb); err == nil {
			told[r.Reference] = cb
		}
	}
	service, err := payment.New(payment.Config{
		Store: s, Acquirer: bank, Policies: creance.Ameli(), ReturnURL: "https://portail.example/retour", Now: now,
		Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		b.Fatal(err)
	}
	for i := range n {
		name, at := begin(i)
		clock.Store(at.UnixMicro())
		p, session, err := service.Begin(b.Context(), request(name))
		if err == nil {
			clock.Store(at.Add(3 * time.Minute).UnixMicro())
			_, err = bank.Visit(session, mock.Behaviour{})
		}
		if err == nil {
			_, _, err = service.Receive(b.Context(), told[p.Reference])
		}
		if err == nil {
			clock.Store(at.Add(time.Hour).UnixMicro())
			_, err = service.Record(b.Context(), p.ID)
		}
		if err != nil {
			b.Fatal(err)
		}
		delete(told, p.Reference)
	}
}

// copyAll puts the payments of a memory store and their journals into the tables of a database.
func copyAll(b *testing.B, db *sql.DB, d database, from *payment.MemoryStore) {
	must := func(err error) {
		if err != nil {
			b.Fatal(err)
		}
	}
	tx, err := db.BeginTx(b.Context(), nil)
	must(err)
	defer tx.Rollback()
	const once = "reference, merchant, claim, debt, notice, debtor, key, policy, language, cents, currency, created_at, means"
	insert := func(table, columns string) *sql.Stmt {
		text := "INSERT INTO " + table + " (" + columns + ") VALUES (" + numbers(1, count(columns)) + ")"
		if !d.postgresql {
			text = strings.ReplaceAll(text, "$", "?")
		}
		s, err := tx.PrepareContext(b.Context(), text)
		must(err)
		return s
	}
	payments, entries := insert("quittance_payment", paymentColumns+", "+once), insert("quittance_entry", entryColumns)
	for p, err := range from.List(b.Context(), payment.Filter{}) {
		must(err)
		p.Session, p.AttentionAt = acquirer.Session{}, time.Time{}
		_, err = payments.ExecContext(b.Context(), append(paymentValues(p), p.Reference, p.Merchant, p.Claim, p.Debt, p.Notice, p.Debtor, p.Key, p.Policy,
			p.Language, p.Amount.Shift(2).IntPart(), p.Currency, p.CreatedAt.UnixMicro(), string(p.Means))...)
		must(err)
		for e, err := range from.Journal(b.Context(), p.ID) {
			must(err)
			values := entryValues(e)
			m := e.Money
			values = append(values[:len(values)-5:len(values)-5], m.Amount.Shift(2).IntPart(), m.Returned.Shift(2).IntPart(), m.Currency, m.Merchant, m.Authorisation)
			_, err = entries.ExecContext(b.Context(), values...)
			must(err)
		}
	}
	must(tx.Commit())
}
