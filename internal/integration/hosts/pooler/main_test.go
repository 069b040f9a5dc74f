package pooler

import (
	"testing"

	"github.com/quittance/quittance/internal/testparallel"
)

func TestMain(m *testing.M) {
	testparallel.Raise(6)
	m.Run()
}
