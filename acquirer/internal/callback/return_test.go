package callback_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/internal/callback"
)

// What the browser brings arrives as the callback says, and a redirection is left to the test that looks at it.
func TestReturnIsBrought(t *testing.T) {
	var got *http.Request
	portal := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.ParseForm()
		got = r
		http.Redirect(w, r, "/elsewhere", http.StatusSeeOther)
	}))
	defer portal.Close()

	type request struct {
		Method, Path string
		Query, Form  url.Values
	}
	for name, tt := range map[string]struct {
		back callback.Return
		want request
	}{
		"a form": {
			callback.Return{Callback: acquirer.Callback{Form: url.Values{"a": {"é&"}}}, Method: http.MethodPost, URL: portal.URL + "/back?of=1"},
			request{"POST", "/back", url.Values{"of": {"1"}}, url.Values{"a": {"é&"}}},
		},
		"a query": {
			callback.Return{Callback: acquirer.Callback{Query: url.Values{"a": {"1"}}}, Method: http.MethodGet, URL: portal.URL + "/back?a=1"},
			request{"GET", "/back", url.Values{"a": {"1"}}, url.Values{}},
		},
		"a query by POST": {
			callback.Return{Callback: acquirer.Callback{Query: url.Values{"a": {"1"}}}, Method: http.MethodPost, URL: portal.URL + "/back?a=1"},
			request{"POST", "/back", url.Values{"a": {"1"}}, url.Values{}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			response, err := tt.back.Bring(nil)
			if err != nil {
				t.Fatal(err)
			}
			response.Body.Close()
			if response.StatusCode != http.StatusSeeOther {
				t.Errorf("the browser has followed: %s", response.Status)
			}
			if diff := cmp.Diff(tt.want, request{got.Method, got.URL.Path, got.URL.Query(), got.PostForm}); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// What is brought back may open the payer's data: it is in no log.
func TestReturnPrintsNoSecret(t *testing.T) {
	back := callback.Return{
		Callback: acquirer.Callback{Form: url.Values{"Data": {"s3cret"}}, Query: url.Values{"idop": {"s3cret"}}},
		Method:   http.MethodGet, URL: "https://user:s3cret@portal.example/back?idop=s3cret",
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		if got := fmt.Sprintf(verb, back); strings.Contains(got, "s3cret") || !strings.Contains(got, "portal.example/back") {
			t.Errorf("%s prints %s", verb, got)
		}
	}
	if got := fmt.Sprint(back.LogValue()); strings.Contains(got, "s3cret") {
		t.Errorf("logs %s", got)
	}
	if _, err := (callback.Return{URL: "http://["}).Bring(nil); err == nil {
		t.Error("an address that is none: no error")
	}
}
