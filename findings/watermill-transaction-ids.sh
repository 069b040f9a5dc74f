#!/usr/bin/env bash
# watermill-sql orders its messages in PostgreSQL by the numbers of transactions, which belong to the whole server. So a transaction that
# is open in another database holds back every message, and after pg_dump and a restore on a new server, whose numbers begin again, new
# messages are not delivered. No error is given. Looked at as an outbox, for what a portal does after a payment.
set -uo pipefail
cannot() { printf 'cannot run: %s\n' "$*"; exit 3; }
for p in go setpriv; do command -v "$p" >/dev/null || cannot "no $p"; done
bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | tail -n 1)
[ -x "$bin/initdb" ] || cannot "no PostgreSQL server (Debian: postgresql)"
folder=$(mktemp -d) || cannot "no temporary folder"
as=()
finish() {
	for d in old new; do
		[ ! -f "$folder/$d/postmaster.pid" ] || "${as[@]}" "$bin/pg_ctl" -D "$folder/$d" -m immediate stop >/dev/null 2>&1
	done
	wait
	rm -rf "$folder"
}
trap finish EXIT
cd "$folder" || cannot "no folder"
if [ "$(id -u)" = 0 ]; then # the server does not run as root
	as=(setpriv --reuid postgres --regid postgres --init-groups)
	chown postgres "$folder"
fi
export GOMODCACHE=$folder/modules GOFLAGS="-mod=mod -modcacherw -trimpath" GOWORK=off
watermill=v1.5.0 wsql=v4.1.2 pgx=v5.9.0
cat >go.mod <<MOD
module finding.example

go 1.25.0

require (
	github.com/ThreeDotsLabs/watermill $watermill
	github.com/ThreeDotsLabs/watermill-sql/v4 $wsql
	github.com/jackc/pgx/v5 $pgx
)
MOD
cat >main.go <<'GO'
// The program publishes one message, named by its last argument, in the database of its first, and says whether the subscriber gets it.
package main

import (
	"context"
	"database/sql"
	"fmt"
	"log"
	"os"
	"strings"
	"time"

	"github.com/ThreeDotsLabs/watermill"
	wsql "github.com/ThreeDotsLabs/watermill-sql/v4/pkg/sql"
	"github.com/ThreeDotsLabs/watermill/message"
	_ "github.com/jackc/pgx/v5/stdlib"
)

func must[T any](v T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return v
}

func main() {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	db := must(sql.Open("pgx", os.Args[1]))
	schema := wsql.DefaultPostgreSQLSchema{}
	begin := wsql.BeginnerFromStdSQL(db)
	subscriber := must(wsql.NewSubscriber(begin, wsql.SubscriberConfig{
		ConsumerGroup: "letters", SchemaAdapter: schema, OffsetsAdapter: wsql.DefaultPostgreSQLOffsetsAdapter{}, InitializeSchema: true,
		PollInterval: 50 * time.Millisecond,
	}, watermill.NopLogger{}))
	messages := must(subscriber.Subscribe(ctx, "paid"))
	defer time.Sleep(time.Second) // for the last acknowledgement to be committed
	next := func() string {
		select {
		case m := <-messages:
			m.Ack()
			return strings.Trim(string(m.Payload), `"`)
		case <-time.After(5 * time.Second):
			return "nothing in 5 s"
		}
	}
	publisher := must(wsql.NewPublisher(begin, wsql.PublisherConfig{SchemaAdapter: schema}, watermill.NopLogger{}))
	publish := func(text string) {
		if err := publisher.Publish("paid", message.NewMessage(watermill.NewUUID(), message.Payload(`"`+text+`"`))); err != nil {
			log.Fatal(err)
		}
	}
	if len(os.Args) == 3 {
		publish(os.Args[2])
		fmt.Println("  published", os.Args[2]+", got", next())
		return
	}
	other := must(sql.Open("pgx", os.Args[2]))
	tx := must(other.Begin())
	must(tx.Exec("CREATE TABLE anything (n int)"))
	publish(os.Args[3])
	fmt.Println("  published", os.Args[3]+", got", next())
	if err := tx.Rollback(); err != nil {
		log.Fatal(err)
	}
	fmt.Println("  that transaction has ended, got", next())
}
GO
timeout 500 go build -o finding . 2>build.txt || cannot "$(tail -n 1 build.txt)"
for d in old new; do
	"${as[@]}" "$bin/initdb" -D "$folder/$d" -A trust -U postgres >/dev/null 2>init.txt || cannot "$(tail -n 1 init.txt)"
	port=5433
	[ $d = old ] || port=5434
	"${as[@]}" "$bin/pg_ctl" -D "$folder/$d" -w -l "$folder/$d/log" -o "-c listen_addresses='' -k $folder -p $port -c autovacuum=off" start \
		>/dev/null 2>&1 || cannot "PostgreSQL does not start"
	"$bin/createdb" -h "$folder" -p $port -U postgres portal || cannot "no database"
done
version=$("$bin/postgres" --version)
old="host=$folder port=5433 user=postgres sslmode=disable" new="host=$folder port=5434 user=postgres sslmode=disable"
# A server that has been in use for some days: 5000 transactions.
"$bin/psql" -q -h "$folder" -p 5433 -U postgres -c \
	'DO $$ BEGIN FOR i IN 1..5000 LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP; END $$' || cannot "no transactions"
seen=$(
	echo "one server, nothing else is open:"
	timeout 60 ./finding "$old dbname=portal" A
	echo "a transaction is open in another database:"
	timeout 60 ./finding "$old dbname=portal" "$old dbname=postgres" B
	echo "after pg_dump and a restore on a new server:"
	"$bin/pg_dump" -h "$folder" -p 5433 -U postgres portal | "$bin/psql" -q -o /dev/null -h "$folder" -p 5434 -U postgres portal
	timeout 60 ./finding "$new dbname=portal" C
	echo "after the numbers of both tables are set to 0:"
	"$bin/psql" -q -h "$folder" -p 5434 -U postgres portal -c 'UPDATE watermill_paid SET transaction_id = $$0$$' \
		-c 'UPDATE watermill_offsets_paid SET last_processed_transaction_id = $$0$$'
	timeout 60 ./finding "$new dbname=portal" D 2>&1
)
cat <<TEXT
version: watermill-sql $wsql, watermill $watermill, $version
guess:   a message that is committed is delivered at the next look; other databases and a restore do not matter
seen:    $seen
So: watch the age of the oldest message that waits; after a restore set transaction_id and last_processed_transaction_id to 0.
TEXT
[ "$seen" = 'one server, nothing else is open:
  published A, got A
a transaction is open in another database:
  published B, got nothing in 5 s
  that transaction has ended, got B
after pg_dump and a restore on a new server:
  published C, got nothing in 5 s
after the numbers of both tables are set to 0:
  published D, got C' ] || { echo "changed"; exit 1; }
