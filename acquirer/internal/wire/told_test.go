package wire

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"syscall"
	"testing"
)

// What a peer wrote is in no error; what the system or a clock says is, and every error is found as it was.
func TestToldRepeatsNoPeer(t *testing.T) {
	answered := func(s string) error {
		_, err := http.ReadResponse(bufio.NewReader(strings.NewReader(s)), nil)
		return err
	}
	system := &net.OpError{Op: "read", Net: "tcp", Err: os.NewSyscallError("read", syscall.ECONNRESET)}
	for name, c := range map[string]struct {
		err  error
		says string
		is   error
	}{
		"a first line":         {answered("SECRET\r\n\r\n"), "no answer in HTTP", nil},
		"a status":             {answered("HTTP/1.1 SECRET x\r\n\r\n"), "no answer in HTTP", nil},
		"a header":             {answered("HTTP/1.1 200 OK\r\nSECRET\r\n\r\n"), "no answer in HTTP", nil},
		"a way":                {fmt.Errorf("failed to parse Location header %q", "SECRET"), "no answer in HTTP", nil},
		"the system":           {system, "connection reset by peer", syscall.ECONNRESET},
		"a clock":              {context.DeadlineExceeded, "deadline exceeded", context.DeadlineExceeded},
		"a clock, with words":  {fmt.Errorf("SECRET: %w", context.DeadlineExceeded), "deadline exceeded", context.DeadlineExceeded},
		"an end":               {io.ErrUnexpectedEOF, "unexpected EOF", io.ErrUnexpectedEOF},
		"an end, with words":   {fmt.Errorf("SECRET: %w", io.ErrUnexpectedEOF), "unexpected EOF", io.ErrUnexpectedEOF},
		"somebody has stopped": {context.Canceled, "canceled", context.Canceled},
	} {
		for _, err := range []error{c.err, &url.Error{Op: "Post", URL: "https://bank.example/SECRET", Err: c.err}} {
			got := Told(err)
			for _, text := range []string{got.Error(), fmt.Sprintf("%v %+v %s", got, got, got), fmt.Sprint(errors.Unwrap(got))} {
				if strings.Contains(text, "SECRET") {
					t.Errorf("%s: %s", name, text)
				}
			}
			if !strings.Contains(got.Error(), c.says) {
				t.Errorf("%s says %q, want %q", name, got, c.says)
			}
			if c.is != nil && !errors.Is(got, c.is) {
				t.Errorf("%s: %v is not found", name, c.is)
			}
		}
	}
	if op := (*net.OpError)(nil); !errors.As(Told(system), &op) || op != system {
		t.Error("the system's error is not found")
	}
	if Told(nil) != nil {
		t.Error("no error became one")
	}
}
