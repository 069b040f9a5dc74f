package database

import (
	"context"
	"database/sql"
	"time"
)

// Sum is a number of movements, and what they make.
type Sum struct{ Count, Cents int64 }

// Day is what is known of a day that is over: its totals, its seal, and whether somebody has kept the seal elsewhere. Totals and seal are
// those of the first export. They are here for the page: what proves something is a seal that was kept outside.
type Day struct {
	Day                                  string // in Paris, "2026-03-02"
	Seal                                 string
	Accepted, Returned, Reviewed, Orphan Sum // in euros
	MadeAt                               time.Time
	MadeBy                               string
	KeptAt                               time.Time // when somebody said that the seal is kept outside; zero: nobody has
	KeptBy                               string
}

// tableOfDays is made by migrate.
const tableOfDays = `CREATE TABLE IF NOT EXISTS teleservice_day (
	day TEXT PRIMARY KEY, seal TEXT NOT NULL,
	accepted_count BIGINT NOT NULL, accepted_cents BIGINT NOT NULL, returned_count BIGINT NOT NULL, returned_cents BIGINT NOT NULL,
	reviewed_count BIGINT NOT NULL, reviewed_cents BIGINT NOT NULL, orphan_count BIGINT NOT NULL, orphan_cents BIGINT NOT NULL,
	made_at BIGINT NOT NULL, made_by TEXT NOT NULL, kept_at BIGINT NOT NULL, kept_by TEXT NOT NULL)`

const columnsOfDay = `day, seal, accepted_count, accepted_cents, returned_count, returned_cents, reviewed_count, reviewed_cents,
	orphan_count, orphan_cents, made_at, made_by, kept_at, kept_by`

// SaveDay keeps a day, unless it is kept already: the first export stands, and whoever exports again compares. It returns what is kept.
func (d *DB) SaveDay(ctx context.Context, day Day) (Day, error) {
	_, err := d.ExecContext(ctx, d.Q(`INSERT INTO teleservice_day (`+columnsOfDay+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 0, '') ON CONFLICT (day) DO NOTHING`),
		day.Day, day.Seal, day.Accepted.Count, day.Accepted.Cents, day.Returned.Count, day.Returned.Cents,
		day.Reviewed.Count, day.Reviewed.Cents, day.Orphan.Count, day.Orphan.Cents, Micros(day.MadeAt), day.MadeBy)
	if err != nil {
		return Day{}, err
	}
	kept, err := d.Days(ctx, day.Day, day.Day)
	if err != nil || len(kept) == 0 {
		return day, err
	}
	return kept[0], nil
}

// Days are the days that are kept, from one to another, both included, oldest first.
func (d *DB) Days(ctx context.Context, from, to string) ([]Day, error) {
	return Rows(ctx, d, scanDay, `SELECT `+columnsOfDay+` FROM teleservice_day WHERE day >= $1 AND day <= $2 ORDER BY day`, from, to)
}

func scanDay(rows *sql.Rows) (day Day, err error) {
	var made, kept int64
	err = rows.Scan(&day.Day, &day.Seal, &day.Accepted.Count, &day.Accepted.Cents, &day.Returned.Count, &day.Returned.Cents,
		&day.Reviewed.Count, &day.Reviewed.Cents, &day.Orphan.Count, &day.Orphan.Cents, &made, &day.MadeBy, &kept, &day.KeptBy)
	day.MadeAt, day.KeptAt = Instant(made), Instant(kept)
	return day, err
}

// KeepSeal writes down that somebody has kept the seal of a day elsewhere. The first word stands.
func (d *DB) KeepSeal(ctx context.Context, day, by string, at time.Time) error {
	_, err := d.ExecContext(ctx, d.Q(`UPDATE teleservice_day SET kept_at = $1, kept_by = $2 WHERE day = $3 AND kept_at = 0`), Micros(at), by, day)
	return err
}
