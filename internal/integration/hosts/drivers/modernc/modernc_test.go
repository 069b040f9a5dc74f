//go:build !race

// Package modernc tries the stores with modernc.org/sqlite, the driver of the examples.
package modernc

import (
	"strings"
	"testing"

	_ "modernc.org/sqlite" // the driver "sqlite"

	"github.com/quittance/quittance/internal/integration/hosts/drivers"
	"github.com/quittance/quittance/payment/sqlstore"
)

func TestM19M20Modernc(t *testing.T) {
	_, settings, _ := strings.Cut(sqlstore.DSN("x"), "?")
	drivers.SQLite{Name: "sqlite", Settings: settings}.Run(t)
}
