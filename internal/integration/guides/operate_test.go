package guides

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/audit"
	"github.com/quittance/quittance/payment/paymenttest"
	"github.com/quittance/quittance/payment/sqlstore"
)

// guide:begin

// health answers an operator's probe, once a minute and not more often: it reads many rows. 200: nothing to do. 503: somebody is needed.
// explained is how many orphans a person has dealt with: they stay in the list. now is time.Now.
func health(service *payment.Service, explained int, now func() time.Time) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		h, err := service.Health(r.Context())
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		waiting := time.Duration(0)
		if !h.OldestReview.IsZero() {
			waiting = now().Sub(h.OldestReview)
		}
		late := 0
		underWay := payment.Filter{States: []payment.State{payment.Created, payment.Redirected, payment.Unknown, payment.Refunding}}
		for p, err := range service.List(r.Context(), underWay) {
			switch {
			case errors.As(err, new(*payment.DamagedError)): // which is among the stuck
			case err != nil:
				http.Error(w, err.Error(), http.StatusInternalServerError)
				return
			case now().Sub(p.AttentionAt) > 10*time.Minute:
				late++
			}
		}
		if h.Unserved+h.Stuck+h.Hanging+h.Unrecorded+late > 0 || h.Orphans > explained || waiting > 3*24*time.Hour {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		json.NewEncoder(w).Encode(map[string]any{
			"unserved": h.Unserved, "stuck": h.Stuck, "damaged": len(h.Damaged), "orphans": h.Orphans, "hanging": h.Hanging,
			"unrecorded": h.Unrecorded, "late": late, "review": h.Review, "oldest_review_hours": int(waiting.Hours()),
		})
	}
}

// guide:end

// guide:begin

// stuck tells of each payment and each orphan whose work has failed twelve times, and tries it again: after the cause was mended.
func stuck(ctx context.Context, service *payment.Service, books *audit.Books, to io.Writer) error {
	again := func(id payment.ID, err error, words ...any) error {
		var damaged *payment.DamagedError
		switch {
		case errors.As(err, &damaged): // repair the row first, from a backup
			_, err = fmt.Fprintln(to, damaged.ID, damaged)
			return err
		case err != nil:
			return err
		}
		fmt.Fprintln(to, words...)
		return service.Restart(ctx, id)
	}
	for p, err := range service.List(ctx, payment.Filter{Stuck: true}) {
		if err := again(p.ID, err, p.Reference, p.State); err != nil {
			return err
		}
	}
	for o, err := range books.Orphans(ctx) {
		if err == nil && o.Tries < payment.StuckAfter {
			continue
		}
		if err := again(payment.ID(o.Key()), err, o.Result.Reference, "orphan", o.Cause); err != nil {
			return err
		}
	}
	return nil
}

// reviews tells of each payment that waits for a clerk: what happened, oldest first, and which acts are open.
func reviews(ctx context.Context, service *payment.Service, to io.Writer) error {
	for p, err := range service.List(ctx, payment.Filter{States: []payment.State{payment.Review}}) {
		if err == nil {
			err = review(ctx, service, p, to)
		}
		var damaged *payment.DamagedError
		switch {
		case errors.As(err, &damaged): // repair the row first; the others follow
			fmt.Fprintln(to, damaged.ID, damaged)
		case err != nil:
			return err
		}
	}
	return nil
}

func review(ctx context.Context, service *payment.Service, p payment.Payment, to io.Writer) error {
	fmt.Fprintln(to, p.Reference, p.Amount)
	for entry, err := range service.Journal(ctx, p.ID) {
		if err != nil {
			return err
		}
		fmt.Fprintln(to, " ", entry.At.Format(time.DateTime), entry.Event, entry.Effect, entry.To, entry.Why)
	}
	acts, err := service.Choices(ctx, p)
	if err != nil {
		return err
	}
	fmt.Fprintln(to, "  open to a clerk:", acts)
	return nil
}

// guide:end

// guide:begin

