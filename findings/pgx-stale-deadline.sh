#!/usr/bin/env bash
# When sending a query takes pgx more than 15 ms, it reads in the background meanwhile. If the context ends after the answer has come, the
# query succeeds, and the NEXT one on the connection, whose context has not ended, gets the timeout. Mended in 5.12.0.
# Met with internal/integration/faults/trouble, whose test cancels commits at any moment, on a machine with too much to do.
set -uo pipefail
cannot() { printf 'cannot run: %s\n' "$*"; exit 3; }
command -v go >/dev/null || cannot "no go"
folder=$(mktemp -d) || cannot "no temporary folder"
trap 'rm -rf "$folder"' EXIT
export GOMODCACHE=$folder/modules GOFLAGS="-mod=mod -modcacherw -trimpath" GOWORK=off
cd "$folder" || cannot "no folder"
cat >main.go <<'GO'
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net"
	"os"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"
)

// serve is a PostgreSQL that carries out every statement, and does nothing.
func serve(l net.Listener) {
	conn, err := l.Accept()
	if err != nil {
		log.Fatal(err)
	}
	b := pgproto3.NewBackend(conn, conn)
	if _, err := b.ReceiveStartupMessage(); err != nil {
		log.Fatal(err)
	}
	b.Send(&pgproto3.AuthenticationOk{})
	b.Send(&pgproto3.BackendKeyData{ProcessID: 1, SecretKey: []byte{1, 2, 3, 4}})
	for {
		b.Send(&pgproto3.ReadyForQuery{TxStatus: 'I'})
		if b.Flush() != nil {
			return
		}
		if m, err := b.Receive(); err != nil {
			return
		} else if _, ok := m.(*pgproto3.Query); !ok {
			return
		}
		b.Send(&pgproto3.CommandComplete{CommandTag: []byte("LISTEN")})
	}
}

// line is a connection whose next Write, when it is slow, returns after the answer has been read and the context has ended.
type line struct {
	net.Conn
	slow  atomic.Bool
	end   context.CancelFunc
	reads chan error // what each Read returned
}

func (l *line) Read(p []byte) (int, error) {
	n, err := l.Conn.Read(p)
	l.reads <- err
	return n, err
}

func (l *line) Write(p []byte) (int, error) {
	n, err := l.Conn.Write(p)
	if l.slow.Swap(false) {
		<-l.reads // the answer
		l.end()
		<-l.reads // what the end of the context interrupts
	}
	return n, err
}

func word(err error) string {
	switch {
	case err == nil:
		return "works"
	case errors.Is(err, os.ErrDeadlineExceeded):
		return "i/o timeout"
	}
	return err.Error()
}

func main() {
	time.AfterFunc(30*time.Second, func() { fmt.Println("nothing is read in the background"); os.Exit(0) })
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	go serve(l)
	config, err := pgconn.ParseConfig("host=127.0.0.1 user=u database=d sslmode=disable")
	if err != nil {
		log.Fatal(err)
	}
	ctx, end := context.WithCancel(context.Background())
	our := &line{end: end, reads: make(chan error, 100)}
	config.DialFunc = func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		our.Conn, err = d.DialContext(ctx, "tcp", l.Addr().String())
		return our, err
	}
	conn, err := pgconn.ConnectConfig(context.Background(), config)
	if err != nil {
		log.Fatal(err)
	}
	for len(our.reads) > 0 {
		<-our.reads
	}
	our.slow.Store(true)
	first := conn.Exec(ctx, "LISTEN one").Close()
	closed := conn.IsClosed()
	second := conn.Exec(context.Background(), "LISTEN two").Close()
	fmt.Printf("the first %s, the connection is closed %v, the second %s\n", word(first), closed, word(second))
}
GO
seen=""
for pgx in v5.9.0 v5.11.0 v5.12.0; do
	printf 'module finding.example\n\ngo 1.25.0\n\nrequire github.com/jackc/pgx/v5 %s\n' "$pgx" >go.mod
	rm -f go.sum
	timeout 300 go build -o finding . 2>build.txt || cannot "pgx $pgx: $(tail -n 1 build.txt)"
	seen+="pgx $pgx: $(timeout 60 ./finding 2>&1)"$'\n'
done
cat <<TEXT
version: see each line below; $(go version | cut -d' ' -f3)
guess:   a query whose context has not ended gets no timeout that nobody has set, and a connection that a query leaves open is good
seen:    two queries on one connection; the context of the first ends when its answer is there:
$seen
So: before 5.12.0 what may be done twice is done once more after an os.ErrDeadlineExceeded while the context has not ended.
TEXT
[ "$seen" = 'pgx v5.9.0: the first works, the connection is closed false, the second i/o timeout
pgx v5.11.0: the first works, the connection is closed false, the second i/o timeout
pgx v5.12.0: the first works, the connection is closed false, the second works
' ] || { echo "changed"; exit 1; }
