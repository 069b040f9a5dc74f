#!/usr/bin/env bash
# A transaction that is begun with sql.TxOptions{ReadOnly: true} writes, with mattn's driver of SQLite and with modernc's; and a level of
# isolation is accepted that SQLite has not. database/sql wants an error from a driver that does not support either. ncruces' obeys, and
# says so. Met with payment/sqlstore, whose tests begin such a transaction beside a writer.
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
	"context"
	"database/sql"
	"fmt"
	"log"

	_ "$import"
)

func main() {
	ctx := context.Background()
	db, err := sql.Open("$name", "file:payments.db")
	if err == nil {
		_, err = db.Exec("CREATE TABLE payment (id TEXT)")
	}
	if err != nil {
		log.Fatal(err)
	}
	tx, err := db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		fmt.Print("read-only refused, ")
	} else {
		_, wrote := tx.Exec("INSERT INTO payment (id) VALUES ('p1')")
		committed := tx.Commit()
		var n int
		if err := db.QueryRow("SELECT count(*) FROM payment").Scan(&n); err != nil {
			log.Fatal(err)
		}
		fmt.Printf("write in a read-only transaction: %v, commit: %v, rows: %d; ", wrote, committed, n)
	}
	_, err = db.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelReadCommitted})
	fmt.Printf("read committed: %v", err)
}
GO
	timeout 500 go build -o finding . 2>build.txt || cannot "$module@$version: $(tail -n 1 build.txt)"
	seen+="$module@$version: $(timeout 60 ./finding 2>&1)"$'\n'
done <<'DRIVERS'
github.com/mattn/go-sqlite3 v1.14.53 github.com/mattn/go-sqlite3 sqlite3
modernc.org/sqlite v1.55.0 modernc.org/sqlite sqlite
github.com/ncruces/go-sqlite3 v0.37.0 github.com/ncruces/go-sqlite3/driver sqlite3
DRIVERS

expected='github.com/mattn/go-sqlite3@v1.14.53: write in a read-only transaction: <nil>, commit: <nil>, rows: 1; read committed: <nil>
modernc.org/sqlite@v1.55.0: write in a read-only transaction: <nil>, commit: <nil>, rows: 1; read committed: <nil>
github.com/ncruces/go-sqlite3@v0.37.0: write in a read-only transaction: sqlite3: attempt to write a readonly database, commit: <nil>, rows: 0; read committed: sqlite3: unsupported isolation level
'
cat <<TEXT
version: see each line below; $(go version | cut -d' ' -f3)
guess:   the write is refused, or the transaction, and so is a level that SQLite has not
seen:    $seen
So: who must not write gets a connection that cannot (mode=ro or PRAGMA query_only), not an option of a transaction.
TEXT
[ "$seen" = "$expected" ] || { echo "changed"; exit 1; }
