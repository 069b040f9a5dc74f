package letters

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"github.com/quittance/quittance/payment/audit"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/inbox"
	"github.com/quittance/quittance/internal/integration/rig/figure"
	"github.com/quittance/quittance/internal/integration/rig/postgres"
	"github.com/quittance/quittance/payment"
)

// files are those below a folder. What goes away meanwhile is left out.
func files(t *testing.T, folder string) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			out[path], err = os.ReadFile(path)
		}
		if errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func everything(t *testing.T, folder string) (all []byte) {
	for _, b := range files(t, folder) {
		all = append(all, b...)
	}
	return all
}

// found are the files in which a word stands, by word. A word is looked for in small and in capital letters.
func found(t *testing.T, folder string, words []string) map[string][]string {
	t.Helper()
	out := map[string][]string{}
	for path, b := range files(t, folder) {
		for _, w := range words {
			if bytes.Contains(b, []byte(w)) || bytes.Contains(b, []byte(strings.ToUpper(w))) {
				name, _ := filepath.Rel(folder, path)
				out[w] = append(out[w], name)
			}
		}
	}
	for _, names := range out {
		slices.Sort(names)
	}
	return out
}

// compacted does what the documentation of sqlmailbox and of Erase says, so that nothing is left of what was deleted.
func compacted(t *testing.T, p place, db *sql.DB) {
	t.Helper()
	statements := []string{"ANALYZE", "VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"} // statistics hold samples of what is in the tables
	if !p.sqlite() {
		statements = []string{
			"VACUUM (FULL, ANALYZE)",
			"VACUUM FULL pg_statistic",
			// Log segments that are done with are kept for new ones, with what stands in them, unless wal_recycle is off.
			"ALTER SYSTEM SET wal_recycle = off", "SELECT pg_reload_conf()", "SELECT pg_switch_wal()", "CHECKPOINT",
			"SELECT pg_switch_wal()", "CHECKPOINT",
		}
	}
	for _, s := range statements {
		if _, err := db.Exec(s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

// sampled are the columns in whose statistics a word stands. PostgreSQL compresses them: the file does not show it.
func sampled(t *testing.T, p place, db *sql.DB, words []string) (out []string) {
	t.Helper()
	if p.sqlite() {
		return nil
	}
	rows, err := db.Query("SELECT tablename || '.' || attname, COALESCE(most_common_vals::text, '') ||" +
		" COALESCE(histogram_bounds::text, '') FROM pg_stats WHERE tablename LIKE 'quittance%'")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var column, samples string
		if err := rows.Scan(&column, &samples); err != nil {
			t.Fatal(err)
		}
		if slices.ContainsFunc(words, func(w string) bool { return strings.Contains(samples, w) }) {
			out = append(out, column)
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

// person is a debtor whose every identifier is a word that stands nowhere else.
type person struct {
	debtor   string
	requests []payment.BeginRequest
	words    []string // all that is personal
}

func newPerson(r *rand.Rand) *person {
	h := &person{}
	h.debtor = h.word(r, "debtor")
	for i := range 5 {
		q := request(i)
		notice := *q.Debt.Notice
		q.Debt.Notice = &notice
		q.Debt.Debtor, q.Debt.ID, notice.Number, q.Key = h.debtor, h.word(r, "debt"), h.word(r, "notice"), h.word(r, "key")
		q.Debt.Notice.Number = notice.Number
		h.requests = append(h.requests, q)
	}
	return h
}

func (h *person) word(r *rand.Rand, kind string) string {
	w := fmt.Sprintf("%s%016x", kind, r.Uint64())
	h.words = append(h.words, w)
	return w
}

// live takes the person through every way in which something personal is written: two payments that are kept, one after a clerk's
// look, one that is given back, one that is refused, one that is left at the kiosk; letters; a delivery that fails. It returns
// the first payment. waiting is called while changes wait to go out.
func (h *person) live(t *testing.T, f *fund, box inbox.Mailbox, r *rand.Rand, waiting func()) payment.Payment {
	t.Helper()
	ctx := t.Context()
	must := func(p payment.Payment, err error) payment.Payment {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	clerk := func(p payment.Payment) payment.Command {
		return payment.Command{ID: p.ID, Version: p.Version, By: h.word(r, "clerk"), Why: h.word(r, "reason")}
	}
	first := must(f.Record(ctx, f.pay(h.requests[0], mock.Behaviour{}).ID))
	waiting()
	p := f.pay(h.requests[1], mock.Behaviour{})
	p = must(f.Question(ctx, clerk(p)))
	p = must(f.Resolve(ctx, payment.Resolution{Command: clerk(p), Verdict: payment.VerdictKeep}))
	must(f.Record(ctx, p.ID))
	p = f.pay(h.requests[2], mock.Behaviour{})
	must(f.Refund(ctx, clerk(p)))
	f.pay(h.requests[3], mock.Behaviour{Outcome: acquirer.Refused})
	p, session, err := f.Begin(ctx, h.requests[4])
	must(p, err)
	for _, v := range session.Fields {
		h.words = append(h.words, v...)
	}
	now := f.clock.Now()
	l := inbox.Letter{Key: string(p.ID) + "/own", Debtor: h.debtor, ReceivedAt: now, DeleteAt: inbox.DeletionDate(now, 0)}
	l.Subject, l.Text, l.HTML = h.word(r, "subject"), strings.Repeat(h.word(r, "text")+" ", 500), h.word(r, "page")
	if err := box.Deliver(ctx, l); err != nil {
		t.Fatal(err)
	}
	for range 20 { // the refund, the abandoned attempt and the last looks
		f.settle()
		f.clock.Add(3 * time.Hour)
	}
	return first
}

// Row 16: after six months no letter is left, after KeepFor and an erasure nothing personal, in no page of any file; everything
// still verifies, with the seals that were kept outside.
func TestPurgeLeavesNothingPersonal(t *testing.T) {
	t.Parallel()
	figure.Long(t)
	for range figure.Of(1, 10) {
		t.Run("SQLite", func(t *testing.T) { purgeLeavesNothingPersonal(t, sqliteIn(t)) })
		t.Run("PostgreSQL", func(t *testing.T) { purgeLeavesNothingPersonal(t, postgresOn(t, postgres.Start(t))) })
	}
}

func purgeLeavesNothingPersonal(t *testing.T, p place) {
	r := rand.New(rand.NewPCG(figure.Seed(t), 16))
	db := p.open(t)
	store, box := p.migrated(t, db)
	if !p.sqlite() { // what PostgreSQL compresses could not be looked for
		for _, c := range []string{"subject", "body", "html"} {
			if _, err := db.Exec("ALTER TABLE quittance_letter ALTER COLUMN " + c + " SET STORAGE EXTERNAL"); err != nil {
				t.Fatal(err)
			}
		}
	}
	var failed atomic.Bool
	f := newFund(t, store, box, func(c *payment.Config) {
		deliver := c.Deliver
		c.Deliver = func(ctx context.Context, ch payment.Change) error {
			if failed.CompareAndSwap(false, true) { // the cause is kept until it works
				return fmt.Errorf("nobody takes %s of %s", ch.Payment.Debt, ch.Payment.Debtor)
			}
			return deliver(ctx, ch)
		}
	})
	analyse := func() {
		if _, err := db.Exec("ANALYZE"); err != nil {
			t.Fatal(err)
		}
	}
	gone, stays := newPerson(r), newPerson(r)
	stays.live(t, f, box, r, analyse)
	first := gone.live(t, f, box, r, analyse)
	analyse()
	// An acquirer may say what it likes when it cannot be asked.
	said := fmt.Sprintf("UPDATE quittance_payment SET cause = '%s' WHERE id = '%s'", gone.word(r, "cause"), first.ID)
	if _, err := db.Exec(said); err != nil {
		t.Fatal(err)
	}

	// The test can fail: everything is there to begin with.
	checkpoint(t, p, db)
	present := found(t, p.folder, append(slices.Clone(gone.words), first.MaskedPAN))
	for _, w := range append(gone.words, first.MaskedPAN) {
		if len(present[w]) == 0 {
			t.Errorf("%s is in no file to begin with", w)
		}
	}

	t.Logf("the statistics of %v had samples", sampled(t, p, db, gone.words))

	f.clock.Add(24 * time.Hour)
	var seals []audit.Seal
	for day := morning; day.Before(f.clock.Now().AddDate(0, 0, -1)); day = day.AddDate(0, 0, 1) {
		seal, err := f.Export(t.Context(), day.Format(time.DateOnly), io.Discard)
		if err != nil {
			t.Fatal(err)
		}
		seals = append(seals, seal)
	}

	// Six months later no letter is left.
	f.clock.Set(f.clock.Now().AddDate(0, 6, 1))
	f.settle()
	for _, h := range []*person{gone, stays} {
		if got := letters(t, box, h.debtor); len(got) > 0 {
			t.Errorf("%d letters after six months", len(got))
		}
	}

	// The payments must be kept for five years.
	f.clock.Set(morning.AddDate(4, 11, 0))
	f.settle()
	if e, err := f.Erase(t.Context(), gone.debtor); len(e.Erased) != 0 || !errors.Is(e.Err(), payment.ErrRetained) || err != nil {
		t.Errorf("too early: %v, %v", e, err)
	}
	f.clock.Set(morning.AddDate(5, 1, 0))
	f.settle()
	if e, err := f.Erase(t.Context(), gone.debtor); len(e.Erased) != len(gone.requests) || e.Err() != nil || err != nil {
		t.Errorf("erased: %v, %v", e, err)
	}

	compacted(t, p, db)
	if diff := cmp.Diff(map[string][]string{}, found(t, p.folder, gone.words)); diff != "" {
		t.Errorf("what is personal is still there, in these files (-want +got):\n%s", diff)
	}
	if columns := sampled(t, p, db, gone.words); len(columns) > 0 {
		t.Errorf("what is personal is still in the statistics of %v", columns)
	}
	var n int
	if err := db.QueryRow("SELECT count(*) FROM quittance_payment WHERE masked_pan <> '' AND debtor = ''").Scan(&n); err != nil || n > 0 {
		t.Errorf("%d erased payments have a masked number, %v", n, err)
	}
	// The other debtor's payments are as they were; the letters of both are gone.
	kept := []string{"debt", "notice", "key", "clerk", "reason"}
	left := found(t, p.folder, stays.words)
	for _, w := range stays.words {
		written := slices.ContainsFunc(kept, func(kind string) bool { return strings.HasPrefix(w, kind) })
		if written != (len(left[w]) > 0) {
			t.Errorf("the other debtor's %s is in %v", w, left[w])
		}
	}
	// What stays of a payment is the fund's and the acquirer's: amounts, dates, the reference, the authorisation.
	for _, w := range []string{first.Reference, string(first.ID), first.Authorisation} {
		if len(found(t, p.folder, []string{w})) == 0 {
			t.Errorf("%s is gone: it is what the accounts and the chain refer to", w)
		}
	}
	if err := f.Verify(t.Context(), slices.Values(seals)); err != nil {
		t.Error(err)
	}
}

// checkpoint writes into the files what the database holds.
func checkpoint(t *testing.T, p place, db *sql.DB) {
	t.Helper()
	s := "CHECKPOINT"
	if p.sqlite() {
		s = "PRAGMA wal_checkpoint(PASSIVE)"
	}
	if _, err := db.Exec(s); err != nil {
		t.Fatal(err)
	}
}
