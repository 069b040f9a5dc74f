package payfip

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/internal/wire"
	"github.com/quittance/quittance/acquirer/payfip/internal/soap"
	"github.com/quittance/quittance/acquirer/preflight"
)

// FuzzAnswer: any body at any status. Nothing is believed of what is not an answer about the session, whatever the XML.
func FuzzAnswer(f *testing.F) {
	for _, v := range readVectors(f).Answer {
		f.Add([]byte(v.Body), v.Status)
	}
	for _, s := range []string{"", "<", "<a/>", "<a xmlns=''/>", "<a:b xmlns:a='" + soap.EnvelopeNS + "'/>", "<!--", "<![CDATA[", "\ufeff", "<?xml version='1.0'?>"} {
		f.Add([]byte(s), 200)
	}
	c := mustNew(f, testConfig(nil))
	f.Fuzz(func(t *testing.T, body []byte, status int) {
		for op, call := range map[string]func(*Client) error{
			soap.Create: func(c *Client) error {
				s, err := c.Begin(t.Context(), order())
				if err != nil && !s.IsZero() || err == nil && (!isIdOp(s.Handle.Session) || s.URL != DefaultPageURL+"?idop="+s.Handle.Session) {
					t.Fatalf("session at %q beside %v", s.URL, err)
				}
				return err
			},
			soap.Detail: func(c *Client) error {
				r, err := c.Status(t.Context(), question())
				checkResult(t, r, err, body)
				return err
			},
			soap.Client: func(c *Client) error { return operations[preflight.Op](t.Context(), c) },
		} {
			c.in.http.Transport = roundTrip(func(*http.Request) (*http.Response, error) {
				w := httptest.NewRecorder()
				w.WriteHeader(min(max(status, 200), 599))
				w.Body = bytes.NewBuffer(body)
				return w.Result(), nil
			})
			if err := call(c); err != nil {
				e := faultOf(t, err)
				if len(err.Error()) > 1000 || e.Kind == nil || strings.ContainsAny(err.Error(), "\n\r\x1b") || strings.Contains(err.Error(), "usager@") {
					t.Fatalf("%s: an error that must not be: %q", op, err)
				}
			}
		}
	})
}

type roundTrip func(*http.Request) (*http.Response, error)

func (r roundTrip) RoundTrip(req *http.Request) (*http.Response, error) { return r(req) }

// checkResult holds for every answer, whatever it says.
func checkResult(t *testing.T, r acquirer.Result, err error, body []byte) {
	t.Helper()
	switch {
	case err != nil:
		if !r.Equal(acquirer.Result{}) {
			t.Fatalf("%v beside %v", r, err)
		}
	case r.Outcome == acquirer.Open:
		if r.Code != "P5" || !r.Amount.IsZero() || !bytes.Contains(body, []byte("Fault")) {
			t.Fatalf("open: %v", r)
		}
	case r.Outcome == acquirer.Accepted && r.Code != "P" && r.Code != "V", r.Outcome == acquirer.Refused && r.Code != "R" && r.Code != "Z",
		r.Amount.IsNegative(), r.Currency != "EUR", r.Hint, r.Decline != "", !r.Handle.Equal(question().Handle), r.Reference != wire.Printable(r.Reference):
		t.Fatalf("%v with code %q", r, r.Code)
	}
}

// FuzzCallback: any request at the two addresses. What comes out is a hint with a session's number that stood in the request, and
// nothing more; two clients of one request say the same.
func FuzzCallback(f *testing.F) {
	for _, v := range readVectors(f).Callback {
		f.Add(v.Method, v.Query, v.ContentType, v.Body)
	}
	f.Add("POST", "IDOP=a&idop=a", formType, "IdOp=a")
	f.Add("POST", "", formType+"; charset=iso-8859-1", "idop=%61")
	f.Add("GET", "idop=%00", "", "idop=a")
	c := mustNew(f, testConfig(nil))
	f.Fuzz(func(t *testing.T, method, query, contentType, body string) {
		r := &http.Request{Method: method, Header: http.Header{"Content-Type": {contentType}}, Body: http.NoBody, URL: httptest.NewRequest("GET", "/x", nil).URL}
		r.URL.RawQuery = query
		if body != "" {
			r = r.Clone(t.Context())
			r.Body = httptest.NewRequest("POST", "/x", strings.NewReader(body)).Body
		}
		cb, err := acquirer.ReadCallback(httptest.NewRecorder(), r, acquirer.Notify, c)
		if err != nil {
			if len(cb.Form)+len(cb.Query) > 0 {
				t.Fatalf("a callback beside %v", err)
			}
			return
		}
		result, err := c.Parse(cb)
		if err != nil {
			if e := faultOf(t, err); e.Kind != acquirer.ErrInvalid || e.Op != acquirer.OpParse || e.Retryable() || !result.Equal(acquirer.Result{}) {
				t.Fatalf("%v beside %v", result, err)
			}
			return
		}
		id := result.Handle.Session
		if !isIdOp(id) || !result.Equal(acquirer.Result{Hint: true, Handle: acquirer.Handle{Session: id}}) {
			t.Fatalf("%q: %v", id, result)
		}
		for _, pairs := range []map[string][]string{cb.Form, cb.Query} {
			for name, values := range pairs {
				for _, v := range values {
					if strings.EqualFold(name, "idop") && v != id {
						t.Fatalf("%q was chosen, %q stood there too", id, v)
					}
				}
			}
		}
	})
}

const formType = "application/x-www-form-urlencoded"

// FuzzMel: an address that passes is bare, short, of ASCII and without a line end: it goes into a message and, at the DGFiP, into a mail.
func FuzzMel(f *testing.F) {
	for _, s := range []string{mailbox, "a@b.fr", "a b@c.fr", "<a@b.fr>", "a@b.fr\r\nBcc: x@y.z", "\"a b\"@c.fr", "a@[127.0.0.1]", "é@b.fr", "a@@b.fr", "@b.fr0"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if goodMel(s) && (len(s) < 6 || len(s) > 80 || !strings.Contains(s, "@") || strings.ContainsAny(s, " \r\n\t\x00<>") && !strings.Contains(s, `"`)) {
			t.Fatalf("%q passes", s)
		}
	})
}
