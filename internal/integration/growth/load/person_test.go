package load

import (
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// person is somebody in front of a browser without script. What goes wrong is an error, never the end of the test: the others go on.
type person struct {
	client *http.Client
	base   string
	took   []time.Duration // of each page, in the order of the way

	url    *url.URL
	status int
	page   string
}

func newPerson(base string, transport http.RoundTripper) (*person, error) {
	jar, err := cookiejar.New(nil)
	return &person{client: &http.Client{Jar: jar, Transport: transport, Timeout: 2 * time.Minute}, base: base}, err
}

// ask asks for a page, posts a form when there is one, and follows where the answer leads.
func (p *person) ask(address string, form url.Values) error {
	to, err := url.Parse(p.base)
	if err == nil && p.url != nil {
		to, err = p.url.Parse(address)
	} else if err == nil {
		to, err = to.Parse(address)
	}
	if err != nil {
		return err
	}
	r, err := http.NewRequest(http.MethodGet, to.String(), nil)
	if form != nil {
		r, err = http.NewRequest(http.MethodPost, to.String(), strings.NewReader(form.Encode()))
	}
	if err != nil {
		return err
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if p.url != nil {
			r.Header.Set("Origin", p.url.Scheme+"://"+p.url.Host)
			r.Header.Set("Sec-Fetch-Site", map[bool]string{true: "same-origin", false: "same-site"}[p.url.Host == to.Host])
		}
	}
	began := time.Now()
	resp, err := p.client.Do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	page, err := io.ReadAll(resp.Body)
	p.took = append(p.took, time.Since(began))
	p.url, p.status, p.page = resp.Request.URL, resp.StatusCode, string(page)
	return err
}

// reads is an error unless the page is one of success with words, spaces made equal.
func (p *person) reads(words string) error {
	text := strings.Join(strings.Fields(html.UnescapeString(p.page)), " ")
	if p.status != http.StatusOK || !strings.Contains(text, words) {
		return fmt.Errorf("%s answers %d without %q:\n%s", p.url.Path, p.status, words, p.page)
	}
	return nil
}

var (
	formTag  = regexp.MustCompile(`(?s)<form([^>]*)>(.*?)</form>`)
	inputTag = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)">`)
	action   = regexp.MustCompile(` action="([^"]*)"`)
)

// press sends the first form of the page that has a mark, with more fields.
func (p *person) press(mark string, more ...string) error {
	for _, m := range formTag.FindAllStringSubmatch(p.page, -1) {
		if !strings.Contains(m[0], mark) {
			continue
		}
		to, form := p.url.String(), url.Values{}
		if a := action.FindStringSubmatch(m[1]); a != nil {
			to = html.UnescapeString(a[1])
		}
		for _, in := range inputTag.FindAllStringSubmatch(m[2], -1) {
			form.Set(html.UnescapeString(in[1]), html.UnescapeString(in[2]))
		}
		for i := 0; i < len(more); i += 2 {
			form.Set(more[i], more[i+1])
		}
		return p.ask(to, form)
	}
	return fmt.Errorf("%s has no form with %q:\n%s", p.url.Path, mark, p.page)
}

// pays goes the whole way: signs in, takes the steps, pays at the bank, comes back, and looks into the mailbox. The page with all people
// to choose from, which no real portal has, is not on the way.
func (p *person) pays(i int) error {
	debt := "/demarches/creances/" + debtOf(i)
	for _, step := range []struct {
		do    func() error
		reads string
	}{
		{func() error { return p.ask("/connexion", url.Values{"personne": {name(i)}}) }, strings.ToUpper(name(i))},
		{func() error { return p.ask("/demarches/creances", nil) }, "Étape préalable"},
		{func() error { return p.ask(debt+"/etape-1", nil) }, "Continuer"},
		{func() error { return p.ask(debt+"/etape-2", nil) }, "Étape 2/3"},
		{func() error { return p.press(`id="paiement"`) }, "Étape 3/3"},
		{func() error { return p.press(`id="kiosque"`) }, "Veuillez saisir les informations de votre paiement"},
		{func() error {
			return p.press(`value="card"`, "step", "card", "number", "5017670000001800", "month", "12", "year", fmt.Sprint(time.Now().Year()+1), "cryptogram", "123")
		}, "Votre banque vérifie"},
		{func() error { return p.press(`value="accept"`, "step", "accept") }, "Votre paiement a été accepté."},
		{func() error { return p.press(`class="back"`) }, "Nous vous remercions pour votre paiement"},
		{func() error { return p.ask("/messagerie", nil) }, "Ma messagerie"},
	} {
		if err := step.do(); err != nil {
			return err
		}
		if err := p.reads(step.reads); err != nil {
			return err
		}
	}
	return nil
}
