// Exporter exports one day of a SQLite file and does nothing else, so that its memory is that of an export. It prints what Linux says of the
// process then.
package main

import (
	"context"
	"database/sql"
	"io"
	"log"
	"os"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite"

	"github.com/quittance/quittance/payment/audit"
	"github.com/quittance/quittance/payment/sqlstore"
)

func main() {
	if len(os.Args) != 3 {
		log.Fatal("usage: exporter FILE DAY")
	}
	if err := export(os.Args[1], os.Args[2]); err != nil {
		log.Fatal(err)
	}
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		log.Fatal(err)
	}
	os.Stdout.Write(status)
}

func export(file, day string) error {
	db, err := sql.Open("sqlite", sqlstore.DSN(file))
	if err != nil {
		return err
	}
	defer db.Close()
	store, err := sqlstore.SQLite(db, sqlstore.Options{})
	if err != nil {
		return err
	}
	afterwards := func() time.Time { return time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC) } // the days of the benchmark are over
	books, err := audit.New(store, audit.Options{Now: afterwards})
	if err != nil {
		return err
	}
	_, err = books.Export(context.Background(), day, io.Discard)
	return err
}
