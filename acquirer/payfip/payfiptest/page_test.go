package payfiptest_test

import (
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/quittance/quittance/acquirer/payfip/payfiptest"
	"github.com/quittance/quittance/payment/paymenttest"
)

// browser walks the pages as a payer without script does.
type browser struct {
	t      *testing.T
	s      *payfiptest.Server
	url    string
	status int
	text   string
	header http.Header
}

func (b *browser) load(resp *http.Response, err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	b.status, b.text, b.header = resp.StatusCode, string(body), resp.Header
	b.check()
}

func (b *browser) open(idOp string) {
	b.t.Helper()
	b.url = b.s.PageURL() + "?idop=" + idOp
	b.load(http.Get(b.url))
}

var (
	forms  = regexp.MustCompile(`(?s)<form[^>]*>.*?</form>`)
	inputs = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)">`)
	button = regexp.MustCompile(`<button[^>]*?(?:name="([^"]*)" value="([^"]*)")?[^>]*>([^<]*)</button>`)
	action = regexp.MustCompile(`<form[^>]*method="([^"]*)"(?: action="([^"]*)")?`)
)

// form returns the method, the address and the fields of the form whose button bears the words.
func (b *browser) form(words string) (method, to string, fields url.Values) {
	b.t.Helper()
	for _, f := range forms.FindAllString(b.text, -1) {
		m := button.FindStringSubmatch(f)
		if m == nil || html.UnescapeString(m[3]) != words {
			continue
		}
		fields = url.Values{}
		for _, i := range inputs.FindAllStringSubmatch(f, -1) {
			fields.Add(html.UnescapeString(i[1]), html.UnescapeString(i[2]))
		}
		if b := regexp.MustCompile(`name="([^"]*)" value="([^"]*)"[^>]*>[^<]*</button>`).FindStringSubmatch(f); b != nil {
			fields.Add(b[1], b[2])
		}
		a := action.FindStringSubmatch(strings.Replace(f, ` class="back"`, "", 1))
		return a[1], html.UnescapeString(a[2]), fields
	}
	b.t.Fatalf("there is no button %q in %s", words, b.text)
	return "", "", nil
}

// press posts the form with the button.
func (b *browser) press(words string) {
	b.t.Helper()
	method, to, fields := b.form(words)
	if method != "post" || to != "" {
		b.t.Fatalf("%s leaves to %s by %s", words, to, method)
	}
	b.load(http.PostForm(b.url, fields))
}

func (b *browser) says(words ...string) {
	b.t.Helper()
	for _, w := range words {
		if !strings.Contains(html.UnescapeString(b.text), w) {
			b.t.Errorf("the page does not say %q: %s", w, b.text)
		}
	}
}

// check holds for every page: French, with a title and one heading, without script, kept by nobody.
func (b *browser) check() {
	b.t.Helper()
	for _, want := range []string{`<html lang="fr">`, "<title>", `href="#contenu"`, `<main id="contenu"`, "Simulateur"} {
		if !strings.Contains(b.text, want) {
			b.t.Errorf("the page has no %s", want)
		}
	}
	if strings.Count(b.text, "<h1") != 1 || strings.Contains(b.text, "<script") || strings.Contains(b.text, "ZgotmplZ") {
		b.t.Errorf("headings or scripts: %s", b.text)
	}
	for name, want := range map[string]string{"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "Content-Type": "text/html; charset=utf-8"} {
		if b.header.Get(name) != want {
			b.t.Errorf("%s: %q", name, b.header.Get(name))
		}
	}
	if csp := b.header.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") || !strings.Contains(csp, "style-src 'sha256-") {
		b.t.Error(csp)
	}
	// A button or field without words is none for somebody who hears the page.
	for _, m := range button.FindAllStringSubmatch(b.text, -1) {
		if strings.TrimSpace(m[3]) == "" {
			b.t.Errorf("a button without words: %s", m[0])
		}
	}
	for _, id := range regexp.MustCompile(`aria-(?:labelledby|describedby)="([^"]*)"`).FindAllStringSubmatch(b.text, -1) {
		if !strings.Contains(b.text, `id="`+id[1]+`"`) {
			b.t.Errorf("nothing has the id %s", id[1])
		}
	}
}

