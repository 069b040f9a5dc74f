package stores

import (
	"bytes"
	stdcmp "cmp"
	"context"
	"database/sql"
	"fmt"
	"github.com/quittance/quittance/payment/audit"
	"github.com/quittance/quittance/payment/paymenttest"
	"iter"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/internal/integration/rig/figure"
	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/sqlstore"
)

// headsFromJournals is a store that lists its heads from every journal, and keeps no seal.
type headsFromJournals struct{ payment.Store }

func (s headsFromJournals) LastSeal(context.Context, time.Time) (payment.DaySeal, error) {
	return payment.DaySeal{}, nil
}

func (s headsFromJournals) Heads(ctx context.Context, from, to time.Time) iter.Seq2[payment.Head, error] {
	return func(yield func(payment.Head, error) bool) {
		var heads []payment.Head
		for p, err := range s.List(ctx, payment.Filter{}) {
			if err != nil {
				yield(payment.Head{}, err)
				return
			}
			for e, err := range s.Journal(ctx, p.ID) {
				if err != nil {
					yield(payment.Head{}, err)
					return
				}
				if !e.At.Before(from) && e.At.Before(to) {
					heads = append(heads, payment.Head{Payment: p.ID, Version: e.Version, At: e.At, Hash: e.Hash})
				}
			}
		}
		slices.SortFunc(heads, func(a, b payment.Head) int {
			return stdcmp.Or(a.At.Compare(b.At), stdcmp.Compare(a.Payment, b.Payment), stdcmp.Compare(a.Version, b.Version))
		})
		for _, h := range heads {
			if !yield(h, nil) {
				return
			}
		}
	}
}

// fillDays fills a store with n payments, daily of them on each day: paid, refused, in review, and orphans. It returns the days, and a
// function that opens a service and books on a store after them.
func fillDays(t testing.TB, s payment.Store, n, daily int) (list []string, at func(payment.Store) (*payment.Service, *audit.Books)) {
	t.Helper()
	now := time.Date(2026, time.March, 27, 10, 0, 0, 0, time.UTC) // summer time begins on the third day
	var w *paymenttest.World
	at = func(s payment.Store) (*payment.Service, *audit.Books) {
		w = paymenttest.New(t, paymenttest.Options{Store: s, Start: now, Config: func(c *payment.Config) { c.Deliver = nil }})
		w.Bank.Notify = func(acquirer.Callback) {}
		return w.Service, w.Books
	}
	svc, _ := at(s)
	ctx := t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	for i := range n {
		if i%daily == 0 {
			if i > 0 {
				now = now.AddDate(0, 0, 1)
				svc, _ = at(s) // whose bank has a short book
			}
			list = append(list, now.Format(time.DateOnly))
		}
		p, session := w.Begin(fmt.Sprint(i))
		back, err := w.Bank.Visit(session, mock.Behaviour{Outcome: []acquirer.Outcome{acquirer.Accepted, acquirer.Refused, acquirer.Accepted}[i%3]})
		must(err)
		p, _, err = svc.Receive(ctx, back)
		must(err)
		switch i % 9 {
		case 0:
			_, err = svc.Question(ctx, payment.Command{ID: p.ID, Version: p.Version, By: "clerk", Why: "a chargeback"})
			must(err)
		case 3:
			must(s.Orphan(ctx, acquirer.Result{
				Reference: fmt.Sprintf("PCLCB26001%07d", i), Merchant: mock.DefaultMerchant, Amount: p.Amount, Currency: "EUR", Outcome: acquirer.Accepted,
			}, now))
		}
	}
	now = now.AddDate(0, 0, 9) // and days on which nothing moves
	return append(list, now.AddDate(0, 0, -2).Format(time.DateOnly)), at
}

func exportDay(t testing.TB, b *audit.Books, day string) (string, audit.Seal) {
	t.Helper()
	var out bytes.Buffer
	seal, err := b.Export(t.Context(), day, &out)
	if err != nil {
		t.Fatal(err)
	}
	return out.String(), seal
}

// Heads that the database lists give the same exports and seals as those of the journals, and Verify takes the seals.
func TestExportByHeads(t *testing.T) {
	t.Parallel()
	figure.Long(t)
	databases(t, func(t *testing.T, open func(sqlstore.Options) *sqlstore.Store) {
		s := open(sqlstore.Options{})
		list, at := fillDays(t, s, figure.Of(60, 600), 12)
		_, quick := at(s)
		_, slow := at(headsFromJournals{s})
		var seals []audit.Seal
		for _, day := range list {
			got, seal := exportDay(t, quick, day)
			want, other := exportDay(t, slow, day)
			if d := cmp.Diff(want, got); d != "" || seal != other {
				t.Errorf("%s: seals %x and %x (-by journals +by heads):\n%s", day, other, seal, d)
			}
			seals = append(seals, seal)
		}
		if err := quick.Verify(t.Context(), slices.Values(seals)); err != nil {
			t.Error(err)
		}
	})
}

