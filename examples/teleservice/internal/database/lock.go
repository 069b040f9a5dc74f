package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"hash/fnv"

	"github.com/quittance/quittance/payment/sqlstore"
)

// ErrLocked says that another process has the lock.
var ErrLocked = errors.New("database: another process has it")

// Lock takes a lock of a name that one process may have, and returns how to give it back. It goes with the process, however that ends.
// Beside an SQLite file it is a file of its own, which SQLite keeps locked; in PostgreSQL an advisory lock of a connection of its own.
func (d *DB) Lock(ctx context.Context, name string) (unlock func(), err error) {
	if d.Shared {
		return d.lockServer(ctx, name)
	}
	return lockFile(ctx, d.Name+"-"+name)
}

// lockFile keeps a transaction open that nobody else may begin.
func lockFile(ctx context.Context, file string) (unlock func(), err error) {
	db, err := sql.Open("sqlite", sqlstore.DSN(file)+"&_pragma=busy_timeout(0)")
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	conn, err := db.Conn(ctx)
	if err == nil {
		if _, err = conn.ExecContext(ctx, "BEGIN IMMEDIATE"); err == nil {
			return func() { conn.Close(); db.Close() }, nil
		}
		conn.Close()
	}
	db.Close()
	return nil, fmt.Errorf("%w (%s): %w", ErrLocked, file, err)
}

func (d *DB) lockServer(ctx context.Context, name string) (unlock func(), err error) {
	conn, err := d.Conn(ctx)
	if err != nil {
		return nil, err
	}
	number := fnv.New64a()
	number.Write([]byte("teleservice/" + name))
	var mine bool
	if err = conn.QueryRowContext(ctx, "SELECT pg_try_advisory_lock($1)", int64(number.Sum64())).Scan(&mine); err == nil && !mine {
		err = ErrLocked
	}
	if err != nil {
		conn.Close()
		return nil, err
	}
	return func() {
		conn.ExecContext(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock_all()")
		conn.Close()
	}, nil
}
