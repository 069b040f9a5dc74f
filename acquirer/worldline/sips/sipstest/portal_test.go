package sipstest_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/worldline/sips/sipstest"
)

// portal is the shop's side on the wire: it keeps what is posted to it.
type portal struct {
	*httptest.Server
	mu   sync.Mutex
	seen []url.Values
}

func newPortal(t *testing.T) *portal {
	p := &portal{}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil || r.Method != http.MethodPost {
			t.Errorf("the shop got a %s that is no form: %v", r.Method, err)
		}
		p.mu.Lock()
		defer p.mu.Unlock()
		p.seen = append(p.seen, r.PostForm)
	}))
	t.Cleanup(p.Close)
	return p
}

func (p *portal) forms() []url.Values {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]url.Values(nil), p.seen...)
}

func platform(t testing.TB, o sipstest.Options) *sipstest.Server {
	s := sipstest.NewServer(o)
	t.Cleanup(s.Close)
	return s
}

// visit plays the payer of redirect data.
func visit(s *sipstest.Server, fields url.Values, p sipstest.Payer) (sipstest.Return, error) {
	return s.Visit(acquirer.Session{Fields: fields}, p)
}

// A browser follows forms as a person does: it reads the page, types what it is told and presses a button.
type browser struct {
	*testing.T
	url, page string
	status    int
}

var (
	forms  = regexp.MustCompile(`(?s)<form[^>]*>.*?</form>`)
	action = regexp.MustCompile(`<form[^>]*action="([^"]*)"`)
	inputs = regexp.MustCompile(`<(?:input|button)[^>]*>`)
	attrs  = regexp.MustCompile(`(\w+)="([^"]*)"`)
)

func unescape(s string) string {
	return strings.NewReplacer("&#43;", "+", "&amp;", "&", "&#34;", `"`, "&lt;", "<", "&gt;", ">", "&#39;", "'").Replace(s)
}

func (b *browser) open(to string, form url.Values) {
	b.Helper()
	resp, err := http.PostForm(to, form)
	if err != nil {
		b.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		b.Fatal(err)
	}
	b.url, b.page, b.status = to, string(body), resp.StatusCode
	if n := strings.Count(strings.ToLower(b.page), "<script"); n > strings.Count(resp.Header.Get("Content-Security-Policy"), "script-src 'nonce-") {
		b.Error("a page of the platform has a script that its policy does not name")
	}
}

// press sends the first form that has a button whose name=value is so (or, with an empty one, the first form), with what was typed.
func (b *browser) press(button string, typed url.Values) {
	b.Helper()
	to, f := b.form(button)
	if f == nil {
		b.Fatalf("there is no button %q on:\n%s", button, b.page)
	}
	for n, v := range typed {
		f[n] = v
	}
	b.open(to, f)
}

// form reads the fields of a form without sending it.
func (b *browser) form(button string) (to string, fields url.Values) {
	b.Helper()
	name, value, _ := strings.Cut(button, "=")
	for _, f := range forms.FindAllString(b.page, -1) {
		fields, found := url.Values{}, button == ""
		for _, in := range inputs.FindAllString(f, -1) {
			a := make(map[string]string)
			for _, m := range attrs.FindAllStringSubmatch(in, -1) {
				a[m[1]] = unescape(m[2])
			}
			pressed := a["name"] == name && a["value"] == value
			if strings.HasPrefix(in, "<button") && !pressed || a["name"] == "" {
				continue
			}
			found = found || pressed
			fields.Set(a["name"], a["value"])
		}
		if !found {
			continue
		}
		to := b.url
		if m := action.FindStringSubmatch(f); m != nil && m[1] != "" {
			to = unescape(m[1])
		}
		return to, fields
	}
	return "", nil
}

// await polls until a condition holds. The limit only ends what hangs.
func await(t testing.TB, what string, f func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !f(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("after a minute still not: %s", what)
		}
	}
}
