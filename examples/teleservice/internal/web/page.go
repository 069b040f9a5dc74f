package web

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"log/slog"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/quittance/quittance/inbox"
	"github.com/shopspring/decimal"
	"golang.org/x/text/language"
)

//go:embed layout.html
var layout string

// funcsOf are what every template of a language can call: amounts and dates as the library writes them, and t, which puts words of the
// template in the language: {{t "Bonjour %s" .Name}}.
func funcsOf(tag language.Tag, words Translation) template.FuncMap {
	locale := inbox.LocaleOf(tag)
	return template.FuncMap{
		"t": func(s string, a ...any) string {
			if len(a) == 0 {
				return words.of(s)
			}
			return fmt.Sprintf(words.of(s), a...)
		},
		"lang": tag.String,
		"euros": func(d decimal.Decimal) string {
			s, err := locale.Euros(d)
			if err != nil {
				return words.of("montant à vérifier")
			}
			return s
		},
		"day":      locale.ShortDate,
		"longday":  locale.LongDate,
		"datetime": func(t time.Time) string { return strings.ReplaceAll(locale.DateTime(t), " à ", " à\u00a0") }, // one line, as far as it fits
		"hour":     func(t time.Time) string { return hourOf(locale.DateTime(t)) },
		"numbers":  numbers,
		"iso":      func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
		"blocks":   func(s string) []string { return strings.Split(s, "\n\n") },
		"asset":    func(name string) string { return assets[name].address },
	}
}

// hourOf is the hour in an instant that is written out, in either language.
func hourOf(instant string) string {
	for _, before := range []string{" à ", " at "} {
		if _, hour, ok := strings.Cut(instant, before); ok {
			return hour
		}
	}
	return instant
}

// numbered are the numbers of notices and the references of payments: they have hyphens or many digits.
var numbered = regexp.MustCompile(`\b[A-Z]{2,}-\d{4}-\d+\b|\b[A-Z]{3,}\d{9,}\b`)

// numbers keeps each number in a text on one line, as far as it fits.
func numbers(s string) template.HTML {
	return template.HTML(numbered.ReplaceAllString(template.HTMLEscapeString(s), `<span class="whole">$0</span>`))
}

// Page is what every page has. Body is its own.
type Page struct {
	Title   string // unique; also the h1
	TitleIn string // the language of the title, if that is not the page's
	Outcome string // what has happened, in words that are in the page's language: the first thing that the browser's title says
	Keep    *Keep  // how long the session lasts, and how it is kept; nil: nobody is signed in
	Menu    []Item
	Who     Who    // zero: nobody is signed in
	Step    string // « Étape 1/3 », above the h1
	Track   []bool // the steps: which are reached
	Back    *Link  // to the page before
	Errors  []Fault
	Wide    bool // tables and the diagram
	Body    any

	Nonce string // set when the page is written
	Kiosk string // origin that a form of this page may go to
}

// Item is an entry of the menu.
type Item struct {
	Link
	Count   int    // of what is new; zero: nothing is said
	Counted string // what the count counts, in words: « non lus »
	Here    bool
}

// Link is a way to another page.
type Link struct{ Address, Text string }

// Who is signed in, in words.
type Who struct {
	Name, Detail, Login string
	SignOut             string // where the button posts to
}

// Keep is how a session is kept: GET on the address answers how many seconds are left, in JSON; POST keeps it first. Without an action it
// ends at Until.
type Keep struct {
	Address string
	Until   time.Time
	Seconds int
}

// Fault is a mistake in a form: the field's id, and words.
type Fault struct{ Field, Text string }

// Pages writes pages of one set of templates. It is safe for concurrent use.
type Pages struct {
	site  string
	foot  string // instead of the words about the demonstration
	log   *slog.Logger
	set   map[language.Tag]map[string]func() (*template.Template, error)
	words map[language.Tag]Translation
}

// Site is what a set of pages is made of.
type Site struct {
	Name  string
	Files embed.FS                     // pages/*.html: each file defines "content", and may call what shared.html defines
	Funcs template.FuncMap             // besides those that every page has
	Words map[language.Tag]Translation // further languages; none: the pages are French, and offer no other
	// Notice stands in the foot of every page, instead of the words about the demonstration; empty: those.
	Notice string
	Log    *slog.Logger
}

