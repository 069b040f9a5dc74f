package app_test

import (
	"bytes"
	"encoding/base64"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/examples/teleservice/internal/app"
	"github.com/quittance/quittance/examples/teleservice/internal/people"
	"github.com/quittance/quittance/payment"
	"github.com/shopspring/decimal"
)

// A debt that another person's payment holds, because it was that person's once, cannot be paid; whose payment it is, of how much and since when,
// nobody else learns.
func TestHeldByAnothersPayment(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	directory, err := people.Read()
	if err != nil {
		t.Fatal(err)
	}
	debt := directory.Debts("assure-1")[0]
	debt.Debtor, debt.Items = "assure-2", []creance.Item{{Kind: creance.Franchise, Year: 2024, Amount: decimal.NewFromInt(97)}}
	made, _, err := w.Payments.Begin(t.Context(), payment.BeginRequest{Key: "k", Debt: debt})
	if err != nil {
		t.Fatal(err)
	}
	b := w.payer("assure-1")
	for _, page := range []string{"/demarches/creances", "/demarches/creances/creance-101/etape-1", "/accueil", "/demarches"} {
		b.get(page).at(http.StatusOK, page).lacks("97,00", "reprendre", "Reprendre", "La page de paiement se ferme")
		if strings.Contains(b.Page, string(made.ID)) || strings.Contains(b.Page, made.Reference) || strings.Contains(b.Page, `href="/demarches/paiements/"`) {
			t.Errorf("%s shows another's payment:\n%s", page, b.Page)
		}
	}
	b.get("/demarches/creances").reads("Paiement : En cours")
	b.get("/demarches/creances/creance-101/etape-1").reads("Un paiement existe déjà pour cette créance").lacks("Voir le paiement", "Continuer")
}

// What is somebody else's is as absent as what does not exist.
func TestAnothersPayment(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	owner := w.payer("assure-1")
	owner.toKiosk("creance-101").card(goodCard).back()
	w.Work()
	id := string(w.All()[0].ID)
	stranger := w.payer("assure-2")
	absent := strings.ReplaceAll(id, id[:4], "aaaa")
	for _, path := range []string{
		"/demarches/paiements/%", "/demarches/paiements/%/recu", "/demarches/paiements/%/etape-3", "/messagerie/%/acknowledgement",
	} {
		stranger.get(strings.ReplaceAll(path, "%", id))
		page, status := stranger.Page, stranger.Status
		stranger.get(strings.ReplaceAll(path, "%", absent))
		if status != http.StatusNotFound || stranger.Status != status || stranger.Page != page {
			t.Errorf("%s: another's answers %d, what does not exist %d", path, status, stranger.Status)
		}
		stranger.lacks("BELAGE", "62,00")
	}
	for _, path := range []string{"/demarches/creances/creance-101/etape-1", "/demarches/creances/creance-101/etape-2"} {
		if stranger.get(path); stranger.Status != http.StatusNotFound {
			t.Errorf("%s: another's debt answers %d", path, stranger.Status)
		}
	}
	stranger.get("/accueil").do(http.MethodPost, "/demarches/creances/creance-101/payer", url.Values{"cle": {"k"}, "montant": {"6200"}})
	if stranger.Status != http.StatusNotFound || len(w.All()) != 1 {
		t.Errorf("another's debt can be paid: %d, %d payments", stranger.Status, len(w.All()))
	}
	// A payer is no agent, and nobody is one without signing in.
	for _, b := range []*browser{stranger, w.browser()} {
		b.get("/gestion/paiements/"+id).at(http.StatusOK, "/gestion/connexion")
		b.do(http.MethodPost, "/gestion/paiements/"+id+"/decider", url.Values{"acte": {"rembourser"}, "version": {"3"}, "motif": {"mine"}})
		b.at(http.StatusOK, "/gestion/connexion")
	}
	if p := w.All()[0]; p.State != payment.Paid {
		t.Errorf("the payment is %v", p)
	}
	// An agent's session opens no account.
	w.agent().get("/accueil").at(http.StatusOK, "/connexion")
}

