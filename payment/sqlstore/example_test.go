package sqlstore_test

import (
	"context"
	"database/sql"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/sqlstore"
)

// A service whose payments are in an SQLite file. The host imports the driver: import _ "modernc.org/sqlite". It runs with any
// driver that the package comment names; without one there is nothing to run, so this example has no output.
func Example() {
	open := func(ctx context.Context, bank acquirer.Client) (*payment.Service, error) {
		db, err := sql.Open("sqlite", sqlstore.DSN("payments.db"))
		if err != nil {
			return nil, err
		}
		store, err := sqlstore.SQLite(db, sqlstore.Options{}) // every setting that is wrong is in the error
		if err != nil {
			return nil, err
		}
		if err := store.Migrate(ctx); err != nil {
			return nil, err
		}
		return payment.New(payment.Config{
			Store: store, Acquirer: bank, Policies: creance.Ameli(), ReturnURL: "https://portail.example/retour",
		})
	}
	_ = open
}
