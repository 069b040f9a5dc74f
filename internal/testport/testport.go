// Package testport is for tests of servers that stop, and listen again at the same address.
package testport

import (
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
	"testing"
)

// Systems give the ports above these to whoever asks for any, and to each connection that goes out (32768 on Linux, 49152 elsewhere). A port
// that was taken from there, and given up for a server to listen on, may belong to somebody else before that server starts, or starts again.
const firstPort, ports = 20_000, 12_000

// Free returns a port of this machine on which nobody listens, and which the system gives to nobody by itself.
func Free() (int, error) {
	var err error
	for range 100 {
		port := firstPort + rand.IntN(ports)
		var l net.Listener
		if l, err = net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port))); err == nil {
			return port, l.Close()
		}
	}
	return 0, fmt.Errorf("no port from %d on is free: %w", firstPort, err)
}

// Addr returns an address of this machine with such a port.
func Addr(t testing.TB) string {
	t.Helper()
	port, err := Free()
	if err != nil {
		t.Fatal(err)
	}
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
}