// closeDay writes what moved on a day in Paris ("2026-03-02") for the accounting officer, and keeps the day's seal outside the database. The
// day is books.LastDay(), or an earlier one that was missed. A file that is there stays as it is until the new one is whole.
func closeDay(ctx context.Context, books *audit.Books, folder, day string) error {
	name := filepath.Join(folder, day+".csv")
	f, err := os.OpenFile(name+".part", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	seal, err := books.Export(ctx, day, f)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(name+".part", name); err != nil {
		return err
	}
	seals, err := os.OpenFile(filepath.Join(folder, "seals"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(seals, day, seal)
	return errors.Join(err, seals.Sync(), seals.Close())
}

// verify compares all journals with the seals that closeDay kept.
func verify(ctx context.Context, books *audit.Books, folder string) error {
	kept, err := os.ReadFile(filepath.Join(folder, "seals"))
	if err != nil {
		return err
	}
	var seals []audit.Seal
	for _, line := range slices.Sorted(strings.Lines(string(kept))) { // by day: one that was missed was sealed after later ones
		_, text, _ := strings.Cut(strings.TrimSpace(line), " ")
		seal, err := audit.ParseSeal(text)
		if err != nil {
			return err
		}
		seals = append(seals, seal)
	}
	return books.Verify(ctx, slices.Values(seals)) // payment.ErrAltered names what does not fit
}

// guide:end

// guide:begin

// backUp writes a copy of an SQLite database while the service runs. The file must not be there yet, and has its name when it is whole: an empty
// one, restored, would be an empty database.
func backUp(ctx context.Context, db *sql.DB, file string) error {
	if _, err := os.Lstat(file); err == nil {
		return fmt.Errorf("%s: %w", file, os.ErrExist)
	}
	part := file + ".part"
	f, err := os.OpenFile(part, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600) // VACUUM INTO alone would take the umask's mode
	if err != nil {
		return err
	}
	defer os.Remove(part) // of a backup that failed
	defer f.Close()
	if _, err := db.ExecContext(ctx, "VACUUM INTO ?", part); err != nil {
		return err
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(part, file)
}

// guide:end

// guide:begin

// pastReference comes after Migrate and before the service starts on a database that was restored: no reference up to the bank's highest of
// today, "PCLCB263340000417", is drawn again.
func pastReference(ctx context.Context, store *sqlstore.Store, highest string) error {
	r, err := payment.ParseReference(highest)
	if err != nil {
		return err
	}
	return store.Advance(ctx, r.Day.Format(time.DateOnly), r.Sequence)
}

// guide:end

func TestHealth(t *testing.T) {
	w := paymenttest.New(t, paymenttest.Options{})
	look := func() (int, map[string]int) {
		page, said := httptest.NewRecorder(), map[string]int{}
		health(w.Service, 0, w.Clock.Now)(page, httptest.NewRequest("GET", "/health", nil))
		if err := json.Unmarshal(page.Body.Bytes(), &said); err != nil {
			t.Fatal(err)
		}
		return page.Code, said
	}
	w.Pay("D-1", mock.Behaviour{})
	if code, said := look(); code != http.StatusOK || said["unrecorded"] != 0 {
		t.Errorf("%d %v", code, said)
	}
	w.Begin("D-2")
	w.Clock.Add(20 * time.Minute)
	if code, said := look(); code != http.StatusOK {
		t.Errorf("four minutes after a look was due: %d %v", code, said)
	}
	w.Clock.Add(10 * time.Minute) // and no process runs Work
	if code, said := look(); code != http.StatusServiceUnavailable || said["late"] != 1 {
		t.Errorf("a quarter of an hour after a look was due: %d %v", code, said)
	}
	w.Pass(25 * time.Hour)
	if code, said := look(); code != http.StatusServiceUnavailable || said["unrecorded"] != 1 || said["late"] != 0 {
		t.Errorf("%d %v", code, said)
	}
}

func TestStuckAndReviews(t *testing.T) {
	broken := errors.New("the books are closed")
	w := paymenttest.New(t, paymenttest.Options{Config: func(c *payment.Config) {
		letters := c.Deliver
		c.Deliver = func(ctx context.Context, ch payment.Change) error {
			if broken != nil {
				return broken
			}
			return letters(ctx, ch)
		}
	}})
	p := w.Pay("D-1", mock.Behaviour{})
	stranger := acquirer.Result{
		Reference: "PCLCB263340009999", Merchant: p.Merchant, Outcome: acquirer.Accepted, Amount: p.Amount, Currency: p.Currency, AuthorisationID: "000009",
	}
	if err := w.Store.Orphan(t.Context(), stranger, p.CreatedAt); err != nil {
		t.Fatal(err)
	}
	w.PassInSteps(10*24*time.Hour, time.Hour)
	broken = nil
	var said strings.Builder
	if err := stuck(t.Context(), w.Service, w.Books, &said); err != nil || said.String() != p.Reference+" paid\nPCLCB263340009999 orphan the books are closed\n" {
		t.Errorf("%q, %v", said.String(), err)
	}
	w.Work()
	if letters := w.Letters("A-D-1"); len(letters) != 1 {
		t.Errorf("after the restart: %q", letters)
	}
	now := w.Get(p.ID)
	if _, err := w.Service.Question(t.Context(), payment.Command{ID: p.ID, Version: now.Version, By: "agent-1", Why: "réclamation"}); err != nil {
		t.Fatal(err)
	}
	said.Reset()
	if err := reviews(t.Context(), w.Service, &said); err != nil || !strings.Contains(said.String(), "questioned changed review") ||
		!strings.Contains(said.String(), "open to a clerk: [kept giving_back was_returned") {
		t.Errorf("%s, %v", said.String(), err)
	}
}

func TestCloseDay(t *testing.T) {
	w := paymenttest.New(t, paymenttest.Options{})
	folder := t.TempDir()
	var days []string
	for _, debt := range []string{"D-1", "D-2", "D-3"} {
		w.Pay(debt, mock.Behaviour{Outcome: acquirer.Accepted})
		w.Pass(24 * time.Hour)
		days = append(days, w.Books.LastDay())
	}
	for _, i := range []int{0, 2, 1, 2} { // one was missed, and one is made twice
		if err := closeDay(t.Context(), w.Books, folder, days[i]); err != nil {
			t.Fatal(err)
		}
	}
	for _, day := range days {
		export := read(t, filepath.Join(folder, day+".csv"))
		if !strings.Contains(export, "75") || !strings.Contains(read(t, filepath.Join(folder, "seals")), day+" ") {
			t.Errorf("%s: %s", day, export)
		}
		// An export that fails leaves the good one.
		over, cancel := context.WithCancel(t.Context())
		cancel()
		if err := closeDay(over, w.Books, folder, day); err == nil {
			t.Errorf("%s is exported although its context is over", day)
		}
		if left := read(t, filepath.Join(folder, day+".csv")); left != export {
			t.Errorf("an export that failed leaves %q of %s", left, day)
		}
	}
	if err := verify(t.Context(), w.Books, folder); err != nil {
		t.Error(err)
	}

	// Another database, in which other payments moved.
	other := paymenttest.New(t, paymenttest.Options{})
	other.Pay("D-1", mock.Behaviour{Outcome: acquirer.Accepted})
	other.Pass(24 * time.Hour)
	if err := verify(t.Context(), other.Books, folder); !errors.Is(err, payment.ErrAltered) {
		t.Errorf("the seals of another database: %v", err)
	}
}

func TestBackUp(t *testing.T) {
	folder := t.TempDir()
	db, err := sql.Open("sqlite", sqlstore.DSN(filepath.Join(folder, "payments.db")))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	store, err := sqlstore.SQLite(db, sqlstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	copied := filepath.Join(folder, "copy.db")
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := backUp(ended, db, copied); err == nil {
		t.Error("a backup in no time")
	}
	if _, err := os.Stat(copied); !errors.Is(err, os.ErrNotExist) { // an empty file would be an empty database, to who restores it
		t.Errorf("a backup that failed has a backup's name: %v", err)
	}
	if err := backUp(t.Context(), db, copied); err != nil {
		t.Fatal(err)
	}
	if err := backUp(t.Context(), db, copied); !errors.Is(err, os.ErrExist) {
		t.Errorf("over a backup: %v", err)
	}
	again, err := sql.Open("sqlite", sqlstore.DSN(copied))
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	store, err = sqlstore.SQLite(again, sqlstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if n, err := store.Count(t.Context(), payment.Filter{}); n != 0 || err != nil {
		t.Errorf("the copy: %d, %v", n, err)
	}
	if err := store.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := pastReference(t.Context(), store, "PCLCB260610000417"); err != nil {
		t.Error(err)
	}
	if n, err := store.Sequence(t.Context(), "2026-03-02"); n <= 417 || n > 1000 || err != nil {
		t.Errorf("the first number after the restore: %d, %v", n, err)
	}
	if err := pastReference(t.Context(), store, "0000417"); err == nil {
		t.Error("a part of a reference was taken")
	}
	if mode, err := os.Stat(copied); err != nil || mode.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", mode.Mode(), err)
	}
	if files, err := filepath.Glob(filepath.Join(folder, "*.part")); len(files) > 0 || err != nil {
		t.Errorf("%v, %v", files, err)
	}
}
