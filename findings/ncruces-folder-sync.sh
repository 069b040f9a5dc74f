#!/usr/bin/env bash
# A new journal or log of SQLite is sure only when its folder is synced too. The driver ncruces/go-sqlite3 opens the folder for that, and
# then syncs the journal a second time: after a loss of power a committed payment may have no log. Mended in 0.36.0, which needs Go 1.26.
# Met with internal/integration/faults/power, which takes the power from SQLite on that driver.
set -uo pipefail
cannot() { printf 'cannot run: %s\n' "$*"; exit 3; }
for p in go strace; do command -v "$p" >/dev/null || cannot "no $p"; done
folder=$(mktemp -d) || cannot "no temporary folder"
trap 'rm -rf "$folder"' EXIT
strace -o "$folder/try" true 2>/dev/null || cannot "strace may not trace here"
export GOMODCACHE=$folder/modules GOFLAGS="-mod=mod -modcacherw -trimpath" GOWORK=off

seen=""
while read -r module version import name; do
	work=$folder/${module##*/}-$version
	mkdir -p "$work/data" && cd "$work" || cannot "no folder"
	printf 'module finding.example\n\ngo 1.25.0\n\nrequire %s %s\n' "$module" "$version" >go.mod
	cat >main.go <<GO
package main

import (
	"database/sql"
	"log"
	"os"

	_ "$import"
)

func main() {
	db, err := sql.Open("$name", "file:data/pay.db")
	if err != nil {
		log.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	// The first change makes the journal or the log; the second is there to see that a log which exists asks for its own sync only.
	for _, statement := range []string{
		"PRAGMA journal_mode=" + os.Args[1], "PRAGMA synchronous=FULL", "CREATE TABLE payment (reference TEXT)", "INSERT INTO payment VALUES ('a')",
	} {
		if _, err := db.Exec(statement); err != nil {
			log.Fatal(err)
		}
	}
}
GO
	timeout 500 go build -o finding . 2>build.txt || cannot "$module@$version: $(tail -n 1 build.txt)"
	for mode in DELETE WAL; do
		rm -f data/*
		timeout 60 strace -f -y -o trace.txt -e trace=fsync,fdatasync ./finding "$mode" 2>/dev/null || cannot "the program of $module@$version failed"
		synced=$(grep -c "sync([0-9]*<[^>]*/data>" trace.txt)
		journal=$(grep -c "sync([0-9]*<[^>]*/pay.db-journal>" trace.txt) log=$(grep -c "sync([0-9]*<[^>]*/pay.db-wal>" trace.txt)
		seen+="$module@$version $mode: folder $synced, journal $journal, log $log"$'\n'
	done
done <<'DRIVERS'
modernc.org/sqlite v1.55.0 modernc.org/sqlite sqlite
github.com/ncruces/go-sqlite3 v0.35.6 github.com/ncruces/go-sqlite3/driver sqlite3
github.com/ncruces/go-sqlite3 v0.36.0 github.com/ncruces/go-sqlite3/driver sqlite3
DRIVERS

expected='modernc.org/sqlite@v1.55.0 DELETE: folder 2, journal 4, log 0
modernc.org/sqlite@v1.55.0 WAL: folder 2, journal 2, log 3
github.com/ncruces/go-sqlite3@v0.35.6 DELETE: folder 0, journal 6, log 0
github.com/ncruces/go-sqlite3@v0.35.6 WAL: folder 0, journal 3, log 4
github.com/ncruces/go-sqlite3@v0.36.0 DELETE: folder 2, journal 4, log 0
github.com/ncruces/go-sqlite3@v0.36.0 WAL: folder 2, journal 2, log 3
'
cat <<TEXT
version: see each line below; $(strace --version | sed -n '1s/.* //p') of strace, $(go version | cut -d' ' -f3)
guess:   with synchronous=FULL each driver of SQLite makes a new journal sure in the same way: its file, and the folder that names it
seen:    how often each was synced by one table and one row:
$seen
So: with journal_mode=DELETE or a fresh WAL take 0.36.0 or later, or another driver; a test that only kills the process cannot see this.
TEXT
[ "$seen" = "$expected" ] || { echo "changed"; exit 1; }