// Each means, each end, by the buttons of the pages.
func TestPages(t *testing.T) {
	for name, c := range map[string]struct {
		press  []string
		letter string
		says   []string
	}{
		"card":          {[]string{"Payer par carte bancaire", "Le paiement par carte est accepté"}, "P", []string{"Votre paiement est accepté", "Numéro d’autorisation"}},
		"card refused":  {[]string{"Payer par carte bancaire", "Le paiement par carte est refusé"}, "R", []string{"Votre paiement est refusé", "Aucune somme n’a été débitée"}},
		"debit":         {[]string{"Payer par prélèvement", "Le prélèvement est enregistré"}, "V", []string{"Votre prélèvement est enregistré", "sera présenté à votre banque"}},
		"debit refused": {[]string{"Payer par prélèvement", "Le prélèvement est refusé"}, "Z", []string{"Votre paiement est refusé"}},
		"transfer":      {[]string{"Payer par virement", "Le virement est confirmé"}, "F", []string{"Votre banque confirmera"}},
		"given up":      {[]string{"Abandonner le paiement"}, "A", []string{"Vous avez abandonné"}},
		"given up late": {[]string{"Payer par carte bancaire", "Abandonner le paiement"}, "A", []string{"Vous avez abandonné"}},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPortal(t, 200)
			s, l := start(t, payfiptest.Options{})
			id := l.create(t, "urlnotif", p.URL+"/n", "urlredirect", p.URL+"/r", "mel", "usager+<b>@example.org")
			b := &browser{t: t, s: s}
			b.open(id)
			b.says("VILLE D'ESSAI", "CANTINE ET CRÈCHES", "Cantine novembre", "75,50\u00a0€", "usager+<b>@example.org", "PCLCB262540000004", "mode test")
			for _, words := range c.press {
				b.press(words)
			}
			b.says(append(c.says, "Retour au site de la collectivité")...)
			if b.status != 200 || l.result(t, id) != c.letter {
				t.Errorf("status %d, result %s, expected %s", b.status, l.result(t, id), c.letter)
			}
			if b.form("Retour au site de la collectivité"); len(p.all()) != 1 {
				t.Errorf("notified %q", p.all())
			}
			// The link does not open again, and a form that is sent again changes nothing.
			result := b.text
			b.open(id)
			b.says("Ce lien a déjà servi")
			if b.status != 409 {
				t.Error(b.status)
			}
			resp, err := http.PostForm(b.url, url.Values{"idop": {id}, "step": {"abandon"}})
			b.load(resp, err)
			if b.says("Ce paiement est terminé"); b.status != 409 || l.result(t, id) != c.letter || len(p.all()) != 1 || result == "" {
				t.Errorf("%d, %s, %q", b.status, l.result(t, id), p.all())
			}
		})
	}
}

// The three ways back, with an address that has a query of its own: a form sent by GET would drop it (docs/payfip.md §16).
func TestWayBack(t *testing.T) {
	for by, want := range map[payfiptest.Carrier]string{
		payfiptest.Get: "GET /r?a=1&idop=ID", payfiptest.Form: "POST /r?a=1 idop=ID", payfiptest.Query: "POST /r?a=1&idop=ID",
	} {
		p := newPortal(t, 200)
		s, l := start(t, payfiptest.Options{Habits: payfiptest.Habits{ReturnBy: by, Notify: payfiptest.Never}})
		id := l.create(t, "urlredirect", p.URL+"/r?a=1")
		b := &browser{t: t, s: s}
		b.open(id)
		b.press("Abandonner le paiement")
		if csp := b.header.Get("Content-Security-Policy"); !strings.Contains(csp, "form-action 'self' "+p.URL) {
			t.Error(csp)
		}
		method, to, fields := b.form("Retour au site de la collectivité")
		var resp *http.Response
		var err error
		if method == "get" { // as a browser: the fields become the query, and what stood there is gone
			u, parseErr := url.Parse(to)
			if parseErr != nil {
				t.Fatal(parseErr)
			}
			u.RawQuery = fields.Encode()
			resp, err = http.Get(u.String())
		} else if len(fields) > 0 {
			resp, err = http.PostForm(to, fields)
		} else {
			resp, err = http.Post(to, "application/x-www-form-urlencoded", nil)
		}
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if got := strings.ReplaceAll(strings.Join(p.all(), " "), id, "ID"); got != want {
			t.Errorf("%s: by the page %q, expected %q", by, got, want)
		}
		// Without a browser the same comes.
		again := l.create(t, "urlredirect", p.URL+"/r?a=1")
		back, err := s.VisitID(again, payfiptest.Payer{})
		if err != nil {
			t.Fatal(err)
		}
		if resp, err = back.Bring(nil); err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if got := strings.ReplaceAll(p.all()[1], again, "ID"); got != want || strings.Contains(fmt.Sprint(back), again) {
			t.Errorf("%s: by a visit %q, expected %q; printed as %v", by, got, want, back)
		}
	}
}

