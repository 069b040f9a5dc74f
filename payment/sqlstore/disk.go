package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/quittance/quittance/internal/sqldb"
)

// disk is what one process knows of the disk under its SQLite file.
//
// After an fsync that failed, the kernel counts the pages as written, and the next fsync of the same file says that all
// is well: the cache shows what the disk does not have. So when a transaction cannot be ended, its connection is never
// used again, and before anything else is read or written all connections are closed, the file is opened anew, and what
// the log shows is copied into the database and synced (sqldb.Reopen). Only then does reading again tell what was committed:
// what is seen is on the disk. Until that is done every read and every write is an error.
type disk struct {
	doubted atomic.Bool
	reading sync.RWMutex // held by who reads, and by nobody else while connections are closed
}

// distrust closes a connection whose transaction could not be ended, unless there was no room: then it is ended now.
func (s *Store) distrust(conn *sql.Conn, err error) {
	full := sqldb.Full(err)
	if full && sqldb.Undo(context.Background(), conn) {
		return
	}
	if !full {
		s.disk.doubted.Store(true)
	}
	sqldb.Discard(conn)
}

// reopen ends the doubt, or says why it cannot. Only the writer whose turn it is calls it.
func (s *Store) reopen(ctx context.Context) error {
	s.disk.reading.Lock()
	defer s.disk.reading.Unlock()
	if err := sqldb.Reopen(ctx, s.db); err != nil {
		return fmt.Errorf("sqlstore: SQLite: a commit failed and the disk cannot be trusted yet: %w", err)
	}
	s.disk.doubted.Store(false)
	return nil
}

// trusted waits until the file can be trusted, and keeps it so until leave is called.
func (s *Store) trusted(ctx context.Context) (leave func(), err error) {
	if !s.d.oneWriter {
		return func() {}, nil
	}
	for {
		s.disk.reading.RLock()
		if !s.disk.doubted.Load() {
			return s.disk.reading.RUnlock, nil
		}
		s.disk.reading.RUnlock()
		if err := s.group.do(ctx, s, nil); err != nil { // the writer's turn ends the doubt
			return nil, err
		}
	}
}

// trustedRows are those of a query, of a file that can be trusted.
type trustedRows struct {
	*sql.Rows
	leave func()
}

// Close must be called once.
func (r trustedRows) Close() error {
	defer r.leave()
	return r.Rows.Close()
}

// query reads rows; the text is in the words of PostgreSQL.
func (s *Store) query(ctx context.Context, text string, args ...any) (trustedRows, error) {
	leave, err := s.trusted(ctx)
	if err != nil {
		return trustedRows{}, err
	}
	var r *sql.Rows
	err = s.again(ctx, func() error {
		r, err = s.db.QueryContext(ctx, s.d.q(text), args...)
		return err
	})
	if err != nil {
		leave()
	}
	return trustedRows{r, leave}, err
}

// row is a query for one row, which is made when it is read.
type row struct {
	s    *Store
	ctx  context.Context
	text string
	args []any
}

func (s *Store) row(ctx context.Context, text string, args ...any) row {
	return row{s, ctx, text, args}
}

// Scan reads the row, or returns sql.ErrNoRows.
func (r row) Scan(dest ...any) error {
	leave, err := r.s.trusted(r.ctx)
	if err != nil {
		return err
	}
	defer leave()
	return r.s.again(r.ctx, func() error { return r.s.db.QueryRowContext(r.ctx, r.s.d.q(r.text), r.args...).Scan(dest...) })
}
