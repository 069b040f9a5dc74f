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
// explained is how many orphans a person has dealt with: they stay in the list.
func health(service *payment.Service, explained int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		h, err := service.Health(r.Context())
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		waiting := time.Duration(0)
		if !h.OldestReview.IsZero() {
			waiting = time.Since(h.OldestReview)
		}
		if h.Unserved+h.Stuck+h.Hanging+h.Unrecorded > 0 || h.Orphans > explained || waiting > 3*24*time.Hour {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		json.NewEncoder(w).Encode(map[string]any{
			"unserved": h.Unserved, "stuck": h.Stuck, "damaged": len(h.Damaged), "orphans": h.Orphans, "hanging": h.Hanging,
			"unrecorded": h.Unrecorded, "review": h.Review, "oldest_review_hours": int(waiting.Hours()),
		})
	}
}

// guide:end

// guide:begin

// stuck tells of each payment whose work has failed twelve times, and tries it again.
func stuck(ctx context.Context, service *payment.Service, to io.Writer) error {
	for p, err := range service.List(ctx, payment.Filter{Stuck: true}) {
		var damaged *payment.DamagedError
		switch {
		case errors.As(err, &damaged): // repair the row first, from a backup
			fmt.Fprintln(to, damaged.ID, damaged)
			continue
		case err != nil:
			return err
		}
		fmt.Fprintln(to, p.Reference, p.State)
		if err := service.Restart(ctx, p.ID); err != nil { // after the cause was mended
			return err
		}
	}
	return nil
}

// reviews tells of each payment that waits for a clerk: what happened, oldest first, and which acts are open.
func reviews(ctx context.Context, service *payment.Service, to io.Writer) error {
	for p, err := range service.List(ctx, payment.Filter{States: []payment.State{payment.Review}}) {
		if err != nil {
			return err
		}
		fmt.Fprintln(to, p.Reference, p.Amount)
		for entry, err := range service.Journal(ctx, p.ID) {
			if err != nil {
				return err
			}
			fmt.Fprintln(to, " ", entry.Event, entry.Effect, entry.To)
		}
		acts, err := service.Choices(ctx, p)
		if err != nil {
			return err
		}
		fmt.Fprintln(to, "  open to a clerk:", acts)
	}
	return nil
}

// guide:end

// guide:begin

// closeDay writes yesterday's movements for the accounting officer, and keeps the day's seal outside the database.
func closeDay(ctx context.Context, books *audit.Books, folder string) error {
	day := books.LastDay() // in Paris
	f, err := os.OpenFile(filepath.Join(folder, day+".csv"), os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	seal, err := books.Export(ctx, day, f)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	seals, err := os.OpenFile(filepath.Join(folder, "seals"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(seals, day, seal)
	return errors.Join(err, seals.Close())
}

// guide:end

// guide:begin

// backUp writes a copy of an SQLite database while the service runs. The file must not be there yet.
func backUp(ctx context.Context, db *sql.DB, file string) error {
	f, err := os.OpenFile(file, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600) // VACUUM INTO alone would take the umask's mode
	if err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	if _, err := db.ExecContext(ctx, "VACUUM INTO ?", file); err != nil {
		return err
	}
	f, err = os.OpenFile(file, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// guide:end

func TestHealth(t *testing.T) {
	w := paymenttest.New(t, paymenttest.Options{})
	look := func() (int, map[string]int) {
		page, said := httptest.NewRecorder(), map[string]int{}
		health(w.Service, 0)(page, httptest.NewRequest("GET", "/health", nil))
		if err := json.Unmarshal(page.Body.Bytes(), &said); err != nil {
			t.Fatal(err)
		}
		return page.Code, said
	}
	w.Pay("D-1", mock.Behaviour{})
	if code, said := look(); code != http.StatusOK || said["unrecorded"] != 0 {
		t.Errorf("%d %v", code, said)
	}
	w.Pass(25 * time.Hour)
	if code, said := look(); code != http.StatusServiceUnavailable || said["unrecorded"] != 1 {
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
	w.PassInSteps(10*24*time.Hour, time.Hour)
	broken = nil
	var said strings.Builder
	if err := stuck(t.Context(), w.Service, &said); err != nil || said.String() != p.Reference+" paid\n" {
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
	w.Pay("D-1", mock.Behaviour{Outcome: acquirer.Accepted})
	w.Pass(24 * time.Hour)
	folder := t.TempDir()
	if err := closeDay(t.Context(), w.Books, folder); err != nil {
		t.Fatal(err)
	}
	day := w.Books.LastDay()
	seals := read(t, filepath.Join(folder, "seals"))
	if export := read(t, filepath.Join(folder, day+".csv")); !strings.Contains(export, "75") || !strings.HasPrefix(seals, day+" ") {
		t.Errorf("%s\n%s", export, seals)
	}
	if _, err := audit.ParseSeal(strings.Fields(seals)[1]); err != nil {
		t.Error(err)
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
}