// What a browser brings back counts only under the bank's seal, and once.
func TestForgedAndReplayedReturn(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	b := w.payer("assure-1")
	b.toKiosk("creance-101")
	if err := w.Bank.Desk.Inject("", mock.Lost); err != nil { // only the browser brings the result
		t.Fatal(err)
	}
	b.card(goodCard)
	var sealed url.Values
	for _, m := range formTag.FindAllStringSubmatch(b.Page, -1) {
		sealed = url.Values{}
		for _, in := range inputTag.FindAllStringSubmatch(m[2], -1) {
			if a := attrs(in[2]); a["name"] != "" {
				sealed.Set(a["name"], a["value"])
			}
		}
	}
	if sealed.Get("Seal") == "" {
		t.Fatalf("the ticket has no sealed form: %v", sealed)
	}
	bring := func(change func(url.Values)) payment.State {
		t.Helper()
		form := url.Values{}
		for k, v := range sealed {
			form[k] = v
		}
		change(form)
		b.do(http.MethodPost, w.Base+"/paiement/retour", form).at(http.StatusOK, "/accueil")
		b.reads("Un paiement est en cours").lacks("échoué")
		return w.All()[0].State
	}
	for name, change := range map[string]func(url.Values){
		"no seal":        func(f url.Values) { f.Del("Seal") },
		"another seal":   func(f url.Values) { f.Set("Seal", strings.Repeat("0", 64)) },
		"another amount": func(f url.Values) { f.Set("Data", lower(f.Get("Data"))) },
		"nothing":        func(f url.Values) { clear(f) },
	} {
		if got := bring(change); got != payment.Redirected {
			t.Errorf("%s: the payment is %s", name, got)
		}
	}
	// The true one counts, from whoever brings it; a second time it changes nothing.
	stranger := w.payer("assure-2")
	for range 3 {
		stranger.do(http.MethodPost, w.Base+"/paiement/retour", sealed).at(http.StatusOK, "/accueil").lacks("remercions")
	}
	p := w.All()[0]
	n := 0
	for _, err := range w.Payments.Journal(t.Context(), p.ID) {
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	if p.State != payment.Paid || n != 3 {
		t.Errorf("the payment is %v with %d entries, want paid with 3", p, n)
	}
	b.get("/accueil").reads("Nous vous remercions")
}

// lower makes the sealed message speak of another amount.
func lower(data string) string {
	plain, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(data, "="))
	if err != nil || !strings.Contains(string(plain), "6200") {
		return strings.Replace(data, "6200", "0100", 1)
	}
	return base64.RawURLEncoding.EncodeToString(bytes.Replace(plain, []byte("6200"), []byte("0100"), 1))
}

// The amount is the decision's, whatever the form says.
func TestTamperedAmount(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	b := w.payer("assure-1")
	for _, amount := range []string{"1", "", "6200.00", "-6200", "<b>", "99999999999999999999"} {
		b.get("/demarches/creances/creance-101/etape-2").press("paiement", "", "montant", amount)
		b.at(http.StatusConflict, "/demarches/creances/creance-101/payer").reads("Le montant à payer a changé", "62,00 €")
	}
	if n := len(w.All()); n != 0 {
		t.Errorf("%d payments were begun", n)
	}
	b.get("/demarches/creances/creance-101/etape-2").press("paiement", "", "cle", "").lacks("Étape 3/3")
	if b.Status != http.StatusBadRequest {
		t.Errorf("without a key: %d", b.Status)
	}
	b.get("/demarches/creances/creance-101/etape-2").press("paiement", "", "cle", strings.Repeat("x", 300))
	if b.Status != http.StatusBadRequest || len(w.All()) != 0 {
		t.Errorf("with a key that is too long: %d, %d payments", b.Status, len(w.All()))
	}
}

