package app_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// Who guesses a birthday is stopped after five tries at a notice, also with the right one then; another notice is not held up by that, and a
// quarter of an hour later there are five more.
func TestGuessingABirthday(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	guess := func(notice, born string) *browser {
		return w.browser().get("/inscription").press("inscription", "", "avis", notice, "naissance", born)
	}
	for i := range 5 {
		if b := guess("ASP-2025-0104", fmt.Sprintf("%d/9/1958", i+1)); b.Status != http.StatusUnprocessableEntity {
			t.Fatalf("try %d: %d", i, b.Status)
		}
	}
	b := guess("asp 2025 0104", "12/09/1958")
	if b.Status != http.StatusTooManyRequests || b.Header.Get("Retry-After") != "900" {
		t.Errorf("the sixth, with the right day: %d, %v", b.Status, b.Header)
	}
	b.reads("Trop d’essais. Réessayez dans 15 minutes")
	if b := guess("ASP-2025-0104", "septembre"); b.Status != http.StatusUnprocessableEntity {
		t.Errorf("a mistake in the form is no try: %d", b.Status)
	}
	if b := guess("ASP-2025-0999", "12/09/1958"); b.Status != http.StatusUnprocessableEntity {
		t.Errorf("another notice: %d", b.Status)
	}
	w.Clock.Pass(15 * time.Minute)
	guess("ASP-2025-0104", "12/09/1958").at(http.StatusOK, "/accueil")

	// Nor does it help to try one day with many notices.
	n := 0
	for ; n < 200 && guess(fmt.Sprintf("ASP-2025-%04d", 1000+n), "12/09/1958").Status == http.StatusUnprocessableEntity; n++ {
	}
	if n != 100 {
		t.Errorf("%d notices were tried, want 100", n)
	}
}

// An address that is asked for by another method says which ones it has; nothing is done.
func TestMethods(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	b := w.payer("assure-1")
	for _, c := range []struct{ method, path, allow string }{
		{http.MethodGet, "/deconnexion", "POST"},
		{http.MethodPut, "/deconnexion", "POST"},
		{http.MethodOptions, "/accueil", "GET, HEAD"},
		{http.MethodPost, "/accueil", "GET, HEAD"},
		{http.MethodDelete, "/connexion", "GET, HEAD, POST"},
		{http.MethodPut, "/demarches/creances/creance-101/payer", "GET, HEAD, POST"},
		{http.MethodPost, "/aide", "GET, HEAD"},
	} {
		r, err := http.NewRequestWithContext(t.Context(), c.method, w.Base+c.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		b.show(r)
		if b.Status != http.StatusMethodNotAllowed || b.Header.Get("Allow") != c.allow {
			t.Errorf("%s %s: %d, Allow %q, want %q", c.method, c.path, b.Status, b.Header.Get("Allow"), c.allow)
		}
		b.reads("Demande impossible")
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPut, w.Base+"/nulle-part", nil)
	if err != nil {
		t.Fatal(err)
	}
	if b.show(r); b.Status != http.StatusNotFound || b.Header.Get("Allow") != "" {
		t.Errorf("what is nowhere: %d, Allow %q", b.Status, b.Header.Get("Allow"))
	}
	// The address of the form for paying, from the address bar, is the page that the form stands on.
	b.get("/demarches/creances/creance-101/payer").at(http.StatusOK, "/demarches/creances/creance-101/etape-2")
	if n := len(w.All()); n != 0 {
		t.Errorf("%d payments were begun", n)
	}
}

// Those who watch over the process ask by any name, and are never sent elsewhere.
func TestProbes(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	ask := func(method, host, path string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, "http://"+host+path, nil)
		rec := httptest.NewRecorder()
		w.ServeHTTP(rec, r)
		return rec
	}
	for _, host := range []string{"10.0.0.7:8080", "kube-probe", "localhost"} {
		for _, path := range []string{"/healthz", "/readyz"} {
			if rec := ask(http.MethodGet, host, path); rec.Code != http.StatusOK || rec.Body.String() != "ok\n" {
				t.Errorf("%s at %s: %d %q", path, host, rec.Code, rec.Body)
			}
			if rec := ask(http.MethodPost, host, path); rec.Code != http.StatusMethodNotAllowed {
				t.Errorf("POST %s: %d", path, rec.Code)
			}
		}
	}
	if err := w.Database.DB.Close(); err != nil {
		t.Fatal(err)
	}
	if rec := ask(http.MethodGet, "kube-probe", "/readyz"); rec.Code != http.StatusServiceUnavailable {
		t.Errorf("without its database it is ready: %d", rec.Code)
	}
	if rec := ask(http.MethodGet, "kube-probe", "/healthz"); rec.Code != http.StatusOK {
		t.Errorf("without its database it is dead: %d", rec.Code)
	}
}

// A request by another name, however odd its target, is sent to this service or nowhere, and under the same headers as a page.
func TestAnotherName(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	at, err := url.Parse(w.Base)
	if err != nil {
		t.Fatal(err)
	}
	address := strings.Replace(at.Host, "localhost", "127.0.0.1", 1)
	for target, want := range map[string]string{
		"/accueil?a=b":               w.Base + "/accueil?a=b",
		"/demarches/%C3%A9":          w.Base + "/demarches/%C3%A9",
		"//evil.example/":            "",
		"/\\evil.example":            "",
		"http://evil.example/x":      w.Base + "/x",
		"http://evil.example@127.1/": w.Base + "/",
		"*":                          "",
	} {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n", target)
		answer, err := io.ReadAll(conn)
		conn.Close()
		if err != nil {
			t.Fatal(err)
		}
		head, _, _ := strings.Cut(string(answer), "\r\n\r\n")
		got, policy := "", false
		for _, line := range strings.Split(head, "\r\n") {
			if v, ok := strings.CutPrefix(line, "Location: "); ok {
				got = v
			}
			policy = policy || strings.HasPrefix(line, "Content-Security-Policy: default-src 'none'")
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s\n%s", target, d, head)
		}
		if got != "" && !policy {
			t.Errorf("%s: the answer stands outside the guard:\n%s", target, head)
		}
	}
}
