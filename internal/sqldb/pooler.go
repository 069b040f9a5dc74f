package sqldb

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"slices"
)

// errPooler says what a pooler does that shares a connection of the server among clients in the middle of their sessions.
var errPooler = errors.New("a connection pooler (such as PgBouncer with pool_mode transaction or statement) gives each transaction another session of the " +
	"server: prepared statements are missing there or are another client's; use pool_mode session, or connect to the server itself")

// checkPooler returns an error when two connections of the pool are one session of the server, or one is several: then something between
// them shares sessions. A pooler with a session for each client passes.
func checkPooler(ctx context.Context, pool *sql.DB) error {
	stats := pool.Stats()
	var err error
	if stats.MaxOpenConnections > 0 && stats.MaxOpenConnections-stats.InUse < 2 {
		err = checkLeftovers(ctx, pool)
	} else {
		err = checkSessions(ctx, pool)
	}
	return namePooler(err)
}

// namePooler says that a pooler is in the way where the server's error comes from that: a prepared statement that is missing (SQLSTATE
// 26000) or there already (42P05), or PgBouncer's own refusal of a transaction in pool_mode statement (08P01).
func namePooler(err error) error {
	var e interface{ SQLState() string }
	if errors.As(err, &e) && slices.Contains([]string{"26000", "42P05", "08P01"}, e.SQLState()) {
		return fmt.Errorf("%w (the server says: %w)", errPooler, err)
	}
	return err
}

// poolerRounds is how often the sessions are compared: a pooler that is busy does not show itself each time.
const poolerRounds = 5

// checkSessions compares the sessions of two connections, of which one is in a transaction and keeps its own.
func checkSessions(ctx context.Context, pool *sql.DB) error {
	idle, err := pool.Conn(ctx)
	if err != nil {
		return err
	}
	defer idle.Close()
	busy, err := pool.Conn(ctx)
	if err != nil {
		return err
	}
	defer busy.Close()
	first, err := serverProcessID(ctx, idle)
	if err != nil {
		return err
	}
	for range poolerRounds {
		other, again, err := sessionsAtOnce(ctx, busy, idle, first)
		if err != nil {
			return err
		}
		if other == first || again != first {
			return errPooler
		}
		// A pooler gives out first what came back last. Where another client was between the two at the first round, each would find its own
		// session again in every round; the transaction's, which came back last, is now the next one's.
		if again, err = serverProcessID(ctx, idle); err != nil {
			return err
		}
		if again != first {
			return errPooler
		}
	}
	return nil
}

// sessionsAtOnce are the session of a transaction on one connection, and that of another connection meanwhile. When they are one, the other is
// not asked again: it would wait.
func sessionsAtOnce(ctx context.Context, busy, idle *sql.Conn, first int) (other, again int, err error) {
	tx, err := beginOrPooler(ctx, busy)
	if err != nil {
		return 0, 0, err
	}
	defer tx.Rollback()
	if other, err = serverProcessID(ctx, tx); err != nil || other == first {
		return other, first, err
	}
	again, err = serverProcessID(ctx, idle)
	return other, again, err
}

// serverProcessID returns the id of the server's process behind a connection.
func serverProcessID(ctx context.Context, q interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}) (pid int, err error) {
	err = q.QueryRowContext(ctx, "SELECT pg_backend_pid()").Scan(&pid)
	return pid, err
}

// checkLeftovers is for a pool of one connection: its session must stay the same from statement to statement, and what one session has set
// must be gone when the connection was closed and opened anew.
func checkLeftovers(ctx context.Context, pool *sql.DB) error {
	mark := rand.Text() // A to Z and 2 to 7
	for range 2 * poolerRounds {
		found, err := leaveMark(ctx, pool, mark)
		if err != nil {
			return err
		}
		if found {
			return errPooler
		}
	}
	return nil
}

// leaveMark sets a mark in a new session, and reports whether the session had it already, or became another one meanwhile.
func leaveMark(ctx context.Context, pool *sql.DB, mark string) (found bool, err error) {
	conn, err := pool.Conn(ctx)
	if err != nil {
		return false, err
	}
	defer conn.Close()
	defer discardConnection(conn)
	var was, set string
	first, err := serverProcessID(ctx, conn)
	if err != nil {
		return false, err
	}
	if err := conn.QueryRowContext(ctx, "SELECT COALESCE(current_setting('quittance.probe', true), '')").Scan(&was); err != nil {
		return false, err
	}
	if err := conn.QueryRowContext(ctx, "SELECT set_config('quittance.probe', '"+mark+"', false)").Scan(&set); err != nil {
		return false, err
	}
	tx, err := beginOrPooler(ctx, conn)
	if err != nil {
		return false, err
	}
	defer tx.Rollback()
	last, err := serverProcessID(ctx, tx)
	return was == mark || last != first, err
}

// beginOrPooler begins a transaction. A connection that answers and refuses that is a pooler's which keeps no transaction together.
func beginOrPooler(ctx context.Context, conn *sql.Conn) (*sql.Tx, error) {
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil && ctx.Err() == nil {
		return nil, fmt.Errorf("%w (a transaction is refused: %w)", errPooler, err)
	}
	return tx, err
}
