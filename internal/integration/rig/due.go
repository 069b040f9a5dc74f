package rig

import (
	"context"
	"database/sql"
	"time"
)

// due counts in one look: a question that is answered between two becomes a change to hand over.
const due = "SELECT (SELECT count(*) FROM quittance_change c WHERE due_at <= $1 AND NOT EXISTS " +
	"(SELECT 1 FROM quittance_change o WHERE o.payment = c.payment AND o.version < c.version)) + " +
	"(SELECT count(*) FROM quittance_payment WHERE attention_at <= $1)"

// CountDue counts by the rows what is due at an instant. What a worker has leased counts until it has written that it is done.
func CountDue(ctx context.Context, db *sql.DB, at time.Time) (n int, err error) {
	err = db.QueryRowContext(ctx, due, at.UnixMicro()).Scan(&n)
	return n, err
}
