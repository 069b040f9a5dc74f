#!/usr/bin/env bash
# go-retryablehttp sends a POST again, unlike net/http: after a 500 and after a time-out, when the first may have taken effect. In the end
# the body of the 500 is gone, and with it the SOAP fault that said why. Looked at for acquirers: PayFiP answers every functional error
# with 500 (docs/payfip.md §3), and an order that is sent five times may be five orders.
set -uo pipefail
cannot() { printf 'cannot run: %s\n' "$*"; exit 3; }
command -v go >/dev/null || cannot "no go"
folder=$(mktemp -d) || cannot "no temporary folder"
trap 'rm -rf "$folder"' EXIT
export GOMODCACHE=$folder/modules GOFLAGS="-mod=mod -modcacherw -trimpath" GOWORK=off
cd "$folder" || cannot "no folder"
version=v0.7.8
printf 'module finding.example\n\ngo 1.25.0\n\nrequire github.com/hashicorp/go-retryablehttp %s\n' "$version" >go.mod
cat >main.go <<'GO'
package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"time"

	"github.com/hashicorp/go-retryablehttp"
)

const fault = `<S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/"><S:Body><S:Fault><faultcode>S:Server</faultcode>` +
	`<faultstring>amount above the maximum</faultstring></S:Fault></S:Body></S:Envelope>`

func main() {
	for _, late := range []bool{false, true} {
		var orders atomic.Int32
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			io.Copy(io.Discard, r.Body)
			orders.Add(1) // from here on the order stands
			if late {
				<-r.Context().Done() // the answer would come after the client's time-out
				return
			}
			w.Header().Set("Content-Type", "text/xml; charset=utf-8")
			w.WriteHeader(http.StatusInternalServerError)
			io.WriteString(w, fault)
		}))
		client := retryablehttp.NewClient()
		client.Logger = nil
		client.RetryWaitMin = time.Millisecond // the default of RetryMax, 4, stands
		client.RetryWaitMax = time.Millisecond
		client.HTTPClient.Timeout = 300 * time.Millisecond
		answer, err := client.Post(s.URL, "text/xml; charset=utf-8", strings.NewReader("<pay>137.50</pay>"))
		fmt.Printf("  late %v: orders %d, an answer %v, an error %v, with the fault's text %v\n",
			late, orders.Load(), answer != nil, err != nil, err != nil && strings.Contains(err.Error(), "maximum"))
		s.Close()
	}
}
GO
timeout 300 go build -o finding . 2>build.txt || cannot "$(tail -n 1 build.txt)"
seen=$(timeout 60 ./finding 2>&1)
cat <<TEXT
version: go-retryablehttp $version
guess:   only what may be repeated is repeated (GET, or a connection refused); the last answer's body can be read
seen:    one POST, with the defaults
$seen
So: set CheckRetry for whatever moves money, ErrorHandler to PassthroughErrorHandler, and ask for the state before you send again.
TEXT
[ "$seen" = '  late false: orders 5, an answer false, an error true, with the fault'"'"'s text false
  late true: orders 5, an answer false, an error true, with the fault'"'"'s text false' ] || { echo "changed"; exit 1; }
