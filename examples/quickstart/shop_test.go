package main

import (
	"bytes"
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/worldline/sips/sipstest"
)

// lines hands over what a program prints, as it prints it.
type lines struct {
	bytes.Buffer
	ready chan string
}

func (l *lines) Write(b []byte) (int, error) {
	if i := strings.Index(string(b), "http://"); i >= 0 {
		l.ready <- strings.TrimSpace(string(b[i:]))
	}
	return l.Buffer.Write(b)
}

// With the environment of a shop of one's own the program checks the shop, and a person pays in a browser. The platform is a simulated
// one here; the program cannot tell.
func TestOwnShop(t *testing.T) {
	platform := sipstest.NewServer(sipstest.Options{Merchants: []sipstest.Merchant{shop}})
	defer platform.Close()
	t.Setenv("QUITTANCE_SIPS_MERCHANT", shop.ID)
	t.Setenv("QUITTANCE_SIPS_KEY", shop.Keys[1])
	t.Setenv("QUITTANCE_SIPS_KEY_VERSION", "1")
	t.Setenv("QUITTANCE_SIPS_PAYPAGE", platform.Endpoints().Paypage)
	t.Setenv("QUITTANCE_SIPS_OFFICE", platform.Endpoints().Office)
	defer func(a string) { address = a }(address)
	address = "127.0.0.1:0"

	out, ended := &lines{ready: make(chan string, 1)}, make(chan int)
	var stderr bytes.Buffer
	go func() { ended <- run([]string{"-acquirer", "sips"}, out, &stderr) }()
	var home string
	select {
	case home = <-out.ready:
	case status := <-ended:
		t.Fatalf("exit status %d: %s", status, &stderr)
	}
	page := fetch(t, home)
	fields := url.Values{}
	for _, m := range regexp.MustCompile(`name="(\w+)" value="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		fields.Set(m[1], html.UnescapeString(m[2]))
	}
	back, err := platform.Visit(acquirer.Session{Fields: fields}, sipstest.Payer{})
	if err != nil {
		t.Fatal(err)
	}
	resp, err := back.Bring(nil)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if got := words(fetch(t, home+resp.Header.Get("Location"))); !strings.Contains(got, "Nous vous remercions pour votre paiement") { // S48
		t.Errorf("the home page says %s", got)
	}
	select {
	case status := <-ended:
		if status != 0 || !strings.Contains(out.String(), "paiement accepté") {
			t.Errorf("exit status %d: %s%s", status, &stderr, out)
		}
	case <-time.After(time.Minute):
		t.Fatal("the program does not end")
	}
}

// A wrong key is found before anybody pays.
func TestOwnShopWrong(t *testing.T) {
	platform := sipstest.NewServer(sipstest.Options{Merchants: []sipstest.Merchant{shop}})
	defer platform.Close()
	t.Setenv("QUITTANCE_SIPS_MERCHANT", shop.ID)
	t.Setenv("QUITTANCE_SIPS_KEY", "another-key")
	t.Setenv("QUITTANCE_SIPS_PAYPAGE", platform.Endpoints().Paypage)
	for version, want := range map[string]string{"one": "QUITTANCE_SIPS_KEY_VERSION", "1": "seal"} {
		t.Setenv("QUITTANCE_SIPS_KEY_VERSION", version)
		var stdout, stderr bytes.Buffer
		if status := run([]string{"-acquirer", "sips"}, &stdout, &stderr); status != 1 || !strings.Contains(stderr.String(), want) {
			t.Errorf("exit status %d: %s", status, &stderr)
		}
	}
}

func fetch(t *testing.T, address string) string {
	t.Helper()
	resp, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s %s %v", address, resp.Status, b, err)
	}
	return string(b)
}
