#!/usr/bin/env bash
# The same settings in a data source name of SQLite: three Go drivers, three vocabularies, and no word about what they ignore. A
# database that was asked for WAL and FULL then runs without them. Met when payment/sqlstore checked the settings of a
# connection and advised words that one of the drivers does not know.
set -uo pipefail
cannot() { printf 'cannot run: %s\n' "$*"; exit 3; }
for p in go gcc; do command -v "$p" >/dev/null || cannot "no $p"; done
folder=$(mktemp -d) || cannot "no temporary folder"
trap 'rm -rf "$folder"' EXIT
export GOMODCACHE=$folder/modules GOFLAGS="-mod=mod -modcacherw -trimpath" GOWORK=off CGO_ENABLED=1

seen=""
# Two of the drivers register the name "sqlite3", so each is a program of its own.
while read -r module version import name; do
	mkdir "$folder/$name-${module##*/}-$version" && cd "$folder/$name-${module##*/}-$version" || cannot "no folder"
	printf 'module finding.example\n\ngo 1.25.0\n\nrequire %s %s\n' "$module" "$version" >go.mod
	cat >main.go <<GO
package main

import (
	"database/sql"
	"fmt"
	"log"

	_ "$import"
)

func main() {
	for i, words := range []string{
		"_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)",
		"_journal_mode=WAL&_synchronous=FULL",
		"_pragma=no_such_setting(1)&_no_such_setting=1",
	} {
		db, err := sql.Open("$name", fmt.Sprintf("file:%d.db?%s", i, words))
		if err != nil {
			log.Fatal(err)
		}
		var journal string
		var synchronous int
		if err := db.QueryRow("PRAGMA journal_mode").Scan(&journal); err != nil {
			log.Fatal(err)
		}
		if err := db.QueryRow("PRAGMA synchronous").Scan(&synchronous); err != nil {
			log.Fatal(err)
		}
		db.Close()
		fmt.Printf("%s/%d ", journal, synchronous)
	}
}
GO
	timeout 500 go build -o finding . 2>build.txt || cannot "$module@$version: $(tail -n 1 build.txt)"
	seen+="$module@$version: $(timeout 60 ./finding)"$'\n'
done <<'DRIVERS'
github.com/mattn/go-sqlite3 v1.14.53 github.com/mattn/go-sqlite3 sqlite3
modernc.org/sqlite v1.55.0 modernc.org/sqlite sqlite
github.com/ncruces/go-sqlite3 v0.37.0 github.com/ncruces/go-sqlite3/driver sqlite3
DRIVERS

expected='github.com/mattn/go-sqlite3@v1.14.53: delete/1 wal/2 delete/1 
modernc.org/sqlite@v1.55.0: wal/2 wal/2 delete/2 
github.com/ncruces/go-sqlite3@v0.37.0: wal/2 delete/2 delete/2 
'
cat <<TEXT
version: see each line below; $(go version | cut -d' ' -f3)
guess:   a setting in the data source name is the same word in each driver, or an error where the driver does not know it
seen:    journal mode / synchronous (1 NORMAL, 2 FULL) after (1) _pragma=journal_mode(WAL)&_pragma=synchronous(FULL),
         (2) _journal_mode=WAL&_synchronous=FULL, (3) words that nobody knows; no error anywhere:
$seen
So: mattn knows the second form only, ncruces the first only, modernc both; mattn without words syncs less than the others.
TEXT
[ "$seen" = "$expected" ] || { echo "changed"; exit 1; }
