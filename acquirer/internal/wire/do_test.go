package wire_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/quittance/quittance/acquirer/internal/wire"
)

// Whoever answers 101 and then says nothing keeps nobody waiting: net/http's own body of such an answer ends with no context and no
// time-out.
func TestDoAfterSwitchingProtocols(t *testing.T) {
	held := make(chan net.Conn, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n")
		held <- conn
	}))
	defer server.Close()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, server.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := wire.Do(wire.Client(nil), r)
	if err != nil {
		t.Fatal(err)
	}
	conn := <-held
	defer conn.Close()
	read := make(chan error, 1)
	go func() {
		b, err := io.ReadAll(resp.Body)
		if len(b) > 0 {
			t.Errorf("the body is %q", b)
		}
		read <- err
	}()
	select {
	case err := <-read:
		if err != nil || resp.StatusCode != http.StatusSwitchingProtocols {
			t.Errorf("status %d, %v", resp.StatusCode, err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("the body is waited for")
	}
	conn.SetReadDeadline(time.Now().Add(10 * time.Second))
	if _, err := conn.Read(make([]byte, 1)); err != io.EOF {
		t.Errorf("the connection is still open: %v", err)
	}
}
