package sqlmailbox_test

import (
	"context"
	"database/sql"

	"github.com/quittance/quittance/inbox"
	"github.com/quittance/quittance/inbox/sqlmailbox"
	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/sqlstore"
)

// Payments and letters in one SQLite file: one *sql.DB for both, so that their writes wait in one queue. The host imports the
// driver; without one there is nothing to run, so this example has no output.
func Example() {
	open := func(ctx context.Context, catalog *inbox.Catalog, fund inbox.Sender) (payment.Config, error) {
		db, err := sql.Open("sqlite", sqlstore.DSN("payments.db"))
		if err != nil {
			return payment.Config{}, err
		}
		store, err := sqlstore.SQLite(db, sqlstore.Options{})
		if err != nil {
			return payment.Config{}, err
		}
		letters, err := sqlmailbox.SQLite(db)
		if err != nil {
			return payment.Config{}, err
		}
		if err := store.Migrate(ctx); err != nil {
			return payment.Config{}, err
		}
		if err := letters.Migrate(ctx); err != nil {
			return payment.Config{}, err
		}
		return payment.Config{
			Store:   store,
			Deliver: inbox.Deliverer(letters, catalog, fund),
			Chores:  []payment.Chore{letters.DeleteDue},
			// Acquirer, Policies and ReturnURL: see payment.Config.
		}, nil
	}
	_ = open
}
