package directtest

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"
)

// TestVectors: the platform takes the signature of every request that an official SDK was seen to send, in five languages, and of every
// vector; a second later than its tolerance it does not, and with one bit of the signature changed neither.
func TestVectors(t *testing.T) {
	b, err := os.ReadFile("../testdata/direct-vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Vectors []struct {
			ID, Kind, Method, Target, Date, Secret, Authorization string
			ContentTypeSigned                                     string      `json:"content_type_signed"`
			KeyID                                                 string      `json:"api_key_id"`
			Headers                                               [][2]string `json:"headers"`
		} `json:"vectors"`
	}
	if err := json.Unmarshal(b, &file); err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, v := range file.Vectors {
		if v.Kind != "request_signature" && v.Kind != "captured_request" {
			continue
		}
		n++
		t.Run(v.ID, func(t *testing.T) {
			r := httptest.NewRequest(http.MethodGet, "/", nil)
			r.Method, r.RequestURI, r.Header = v.Method, v.Target, make(http.Header)
			r.Header.Set("Date", v.Date)
			if v.ContentTypeSigned != "" {
				r.Header.Set("Content-Type", v.ContentTypeSigned)
			}
			for _, h := range v.Headers {
				r.Header.Set(h[0], h[1])
			}
			r.Header.Set("Authorization", v.Authorization)
			pspid := strings.Split(v.Target, "/")[2]
			now, err := http.ParseTime(r.Header.Get("Date"))
			if err != nil {
				now = time.Date(2026, 11, 28, 10, 0, 0, 0, time.UTC)
			}
			ask := func(now time.Time, authorization string) (Request, *reply) {
				s := NewServer(Options{Now: func() time.Time { return now }, Merchants: []Merchant{{PSPID: pspid, APIKeys: map[string]string{v.KeyID: v.Secret}}}})
				defer s.Close()
				req := Request{Merchant: pspid}
				q := r.Clone(t.Context())
				q.RequestURI = r.RequestURI
				q.Header.Set("Authorization", authorization)
				_, bad := s.authenticate(q, &req)
				if (bad != nil) != (s.Unsigned() == 1) {
					t.Error("refused calls are not counted")
				}
				return req, bad
			}
			req, bad := ask(now, v.Authorization)
			if !req.Signed() {
				t.Fatalf("the signature is refused; string to sign %q", req.StringToSign)
			}
			if dated := r.Header.Get("Date") != ""; dated != (bad == nil) {
				t.Errorf("refused: %+v", bad)
			}
			if v.Date == "" && r.Header.Get("Date") == "" {
				return
			}
			for _, off := range []time.Duration{tolerance, -tolerance} {
				if _, bad := ask(now.Add(off), v.Authorization); bad != nil {
					t.Errorf("refused at %v", off)
				}
				if _, bad := ask(now.Add(off+off/300), v.Authorization); bad == nil || bad.status != 403 {
					t.Errorf("taken at %v", off+off/300)
				}
			}
			forged := []byte(v.Authorization)
			forged[len(forged)-5] ^= 1
			if req, bad := ask(now, string(forged)); bad == nil || req.Signed() {
				t.Error("a forged signature is taken")
			}
		})
	}
	if n != 57 {
		t.Errorf("%d vectors, expected 57", n)
	}
}
