// Package repository_test holds the repository to what it says of itself: documents, names, modules, a release. It is tests only.
package repository_test

import (
	"testing"

	"github.com/quittance/quittance/internal/integration/rig/figure"
)

func TestMain(m *testing.M) { figure.MainWithoutRace(m) }