// Signing in leads to a page of the menu, and to no other address.
func TestOpenRedirect(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	for to, want := range map[string]string{
		"https://evil.example/": "/accueil", "//evil.example": "/accueil", `/\evil.example`: "/accueil", "/accueil/../../evil": "/accueil",
		"javascript:alert(1)": "/accueil", "/messagerie\r\nX: y": "/accueil", "/messagerie": "/messagerie", "/demarches/creances": "/demarches/creances", "": "/accueil",
		"/demarches/creances/creance-101/etape-2": "/demarches/creances/creance-101/etape-2", "/demarches//evil.example": "/accueil", "/demarches/../gestion": "/accueil",
		"/gestion": "/accueil", "/demarches?x=y": "/accueil", "/messagerie/": "/accueil",
	} {
		b := w.browser()
		b.get("/connexion?suite="+url.QueryEscape(to)).press("connexion", "assure-1").at(http.StatusOK, want)
		b = w.browser()
		b.get("/connexion").press("connexion", "assure-1", "suite", to).at(http.StatusOK, want)
	}
	// Nor does a name that somebody else gave to this machine.
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.Base+"/connexion", strings.NewReader("personne=assure-1"))
	if err != nil {
		t.Fatal(err)
	}
	r.Host = "evil.example"
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if b := w.browser().show(r); b.Status != http.StatusMisdirectedRequest {
		t.Errorf("another host name: %d", b.Status)
	}
}

// endless is a body of a length that nobody reads to the end.
type endless struct{ left int }

func (e *endless) Read(p []byte) (int, error) {
	if e.left <= 0 {
		return 0, io.EOF
	}
	n := copy(p, bytes.Repeat([]byte("a"), min(len(p), e.left)))
	e.left -= n
	return n, nil
}

// A form of 10 MB is not read.
func TestLargeForm(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	b := w.payer("assure-1")
	for _, path := range []string{"/connexion", "/inscription", "/demarches/creances/creance-101/payer", "/paiement/notification", "/gestion/connexion"} {
		for _, known := range []bool{true, false} {
			body := &endless{10 << 20}
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.Base+path, io.NopCloser(body))
			if err != nil {
				t.Fatal(err)
			}
			if known {
				r.ContentLength = 10 << 20
			}
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			resp, err := b.client.Do(r)
			if err != nil { // the server has cut the connection
				continue
			}
			resp.Body.Close()
			if resp.StatusCode != http.StatusRequestEntityTooLarge {
				t.Errorf("%s, length known %t: %d", path, known, resp.StatusCode)
			}
		}
	}
}

// Another site's page cannot act through a payer's browser. There are no tokens in the forms: http.CrossOriginProtection looks at what the
// browser says of the request's origin. The bank's two routes are exempt, and no other.
func TestAnotherSite(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	b := w.payer("assure-1")
	b.get("/demarches/creances/creance-101/etape-2")
	send := func(path string, header ...string) int {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.Base+path, strings.NewReader("cle=k&montant=6200&personne=assure-2"))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		for i := 0; i < len(header); i += 2 {
			r.Header.Set(header[i], header[i+1])
		}
		client := *b.client
		client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		resp, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		return resp.StatusCode
	}
	for _, path := range []string{
		"/connexion", "/deconnexion", "/inscription", "/demarches/creances/creance-101/payer", "/gestion/connexion", "/gestion/deconnexion",
		"/gestion/pannes/notification", "/gestion/paiements/x/decider", "/paiement/retour/", "/paiement/notification/",
	} {
		for _, h := range [][]string{
			{"Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example"},
			{"Sec-Fetch-Site", "same-site", "Origin", "https://other.fund.example"},
			{"Origin", "https://evil.example"}, // an old browser
			{"Origin", "null"},
		} {
			if status := send(path, h...); status != http.StatusForbidden {
				t.Errorf("%s from another site (%v): %d", path, h, status)
			}
		}
	}
	if n := len(w.All()); n != 0 {
		t.Errorf("another site has begun %d payments", n)
	}
	if status := send("/paiement/retour", "Sec-Fetch-Site", "cross-site", "Origin", "http://bank.example"); status != http.StatusSeeOther {
		t.Errorf("the return from the bank: %d", status)
	}
	if status := send("/paiement/notification", "Origin", "http://bank.example"); status != http.StatusBadRequest {
		t.Errorf("a notification that says nothing: %d", status)
	}
}

