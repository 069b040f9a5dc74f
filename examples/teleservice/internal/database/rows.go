package database

import (
	"context"
	"database/sql"
)

// Rows reads all rows of a query on the host's own tables, as soon as the database can be trusted.
func Rows[T any](ctx context.Context, d *DB, scan func(*sql.Rows) (T, error), query string, args ...any) (all []T, err error) {
	err = d.Payments.Read(ctx, func() error {
		all = nil
		rows, err := d.DB.QueryContext(ctx, d.Q(query), args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			one, err := scan(rows)
			if err != nil {
				return err
			}
			all = append(all, one)
		}
		return rows.Err()
	})
	return all, err
}
