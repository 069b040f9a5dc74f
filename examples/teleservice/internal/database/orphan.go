package database

import (
	"context"
	"database/sql"
	"time"
)

// Settled says that somebody has dealt with an orphan: an acceptance that belongs to no payment.
type Settled struct {
	Key     string // of the orphan
	At      time.Time
	By, Why string
}

// tableOfOrphans is made by migrate.
const tableOfOrphans = `CREATE TABLE IF NOT EXISTS teleservice_orphan (
	orphan TEXT PRIMARY KEY, settled_at BIGINT NOT NULL, settled_by TEXT NOT NULL, why TEXT NOT NULL)`

// SettleOrphan writes down that somebody has dealt with an orphan, and reports whether it is so now. The first word stands: it is not where
// somebody else, or the same person with other words, was first.
func (d *DB) SettleOrphan(ctx context.Context, s Settled) (bool, error) {
	_, err := d.ExecContext(ctx, d.Q(`INSERT INTO teleservice_orphan (orphan, settled_at, settled_by, why) VALUES ($1, $2, $3, $4)
		ON CONFLICT (orphan) DO NOTHING`), s.Key, Micros(s.At), s.By, s.Why)
	if err != nil {
		return false, err
	}
	var by, why string
	err = d.QueryRowContext(ctx, d.Q("SELECT settled_by, why FROM teleservice_orphan WHERE orphan = $1"), s.Key).Scan(&by, &why)
	return by == s.By && why == s.Why, err
}

// SettledOrphans are those that somebody has dealt with, by key.
func (d *DB) SettledOrphans(ctx context.Context) (map[string]Settled, error) {
	all, err := Rows(ctx, d, func(rows *sql.Rows) (s Settled, err error) {
		var at int64
		err = rows.Scan(&s.Key, &at, &s.By, &s.Why)
		s.At = Instant(at)
		return s, err
	}, `SELECT orphan, settled_at, settled_by, why FROM teleservice_orphan`)
	byKey := make(map[string]Settled, len(all))
	for _, s := range all {
		byKey[s.Key] = s
	}
	return byKey, err
}
