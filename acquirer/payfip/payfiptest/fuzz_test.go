package payfiptest

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/quittance/quittance/acquirer/payfip/internal/soap"
)

// FuzzRequest: any body at the service's address. It is answered by an envelope that the strict reader takes, and a session is made only
// where one is answered.
func FuzzRequest(f *testing.F) {
	b := func(t testing.TB, body string) {
		s, err := Listen(Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		w := httptest.NewRecorder()
		r := httptest.NewRequest(http.MethodPost, servicePath, strings.NewReader(body))
		r.Header.Set("Content-Type", "text/xml")
		s.serveOperation(w, r)
		root, err := soap.Parse(w.Body.Bytes())
		if err != nil || !root.Is(soap.EnvelopeNS, "Envelope") || w.Code != 200 && w.Code != 500 {
			t.Fatalf("status %d: %v: %s", w.Code, err, w.Body)
		}
		made := len(s.Book())
		if has := strings.Contains(w.Body.String(), "<idOp>"); made > 1 || has != (made == 1) {
			t.Fatalf("%d sessions: %s", made, w.Body)
		}
		if e := s.Journal()[0]; e.Status != w.Code || (e.Operation == "") != (e.Request == "") {
			t.Fatalf("the journal says %+v", e)
		}
	}
	for _, v := range requestVectors(f) {
		f.Add(v.Body)
	}
	for _, s := range []string{"", "<", "<a/>", "<a xmlns='" + soap.EnvelopeNS + "'/>", "<E:Envelope xmlns:E='" + soap.EnvelopeNS + "'><E:Body/></E:Envelope>"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, body string) { b(t, body) })
}