// NewPages finds the templates, each in every language. A page that is text from end to end may stand there in another language as a file of
// its own: aide.en.html beside aide.html. A page is parsed when it is first shown, for most of them are not what the first visitor waits for;
// [Pages.Check] parses all.
func NewPages(s Site) (*Pages, error) {
	files, err := fs.Glob(s.Files, "pages/*.html")
	if err != nil {
		return nil, err
	}
	p := &Pages{
		site: s.Name, foot: s.Notice, log: s.Log, words: s.Words, set: make(map[language.Tag]map[string]func() (*template.Template, error)),
	}
	for _, tag := range languages {
		words, ok := s.Words[tag]
		if !ok && tag != language.French {
			continue
		}
		base := sync.OnceValues(func() (*template.Template, error) {
			t, err := template.New("layout").Funcs(funcsOf(tag, words)).Funcs(s.Funcs).Parse(layout)
			if err != nil {
				return nil, err
			}
			return t.ParseFS(s.Files, "pages/shared.html")
		})
		of := func(file string) func() (*template.Template, error) {
			return sync.OnceValues(func() (*template.Template, error) {
				t, err := base()
				if err != nil {
					return nil, err
				}
				if t, err = t.Clone(); err != nil || file == "" {
					return t, err
				}
				return t.ParseFS(s.Files, file)
			})
		}
		set := map[string]func() (*template.Template, error){"problem": of("")} // the shared foot stands on a problem's page too
		for _, file := range files {
			own := strings.TrimSuffix(file, ".html") + "." + tag.String() + ".html"
			if _, err := fs.Stat(s.Files, own); err == nil {
				file = own
			}
			set[strings.Replace(path.Base(file), "."+tag.String()+".html", ".html", 1)] = of(file)
		}
		p.set[tag] = set
	}
	return p, nil
}

// Check parses every page, and returns what is wrong with them.
func (p *Pages) Check() error {
	var errs []error
	for tag, set := range p.set {
		for name, page := range set {
			if _, err := page(); err != nil {
				errs = append(errs, fmt.Errorf("%s in %s: %w", name, tag, err))
			}
		}
	}
	return errors.Join(errs...)
}

// Words puts words of a page in the language of a request: a title with a reference in it.
func (p *Pages) Words(r *http.Request, format string, a ...any) string {
	s := p.words[p.language(r)].of(format)
	if len(a) == 0 {
		return s
	}
	return fmt.Sprintf(s, a...)
}

// language is the one in which a request is answered.
func (p *Pages) language(r *http.Request) language.Tag {
	if tag := Language(r); p.set[tag] != nil {
		return tag
	}
	return language.French
}

// choice is a link to this page in another language.
type choice struct{ Language, Name, Back string }

// names of languages, each in its own.
var names = map[language.Tag]string{language.French: "Français", language.English: "English"}

// choices are the languages that a page is offered in, its own left out. A problem's page says nothing of the address that was asked for:
// what is absent and what is somebody else's look the same.
func (p *Pages) choices(r *http.Request, name string) (all []choice) {
	back := "/"
	if r.Method == http.MethodGet && name != "problem" {
		back = r.URL.EscapedPath()
	}
	for _, tag := range languages {
		if tag != p.language(r) && p.set[tag] != nil {
			all = append(all, choice{tag.String(), names[tag], back})
		}
	}
	return all
}

// Write writes a page, or, when it cannot be, a problem: nothing of a page is sent before all of it is made.
func (p *Pages) Write(w http.ResponseWriter, r *http.Request, status int, name string, page Page) error {
	tag := p.language(r)
	parsed, ok := p.set[tag][name]
	if !ok {
		return fmt.Errorf("web: there is no page %q", name)
	}
	t, err := parsed()
	if err != nil {
		return fmt.Errorf("web: page %q: %w", name, err)
	}
	page.Nonce = Nonce(r)
	page.translate(p.words[tag])
	if tag == language.French {
		page.typeset()
	}
	var b bytes.Buffer
	err = t.ExecuteTemplate(&b, "page", struct {
		Page
		Site, Notice string
		Choices      []choice
	}{page, p.words[tag].of(p.site), p.foot, p.choices(r, name)})
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	if page.Kiosk != "" {
		h.Set("Content-Security-Policy", Policy(page.Nonce, page.Kiosk))
	}
	w.WriteHeader(status)
	_, err = b.WriteTo(w)
	return err
}

// translate puts the words around a page in another language. What came in it already stays as it is.
func (page *Page) translate(words Translation) {
	page.Title, page.Step, page.Who.Detail = words.of(page.Title), words.of(page.Step), words.of(page.Who.Detail)
	page.Menu = slices.Clone(page.Menu)
	for i := range page.Menu {
		page.Menu[i].Text, page.Menu[i].Counted = words.of(page.Menu[i].Text), words.of(page.Menu[i].Counted)
	}
	if page.Back != nil {
		page.Back = &Link{page.Back.Address, words.of(page.Back.Text)}
	}
	page.Errors = slices.Clone(page.Errors)
	for i := range page.Errors {
		page.Errors[i].Text = words.of(page.Errors[i].Text)
	}
	if text, ok := page.Body.(string); ok { // of a problem
		page.Body = words.of(text)
	}
}
