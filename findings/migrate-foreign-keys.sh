#!/usr/bin/env bash
# SQLite's way to change a column is a new table, a copy, DROP and RENAME between PRAGMA foreign_keys = OFF and ON. golang-migrate and
# goose run a migration in a transaction, where SQLite ignores that pragma: DROP TABLE debt deletes the payments that refer to it with
# ON DELETE CASCADE. The migration succeeds. Met beside payment/sqlstore, whose DSN has foreign_keys(1) and which migrates by itself.
set -uo pipefail
cannot() { printf 'cannot run: %s\n' "$*"; exit 3; }
command -v go >/dev/null || cannot "no go"
folder=$(mktemp -d) || cannot "no temporary folder"
trap 'rm -rf "$folder"' EXIT
export GOMODCACHE=$folder/modules GOFLAGS="-mod=mod -modcacherw -trimpath" GOWORK=off
cd "$folder" || cannot "no folder"
migrate=v4.20.1 goose=v3.30.1 sqlite=v1.55.0
cat >go.mod <<MOD
module finding.example

go 1.25.0

require (
	github.com/golang-migrate/migrate/v4 $migrate
	github.com/pressly/goose/v3 $goose
	modernc.org/sqlite $sqlite
)
MOD
cat >main.go <<'GO'
package main

import (
	"context"
	"database/sql"
	"fmt"
	"log"
	"testing/fstest"

	"github.com/golang-migrate/migrate/v4"
	migratesqlite "github.com/golang-migrate/migrate/v4/database/sqlite"
	"github.com/golang-migrate/migrate/v4/source/iofs"
	"github.com/pressly/goose/v3"
	_ "modernc.org/sqlite"
)

const first = `CREATE TABLE debt (id INTEGER PRIMARY KEY, cents INTEGER);
CREATE TABLE payment (id INTEGER PRIMARY KEY, debt INTEGER NOT NULL REFERENCES debt ON DELETE CASCADE);
`

const second = `PRAGMA foreign_keys = OFF;
CREATE TABLE new_debt (id INTEGER PRIMARY KEY, cents INTEGER NOT NULL);
INSERT INTO new_debt SELECT id, cents FROM debt;
DROP TABLE debt;
ALTER TABLE new_debt RENAME TO debt;
PRAGMA foreign_keys = ON;
`

func must[T any](v T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return v
}

// try runs the first migration, stores one debt with one payment, runs the second and counts payments.
func try(name string, step func(db *sql.DB) func(n int) error) {
	db := must(sql.Open("sqlite", "file::memory:?_pragma=foreign_keys(1)"))
	db.SetMaxOpenConns(1)
	next := step(db)
	if err := next(1); err != nil {
		log.Fatal(err)
	}
	must(db.Exec("INSERT INTO debt VALUES (1, 13750); INSERT INTO payment VALUES (7, 1)"))
	err := next(2)
	var debts, payments int
	if err := db.QueryRow("SELECT (SELECT count(*) FROM debt), (SELECT count(*) FROM payment)").Scan(&debts, &payments); err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s: error %v, debts %d, payments %d\n", name, err, debts, payments)
}

func golangMigrate(noTransaction bool) func(*sql.DB) func(int) error {
	return func(db *sql.DB) func(int) error {
		files := fstest.MapFS{"1_first.up.sql": {Data: []byte(first)}, "2_second.up.sql": {Data: []byte(second)}}
		driver := must(migratesqlite.WithInstance(db, &migratesqlite.Config{NoTxWrap: noTransaction}))
		m := must(migrate.NewWithInstance("iofs", must(iofs.New(files, ".")), "sqlite", driver))
		return func(int) error { return m.Steps(1) }
	}
}

func gooseProvider(top string) func(*sql.DB) func(int) error {
	return func(db *sql.DB) func(int) error {
		files := fstest.MapFS{"1_first.sql": {Data: []byte("-- +goose Up\n" + first)}, "2_second.sql": {Data: []byte(top + "-- +goose Up\n" + second)}}
		p := must(goose.NewProvider(goose.DialectSQLite3, db, files))
		return func(n int) error {
			_, err := p.UpTo(context.Background(), int64(n))
			return err
		}
	}
}

func main() {
	try("golang-migrate", golangMigrate(false))
	try("golang-migrate, NoTxWrap", golangMigrate(true))
	try("goose", gooseProvider(""))
	try("goose, NO TRANSACTION", gooseProvider("-- +goose NO TRANSACTION\n"))
}
GO
timeout 500 go build -o finding . 2>build.txt || cannot "$(tail -n 1 build.txt)"
seen=$(timeout 60 ./finding 2>&1)
cat <<TEXT
version: golang-migrate $migrate, goose $goose, modernc.org/sqlite $sqlite
guess:   the pragma in the file holds for the file: one debt and one payment before and after, or else an error
seen:    $seen
So: run a migration that rebuilds a table outside a transaction of the tool, on one connection, and begin your own in it; count the rows after.
TEXT
[ "$seen" = 'golang-migrate: error <nil>, debts 1, payments 0
golang-migrate, NoTxWrap: error <nil>, debts 1, payments 1
goose: error <nil>, debts 1, payments 0
goose, NO TRANSACTION: error <nil>, debts 1, payments 1' ] || { echo "changed"; exit 1; }
