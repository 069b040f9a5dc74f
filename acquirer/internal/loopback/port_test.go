package loopback_test

import (
	"context"
	"net"
	"net/http"
	"sync"
	"testing"

	"github.com/quittance/quittance/acquirer/internal/loopback"
	"github.com/quittance/quittance/internal/testport"
)

// Close is for ever, also where a test brings the port back at the same moment.
func TestCloseBeatsOpen(t *testing.T) {
	addr := testport.Addr(t)
	for range 200 {
		p := loopback.Port{Handler: http.NotFoundHandler(), Base: context.Background()}
		if _, err := p.Open(addr); err != nil {
			t.Fatal(err)
		}
		var opens sync.WaitGroup
		closed := make(chan struct{})
		opens.Go(func() {
			for {
				select {
				case <-closed:
					return
				default:
					p.Open(addr)
				}
			}
		})
		p.Close()
		close(closed)
		opens.Wait()
		if c, err := net.Dial("tcp", addr); err == nil {
			c.Close()
			t.Fatal("a closed port listens")
		}
	}
}
