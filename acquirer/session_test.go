package acquirer_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/quittance/quittance/acquirer"
)

func formSession() acquirer.Session {
	return acquirer.Session{
		URL: "https://payment-web.simu.sips-services.com/payment", Method: "POST",
		Fields:    url.Values{"redirectionData": {`s3cr3t"><script>`}, "redirectionVersion": {"IR_WS_2.0"}},
		ExpiresAt: time.Date(2017, 9, 11, 14, 54, 0, 0, time.UTC),
	}
}

func TestOrigin(t *testing.T) {
	for in, want := range map[string]string{
		"https://payment-web.simu.sips-services.com/payment?a=b": "https://payment-web.simu.sips-services.com",
		"http://127.0.0.1:8080/pay":                              "http://127.0.0.1:8080",
		"http://[::1]:8080/pay":                                  "http://[::1]:8080",
		"HTTPS://kiosk.example/pay":                              "https://kiosk.example",
		"https://user:password@kiosk.example/pay":                "https://kiosk.example",
		"":                                  "",
		"/pay":                              "",
		"//kiosk.example/pay":               "",
		"https://":                          "",
		"https://:443/pay":                  "",
		"javascript:alert(1)":               "",
		"data:text/html,x":                  "",
		"https://a b/":                      "",
		"https://kiosk.example;script-src/": "", // would end the directive
		"https://kiosk.example,x/":          "",
		"https://'unsafe-inline'/":          "",
		"https://%2a/":                      "",
	} {
		if got := (acquirer.Session{URL: in}).Origin(); got != want {
			t.Errorf("Origin of %q = %q, want %q", in, got, want)
		}
	}
}

// Whoever has the fields can pay in the payer's place.
func TestSessionPrintsNoField(t *testing.T) {
	var out bytes.Buffer
	slog.New(slog.NewJSONHandler(&out, nil)).Info("begun", "session", formSession())
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		fmt.Fprintf(&out, verb+"\n", formSession())
	}
	if strings.Contains(out.String(), "s3cr3t") || strings.Contains(out.String(), "com/payment") {
		t.Errorf("the session is printed: %s", &out)
	}
	if !strings.Contains(out.String(), "payment-web.simu.sips-services.com") {
		t.Errorf("the origin is not printed: %s", &out)
	}
}

func TestSessionIsZero(t *testing.T) {
	if formSession().IsZero() || !(acquirer.Session{}).IsZero() {
		t.Error("IsZero")
	}
}
