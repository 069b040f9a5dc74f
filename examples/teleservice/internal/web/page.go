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
	"strings"
	"time"

	"github.com/quittance/quittance/inbox"
	"github.com/shopspring/decimal"
)

//go:embed layout.html
var layout string

// Funcs are what every template can call: amounts and dates as the library writes them.
var Funcs = template.FuncMap{
	"euros": func(d decimal.Decimal) string {
		s, err := inbox.Euros(d)
		if err != nil {
			return "montant à vérifier"
		}
		return s
	},
	"day":      inbox.ShortDate,
	"longday":  inbox.LongDate,
	"datetime": inbox.DateTime,
	"iso":      func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
	"blocks":   func(s string) []string { return strings.Split(s, "\n\n") },
	"asset":    func(name string) string { return assets[name].address },
}

// Page is what every page has. Body is its own.
type Page struct {
	Title  string // unique; also the h1
	Menu   []Item
	Who    Who    // zero: nobody is signed in
	Step   string // « Étape 1/3 », above the h1
	Track  []bool // the steps: which are reached
	Back   *Link  // to the page before
	Errors []Fault
	Wide   bool // tables and the diagram
	Body   any

	Nonce string // set when the page is written
	Kiosk string // origin that a form of this page may go to
}

// Item is one of the menu.
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

// Fault is a mistake in a form: the field's id, and words.
type Fault struct{ Field, Text string }

// Problem is an error with words for whoever asked.
type Problem struct {
	Status      int
	Title, Text string
	Err         error // the cause, for the log
}

// Error says the title and the cause.
func (p *Problem) Error() string { return fmt.Sprintf("%s (%d): %v", p.Title, p.Status, p.Err) }

// Unwrap returns the cause.
func (p *Problem) Unwrap() error { return p.Err }

// Absent answers for what does not exist, and for what is somebody else's: whoever asks learns no difference.
var Absent = &Problem{http.StatusNotFound, "Page introuvable", "Il n’y a rien à cette adresse, ou rien qui vous concerne.", errors.New("absent")}

// Bad is a request that no page of ours has sent.
func Bad(err error) error {
	p := &Problem{http.StatusBadRequest, "Demande incomplète", "Cette demande est incomplète ou incorrecte. Rien n’a été fait.", err}
	if big := (*http.MaxBytesError)(nil); errors.As(err, &big) {
		p.Status, p.Title = http.StatusRequestEntityTooLarge, "Demande trop grande"
	}
	return p
}

// Pages writes pages of one set of templates. It is safe for concurrent use.
type Pages struct {
	site string
	set  map[string]*template.Template
	log  *slog.Logger
}

// NewPages reads the templates of a folder: each file defines "content", and may call what shared.html defines.
func NewPages(site string, files embed.FS, funcs template.FuncMap, log *slog.Logger) (*Pages, error) {
	base, err := template.New("layout").Funcs(Funcs).Funcs(funcs).Parse(layout)
	if err != nil {
		return nil, err
	}
	names, err := fs.Glob(files, "pages/*.html")
	if err != nil {
		return nil, err
	}
	p := &Pages{site: site, set: make(map[string]*template.Template), log: log}
	for _, name := range names {
		t, err := template.Must(base.Clone()).ParseFS(files, name, "pages/shared.html")
		if err != nil {
			return nil, err
		}
		p.set[path.Base(name)] = t
	}
	p.set["problem"] = base
	return p, nil
}

// Write writes a page, or, when it cannot be, a problem: nothing of a page is sent before all of it is made.
func (p *Pages) Write(w http.ResponseWriter, r *http.Request, status int, name string, page Page) error {
	t, ok := p.set[name]
	if !ok {
		return fmt.Errorf("web: there is no page %q", name)
	}
	page.Nonce = Nonce(r)
	var b bytes.Buffer
	err := t.ExecuteTemplate(&b, "page", struct {
		Page
		Site string
	}{page, p.site})
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

// Handler is a page's handler whose error is told to whoever asked.
type Handler func(http.ResponseWriter, *http.Request) error

// Handle answers with the handler, or with a page about its error. frame is the rest of that page: the menu, who is signed in.
func (p *Pages) Handle(h Handler, frame func(*http.Request) Page) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		err := h(w, r)
		if err == nil {
			return
		}
		problem := &Problem{http.StatusServiceUnavailable, "Service momentanément indisponible",
			"Nous n’avons pas pu répondre à votre demande. Si vous veniez de payer, ne payez pas à nouveau : le résultat s’affichera sur votre compte.", err}
		if !errors.As(err, &problem) || problem.Status >= 500 {
			p.log.LogAttrs(r.Context(), slog.LevelError, "page", slog.String("route", r.Pattern), slog.Any("error", err))
		}
		page := frame(r)
		page.Title, page.Body = problem.Title, problem.Text
		if err := p.Write(w, r, problem.Status, "problem", page); err != nil {
			p.log.LogAttrs(r.Context(), slog.LevelError, "page", slog.String("route", r.Pattern), slog.Any("error", err))
		}
	})
}
