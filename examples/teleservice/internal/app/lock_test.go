package app_test

import (
	"strings"
	"testing"

	"github.com/quittance/quittance/examples/teleservice/internal/app"
	"github.com/quittance/quittance/internal/integration/rig/postgres"
)

// Two processes on one database, each with a simulator of its own, overwrote each other's book without a word: money that one bank had was in
// no book after the next start. The second is refused, by name, as long as the first one runs.
func TestM18OneProcessPlaysTheBank(t *testing.T) {
	t.Parallel()
	refused := func(t *testing.T, change func(*app.Config)) {
		one := start(t, change)
		c := one.Config
		c.Base = "http://localhost:1"
		if other, err := app.New(t.Context(), c); err == nil {
			other.Close()
			t.Error("a second process plays the bank of one database")
		} else if !strings.Contains(err.Error(), "another process plays the bank") || !strings.Contains(err.Error(), "-kiosk http://") {
			t.Errorf("error %v", err)
		}
		c.Kiosk = one.Bank.Where // it may use the first one's
		if other, err := app.New(t.Context(), c); err != nil {
			t.Errorf("a process that plays no bank: %v", err)
		} else if err := other.Close(); err != nil {
			t.Error(err)
		}
		one.Stop()
		one.Open() // the lock is free again
	}
	for _, kind := range []string{"simulator", "direct", "payfip"} { // the mock has no book
		t.Run(kind, func(t *testing.T) { refused(t, func(c *app.Config) { c.Bank = kind }) })
	}
	t.Run("PostgreSQL", func(t *testing.T) {
		server := postgres.Shared(t)
		refused(t, func(c *app.Config) { c.Database = server.DSN(server.Create(t)) })
	})
}
