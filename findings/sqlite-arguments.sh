#!/usr/bin/env bash
# Arguments that do not fit a statement, with three Go drivers of SQLite. A named argument that the statement does not have (:until, and :untill
# is given) stores NULL with mattn's and ncruces'; one argument too many is dropped with mattn's and modernc's. No driver finds both. Met with
# internal/sqldb, which was tried with all three.
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
	db, err := sql.Open("$name", "file::memory:")
	if err != nil {
		log.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	if _, err := db.Exec("CREATE TABLE debt (id TEXT, until TEXT)"); err != nil {
		log.Fatal(err)
	}
	try := func(statement string, args ...any) string {
		if _, err := db.Exec(statement, args...); err != nil {
			return "refused"
		}
		var id, until sql.NullString
		if err := db.QueryRow("SELECT id, until FROM debt ORDER BY rowid DESC LIMIT 1").Scan(&id, &until); err != nil {
			log.Fatal(err)
		}
		if !until.Valid {
			until.String = "NULL"
		}
		return id.String + " until " + until.String
	}
	fmt.Printf("misspelt: %s; ", try("INSERT INTO debt VALUES (:id, :until)", sql.Named("id", "d1"), sql.Named("untill", "2026-03-04")))
	fmt.Printf("one too many: %s; ", try("INSERT INTO debt VALUES (?, ?)", "d2", "2026-03-04", "2026-04-03"))
	fmt.Printf("one too few: %s", try("INSERT INTO debt VALUES (?, ?)", "d3"))
}
GO
	timeout 500 go build -o finding . 2>build.txt || cannot "$module@$version: $(tail -n 1 build.txt)"
	seen+="$module@$version: $(timeout 60 ./finding 2>&1)"$'\n'
done <<'DRIVERS'
github.com/mattn/go-sqlite3 v1.14.53 github.com/mattn/go-sqlite3 sqlite3
modernc.org/sqlite v1.55.0 modernc.org/sqlite sqlite
github.com/ncruces/go-sqlite3 v0.37.0 github.com/ncruces/go-sqlite3/driver sqlite3
DRIVERS

expected='github.com/mattn/go-sqlite3@v1.14.53: misspelt: d1 until NULL; one too many: d2 until 2026-03-04; one too few: refused
modernc.org/sqlite@v1.55.0: misspelt: refused; one too many: d2 until 2026-03-04; one too few: refused
github.com/ncruces/go-sqlite3@v0.37.0: misspelt: d1 until NULL; one too many: refused; one too few: refused
'
cat <<TEXT
version: see each line below; $(go version | cut -d' ' -f3)
guess:   each of the three mistakes is an error, whatever the driver
seen:    $seen
So: NOT NULL on each column that is never empty, and a test that reads back what each statement wrote.
TEXT
[ "$seen" = "$expected" ] || { echo "changed"; exit 1; }
