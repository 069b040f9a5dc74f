package trouble

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"net"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/quittance/quittance/internal/integration/rig/postgres"
	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/sqlstore"
)

// The caller goes away when the answer has been read in the background, while the driver still sends. Its call may succeed. The next caller, who
// is still there, gets the same connection, and must not get the timeout that was meant for the first.
func deadlineOfAnother(t *testing.T, server *postgres.Server) {
	var lines slowLines
	dsn := server.DSN(server.Create(t))
	p := newPortal(t, place{func(t *testing.T) *sql.DB { return lines.open(t, dsn) }, sqlstore.PostgreSQL}, sqlstore.Options{}, true)
	p.db.SetMaxOpenConns(1)
	q, cb := p.accepted("1")
	find := func(ctx context.Context) error {
		_, err := p.store.Find(ctx, payment.Lookup{ID: q.ID})
		return err
	}
	for _, next := range []struct {
		what string
		call func() error
	}{
		{"a payment is found", func() error { return find(t.Context()) }},
		{"the outcome is received", func() error { _, _, err := p.Receive(t.Context(), cb); return err }},
		{"another begins", func() error { _, _, err := p.Begin(t.Context(), p.request("2")); return err }},
	} {
		if err := find(t.Context()); err != nil { // the statement is prepared on the connection
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		interrupted := lines.interrupted.Load()
		lines.slow.Store(&cancel)
		told := find(ctx)
		cancel()
		if n := lines.interrupted.Load() - interrupted; n != 1 {
			t.Fatalf("%d reads were interrupted while the driver sent; the call was told %v", n, told)
		}
		if err := next.call(); err != nil {
			t.Errorf("after a call that was told %v: %s: %v", told, next.what, err)
		}
	}
	p.at("1", payment.Paid)
	p.whole()
}

// slowLines are the connections of a pool.
type slowLines struct {
	slow        atomic.Pointer[context.CancelFunc] // not nil: the next query is sent slowly, and this ends the context of its caller
	interrupted atomic.Int64                       // reads that it has interrupted
}

func (s *slowLines) open(t *testing.T, dsn string) *sql.DB {
	t.Helper()
	config, err := pgx.ParseConfig(dsn)
	if err != nil {
		t.Fatal(err)
	}
	dial := config.DialFunc
	config.DialFunc = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return &slowLine{Conn: conn, of: s}, nil
	}
	// A connection that has been idle for a second is tried by the driver before it is used: never here, however slow the machine is.
	db := stdlib.OpenDB(*config, stdlib.OptionShouldPing(func(context.Context, stdlib.ShouldPingParams) bool { return false }))
	t.Cleanup(func() { db.Close() })
	return db
}

type slowLine struct {
	net.Conn
	of    *slowLines
	heard atomic.Pointer[chan heard] // not nil while a Write is slow
}

// heard is what a Read has returned.
type heard struct {
	bytes []byte
	err   error
}

func (l *slowLine) Read(p []byte) (int, error) {
	n, err := l.Conn.Read(p)
	if c := l.heard.Load(); c != nil {
		*c <- heard{bytes.Clone(p[:n]), err}
	}
	return n, err
}

// Write sends, and if a query is to be slow, returns only when the whole answer was read meanwhile, the context has ended, and that has interrupted the
// read of what comes after the answer.
func (l *slowLine) Write(p []byte) (int, error) {
	var end *context.CancelFunc
	if bytes.HasPrefix(p, []byte("B")) { // Bind, and not what the driver says in the background when it drops another connection
		end = l.of.slow.Swap(nil)
	}
	if end == nil {
		return l.Conn.Write(p)
	}
	reads := make(chan heard, 100)
	l.heard.Store(&reads)
	defer l.heard.Store(nil)
	n, err := l.Conn.Write(p)
	var answer []byte
	for patience := time.After(time.Minute); ; {
		select {
		case r := <-reads:
			answer = append(answer, r.bytes...)
			if errors.Is(r.err, os.ErrDeadlineExceeded) {
				l.of.interrupted.Add(1)
			}
			if r.err != nil {
				return n, err
			}
			if i := len(answer) - 6; i >= 0 && bytes.HasPrefix(answer[i:], []byte{'Z', 0, 0, 0, 5}) { // ReadyForQuery
				(*end)()
			}
		case <-patience:
			return n, err
		}
	}
}