// Whatever is typed comes back as text.
func TestMarkup(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	const evil = `"><script>alert(1)</script><img src=x onerror=alert(1)>{{.}}`
	clean := func(b *browser) {
		t.Helper()
		if strings.Contains(b.Page, "<script>alert") || strings.Contains(b.Page, "<img src=x") {
			t.Errorf("%s has markup from outside:\n%s", b.URL, b.Page)
		}
	}
	b := w.browser()
	clean(b.get("/connexion?suite=" + url.QueryEscape(evil)))
	clean(b.get("/connexion").press("connexion", "assure-1", "personne", evil))
	clean(b.get("/inscription").press("inscription", "", "avis", evil, "naissance", evil))
	b = w.payer("assure-1")
	clean(b.get("/demarches/creances/" + url.PathEscape(evil) + "/etape-1"))
	clean(b.get("/demarches/creances/creance-101/etape-2").press("paiement", "", "cle", evil, "montant", evil))
	b.get("/demarches/creances/creance-101/etape-2").press("paiement", "", "cle", evil).press("kiosque", "").card(goodCard).back()
	clean(b.reads("Nous vous remercions"))
	id := string(w.All()[0].ID)
	a := w.agent()
	clean(a.get("/gestion/paiements?etat=" + url.QueryEscape(evil)))
	clean(a.get("/gestion/paiements/"+id).press("trancher", "", "acte", "contester", "motif", evil))
	a.reads("<script>alert(1)</script>") // in the journal, as text
	clean(w.accountant().get("/gestion/exports/fichier?jour=" + url.QueryEscape(evil)))
	clean(a.get("/gestion/paiements?q=" + url.QueryEscape(evil)))
	clean(a.get("/gestion/paiements?du=" + url.QueryEscape(evil)))
	clean(a.get("/gestion/connexion?suite=" + url.QueryEscape(evil)))
	clean(a.get("/gestion/pannes").press("notification", "", "panne", evil))
	clean(a.get("/gestion/connexion").press("connexion", "agent-1", "agent", evil))
}

// A session is drawn when somebody signs in, and gone when somebody signs out; a planted one is worth nothing.
func TestSession(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	site, err := url.Parse(w.Base)
	if err != nil {
		t.Fatal(err)
	}
	token := func(b *browser) string {
		for _, c := range b.client.Jar.Cookies(site) {
			if c.Name == "payer" {
				return c.Value
			}
		}
		return ""
	}
	b := w.browser()
	b.client.Jar.SetCookies(site, []*http.Cookie{{Name: "payer", Value: "planted"}})
	b.get("/connexion").press("connexion", "assure-1").at(http.StatusOK, "/accueil")
	first := token(b)
	if len(first) < 40 || first == "planted" {
		t.Errorf("the session is %q", first)
	}
	b.get("/connexion").press("connexion", "assure-1")
	second := token(b)
	if second == first {
		t.Error("signing in again draws no new session")
	}
	for _, old := range []string{"planted", first} {
		thief := w.browser()
		thief.client.Jar.SetCookies(site, []*http.Cookie{{Name: "payer", Value: old}})
		thief.get("/accueil").at(http.StatusOK, "/connexion")
	}
	b.get("/accueil").press("", "").at(http.StatusOK, "/connexion")
	thief := w.browser()
	thief.client.Jar.SetCookies(site, []*http.Cookie{{Name: "payer", Value: second}})
	thief.get("/accueil").at(http.StatusOK, "/connexion")

	// A session that ends while its payer is at the kiosk loses nothing.
	b = w.payer("assure-1")
	b.toKiosk("creance-101").card(goodCard)
	w.Clock.Pass(31 * time.Minute)
	b.back().at(http.StatusOK, "/connexion").reads("Si vous veniez de payer, ne payez pas à nouveau")
	b.press("connexion", "assure-1").at(http.StatusOK, "/accueil").reads("Nous vous remercions")
}

