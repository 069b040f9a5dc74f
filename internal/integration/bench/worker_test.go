//go:build !race

package bench

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/sqlstore"
)

// alone are what this program does in a process of its own, by the variable of the environment that asks for it and says with what.
var alone = map[string]func(string) error{
	"QUITTANCE_BENCH_WORKER":  workAlone,
	"QUITTANCE_BENCH_LETTERS": lettersAlone,
	"QUITTANCE_BENCH_FIRST":   firstAlone,
}

// TestMain also is each of those processes.
func TestMain(m *testing.M) {
	for name, do := range alone {
		if with := os.Getenv(name); with != "" {
			if err := do(with); err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
			return
		}
	}
	code := m.Run()
	measured.print(os.Stdout)
	os.Exit(code)
}

// worker runs a worker in a process of its own until nothing is due, and returns its peak of resident memory in MiB.
func worker(b *testing.B, d database, db *sql.DB) float64 {
	name := "PRAGMA database_list"
	var seq, file string
	dsn := ""
	if d.postgresql {
		if err := db.QueryRow("SELECT current_setting('port'), current_database()").Scan(&seq, &file); err != nil {
			b.Fatal(err)
		}
		dsn = "postgres://postgres@127.0.0.1:" + seq + "/" + file + "?sslmode=disable"
	} else {
		if err := db.QueryRow(name).Scan(&seq, &name, &file); err != nil {
			b.Fatal(err)
		}
		dsn = file
	}
	self, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	cmd := exec.CommandContext(b.Context(), self)
	cmd.Env = append(os.Environ(), "QUITTANCE_BENCH_WORKER="+dsn)
	cmd.Stderr = os.Stderr
	status, err := cmd.Output()
	if err != nil {
		b.Fatal(err)
	}
	return peakMiB(b, status)
}

// peakMiB is the peak of resident memory in what Linux says of a process.
func peakMiB(b *testing.B, status []byte) float64 {
	for line := range strings.Lines(string(status)) {
		if peak, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kib, err := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(peak), " kB"), 64)
			if err != nil {
				b.Fatal(err)
			}
			return kib / 1024
		}
	}
	b.Fatalf("no VmHWM in %q", status)
	return 0
}

// workAlone does what is due in a database, and prints what Linux says of the process then.
func workAlone(dsn string) error {
	driver, open := "sqlite", sqlstore.SQLite
	if strings.HasPrefix(dsn, "postgres://") {
		driver, open = "pgx", sqlstore.PostgreSQL
	} else {
		dsn = sqlstore.DSN(dsn)
	}
	db, err := sql.Open(driver, dsn)
	if err != nil {
		return err
	}
	defer db.Close()
	store, err := open(db, sqlstore.Options{})
	if err != nil {
		return err
	}
	service, err := payment.New(payment.Config{
		Store: store, Acquirer: &mock.Acquirer{}, Policies: creance.Ameli(), ReturnURL: "https://portail.example/retour",
		Deliver: func(context.Context, payment.Change) error { return nil }, Now: func() time.Time { return noon },
		Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		return err
	}
	for {
		n, err := service.WorkOnce(context.Background())
		if err != nil {
			return err
		}
		if n == 0 {
			break
		}
	}
	status, err := os.ReadFile("/proc/self/status")
	if err == nil {
		_, err = os.Stdout.Write(status)
	}
	return err
}
