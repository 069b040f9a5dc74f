package acquirer_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/acquirer"
)

// listener takes shapes of its own on both channels.
type listener struct {
	acquirer.Client
	shapes []acquirer.Shape
}

func (l listener) Takes(acquirer.Channel) ([]acquirer.Shape, []string) {
	return l.shapes, []string{"X-Signature", "x-key"}
}

func (listener) Answer(*http.Request) (string, bool) { return "", false }

func TestShapes(t *testing.T) {
	const json = "application/json"
	form, query := url.Values{"idop": {"1"}}, url.Values{"idop": {"2"}}
	pairs, postJSON, get := []acquirer.Shape{acquirer.Pairs}, []acquirer.Shape{acquirer.PostJSON}, []acquirer.Shape{acquirer.GetQuery}
	both := []acquirer.Shape{acquirer.GetQuery, acquirer.PostJSON}
	tests := []struct {
		name                             string
		shapes                           []acquirer.Shape
		method, query, contentType, body string
		want                             acquirer.Callback
		status                           int // of the error; 0: none
	}{
		{"a query", get, "GET", "idop=2", "", "", acquirer.Callback{Query: query}, 0},
		{"HEAD asks nothing", get, "HEAD", "idop=2", "", "", acquirer.Callback{}, 405},
		{"a POST is no query", get, "POST", "idop=2", formType, "idop=1", acquirer.Callback{}, 405},
		{"no query", get, "GET", "", "", "", acquirer.Callback{}, 400},
		{"a query that is none", get, "GET", "%zz", "", "", acquirer.Callback{}, 400},
		{"JSON", postJSON, "POST", "idop=2", json, "{}", acquirer.Callback{Body: []byte("{}"), Header: http.Header{"X-Signature": {"a", "b"}}}, 0},
		{"JSON with a charset", postJSON, "POST", "", json + "; charset=utf-8", "[]", acquirer.Callback{Body: []byte("[]"), Header: http.Header{"X-Signature": {"a", "b"}}}, 0},
		{"JSON without a type", postJSON, "POST", "", "", "{}", acquirer.Callback{}, 415},
		{"a form is no JSON", postJSON, "POST", "", formType, "a=b", acquirer.Callback{}, 415},
		{"no JSON", postJSON, "POST", "", json, "", acquirer.Callback{}, 400},
		{"pairs by GET", pairs, "GET", "idop=2", "", "", acquirer.Callback{Query: query}, 0},
		{"pairs in a form", pairs, "POST", "", formType, "idop=1", acquirer.Callback{Form: form}, 0},
		{"pairs in both", pairs, "POST", "idop=2", formType, "idop=1", acquirer.Callback{Form: form, Query: query}, 0},
		{"a POST without a body", pairs, "POST", "idop=2", "", "", acquirer.Callback{Query: query}, 0},
		{"a POST with an empty form", pairs, "POST", "idop=2", formType, "", acquirer.Callback{Query: query}, 0},
		{"neither", pairs, "POST", "", formType, "", acquirer.Callback{}, 400},
		{"XML", pairs, "POST", "idop=2", "text/xml", "<a/>", acquirer.Callback{}, 415},
		{"PUT", pairs, "PUT", "idop=2", formType, "idop=1", acquirer.Callback{}, 405},
		{"the first shape that fits", both, "POST", "", json, "{}", acquirer.Callback{Body: []byte("{}"), Header: http.Header{"X-Signature": {"a", "b"}}}, 0},
		{"the refusal that is nearest", both, "POST", "", "text/xml", "<a/>", acquirer.Callback{}, 415},
		{"nothing is taken", nil, "GET", "idop=2", "", "", acquirer.Callback{}, 405},
		{"a method that is part of another", pairs, "OST", "idop=2", "", "", acquirer.Callback{}, 405},
		{"a query larger than allowed", get, "GET", "a=" + strings.Repeat("x", acquirer.MaxCallback), "", "", acquirer.Callback{}, 414},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(tt.body))
			r.Method, r.URL.RawQuery = tt.method, tt.query
			r.Header = http.Header{"Content-Type": {tt.contentType}, "X-Signature": {"a", "b"}, "Cookie": {"session=1"}}
			got, err := acquirer.ReadCallback(httptest.NewRecorder(), r, acquirer.Notify, listener{shapes: tt.shapes})
			status := 0
			if re := (*acquirer.RequestError)(nil); errors.As(err, &re) {
				status = re.Status
			}
			if status != tt.status || (err != nil) != (tt.status != 0) {
				t.Fatalf("error %v, want status %d", err, tt.status)
			}
			if err == nil {
				tt.want.Channel = acquirer.Notify
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("callback (-want +got):\n%s", diff)
			}
		})
	}
}

// One request is read once and looked at by several clients, each in its own shapes.
func TestIncomingIsReadOnce(t *testing.T) {
	r := httptest.NewRequest(http.MethodPost, "/?a=b", strings.NewReader("c=d"))
	r.Header.Set("Content-Type", formType)
	in, err := acquirer.ReadIncoming(httptest.NewRecorder(), r)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		cb, err := in.Callback(acquirer.Return, nil)
		if diff := cmp.Diff(acquirer.Callback{Channel: acquirer.Return, Form: url.Values{"c": {"d"}}}, cb); err != nil || diff != "" {
			t.Errorf("error %v, a form (-want +got):\n%s", err, diff)
		}
		cb, err = in.Callback(acquirer.Return, listener{shapes: []acquirer.Shape{acquirer.Pairs}})
		want := acquirer.Callback{Channel: acquirer.Return, Form: url.Values{"c": {"d"}}, Query: url.Values{"a": {"b"}}}
		if diff := cmp.Diff(want, cb); err != nil || diff != "" {
			t.Errorf("error %v, pairs (-want +got):\n%s", err, diff)
		}
	}
}

func TestCloserRefusal(t *testing.T) {
	refusal := func(status int) *acquirer.RequestError {
		return &acquirer.RequestError{Status: status, Err: context.Canceled}
	}
	for _, pair := range [][2]int{{415, 405}, {400, 405}, {400, 415}} {
		for _, order := range [][2]int{pair, {pair[1], pair[0]}} {
			if got := acquirer.CloserRefusal(refusal(order[0]), refusal(order[1])); got.Status != pair[0] {
				t.Errorf("of %v: %d", order, got.Status)
			}
		}
	}
	if got := acquirer.CloserRefusal(nil, refusal(405)); got.Status != 405 {
		t.Errorf("of none and 405: %v", got)
	}
}
