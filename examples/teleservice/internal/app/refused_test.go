package app_test

import (
	"crypto/rand"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/quittance/quittance/examples/teleservice/internal/app"
)

var (
	heading = regexp.MustCompile(`<h1>(.*?)</h1>`)
	wayOn   = regexp.MustCompile(`<a class="alone" href="([^"]+)">`)
)

// Every refusal is a page of the half that the address belongs to, in its words and, for a payer, in the payer's language: also what no page's
// handler has refused. It says what has not been done, has the headers of any page, and leads on.
func TestEveryRefusal(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	payer, claims, money := w.payer("assure-1"), w.agent(), w.accountant()
	const form = "application/x-www-form-urlencoded"
	long := strings.Repeat("x", 40<<10)
	type request struct {
		method, path, body, media string
		header                    map[string]string // "Host" is the name by which the service is asked for
		chunked                   bool              // nobody says beforehand how long the body is
		long                      int64             // how long it is said to be, if it is not sent
	}
	foreign := map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": "https://elsewhere.example"}
	another := map[string]string{"Host": "elsewhere.example"}
	for _, c := range []struct {
		name    string
		by      *browser
		request request
		status  int
		title   string
		english string // of the title; empty: the office has no English
		says    string
	}{
		{"a form from another site", payer, request{method: "POST", path: "/demarches/creances/creance-101/payer", media: form, header: foreign},
			403, "Demande refusée", "Request refused", "vient d’un autre site"},
		{"signing out from another site", payer, request{method: "POST", path: "/deconnexion", media: form, header: foreign},
			403, "Demande refusée", "Request refused", "Rien n’a été fait."},
		{"a decision from another site", claims, request{method: "POST", path: "/gestion/orphelins", media: form, header: foreign},
			403, "Demande refusée", "", "Rien n’a été décidé ni enregistré."},
		{"a form that is too long", payer, request{method: "POST", path: "/inscription", body: "avis=" + long, media: form},
			413, "Demande trop grande", "The request is too large", "raccourcissez votre texte"},
		{"one that does not say so", payer, request{method: "POST", path: "/inscription", body: "avis=" + long, media: form, chunked: true},
			413, "Demande trop grande", "The request is too large", "raccourcissez votre texte"},
		{"a reason that is too long", claims, request{method: "POST", path: "/gestion/orphelins", body: "motif=" + long, media: form},
			413, "Demande trop grande", "", "Rien n’a été décidé ni enregistré."},
		{"one that does not say so", claims, request{method: "POST", path: "/gestion/orphelins", body: "motif=" + long, media: form, chunked: true},
			413, "Demande trop grande", "", "Rien n’a été décidé ni enregistré."},
		{"files that are too large", money, request{method: "POST", path: "/gestion/rapprochement", media: "multipart/form-data; boundary=x", long: 64<<20 + 1},
			413, "Demande trop grande", "", "Ces fichiers ont ensemble plus de 64 Mo."},
		{"seals of a thousand years", money, request{method: "POST", path: "/gestion/verification", media: form, long: 1<<20 + 1},
			413, "Demande trop grande", "", "Rien n’a été décidé ni enregistré."},
		{"a form by another name", payer, request{method: "POST", path: "/connexion", media: form, header: another},
			421, "Cette adresse n’est pas celle du service", "This is not the address of the service", "mène à la bonne adresse"},
		{"a decision by another name", claims, request{method: "POST", path: "/gestion/connexion", media: form, header: another},
			421, "Cette adresse n’est pas celle de la gestion", "", "mène à la bonne adresse"},
		{"no page", payer, request{method: "GET", path: "/nulle-part"}, 404, "Page introuvable", "Page not found", "rien qui vous concerne"},
		{"no file", payer, request{method: "GET", path: "/fichiers/none.css"}, 404, "Page introuvable", "Page not found", ""},
		{"no page of the office", claims, request{method: "GET", path: "/gestion/nulle-part"}, 404, "Page introuvable", "", "Le menu mène à tout ce qu’il y a."},
		{"no payment", claims, request{method: "GET", path: "/gestion/paiements/none"}, 404, "Paiement introuvable", "", "Cherchez-le par sa référence"},
		{"another's payment", payer, request{method: "GET", path: "/demarches/paiements/none"}, 404, "Page introuvable", "Page not found", ""},
		{"a wrong method", payer, request{method: "PUT", path: "/accueil"}, 405, "Demande impossible", "This request is not possible", "Rien n’a été fait."},
		{"a wrong method of a file", payer, request{method: "DELETE", path: "/session"}, 405, "Demande impossible", "This request is not possible", ""},
		{"a wrong method in the office", claims, request{method: "GET", path: "/gestion/deconnexion"}, 405, "Demande impossible", "", "Rien n’a été fait."},
		{"a session by a wrong method", claims, request{method: "PUT", path: "/gestion/session"}, 405, "Demande impossible", "", ""},
		{"no form", payer, request{method: "POST", path: "/demarches/creances/creance-101/payer", body: "%zz", media: form}, 400, "Demande incomplète", "Incomplete request", ""},
		{"no form of the office", claims, request{method: "POST", path: "/gestion/orphelins", body: "%zz", media: form}, 400, "Demande incomplète", "", ""},
		{"another desk's page", claims, request{method: "GET", path: "/gestion/exports"}, 403, "Cette page est réservée", "", "Direction comptable et financière"},
		{"what the bank's server posts to", payer, request{method: "GET", path: "/paiement/notification"}, 405, "Demande impossible", "This request is not possible", ""},
		{"an empty notification", payer, request{method: "POST", path: "/paiement/notification", media: form}, 400, "Adresse réservée à la banque", "Address for the bank only", "ne payez pas à nouveau"},
		{"a notification that is no form", payer, request{method: "POST", path: "/paiement/notification", body: "{}", media: "text/plain"}, 415, "Adresse réservée à la banque", "Address for the bank only", ""},
		{"a return by a wrong method", payer, request{method: "PUT", path: "/paiement/retour"}, 405, "Demande impossible", "This request is not possible", ""},
	} {
		for _, english := range []bool{false, true} {
			if english && c.english == "" {
				continue
			}
			var body io.Reader = strings.NewReader(c.request.body)
			if c.request.chunked {
				body = io.MultiReader(body)
			}
			r, err := http.NewRequestWithContext(t.Context(), c.request.method, w.Base+c.request.path, body)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Accept", "text/html,application/xhtml+xml")
			if c.request.media != "" {
				r.Header.Set("Content-Type", c.request.media)
			}
			for k, v := range c.request.header {
				r.Header.Set(k, v)
			}
			if c.request.long > 0 { // the answer comes before the body is sent
				r.Body, r.ContentLength = io.NopCloser(io.LimitReader(rand.Reader, c.request.long)), c.request.long
				r.Header.Set("Expect", "100-continue")
			}
			r.Host = c.request.header["Host"]
			r.Header.Del("Host")
			if english {
				r.AddCookie(&http.Cookie{Name: "langue", Value: "en"})
			}
			b := *c.by
			b.show(r)
			office := strings.HasPrefix(c.request.path, "/gestion")
			title, root := c.title, map[bool]string{true: "/gestion", false: "/accueil"}[office]
			if english {
				title = c.english
			} else {
				b.reads(c.says)
			}
			m, on := heading.FindStringSubmatch(b.Page), wayOn.FindStringSubmatch(b.Page)
			if m == nil || on == nil {
				t.Errorf("%s: %d is no page with a title and a way on: %.200s", c.name, b.Status, b.Page)
				continue
			}
			got := fmt.Sprint(b.Status, b.Header.Get("Content-Type"), strings.NewReplacer("\u00a0", " ", "\u202f", " ").Replace(m[1]), on[1])
			if want := fmt.Sprint(c.status, "text/html; charset=utf-8", title, root); got != want {
				t.Errorf("%s, English: %v\ngot  %s\nwant %s", c.name, english, got, want)
			}
			if site := "Gestion des paiements"; strings.Contains(b.Page, site) != office || !strings.Contains(b.Page, map[bool]string{true: `<html lang="en">`, false: `<html lang="fr">`}[english]) {
				t.Errorf("%s, English: %v: not a page of its half, in its language", c.name, english)
			}
			if !strings.HasPrefix(b.Header.Get("Content-Security-Policy"), "default-src 'none'") || b.Header.Get("Cache-Control") != "no-store" {
				t.Errorf("%s: not the headers of a page: %v", c.name, b.Header)
			}
			if c.status == http.StatusMethodNotAllowed && b.Header.Get("Allow") == "" {
				t.Errorf("%s: no methods are named", c.name)
			}
		}
	}
	payer.get("/accueil").at(http.StatusOK, "/accueil") // nobody was signed out
	if n := len(w.All()); n != 0 {
		t.Errorf("%d payments were begun", n)
	}
}

