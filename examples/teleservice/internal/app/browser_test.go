package app_test

import (
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/quittance/quittance/examples/teleservice/internal/app"
	"github.com/quittance/quittance/examples/teleservice/internal/apptest"
)

// world is a running service, and who uses it.
type world struct {
	*apptest.Service
	t *testing.T
}

// start opens a service with a simulator inside. change may be nil.
func start(t *testing.T, change func(*app.Config)) world {
	t.Helper()
	return world{apptest.Start(t, apptest.Morning, change), t}
}

// browser is somebody in front of a screen, without script.
type browser struct {
	t      *testing.T
	base   string
	client *http.Client

	URL    *url.URL // of the page that is shown
	Status int
	Header http.Header
	Page   string // its HTML
}

func (w world) browser() *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		w.t.Fatal(err)
	}
	return &browser{t: w.t, base: w.Base, client: &http.Client{Jar: jar, Timeout: time.Minute}}
}

// payer is a browser with somebody signed in.
func (w world) payer(who string) *browser {
	w.t.Helper()
	b := w.browser()
	b.get("/connexion").press("connexion", who)
	if b.Status != http.StatusOK || b.URL.Path != "/accueil" {
		w.t.Fatalf("%s signs in and gets %d %s", who, b.Status, b.URL)
	}
	return b
}

// agent is a browser with an agent signed in.
func (w world) agent() *browser {
	w.t.Helper()
	b := w.browser()
	b.get("/gestion/connexion").press("connexion", "agent-1")
	if b.URL.Path != "/gestion" {
		w.t.Fatalf("the agent is at %s", b.URL)
	}
	return b
}

// do asks and shows the answer. The form is posted as a browser does from the page that is shown.
func (b *browser) do(method, address string, form url.Values) *browser {
	b.t.Helper()
	to, err := url.Parse(b.base)
	if err != nil {
		b.t.Fatal(err)
	}
	if b.URL != nil {
		to = b.URL
	}
	if to, err = to.Parse(address); err != nil {
		b.t.Fatal(err)
	}
	var body io.Reader
	if form != nil && method == http.MethodPost {
		body = strings.NewReader(form.Encode())
	} else if form != nil {
		to.RawQuery = form.Encode()
	}
	r, err := http.NewRequestWithContext(b.t.Context(), method, to.String(), body)
	if err != nil {
		b.t.Fatal(err)
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if b.URL != nil {
			origin := b.URL.Scheme + "://" + b.URL.Host
			r.Header.Set("Origin", origin)
			r.Header.Set("Sec-Fetch-Site", map[bool]string{true: "same-origin", false: "same-site"}[to.Host == b.URL.Host])
		}
	}
	return b.show(r)
}

