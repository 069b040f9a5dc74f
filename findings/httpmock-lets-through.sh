#!/usr/bin/env bash
# Requests that net/http's own transport refuses to send are answered by httpmock's: a client that builds one passes its tests
# and fails in the field. Met with a client that signs headers: what is signed must be what can be sent.
set -uo pipefail
cannot() { printf 'cannot run: %s\n' "$*"; exit 3; }
command -v go >/dev/null || cannot "no go"
folder=$(mktemp -d) || cannot "no temporary folder"
trap 'rm -rf "$folder"' EXIT
export GOMODCACHE=$folder/modules GOFLAGS="-mod=mod -modcacherw -trimpath" GOWORK=off
cd "$folder" || cannot "no folder"
version=v1.4.2
printf 'module finding.example\n\ngo 1.25.0\n\nrequire github.com/jarcoal/httpmock %s\n' "$version" >go.mod
cat >main.go <<'GO'
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/jarcoal/httpmock"
)

func main() {
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { io.Copy(io.Discard, r.Body) }))
	defer server.Close()
	mock := httpmock.NewMockTransport()
	mock.RegisterNoResponder(httpmock.NewStringResponder(200, ""))

	for _, c := range []struct {
		what string
		make func(*http.Request)
	}{
		{"plain", func(r *http.Request) {}},
		{"line break in a header", func(r *http.Request) { r.Header.Set("X-Note", "two\nlines") }},
		{"blank in a header's name", func(r *http.Request) { r.Header["X Note"] = []string{"one"} }},
		{"length that is not the body's", func(r *http.Request) { r.ContentLength = 10 }},
	} {
		fmt.Print(c.what, ":")
		for _, transport := range []http.RoundTripper{http.DefaultTransport, mock} {
			r, err := http.NewRequest("POST", server.URL, strings.NewReader("abc"))
			if err != nil {
				log.Fatal(err)
			}
			c.make(r)
			resp, err := (&http.Client{Transport: transport}).Do(r)
			if err != nil {
				fmt.Print(" refused")
				continue
			}
			resp.Body.Close()
			fmt.Print(" ", resp.StatusCode)
		}
		fmt.Println()
	}

	answered := 0
	for range 200 {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		r, err := http.NewRequestWithContext(ctx, "GET", server.URL, nil)
		if err != nil {
			log.Fatal(err)
		}
		if resp, err := (&http.Client{Transport: mock}).Do(r); err == nil {
			resp.Body.Close()
			answered++
		}
	}
	fmt.Println("cancelled before it is sent: some answered by the mock:", answered > 0)
}
GO
timeout 300 go build -o finding . 2>build.txt || cannot "$(tail -n 1 build.txt)"
seen=$(timeout 60 ./finding)
expected='plain: 200 200
line break in a header: refused 200
blank in a header'"'"'s name: refused 200
length that is not the body'"'"'s: refused 200
cancelled before it is sent: some answered by the mock: true'
cat <<TEXT
version: httpmock $version, $(go version | cut -d' ' -f3)
guess:   a mocked transport refuses what no transport can send, and a request whose context has ended is never answered
seen:    net/http's transport, then the mock's:
$seen
So: a test of what is sent, or of cancellation, needs a real socket (httptest.Server).
TEXT
[ "$seen" = "$expected" ] || { echo "changed"; exit 1; }
