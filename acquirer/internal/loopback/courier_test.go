package loopback_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"testing"

	"github.com/quittance/quittance/acquirer/internal/loopback"
)

// A simulator listens where no other machine reaches it: nothing protects it.
func TestCheckAddr(t *testing.T) {
	for addr, taken := range map[string]bool{
		"127.0.0.1:0": true, "127.9.9.9:9000": true, "[::1]:0": true, "localhost:9000": true,
		":9000": false, "0.0.0.0:9000": false, "[::]:9000": false, "192.168.1.2:9000": false, "8.8.8.8:80": false,
		"portail.example:9000": false, "localhost.example:9000": false, "127.0.0.1": false, "": false,
	} {
		if err := loopback.CheckAddr(addr); (err == nil) != taken {
			t.Errorf("%q: %v, want it taken: %v", addr, err, taken)
		}
	}
}

// A courier posts to no other machine, whatever the address is called; it dials nobody, and asks nobody for a name.
func TestCourierStaysOnThisMachine(t *testing.T) {
	courier := loopback.NewCourier()
	for _, to := range []string{
		"http://8.8.8.8/notify", "http://[2001:db8::1]/notify", "http://0.0.0.0/notify", "http://portail.example/notify", "http://localhost.example/notify",
		"http://127.0.0.1.example/notify", "https://portail.example/notify",
	} {
		resp, err := courier.Post(to, "text/plain", nil)
		if err == nil {
			resp.Body.Close()
		}
		if !errors.Is(err, loopback.ErrElsewhere) {
			t.Errorf("%s: %v, want that nothing was sent", to, err)
		}
	}
}

// A courier that this machine sends elsewhere does not go there, and keeps no cookie.
func TestCourierFollowsNothing(t *testing.T) {
	var paths []string
	var cookies int
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		paths, cookies = append(paths, r.URL.Path), cookies+len(r.Cookies())
		http.SetCookie(w, &http.Cookie{Name: "session", Value: "1"})
		http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
	}))
	defer s.Close()
	u, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	courier := loopback.NewCourier()
	for _, host := range []string{u.Host, u.Host, "localhost:" + u.Port(), "portail.localhost:" + u.Port()} {
		resp, err := courier.Post("http://"+host+"/notify", "text/plain", nil)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusTemporaryRedirect {
			t.Errorf("%s: answered with %d", host, resp.StatusCode)
		}
	}
	if !slices.Equal(paths, []string{"/notify", "/notify", "/notify", "/notify"}) || cookies != 0 {
		t.Errorf("asked for %q, with %d cookies", paths, cookies)
	}
}
