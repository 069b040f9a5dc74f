#!/usr/bin/env bash
# An instant given to SQLite as a time.Time: three Go drivers write three texts. modernc writes what time.Time prints, which SQLite's own
# date functions do not read (NULL, no error), with the monotonic clock behind it if the time came from time.Now. And as texts with their
# zones, instants sort by the clock on the wall. Met when payment/sqlstore chose how to keep an instant.
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
	"regexp"
	"time"

	_ "$import"
)

func main() {
	db, err := sql.Open("$name", "file::memory:")
	if err != nil {
		log.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	paris := time.FixedZone("CET", 3600)
	early, late := time.Date(2026, 3, 2, 0, 30, 0, 0, paris), time.Date(2026, 3, 1, 23, 45, 0, 0, time.UTC) // 23:30 and 23:45 in UTC
	text := func(t time.Time) (text, day string) {
		var d sql.NullString
		if err := db.QueryRow("SELECT CAST(? AS TEXT), date(?)", t, t).Scan(&text, &d); err != nil {
			log.Fatal(err)
		}
		if !d.Valid {
			d.String = "NULL"
		}
		return text, d.String
	}
	shown, day := text(early)
	now, _ := text(time.Now())
	var last string
	if err := db.QueryRow("SELECT CASE WHEN ? < ? THEN 'right' ELSE 'wrong' END", early, late).Scan(&last); err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%q, date() %s, monotonic clock %v, order of two zones %s", shown, day, regexp.MustCompile(" m=").MatchString(now), last)
}
GO
	timeout 500 go build -o finding . 2>build.txt || cannot "$module@$version: $(tail -n 1 build.txt)"
	seen+="$module@$version: $(timeout 60 ./finding)"$'\n'
done <<'DRIVERS'
github.com/mattn/go-sqlite3 v1.14.53 github.com/mattn/go-sqlite3 sqlite3
modernc.org/sqlite v1.55.0 modernc.org/sqlite sqlite
github.com/ncruces/go-sqlite3 v0.37.0 github.com/ncruces/go-sqlite3/driver sqlite3
DRIVERS

expected='github.com/mattn/go-sqlite3@v1.14.53: "2026-03-02 00:30:00+01:00", date() 2026-03-01, monotonic clock false, order of two zones wrong
modernc.org/sqlite@v1.55.0: "2026-03-02 00:30:00 +0100 CET", date() NULL, monotonic clock true, order of two zones wrong
github.com/ncruces/go-sqlite3@v0.37.0: "2026-03-02T00:30:00+01:00", date() 2026-03-01, monotonic clock false, order of two zones wrong
'
cat <<TEXT
version: see each line below; $(go version | cut -d' ' -f3)
guess:   a time.Time is written in one form, which SQLite's date functions read; the earlier of two instants is the smaller
seen:    half past midnight of 2 March 2026 in Paris, its day, and whether it is before 23:45 of the 1st in UTC, which it is:
$seen
So: keep an instant as a whole number (microseconds since 1970) or as a text in UTC that you write yourself, or no other driver reads the file.
TEXT
[ "$seen" = "$expected" ] || { echo "changed"; exit 1; }