// All seals of ten years fit into the form that verifies them.
func TestSealsOfTenYears(t *testing.T) {
	t.Parallel()
	w := paidDays(t)
	m := w.accountant()
	var seals strings.Builder
	for i := range 3653 {
		fmt.Fprintf(&seals, "2016-%02d-%02d %064x\r\n", 1+i%12, 1+i%28, i)
	}
	m.get("/gestion/verification").press("verifier", "", "sceaux", seals.String()).at(http.StatusOK, "/gestion/verification")
	m.reads("Le journal a été modifié", "avec 3 653 sceaux") // nobody has sealed those
}

// What the bank's server reads stays a line of text: a page is for who asks for one.
func TestBankReadsText(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	resp, err := http.Post(w.Base+"/paiement/notification", "application/x-www-form-urlencoded", strings.NewReader(""))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if text, err := io.ReadAll(resp.Body); err != nil || resp.StatusCode != http.StatusBadRequest || len(text) > 100 || strings.Contains(string(text), "<") {
		t.Errorf("%d %v %.200s", resp.StatusCode, err, text)
	}
}

// A page of the kiosk in the process that is asked for by another name is refused as any page of the service.
func TestKioskByAnotherName(t *testing.T) {
	t.Parallel()
	w := start(t, func(c *app.Config) { c.Bank = "mock" })
	r := httptest.NewRequest(http.MethodPost, w.Base+"/kiosque/x", strings.NewReader(""))
	r.Host = "elsewhere.example"
	rec := httptest.NewRecorder()
	w.ServeHTTP(rec, r)
	if rec.Code != http.StatusMisdirectedRequest || !strings.Contains(rec.Body.String(), "mène à la bonne adresse") || rec.Header().Get("Content-Security-Policy") == "" {
		t.Errorf("%d %v\n%s", rec.Code, rec.Header(), rec.Body)
	}
}

// When the database fails each half says so in its own words, and a page that asks how long the session lasts hears that nobody knows.
func TestRefusedByTheDatabase(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	payer, claims := w.payer("assure-1"), w.agent()
	if err := w.Database.DB.Close(); err != nil {
		t.Fatal(err)
	}
	payer.get("/accueil").at(http.StatusServiceUnavailable, "/accueil").reads("Service momentanément indisponible", "ne payez pas à nouveau")
	payer.get("/session").at(http.StatusServiceUnavailable, "/session").reads("Service momentanément indisponible")
	claims.get("/gestion").at(http.StatusServiceUnavailable, "/gestion").reads("La gestion n’a pas pu répondre").lacks("veniez de payer")
	claims.get("/gestion/session").at(http.StatusServiceUnavailable, "/gestion/session").reads("La gestion n’a pas pu répondre")
}
