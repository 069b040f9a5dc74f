package acquirer_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/acquirer"
)

const formType = "application/x-www-form-urlencoded"

func TestReadCallback(t *testing.T) {
	sealed := url.Values{"Data": {"a=b|c=d"}, "Seal": {"00ff"}}
	tests := []struct {
		name, method, target, contentType, body string
		want                                    url.Values
		status                                  int // of the error; 0: none
	}{
		{"a form", "POST", "/", formType, "Data=a%3Db%7Cc%3Dd&Seal=00ff", sealed, 0},
		{"a form with charset", "POST", "/", formType + "; charset=UTF-8", "Data=a%3Db%7Cc%3Dd&Seal=00ff", sealed, 0},
		{"the query does not count", "POST", "/?Data=x&More=y", formType, "Data=a%3Db%7Cc%3Dd&Seal=00ff", sealed, 0},
		{"a query that is none does not count", "POST", "/?%zz;", formType, "Data=a%3Db%7Cc%3Dd&Seal=00ff", sealed, 0},
		{"a field twice is kept twice", "POST", "/", formType, "Seal=1&Seal=2", url.Values{"Seal": {"1", "2"}}, 0},
		{"GET", "GET", "/?Data=x", "", "", nil, 405},
		{"PUT", "PUT", "/", formType, "Data=x", nil, 405},
		{"JSON", "POST", "/", "application/json", "{}", nil, 415},
		{"multipart", "POST", "/", "multipart/form-data; boundary=x", "--x--", nil, 415},
		{"no type", "POST", "/", "", "Data=x", nil, 415},
		{"a type that is none", "POST", "/", ";;", "Data=x", nil, 415},
		{"empty", "POST", "/", formType, "", nil, 400},
		{"only a query", "POST", "/?Data=x", formType, "", nil, 400},
		{"not a form", "POST", "/", formType, "Data=%zz", nil, 400},
		{"as large as allowed", "POST", "/", formType, "D=" + strings.Repeat("x", acquirer.MaxCallback-2),
			url.Values{"D": {strings.Repeat("x", acquirer.MaxCallback-2)}}, 0},
		{"larger than allowed", "POST", "/", formType, "D=" + strings.Repeat("x", acquirer.MaxCallback-1), nil, 413},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequest(tt.method, tt.target, strings.NewReader(tt.body))
			r.Header.Set("Content-Type", tt.contentType)
			w := httptest.NewRecorder()
			cb, err := acquirer.ReadCallback(w, r, acquirer.Return, nil)
			if w.Body.Len() > 0 {
				t.Errorf("something was written: %q", w.Body)
			}
			if tt.status == 0 {
				if err != nil {
					t.Fatal(err)
				}
				if cb.Channel != acquirer.Return {
					t.Errorf("channel %q", cb.Channel)
				}
				if diff := cmp.Diff(tt.want, cb.Form); diff != "" {
					t.Errorf("form (-want +got):\n%s", diff)
				}
				return
			}
			re := (*acquirer.RequestError)(nil)
			if !errors.As(err, &re) || re.Status != tt.status {
				t.Errorf("error %v, want status %d", err, tt.status)
			}
			if cb.Form != nil || cb.Channel != "" {
				t.Error("a callback beside the error")
			}
		})
	}
}

type cutReader struct{}

func (cutReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestReadCallbackOfACutBody(t *testing.T) {
	r := httptest.NewRequest(http.MethodPost, "/", cutReader{})
	r.Header.Set("Content-Type", formType)
	_, err := acquirer.ReadCallback(httptest.NewRecorder(), r, acquirer.Notify, nil)
	if re := (*acquirer.RequestError)(nil); !errors.As(err, &re) || re.Status != http.StatusBadRequest {
		t.Errorf("error %v, want status 400", err)
	}
}

// A request that an adapter has made by hand may have no body at all, which a server's request always has.
func TestReadCallbackWithoutABody(t *testing.T) {
	r := httptest.NewRequest(http.MethodPost, "/", nil)
	r.Header.Set("Content-Type", formType)
	r.Body = nil
	_, err := acquirer.ReadCallback(httptest.NewRecorder(), r, acquirer.Notify, nil)
	if re := (*acquirer.RequestError)(nil); !errors.As(err, &re) || re.Status != http.StatusBadRequest {
		t.Errorf("error %v, want status 400", err)
	}
}

// The content of a callback may name a person; whoever posts one chooses the names of its fields.
func TestCallbackPrintsNoContent(t *testing.T) {
	cb := acquirer.Callback{Channel: acquirer.Notify, Form: url.Values{"Data": {"customerEmail=a@b"}, strings.Repeat("n", 33): {"x"}}}
	for i := range 100 {
		cb.Form.Set(fmt.Sprintf("f%03d", i), "x")
	}
	var out bytes.Buffer
	slog.New(slog.NewTextHandler(&out, nil)).Info("received", "callback", cb)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		fmt.Fprintf(&out, verb+"\n", cb)
	}
	for _, not := range []string{"customerEmail", "nnnn", "f099"} {
		if strings.Contains(out.String(), not) {
			t.Errorf("%s is printed", not)
		}
	}
	for _, want := range []string{`callback by "notify" with 102 fields`, "Data f000 f001"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not printed: %s", want, &out)
		}
	}
}

func FuzzReadCallback(f *testing.F) {
	f.Add(formType, "", "Data=a%3Db&Seal=00ff")
	f.Add(formType+"; charset=utf-8", "Data=x", "Data=%zz&;")
	f.Add("application/json", "%zz", "{}")
	f.Fuzz(func(t *testing.T, contentType, query, body string) {
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
		r.URL.RawQuery = query
		r.Header.Set("Content-Type", contentType)
		cb, err := acquirer.ReadCallback(httptest.NewRecorder(), r, acquirer.Notify, nil)
		if re := (*acquirer.RequestError)(nil); err != nil && (!errors.As(err, &re) || re.Status < 400 || cb.Form != nil) {
			t.Fatalf("error %v with form %v", err, cb.Form)
		}
		if err == nil {
			want, err := url.ParseQuery(body)
			if diff := cmp.Diff(want, cb.Form); err != nil || diff != "" {
				t.Errorf("not what the body says (%v) (-want +got):\n%s", err, diff)
			}
		}
	})
}
