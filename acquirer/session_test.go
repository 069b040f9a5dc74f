package acquirer_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/acquirer"
)

func kiosk() acquirer.Session {
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
	slog.New(slog.NewJSONHandler(&out, nil)).Info("begun", "session", kiosk())
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		fmt.Fprintf(&out, verb+"\n", kiosk())
	}
	if strings.Contains(out.String(), "s3cr3t") || strings.Contains(out.String(), "com/payment") {
		t.Errorf("the session is printed: %s", &out)
	}
	if !strings.Contains(out.String(), "payment-web.simu.sips-services.com") {
		t.Errorf("the origin is not printed: %s", &out)
	}
}

func TestWriteForm(t *testing.T) {
	var out strings.Builder
	if err := kiosk().WriteForm(&out, acquirer.Form{Nonce: "r4nd0m"}); err != nil {
		t.Fatal(err)
	}
	want := `<!DOCTYPE html>
<html lang="fr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>Redirection vers la page de paiement</title>
</head>
<body>
<main>
<h1>Redirection vers la page de paiement</h1>
<p>Vous allez être redirigé vers la page de paiement sécurisée de la banque. Si rien ne se passe, utilisez le bouton ci-dessous.</p>
<form id="go" method="POST" action="https://payment-web.simu.sips-services.com/payment">
<input type="hidden" name="redirectionData" value="s3cr3t&#34;&gt;&lt;script&gt;">
<input type="hidden" name="redirectionVersion" value="IR_WS_2.0">
<button type="submit">Continuer vers la page de paiement</button>
</form>
</main>
<script nonce="r4nd0m">document.getElementById("go").submit()</script>
</body>
</html>
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("the page (-want +got):\n%s", diff)
	}
}

func TestWriteFormWords(t *testing.T) {
	tests := []struct {
		name string
		form acquirer.Form
		want []string
		not  string
	}{
		{"without a nonce there is no script", acquirer.Form{}, []string{"<button"}, "<script"},
		{"English", acquirer.Form{Language: "en-GB"}, []string{`lang="en-GB"`, "Going to the payment page"}, "Redirection"},
		{"French in capitals", acquirer.Form{Language: "FR"}, []string{`lang="FR"`, "Continuer"}, ""},
		{"own words", acquirer.Form{Title: "Départ", Button: "<b>Aller</b>"}, []string{"<h1>Départ</h1>", "&lt;b&gt;Aller"}, "<b>"},
		{
			"another language", acquirer.Form{Language: "br", Title: "Paeañ", Text: "Gortozit", Button: "Kenderc’hel"},
			[]string{`lang="br"`, "Kenderc’hel"}, "Continuer",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var out strings.Builder
			if err := kiosk().WriteForm(&out, tt.form); err != nil {
				t.Fatal(err)
			}
			for _, w := range tt.want {
				if !strings.Contains(out.String(), w) {
					t.Errorf("the page has no %q:\n%s", w, &out)
				}
			}
			if tt.not != "" && strings.Contains(out.String(), tt.not) {
				t.Errorf("the page has %q:\n%s", tt.not, &out)
			}
		})
	}
}

type brokenWriter struct{}

var errBroken = errors.New("the line is cut")

func (brokenWriter) Write([]byte) (int, error) { return 0, errBroken }

func TestWriteFormErrors(t *testing.T) {
	tests := []struct {
		name    string
		session acquirer.Session
		form    acquirer.Form
	}{
		{"zero session", acquirer.Session{}, acquirer.Form{}},
		{"relative", acquirer.Session{URL: "/pay", Method: "POST"}, acquirer.Form{}},
		{"javascript", acquirer.Session{URL: "javascript:alert(1)", Method: "POST"}, acquirer.Form{}},
		{"no method", acquirer.Session{URL: "https://kiosk.example/pay"}, acquirer.Form{}},
		{"another method", acquirer.Session{URL: "https://kiosk.example/pay", Method: "DELETE"}, acquirer.Form{}},
		{"a language without words", kiosk(), acquirer.Form{Language: "br", Title: "Paeañ"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var out strings.Builder
			if err := tt.session.WriteForm(&out, tt.form); err == nil {
				t.Error("no error")
			}
			if out.Len() > 0 {
				t.Errorf("written all the same: %s", &out)
			}
		})
	}
	if err := kiosk().WriteForm(brokenWriter{}, acquirer.Form{}); !errors.Is(err, errBroken) {
		t.Errorf("the writer's error is lost: %v", err)
	}
}

func TestSessionIsZero(t *testing.T) {
	if kiosk().IsZero() || !(acquirer.Session{}).IsZero() {
		t.Error("IsZero")
	}
}

// A page with form-action would stop a redirection that follows a form, and a GET form drops the query of its address.
func TestSendFitsTheSession(t *testing.T) {
	link := acquirer.Session{URL: "https://pay.example/page?idop=1", Method: "GET"}
	tests := []struct {
		name    string
		session acquirer.Session
		status  int
		header  map[string]string
		body    string
	}{
		{"an address", link, 303, map[string]string{"Location": link.URL, "Cache-Control": "no-store"}, ""},
		{"a form", kiosk(), 200, map[string]string{"Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store"}, `<form id="go" method="POST"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := httptest.NewRecorder()
			if err := tt.session.Send(w, httptest.NewRequest("POST", "/pay", nil), acquirer.Form{Nonce: "r4nd0m"}); err != nil {
				t.Fatal(err)
			}
			if w.Code != tt.status || !strings.Contains(w.Body.String(), tt.body) {
				t.Errorf("status %d, body %s", w.Code, w.Body)
			}
			for name, want := range tt.header {
				if got := w.Header().Get(name); got != want {
					t.Errorf("%s is %q, want %q", name, got, want)
				}
			}
		})
	}
	w := httptest.NewRecorder()
	for _, bad := range []acquirer.Session{{}, {URL: "https://pay.example/", Method: "PUT"}} {
		if err := bad.Send(w, httptest.NewRequest("POST", "/pay", nil), acquirer.Form{}); err == nil || w.Body.Len() > 0 || len(w.Header()) > 0 {
			t.Errorf("error %v, and something was written: %v %s", err, w.Header(), w.Body)
		}
	}
	if err := kiosk().Send(w, httptest.NewRequest("POST", "/pay", nil), acquirer.Form{Language: "br"}); err == nil || w.Body.Len() > 0 || len(w.Header()) > 0 {
		t.Errorf("a form without words: error %v, and something was written", err)
	}
}

// A host that writes the page itself has a link instead of a form.
func TestWriteFormOfAnAddress(t *testing.T) {
	var out strings.Builder
	s := acquirer.Session{URL: "https://pay.example/page?idop=1&x=2", Method: "GET"}
	if err := s.WriteForm(&out, acquirer.Form{Nonce: "r4nd0m"}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`<p><a id="go" href="https://pay.example/page?idop=1&amp;x=2">Continuer vers la page de paiement</a></p>`,
		`<script nonce="r4nd0m">location.replace(document.getElementById("go").href)</script>`,
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the page has no %s:\n%s", want, &out)
		}
	}
	if strings.Contains(out.String(), "<form") {
		t.Errorf("the page has a form:\n%s", &out)
	}
}