// The cookie is for the server alone and for this site's own navigation; on https it is for https alone, and no other host can plant it.
// Every page says what a browser may do with it.
func TestHeaders(t *testing.T) {
	t.Parallel()
	for base, want := range map[string]struct{ cookie, hsts string }{
		"http://127.0.0.1:8080":  {"payer=", ""},
		"https://compte.example": {"__Host-payer=", "max-age=31536000"},
	} {
		a, err := app.New(t.Context(), app.Config{Base: base, Database: filepath.Join(t.TempDir(), "teleservice.db"), Secret: "correct horse battery"})
		if err != nil {
			t.Fatal(err)
		}
		defer a.Close()
		r := httptest.NewRequest(http.MethodPost, base+"/connexion", strings.NewReader("personne=assure-1"))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		rec := httptest.NewRecorder()
		a.ServeHTTP(rec, r)
		cookie := rec.Header().Get("Set-Cookie")
		attributes := strings.SplitN(cookie, "; ", 2)[1]
		wantAttributes := "Path=/; HttpOnly; SameSite=Lax"
		if want.hsts != "" {
			wantAttributes = "Path=/; HttpOnly; Secure; SameSite=Lax"
		}
		if !strings.HasPrefix(cookie, want.cookie) || attributes != wantAttributes {
			t.Errorf("%s sets the cookie %s", base, cookie)
		}
		nonces := make(map[string]bool)
		for range 2 {
			rec = httptest.NewRecorder()
			a.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, base+"/connexion", nil))
			h := rec.Header()
			nonce := regexp.MustCompile(`script-src 'nonce-([^']+)'`).FindStringSubmatch(h.Get("Content-Security-Policy"))
			if nonce == nil || nonces[nonce[1]] {
				t.Fatalf("the policy is %s", h.Get("Content-Security-Policy"))
			}
			nonces[nonce[1]] = true
			h.Set("Content-Security-Policy", strings.Replace(h.Get("Content-Security-Policy"), nonce[1], "…", 1))
			got := http.Header{}
			for _, name := range []string{"Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy", "Cross-Origin-Opener-Policy",
				"Cross-Origin-Resource-Policy", "Cache-Control", "Content-Type", "Strict-Transport-Security"} {
				if v := h.Get(name); v != "" {
					got.Set(name, v)
				}
			}
			wanted := http.Header{}
			for name, v := range map[string]string{
				"Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; connect-src 'self'; script-src 'nonce-…'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'",
				"X-Content-Type-Options":  "nosniff", "Referrer-Policy": "same-origin", "Cross-Origin-Opener-Policy": "same-origin",
				"Cross-Origin-Resource-Policy": "same-origin", "Cache-Control": "no-store", "Content-Type": "text/html; charset=utf-8",
			} {
				wanted.Set(name, v)
			}
			if want.hsts != "" {
				wanted.Set("Strict-Transport-Security", want.hsts)
			}
			if d := cmp.Diff(wanted, got); d != "" {
				t.Errorf("%s: headers (-want +got):\n%s", base, d)
			}
		}
	}
}

// Nothing of a person, a card or a key is in what the service logs.
func TestLog(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	w := start(t, func(c *app.Config) {
		c.Logger = slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	if err := w.Bank.Desk.Inject(acquirer.OpBegin, mock.ServerError); err != nil {
		t.Fatal(err)
	}
	b := w.payer("assure-1")
	b.get("/demarches/creances/creance-101/etape-2").press("paiement", "").at(http.StatusOK, "/accueil").reads("Échec du paiement")
	b.toKiosk("creance-101").card(goodCard).back().reads("Nous vous remercions")
	w.Work()
	w.Stop()
	for _, secret := range []string{"BELAGE", "assure-1", goodCard, goodCard[:6], "a-key-that-protects-nothing", "1983", "redirectionData"} {
		alone := regexp.MustCompile(`(^|\D)` + regexp.QuoteMeta(secret) + `(\D|$)`) // a duration may have the digits of a year
		if alone.MatchString(log.String()) {
			t.Errorf("the log has %q:\n%s", secret, &log)
		}
	}
	if !strings.Contains(log.String(), `"route":"POST /demarches/creances/{debt}/payer"`) {
		t.Errorf("the log has no route:\n%s", &log)
	}
}