// What no page answers, and how.
func TestPagesRefuse(t *testing.T) {
	c := paymenttest.NewClock(morning)
	s, l := start(t, payfiptest.Options{Now: c.Now, Regies: []payfiptest.Regie{{Numcli: payfiptest.Numcli, Activated: []payfiptest.Means{payfiptest.Card}}}})
	never, real := l.create(t), l.create(t, "saisie", "W")
	b := &browser{t: t, s: s, url: s.PageURL()}
	b.open(real)
	if b.says("Payer par carte bancaire"); strings.Contains(b.text, "prélèvement") || strings.Contains(b.text, "mode test") {
		t.Error("a means that is not activated is shown")
	}
	post := func(fields url.Values) int {
		b.load(http.PostForm(s.PageURL(), fields))
		return b.status
	}
	for name, c := range map[string]struct {
		fields url.Values
		want   int
	}{
		"nobody's session":    {url.Values{"idop": {"e9cc332f-6316-4141-8b48-0b91420022f0"}, "step": {"abandon"}}, 404},
		"a page never opened": {url.Values{"idop": {never}, "step": {"choose"}, "means": {"card"}}, 404},
		"no step":             {url.Values{"idop": {real}}, 400},
		"another step":        {url.Values{"idop": {real}, "step": {"x"}, "means": {"card"}}, 400},
		"not chosen before":   {url.Values{"idop": {real}, "step": {"accept"}, "means": {"card"}}, 400},
		"not activated":       {url.Values{"idop": {real}, "step": {"choose"}, "means": {"debit"}}, 400},
		"no such means":       {url.Values{"idop": {real}, "step": {"choose"}, "means": {"cash"}}, 400},
	} {
		if got := post(c.fields); got != c.want {
			t.Errorf("%s: %d, expected %d", name, got, c.want)
		}
	}
	if got := l.result(t, real); got != "P5" {
		t.Errorf("it ended: %s", got)
	}
	for path, want := range map[string]int{"/": 404, "/tpa/": 404, "/tpa/services/securite": 404, "/tpa/paiementws.web": 404, "/tpa/paiementws.web?idop=x": 404} {
		b.load(http.Get(s.URL + path))
		if b.status != want {
			t.Errorf("%s: %d", path, b.status)
		}
	}
	c.Add(16 * time.Minute)
	b.open(never)
	if b.says("quinze minutes"); b.status != 410 {
		t.Error(b.status)
	}
	// A page that was opened in time can still be used.
	if got := post(url.Values{"idop": {real}, "step": {"choose"}, "means": {"card"}}); got != 200 {
		t.Error(got)
	}
	if got := post(url.Values{"idop": {real}, "step": {"accept"}, "means": {"card"}}); got != 200 || l.result(t, real) != "P" {
		t.Error(got, l.result(t, real))
	}
	resp, err := http.Post(s.PageURL(), "text/plain", strings.NewReader("x"))
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != 400 {
		t.Error(resp.StatusCode)
	}
}

// Given up, opened again with the same link and paid, at the very same instant.
func TestPagesAfterGivingUp(t *testing.T) {
	s, l := start(t, payfiptest.Options{Habits: payfiptest.Habits{PayAfterGivingUp: true}})
	id := l.create(t)
	b := &browser{t: t, s: s}
	b.open(id)
	b.press("Abandonner le paiement")
	b.open(id)
	b.press("Payer par carte bancaire")
	b.press("Le paiement par carte est accepté")
	if got := l.result(t, id); got != "P" {
		t.Error(got)
	}
}

// Other paths can be somebody else's.
func TestOther(t *testing.T) {
	s, _ := start(t, payfiptest.Options{Other: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })})
	r, err := http.Get(s.URL + "/control")
	if err != nil {
		t.Fatal(err)
	}
	r.Body.Close()
	if r.StatusCode != http.StatusTeapot {
		t.Error(r.StatusCode)
	}
}
