//go:build cgo && !race

package mattn

import (
	"testing"

	_ "github.com/mattn/go-sqlite3" // the driver "sqlite3"

	"github.com/quittance/quittance/internal/integration/hosts/drivers"
)

func TestM19M20Mattn(t *testing.T) {
	drivers.SQLite{Name: "sqlite3", Settings: "_journal_mode=WAL&_synchronous=FULL&_busy_timeout=10000&_txlock=immediate"}.Run(t)
}
