package sqlstore_test

import (
	"fmt"

	"github.com/quittance/quittance/payment/sqlstore"
)

// The settings that SQLite asks for stand in the data source name, so that every connection of the pool has them.
func ExampleDSN() {
	fmt.Println(sqlstore.DSN("payments.db"))
	// Output:
	// file:payments.db?_pragma=journal_mode%28WAL%29&_pragma=synchronous%28FULL%29&_pragma=busy_timeout%2810000%29&_pragma=foreign_keys%281%29&_txlock=immediate
}