func (b *browser) show(r *http.Request) *browser {
	b.t.Helper()
	resp, err := b.client.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer resp.Body.Close()
	page, err := io.ReadAll(resp.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	b.URL, b.Status, b.Header, b.Page = resp.Request.URL, resp.StatusCode, resp.Header, string(page)
	return b
}

func (b *browser) get(path string) *browser {
	b.t.Helper()
	return b.do(http.MethodGet, b.base+path, nil)
}

var (
	formTag  = regexp.MustCompile(`(?s)<form([^>]*)>(.*?)</form>`)
	inputTag = regexp.MustCompile(`(?s)<(input|button|select)\b([^>]*)>`)
	attr     = regexp.MustCompile(`([a-z-]+)(?:="([^"]*)")?`)
)

func attrs(s string) map[string]string {
	m := make(map[string]string)
	for _, a := range attr.FindAllStringSubmatch(s, -1) {
		m[a[1]] = html.UnescapeString(a[2])
	}
	return m
}

// press submits the form with an id, or the only one whose button has a value, with more fields.
func (b *browser) press(form, button string, more ...string) *browser {
	b.t.Helper()
	for _, m := range formTag.FindAllStringSubmatch(b.Page, -1) {
		tag, values, found := attrs(m[1]), url.Values{}, button == ""
		for _, in := range inputTag.FindAllStringSubmatch(m[2], -1) {
			a := attrs(in[2])
			switch {
			case in[1] == "button":
				if button != "" && a["value"] == button {
					values.Set(a["name"], button)
					found = true
				}
			case a["name"] != "" && a["type"] != "radio":
				values.Set(a["name"], a["value"])
			}
		}
		if form != "" && tag["id"] != form || !found {
			continue
		}
		for i := 0; i < len(more); i += 2 {
			values.Set(more[i], more[i+1])
		}
		method := http.MethodGet
		if strings.EqualFold(tag["method"], "post") {
			method = http.MethodPost
		}
		action := tag["action"]
		if action == "" {
			action = b.URL.String()
		}
		return b.do(method, action, values)
	}
	b.t.Fatalf("no form %q with button %q at %s:\n%s", form, button, b.URL, b.text())
	return nil
}

var tags = regexp.MustCompile(`(?s)<(?:head|script)\b.*?</(?:head|script)>|<[^>]*>`)

// text is what can be read on the page, spaces made equal.
func (b *browser) text() string {
	s := html.UnescapeString(tags.ReplaceAllString(b.Page, " "))
	return strings.Join(strings.Fields(strings.NewReplacer("\u00a0", " ", "\u202f", " ").Replace(s)), " ")
}

// reads checks that the page has words.
func (b *browser) reads(words ...string) *browser {
	b.t.Helper()
	text := b.text()
	for _, w := range words {
		if !strings.Contains(text, w) {
			b.t.Errorf("%s does not say %q:\n%s", b.URL, w, text)
		}
	}
	return b
}

// lacks checks that the page does not have words.
func (b *browser) lacks(words ...string) *browser {
	b.t.Helper()
	text := b.text()
	for _, w := range words {
		if strings.Contains(text, w) {
			b.t.Errorf("%s says %q:\n%s", b.URL, w, text)
		}
	}
	return b
}

// at checks where the browser is.
func (b *browser) at(status int, path string) *browser {
	b.t.Helper()
	if b.Status != status || b.URL.Path != path {
		b.t.Fatalf("status %d at %s, want %d at %s:\n%s", b.Status, b.URL, status, path, b.text())
	}
	return b
}

// toKiosk takes a payer through the steps to the bank's page.
func (b *browser) toKiosk(debt string) *browser {
	b.t.Helper()
	b.get("/demarches/creances/"+debt+"/etape-2").at(http.StatusOK, "/demarches/creances/"+debt+"/etape-2")
	b.press("paiement", "")
	if !strings.HasSuffix(b.URL.Path, "/etape-3") {
		b.t.Fatalf("the payer is at %s:\n%s", b.URL, b.text())
	}
	return b.onward()
}

var onwardLink = regexp.MustCompile(`<a class="button" id="vers-le-kiosque" href="([^"]+)">`)

// onward goes to the payment page: by the form of step 3, or by its link.
func (b *browser) onward() *browser {
	b.t.Helper()
	if m := onwardLink.FindStringSubmatch(b.Page); m != nil {
		return b.do(http.MethodGet, html.UnescapeString(m[1]), nil)
	}
	return b.press("kiosque", "")
}

// The test cards of the simulator: the last two digits decide.
const (
	goodCard    = "5017670000001800"
	refusedCard = "5017670000001805"
)

// card types a card at the kiosk and passes the bank's authentication. The ticket, or the refusal, is shown.
func (b *browser) card(number string) *browser {
	b.t.Helper()
	b.press("", "card", "number", number, "month", "12", "year", fmt.Sprint(2030), "cryptogram", "123")
	return b.press("", "accept")
}

// back presses « Retour à votre compte » on the bank's last page.
func (b *browser) back() *browser {
	b.t.Helper()
	return b.press("", "")
}
