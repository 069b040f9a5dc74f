//go:build !race

// Package ncruces tries the stores with github.com/ncruces/go-sqlite3.
package ncruces

import (
	"testing"

	_ "github.com/ncruces/go-sqlite3/driver" // the driver "sqlite3"

	"github.com/quittance/quittance/internal/integration/hosts/drivers"
)

func TestM19M20Ncruces(t *testing.T) {
	drivers.SQLite{
		Name: "sqlite3", Settings: "_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=busy_timeout(10000)&_txlock=immediate",
		FullIsIOError: true,
	}.Run(t)
}
