package callback_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/internal/callback"
)

// taking is a client that takes one shape.
type taking struct {
	acquirer.Client
	shape acquirer.Shape
}

func (t taking) Takes(acquirer.Channel) ([]acquirer.Shape, []string) {
	return []acquirer.Shape{t.shape}, []string{"x-signature"}
}

func (taking) Answer(*http.Request) (string, bool) { return "", false }

// What NewRequest sends, the contract reads back, in each shape.
func TestNewRequestIsReadBack(t *testing.T) {
	pairs := url.Values{"a": {"1", "é&="}, "b": {""}}
	for shape, cb := range map[acquirer.Shape]acquirer.Callback{
		acquirer.PostForm: {Channel: acquirer.Notify, Form: pairs},
		acquirer.GetQuery: {Channel: acquirer.Return, Query: pairs},
		acquirer.Pairs:    {Channel: acquirer.Return, Form: pairs, Query: url.Values{"c": {"2"}}},
		acquirer.PostJSON: {Channel: acquirer.Notify, Body: []byte(`{"a":"\u00e9"}`), Header: http.Header{"X-Signature": {"00"}}},
	} {
		r, err := callback.NewRequest(t.Context(), "http://fund.example/path", cb)
		if err != nil {
			t.Fatal(err)
		}
		got, err := acquirer.ReadCallback(httptest.NewRecorder(), r, cb.Channel, taking{shape: shape})
		if err != nil {
			t.Errorf("shape %d: %v", shape, err)
			continue
		}
		if diff := cmp.Diff(cb, got); diff != "" {
			t.Errorf("shape %d (-sent +received):\n%s", shape, diff)
		}
	}
	if _, err := callback.NewRequest(t.Context(), "http://[", acquirer.Callback{}); err == nil {
		t.Error("an address that is none: no error")
	}
}

func TestCopyIsDeep(t *testing.T) {
	cb := acquirer.Callback{
		Form: url.Values{"a": {"1"}}, Query: url.Values{"b": {"2"}}, Header: http.Header{"C": {"3"}}, Body: []byte("4"),
	}
	c := callback.Copy(cb)
	if diff := cmp.Diff(cb, c); diff != "" {
		t.Errorf("(-original +copy):\n%s", diff)
	}
	c.Form["a"][0], c.Query["b"][0], c.Header["C"][0], c.Body[0] = "x", "x", "x", 'x'
	if cb.Form.Get("a")+cb.Query.Get("b")+cb.Header.Get("C")+string(cb.Body) != "1234" {
		t.Errorf("the original was changed: %v %v %v %s", cb.Form, cb.Query, cb.Header, cb.Body)
	}
}
