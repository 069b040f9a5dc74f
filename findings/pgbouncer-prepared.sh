#!/usr/bin/env bash
# Go's PostgreSQL drivers behind PgBouncer 1.18 in transaction mode: the first client works, the second fails, and the execution
# mode that is advised for poolers does not help a host that prepares. Met with payment/sqlstore, which prepares its statements.
set -uo pipefail
cannot() { printf 'cannot run: %s\n' "$*"; exit 3; }
for p in go pgbouncer setpriv; do command -v "$p" >/dev/null || cannot "no $p"; done
bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | tail -n 1)
[ -x "$bin/initdb" ] || cannot "no PostgreSQL server (Debian: postgresql)"
bouncer=$(pgbouncer --version | sed -n '1s/.* //p')
case $bouncer in 1.18.*) ;; *) cannot "PgBouncer $bouncer; this was seen with 1.18 of Debian 12 (1.21 learnt prepared statements)" ;; esac
folder=$(mktemp -d) || cannot "no temporary folder"
pooler="" as=()
finish() {
	[ -z "$pooler" ] || kill "$pooler" 2>/dev/null
	[ ! -f "$folder/data/postmaster.pid" ] || "${as[@]}" "$bin/pg_ctl" -D "$folder/data" -m immediate stop >/dev/null 2>&1
	wait
	rm -rf "$folder"
}
trap finish EXIT
cd "$folder" || cannot "no folder"
if [ "$(id -u)" = 0 ]; then # neither server runs as root
	as=(setpriv --reuid postgres --regid postgres --init-groups)
	chown postgres "$folder"
fi
export GOMODCACHE=$folder/modules GOFLAGS="-mod=mod -modcacherw -trimpath" GOWORK=off
pgx=v5.9.0 pq=v1.11.2
cat >go.mod <<MOD
module finding.example

go 1.25.0

require (
	github.com/jackc/pgx/v5 $pgx
	github.com/lib/pq $pq
)
MOD
cat >main.go <<'GO'
package main

import (
	"database/sql"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/lib/pq"
)

func word(err error) string {
	var a *pgconn.PgError
	var b *pq.Error
	switch {
	case err == nil:
		return "works"
	case errors.As(err, &a):
		return "fails with " + a.Code
	case errors.As(err, &b):
		return "fails with " + string(b.Code)
	}
	return "fails: " + strings.ReplaceAll(err.Error(), "\n", " ")
}

func main() {
	for _, driver := range []struct{ name, words, database string }{
		{"pgx", "", "one"}, {"pgx", " default_query_exec_mode=exec", "two"}, {"postgres", "", "three"}, // each has a server connection of its own
	} {
		var clients [2]*sql.DB // two processes of a portal, each with one connection to the pooler
		for i := range clients {
			clients[i], _ = sql.Open(driver.name, os.Args[1]+" dbname="+driver.database+driver.words)
			clients[i].SetMaxOpenConns(1)
		}
		fmt.Printf("%s%s: query", driver.name, driver.words)
		for i, db := range clients {
			var n int
			fmt.Printf(" %d %s,", i+1, word(db.QueryRow("SELECT $1::int + 1", i).Scan(&n)))
		}
		fmt.Print(" prepare")
		for i, db := range clients {
			_, err := db.Prepare("SELECT $1::int + 10")
			fmt.Printf(" %d %s,", i+1, word(err))
		}
		fmt.Println()
		for _, db := range clients {
			db.Close()
		}
	}
}
GO
timeout 300 go build -o finding . 2>build.txt || cannot "$(tail -n 1 build.txt)"
"${as[@]}" "$bin/initdb" -D "$folder/data" -A trust -U postgres >/dev/null 2>init.txt || cannot "$(tail -n 1 init.txt)"
"${as[@]}" "$bin/pg_ctl" -D "$folder/data" -w -l "$folder/data/log" -o "-c listen_addresses='' -k $folder -p 5433" start >/dev/null 2>&1 ||
	cannot "PostgreSQL does not start"
seen=""
cat >pooler.ini <<INI
[databases]
one = host=$folder port=5433 dbname=postgres user=postgres
two = host=$folder port=5433 dbname=postgres user=postgres
three = host=$folder port=5433 dbname=postgres user=postgres
[pgbouncer]
unix_socket_dir = $folder
listen_port = 6433
auth_type = trust
auth_file = $folder/users
pool_mode = transaction
default_pool_size = 1
ignore_startup_parameters = extra_float_digits
INI
echo '"postgres" ""' >users
chmod 644 pooler.ini users
"${as[@]}" pgbouncer -q "$folder/pooler.ini" 2>pooler.txt &
pooler=$!
for _ in $(seq 100); do [ -S "$folder/.s.PGSQL.6433" ] && break; sleep 0.1; done
[ -S "$folder/.s.PGSQL.6433" ] || cannot "PgBouncer does not start: $(tail -n 1 pooler.txt)"
seen=$(timeout 60 ./finding "host=$folder port=6433 user=postgres sslmode=disable")
cat <<TEXT
version: PgBouncer $bouncer (pool_mode transaction), pgx $pgx, lib/pq $pq
guess:   a driver works behind the pooler, or fails at the first query; default_query_exec_mode=exec makes pgx fit for it
seen:    two clients that share one server connection (42P05: a prepared statement of that name exists already):
$seen
So: a test with one client proves nothing.
TEXT
expected='pgx: query 1 works, 2 fails with 42P05, prepare 1 works, 2 fails with 42P05,
pgx default_query_exec_mode=exec: query 1 works, 2 works, prepare 1 works, 2 fails with 42P05,
postgres: query 1 works, 2 works, prepare 1 works, 2 fails with 42P05,'
[ "$seen" = "$expected" ] || { echo "changed"; exit 1; }
