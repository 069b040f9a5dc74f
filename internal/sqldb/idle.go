package sqldb

import (
	"context"
	"database/sql"
)

// Idle connections.
const (
	idleByDefault = 2  // that database/sql keeps unless it is told otherwise
	idleWanted    = 16 // as many as payers and pieces of work are under way at once
)

// keepIdle has a pool keep connections that it would close after each use: to open one, and to parse its statements again, takes longer than
// what it is opened for. database/sql keeps two unless the host says otherwise, and says nowhere how many; so more than two are opened here, and
// what becomes of them shows it. A pool that keeps more, or may have no more, is left as it is.
func keepIdle(pool *sql.DB) {
	if most := pool.Stats().MaxOpenConnections; most > 0 && most <= idleByDefault {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	before := pool.Stats().MaxIdleClosed
	var opened []*sql.Conn
	for range idleByDefault + 1 {
		conn, err := pool.Conn(ctx)
		if err != nil {
			break // what cannot be opened is for the next statement to say
		}
		opened = append(opened, conn)
	}
	for _, conn := range opened {
		conn.Close()
	}
	if pool.Stats().MaxIdleClosed > before {
		pool.SetMaxIdleConns(idleWanted)
	}
}
