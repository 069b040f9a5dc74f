#!/usr/bin/env bash
# Statements with PostgreSQL's $1 and $2 run on SQLite too, and a test in which $1 stands before $2 passes. For SQLite they are names, and the
# drivers of mattn and ncruces bind them in the order in which they appear: "SET state = $2 WHERE id = $1" writes the key as a state, into
# the row whose key is the state. modernc's driver goes by the number. Met with internal/sqldb, which writes ?1 and ?2 for SQLite.
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

func must(_ any, err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func main() {
	db, err := sql.Open("$name", "file::memory:")
	must(db, err)
	db.SetMaxOpenConns(1)
	for _, set := range []string{"SET state = \$2 WHERE id = \$1", "SET state = ?2 WHERE id = ?1"} {
		must(db.Exec("DROP TABLE IF EXISTS payment"))
		must(db.Exec("CREATE TABLE payment (id TEXT, state TEXT)"))
		must(db.Exec("INSERT INTO payment (id, state) VALUES (\$1, \$2), ('paid', 'open')", "p1", "open"))
		_, err := db.Exec("UPDATE payment "+set, "p1", "paid")
		var rows string
		must(nil, db.QueryRow("SELECT group_concat(id || ' is ' || state, ', ') FROM payment").Scan(&rows))
		fmt.Printf("\n  %s: %s (error %v)", set, rows, err)
	}
}
GO
	timeout 500 go build -o finding . 2>build.txt || cannot "$module@$version: $(tail -n 1 build.txt)"
	seen+="$module@$version:$(timeout 60 ./finding 2>&1)"$'\n'
done <<'DRIVERS'
github.com/mattn/go-sqlite3 v1.14.53 github.com/mattn/go-sqlite3 sqlite3
modernc.org/sqlite v1.55.0 modernc.org/sqlite sqlite
github.com/ncruces/go-sqlite3 v0.37.0 github.com/ncruces/go-sqlite3/driver sqlite3
DRIVERS

expected='github.com/mattn/go-sqlite3@v1.14.53:
  SET state = $2 WHERE id = $1: p1 is open, paid is p1 (error <nil>)
  SET state = ?2 WHERE id = ?1: p1 is paid, paid is open (error <nil>)
modernc.org/sqlite@v1.55.0:
  SET state = $2 WHERE id = $1: p1 is paid, paid is open (error <nil>)
  SET state = ?2 WHERE id = ?1: p1 is paid, paid is open (error <nil>)
github.com/ncruces/go-sqlite3@v0.37.0:
  SET state = $2 WHERE id = $1: p1 is open, paid is p1 (error <nil>)
  SET state = ?2 WHERE id = ?1: p1 is paid, paid is open (error <nil>)
'
cat <<TEXT
version: see each driver below; $(go version | cut -d' ' -f3)
guess:   \$1 is the first argument and \$2 the second, wherever they stand: p1 is paid, and the other row (whose key is "paid") as it was
seen:    with the arguments "p1" and "paid":
$seen
So: write ?1 and ?2 for SQLite, and let a test have a statement in which the second stands before the first.
TEXT
[ "$seen" = "$expected" ] || { echo "changed"; exit 1; }
