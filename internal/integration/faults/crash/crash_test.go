//go:build !race

// Package crash kills the portal on an SQLite file, breaks the disk under it and fills it up: nothing that was acknowledged is lost, and
// every payment ends where the money is.
package crash

import (
	"testing"

	"github.com/quittance/quittance/internal/integration/rig"
)

func TestMain(m *testing.M) { rig.Main(m) }
