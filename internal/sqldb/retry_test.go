package sqldb

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net"
	"os"
	"testing"
)

// What may have been done is done once more after a deadline that is not the caller's, and as often as there are connections when those are
// lost; never when nobody waits for it any longer.
func TestRetry(t *testing.T) {
	timeout := fmt.Errorf("timeout: %w", &net.OpError{Op: "read", Err: os.ErrDeadlineExceeded})
	other := errors.New("no")
	for _, c := range []struct {
		err  error
		ends bool // the context does, while f runs
		most int  // how often f is run when it fails each time
	}{
		{timeout, false, 2}, {timeout, true, 1}, {context.DeadlineExceeded, false, 1},
		{driver.ErrBadConn, false, 3}, {driver.ErrBadConn, true, 1}, {other, false, 1}, {nil, false, 1},
	} {
		for mended := range 2 { // how often f fails before it succeeds, if it is run that often; 0: it never succeeds
			ctx, cancel := context.WithCancel(t.Context())
			pool := sql.OpenDB(&undecided{})
			n := 0
			err := Retry(ctx, pool, func() error {
				if n++; c.ends {
					cancel()
				}
				if mended > 0 && n > mended {
					return nil
				}
				return c.err
			})
			cancel()
			pool.Close()
			want, wantErr := c.most, c.err
			if mended > 0 && c.most > mended {
				want, wantErr = mended+1, nil
			}
			if n != want || err != wantErr {
				t.Errorf("%v, the context ends: %v, mended after %d: run %d times, %v; want %d, %v", c.err, c.ends, mended, n, err, want, wantErr)
			}
		}
	}
}
