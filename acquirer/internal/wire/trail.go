package wire

import (
	"context"
	"errors"
	"net"
	"net/http/httptrace"
	"sync/atomic"
)

// A Trail knows how far a request got. A connection in hand counts as sent: what was written after that cannot be told apart.
type Trail struct {
	asked, got atomic.Bool
}

// Watch returns a context for the request.
func (t *Trail) Watch(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) { t.asked.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { t.got.Store(true) },
	})
}

// NeverLeft reports that the request was certainly not sent: the transport looked for a connection and had none. Of a transport
// that does not tell, only a failed dial is believed.
func (t *Trail) NeverLeft(err error) bool {
	if t.asked.Load() {
		return !t.got.Load()
	}
	op, dns := (*net.OpError)(nil), (*net.DNSError)(nil)
	return errors.As(err, &op) && op.Op == "dial" || errors.As(err, &dns)
}
