// Package leaks drives each acquirer's client and its simulator with words that nobody may read afterwards, and looks for them in everything
// that is written: logs of every level, errors, values however they are printed, answers, labels, databases. It has tests only.
package leaks

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/quittance/quittance/acquirer"
)

// ear hears everything that is written, with the name of where.
type ear struct {
	mu    sync.Mutex
	heard map[string]*bytes.Buffer
}

func newEar() *ear { return &ear{heard: map[string]*bytes.Buffer{}} }

func (e *ear) hear(where, text string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.heard[where] == nil {
		e.heard[where] = &bytes.Buffer{}
	}
	fmt.Fprintln(e.heard[where], text)
}

// pipe is a writer of a log.
func (e *ear) pipe(where string) io.Writer { return pipe{e, where} }

type pipe struct {
	ear   *ear
	where string
}

func (p pipe) Write(b []byte) (int, error) {
	p.ear.hear(p.where, string(b))
	return len(b), nil
}

// values prints values with every verb, as JSON, and through both handlers of slog.
func (e *ear) values(where string, values ...any) {
	for _, v := range values {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			e.hear(where+" with "+verb, fmt.Sprintf(verb, v))
		}
		if b, err := json.Marshal(v); err == nil {
			e.hear(where+asData, string(b))
		}
		slog.New(slog.NewTextHandler(e.pipe(where+" in slog's text"), nil)).Info("", "v", v)
		slog.New(slog.NewJSONHandler(e.pipe(where+" in slog's JSON"), nil)).Info("", "v", v)
		if err, ok := v.(error); ok {
			for err != nil { // what it wraps is read by hosts as well
				e.hear(where+" unwrapped", fmt.Sprintf("%v %+v", err, err))
				if many, ok := err.(interface{ Unwrap() []error }); ok {
					e.values(where, asAny(many.Unwrap())...)
					break
				}
				one, ok := err.(interface{ Unwrap() error })
				if !ok {
					break
				}
				err = one.Unwrap()
			}
		}
	}
}

// asData ends the name of a place where a payment stands as a host's own data, with the people that the host named to it, and no secret.
const asData = " as JSON"

func asAny(errs []error) (out []any) {
	for _, err := range errs {
		out = append(out, err)
	}
	return out
}

// observe hears what a tracer or a metric would be given: operation, attributes and the error.
func (e *ear) observe(who string) acquirer.Observe {
	return func(ctx context.Context, op string, attrs ...slog.Attr) (context.Context, func(error, ...slog.Attr)) {
		e.values(who+"'s label", op, attrs)
		return ctx, func(err error, more ...slog.Attr) { e.values(who+"'s label", more, err) }
	}
}

// answers hears what a handler answers.
func (e *ear) answers(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.ServeHTTP(&listened{w, e}, r)
		e.hear("a header of an answer", fmt.Sprint(w.Header()))
	})
}

type listened struct {
	http.ResponseWriter
	ear *ear
}

func (l *listened) Write(b []byte) (int, error) {
	l.ear.hear("the body of an answer", string(b))
	return l.ResponseWriter.Write(b)
}

func (l *listened) Unwrap() http.ResponseWriter { return l.ResponseWriter }

// forms are how a word may stand in a text.
func forms(word string) []string {
	quoted, _ := json.Marshal(word)
	return slices.Compact([]string{word, strings.Trim(string(quoted), `"`), url.QueryEscape(word), hex.EncodeToString([]byte(word)),
		strings.ToUpper(hex.EncodeToString([]byte(word)))})
}

// search reports each word that stands in anything that was heard, once for each place.
func (e *ear) search(t testing.TB, words map[string]string) {
	t.Helper()
	e.mu.Lock()
	defer e.mu.Unlock()
	for name, word := range words {
		for where, text := range e.heard {
			if (strings.HasPrefix(name, "debtor ") || strings.HasPrefix(name, "person")) && strings.HasSuffix(where, asData) {
				continue
			}
			for _, form := range forms(word) {
				if i := bytes.Index(text.Bytes(), []byte(form)); i >= 0 {
					t.Errorf("%s stands in %s: …%s…", name, where, text.Bytes()[max(0, i-150):min(text.Len(), i+len(form)+60)])
					break
				}
			}
		}
	}
}

// has reports whether anything was heard at a place whose name begins so: a test that hears nothing finds nothing.
func (e *ear) has(where string) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	for w := range e.heard {
		if strings.HasPrefix(w, where) {
			return true
		}
	}
	return false
}
