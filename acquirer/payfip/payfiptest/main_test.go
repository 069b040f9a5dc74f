package payfiptest_test

import (
	"testing"

	"github.com/quittance/quittance/internal/testparallel"
)

func TestMain(m *testing.M) {
	testparallel.Raise(16)
	m.Run()
}
