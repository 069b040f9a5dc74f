package sqldb

import (
	"context"
	"database/sql/driver"
	"errors"
	"testing"
)

// What fails because ctx has ended says so, whatever the driver calls it.
func TestAwaitLocksAfterCancellation(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	err := AwaitLocks(ctx, func() error {
		cancel()
		return driver.ErrBadConn
	})
	if !errors.Is(err, context.Canceled) || !errors.Is(err, driver.ErrBadConn) {
		t.Error(err)
	}
}
