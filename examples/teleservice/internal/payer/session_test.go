package payer

import (
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/acquirer"
)

func TestAsForm(t *testing.T) {
	for name, c := range map[string]struct{ in, want acquirer.Session }{
		"a link": {acquirer.Session{URL: "https://p.example/ws?idop=a-b&x=1%262", Method: "GET"},
			acquirer.Session{URL: "https://p.example/ws", Method: "GET", Fields: url.Values{"idop": {"a-b"}, "x": {"1&2"}}}},
		"a form that is posted": {acquirer.Session{URL: "https://p.example/ws?a=1", Method: "POST", Fields: url.Values{"b": {"2"}}},
			acquirer.Session{URL: "https://p.example/ws?a=1", Method: "POST", Fields: url.Values{"b": {"2"}}}},
	} {
		got := asForm(c.in)
		if got.URL != c.want.URL || got.Method != c.want.Method || cmp.Diff(c.want.Fields, got.Fields) != "" {
			t.Errorf("%s: %s by %s with %v", name, got.URL, got.Method, got.Fields)
		}
	}
}
