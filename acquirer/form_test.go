package acquirer_test

import (
	"errors"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/acquirer"
)

func TestWriteForm(t *testing.T) {
	var out strings.Builder
	if err := formSession().WriteForm(&out, acquirer.Form{Nonce: "r4nd0m"}); err != nil {
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
			if err := formSession().WriteForm(&out, tt.form); err != nil {
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
		{"a language without words", formSession(), acquirer.Form{Language: "br", Title: "Paeañ"}},
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
	if err := formSession().WriteForm(brokenWriter{}, acquirer.Form{}); !errors.Is(err, errBroken) {
		t.Errorf("the writer's error is lost: %v", err)
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
		{"a form", formSession(), 200, map[string]string{"Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store"}, `<form id="go" method="POST"`},
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
	if err := formSession().Send(w, httptest.NewRequest("POST", "/pay", nil), acquirer.Form{Language: "br"}); err == nil || w.Body.Len() > 0 || len(w.Header()) > 0 {
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
