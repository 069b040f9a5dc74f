package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
)

// mend ends the doubt about the disk, if there is one, or says why it cannot. Only the writer whose turn it is calls it.
func (s *Store) mend(ctx context.Context) error {
	if err := s.disk.Mend(ctx, s.db); err != nil {
		return fmt.Errorf("sqlstore: %w", err)
	}
	return nil
}

// trusted waits until the file can be trusted, and keeps it so until leave is called.
func (s *Store) trusted(ctx context.Context) (leave func(), err error) {
	if !s.d.oneWriter {
		return func() {}, nil
	}
	return s.disk.Trusted(ctx, func(ctx context.Context) error {
		return s.group.do(ctx, s, nil) // the writer's turn ends the doubt
	})
}

// doubted reports whether what was read may be what the disk does not have: a commit has failed since, perhaps while the
// reader waited for a connection.
func (s *Store) doubted() bool { return s.d.oneWriter && s.disk.Doubted() }

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
	for {
		leave, err := s.trusted(ctx)
		if err != nil {
			return trustedRows{}, err
		}
		var r *sql.Rows
		err = s.again(ctx, func() error {
			r, err = s.db.QueryContext(ctx, s.d.q(text), args...)
			return err
		})
		again := s.doubted()
		if err == nil && !again {
			return trustedRows{r, leave}, nil
		}
		if err == nil {
			r.Close()
		}
		leave()
		if !again {
			return trustedRows{}, err
		}
	}
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
	for {
		leave, err := r.s.trusted(r.ctx)
		if err != nil {
			return err
		}
		err = r.s.again(r.ctx, func() error { return r.s.db.QueryRowContext(r.ctx, r.s.d.q(r.text), r.args...).Scan(dest...) })
		again := r.s.doubted()
		leave()
		if !again {
			return err
		}
	}
}
