package sqlstore_test

import (
	"context"
	"database/sql"

	"github.com/quittance/quittance/payment/sqlstore"
)

// A host's own rows in the file of the payments are written in the store's queue. The function may be run again, so it does nothing
// but use the transaction.
func ExampleStore_Write() {
	saveSession := func(ctx context.Context, store *sqlstore.Store, token, debtor string) error {
		return store.Write(ctx, func(ctx context.Context, tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, "INSERT INTO sessions (token, debtor) VALUES (?, ?)", token, debtor)
			return err
		})
	}
	_ = saveSession
}
