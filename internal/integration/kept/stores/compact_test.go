package stores

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/quittance/quittance/internal/integration/rig/specimen"
	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/sqlstore"
)

// After an erasure the log is emptied, or the caller learns that it was not: beside a reader SQLite returned a row that begins with 1, and no
// error, and the doc said nothing of it.
func TestM21CompactSaysWhetherTheLogIsEmpty(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "payments.db")
	dsn := sqlstore.DSN(file) + "&_pragma=busy_timeout(1000)" // it waits so long for the reader
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	s := migrated(t, db, sqlstore.SQLite, sqlstore.Options{})
	write := func() {
		t.Helper()
		p, e := specimen.New()
		if err := s.Create(t.Context(), p, e); err != nil {
			t.Fatal(err)
		}
	}
	write()
	reader, err := sql.Open("sqlite", sqlstore.DSN(file))
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	tx, err := reader.BeginTx(t.Context(), &sql.TxOptions{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	var n int
	if err := tx.QueryRow("SELECT count(*) FROM quittance_payment").Scan(&n); err != nil || n != 1 {
		t.Fatal(n, err)
	}
	write()
	if err := s.Compact(t.Context()); !errors.Is(err, sqlstore.ErrInUse) {
		t.Errorf("beside a reader: error %v, want %v", err, sqlstore.ErrInUse)
	}
	write() // it goes on
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	if err := s.Compact(t.Context()); err != nil {
		t.Errorf("alone: %v", err)
	}
	if log, err := os.Stat(file + "-wal"); err == nil && log.Size() > 0 {
		t.Errorf("the log has %d bytes", log.Size())
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Compact(gone); !errors.Is(err, context.Canceled) {
		t.Errorf("an ended context: %v", err)
	}
	write()
	for round := range 3 { // and while others write
		done := make(chan error)
		go func() { done <- s.Compact(t.Context()) }()
		for range 5 {
			write()
		}
		if err := <-done; err != nil && !errors.Is(err, sqlstore.ErrInUse) {
			t.Errorf("round %d: %v", round, err)
		}
	}
}

// The backup of the doc has the mode that the doc says: VACUUM INTO writes into an empty file that is there, and leaves its mode alone; a file
// that it makes has the umask's.
func TestM21BackupIsForItsOwnerAlone(t *testing.T) {
	folder := t.TempDir()
	s := openFile(t, filepath.Join(folder, "payments.db"), sqlstore.Options{})
	p, e := specimen.New()
	if err := s.Create(t.Context(), p, e); err != nil {
		t.Fatal(err)
	}
	backup := filepath.Join(folder, "backup.db")
	f, err := os.OpenFile(backup, os.O_CREATE|os.O_EXCL, 0o600) // what the doc does by install -m 600
	if err != nil {
		t.Fatal(err)
	}
	f.Close()
	db, err := sql.Open("sqlite", sqlstore.DSN(filepath.Join(folder, "payments.db")))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("VACUUM INTO ?", backup); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(backup); err != nil || info.Mode().Perm() != 0o600 || info.Size() == 0 {
		t.Errorf("the backup is %v, %v", info, err)
	}
	if _, err := openFile(t, backup, sqlstore.Options{}).Find(t.Context(), payment.Lookup{ID: p.ID}); err != nil {
		t.Errorf("in the backup: %v", err)
	}
}