// An export reads no more journals than payments moved on its day, and no more heads than since the day that was exported last.
func TestExportReadsItsDay(t *testing.T) {
	s := openFile(t, filepath.Join(t.TempDir(), "payments.db"), sqlstore.Options{})
	list, at := fillDays(t, s, 60, 12)
	c := &journalCounter{Store: s}
	_, svc := at(c)
	for i, day := range list {
		c.journals, c.heads = 0, 0
		exportDay(t, svc, day)
		if want := []int{12, 0}[i/5]; c.journals != want {
			t.Errorf("%s: %d journals were read, %d payments moved", day, c.journals, want)
		}
		if c.heads > 12*8 {
			t.Errorf("%s: %d heads were read, of 12 payments that moved", day, c.heads)
		}
	}
}

// Heads are read in pages: none is missing at their borders, or there twice, although many are of one instant.
func TestHeadsInPages(t *testing.T) {
	db, err := sql.Open("sqlite", sqlstore.DSN(filepath.Join(t.TempDir(), "payments.db")))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	s := migrated(t, db, sqlstore.SQLite, sqlstore.Options{})
	const n = 12_345
	_, err = db.Exec(`WITH RECURSIVE c(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM c WHERE i + 1 < ?1)
		INSERT INTO quittance_entry (payment, version, event, effect, from_state, to_state, at, channel, fingerprint, by_whom, why, previous, hash,
			row_hash, personal, salt)
		SELECT printf('p%05d', i / 3), i % 3 + 1, '', '', '', '', i / 7000, '', '', '', '', x'', zeroblob(32), x'', x'', x'' FROM c`, n)
	if err != nil {
		t.Fatal(err)
	}
	i := 0
	for h, err := range s.Heads(t.Context(), time.Time{}, time.Now()) {
		if err != nil {
			t.Fatal(err)
		}
		if want := (payment.Head{Payment: payment.ID(fmt.Sprintf("p%05d", i/3)), Version: i%3 + 1, At: time.UnixMicro(int64(i / 7000)).UTC()}); h != want {
			t.Fatalf("head %d is %v, want %v", i, h, want)
		}
		i++
	}
	if i != n {
		t.Errorf("%d heads, want %d", i, n)
	}
}

// journalCounter is a store that counts the journals that are read.
type journalCounter struct {
	*sqlstore.Store
	journals, heads int
}

func (c *journalCounter) Journal(ctx context.Context, ids ...payment.ID) iter.Seq2[payment.Entry, error] {
	c.journals += len(ids)
	return c.Store.Journal(ctx, ids...)
}

func (c *journalCounter) Heads(ctx context.Context, from, to time.Time) iter.Seq2[payment.Head, error] {
	return func(yield func(payment.Head, error) bool) {
		for h, err := range c.Store.Heads(ctx, from, to) {
			if c.heads++; !yield(h, err) {
				return
			}
		}
	}
}

// BenchmarkExport says what the export of one day of 200 payments costs behind a long history, and what Verify costs.
// QUITTANCE_FIGURES=release takes 10 000 and 100 000 payments.
func BenchmarkExport(b *testing.B) {
	sizes := []int{1000}
	if figure.Release() {
		sizes = []int{10_000, 100_000}
	}
	for _, n := range sizes {
		s := openFile(b, filepath.Join(b.TempDir(), "payments.db"), sqlstore.Options{})
		list, at := fillDays(b, s, n, 200)
		last := list[len(list)-2]
		run := func(name string, f func()) {
			b.Run(fmt.Sprintf("%s/%d", name, n), func(b *testing.B) {
				var before, after runtime.MemStats
				runtime.GC()
				runtime.ReadMemStats(&before)
				for b.Loop() {
					f()
				}
				runtime.ReadMemStats(&after)
				b.ReportMetric(float64(after.TotalAlloc-before.TotalAlloc)/float64(b.N)/1e6, "MB/op")
			})
		}
		_, quick := at(s)
		_, slow := at(headsFromJournals{s})
		run("by heads", func() { exportDay(b, quick, last) })
		run("by journals", func() { exportDay(b, slow, last) })
		run("verify with a seal", func() {
			if err := quick.Verify(b.Context(), slices.Values([]audit.Seal{{}})); err != nil {
				b.Fatal(err)
			}
		})
	}
}
