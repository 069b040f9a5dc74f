package payfip

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/jarcoal/httpmock"
	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/preflight"
)

// Canaries: the session's number, the payer's address, the régie's address and the object appear in no log, no error, no attribute
// and no result that prints, whatever the platform answers and however much of the question it repeats.
func TestCanaries(t *testing.T) {
	const (
		session = "cana7y-0000-4000-8000-5e55107c0de0"
		payer   = "canary.payer@example.org"
		box     = "canary.box@ville.example.fr"
		object  = "Canary object 2026"
	)
	canaries := []string{session, "canary", "Canary"}
	echo := "Parametre " + session + " " + payer + " " + box + " " + object
	stack := strings.Replace(faultBody("FonctionnelleErreur", "Q7", "x"), "</detail>",
		`<e:exception xmlns:e="http://jax-ws.dev.java.net/"><message>`+echo+`</message></e:exception></detail>`, 1)
	replies := map[string]httpmock.Responder{
		"created":       created(session),
		"unusable":      created(session + "é"),
		"paid":          detail("idOp", session, "mel", payer, "objet", object),
		"unknown":       detail("idOp", session, "mel", payer, "objet", object, "resultrans", echo),
		"dirty":         detail("idOp", session, "refdet", echo, "numcli", echo, "numauto", echo, "dattrans", echo, "montant", "1"),
		"bad amount":    detail("idOp", session, "montant", echo),
		"other mode":    detail("idOp", session, "saisie", echo),
		"other session": detail("idOp", session+"0", "mel", payer),
		"fault":         refused("Q7", echo),
		"fault session": refused("Q7", "numéro "+strings.ToUpper(session)),
		"fault object":  refused("R3", "objet "+object),
		"fault address": refused("A2", payer),
		"cut address":   refused("A2", strings.Repeat("x", 150)+" "+payer), // an error shows 160 characters at most
		"cut object":    refused("R3", strings.Repeat("x", 150)+" "+object),
		"code":          refused(echo, ""),
		"stack":         reply(500, xmlType, stack),
		"malformed":     reply(200, xmlType, "<"+payer+">"),
		"page":          reply(502, "text/html", echo),
		"redirect": func(r *http.Request) (*http.Response, error) {
			resp := httpmock.NewStringResponse(302, "")
			resp.Header.Set("Location", "https://x/?"+session)
			resp.Request = r
			return resp, nil
		},
		"dropped": func(*http.Request) (*http.Response, error) { return nil, context.DeadlineExceeded },
	}
	for name, r := range replies {
		t.Run(name, func(t *testing.T) {
			var mu sync.Mutex
			var seen []string
			note := func(a ...any) {
				mu.Lock()
				defer mu.Unlock()
				for _, x := range a {
					asJSON, _ := json.Marshal(x)
					seen = append(seen, fmt.Sprintf("%v\n%+v\n%#v\n%s\n%q", x, x, x, x, x), slog.AnyValue(x).Resolve().String(), string(asJSON))
				}
			}
			var log strings.Builder
			p := newPlatform(t, func(c *Config) {
				c.Mailbox, c.Objet, c.Logger = box, object, slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
				c.Mel = func(context.Context, acquirer.Order) (string, error) { return payer, nil }
				c.Observe = func(ctx context.Context, op string, attrs ...slog.Attr) (context.Context, func(error, ...slog.Attr)) {
					note(op, attrs)
					return ctx, func(err error, attrs ...slog.Attr) { note(err, attrs) }
				}
			}, r, r, r, r)
			s, err := p.Begin(t.Context(), order())
			note(s, s.Handle, err, p.Client)
			q := question()
			q.Handle.Session = session
			result, err := p.Status(t.Context(), q)
			note(result, result.Handle, err, q.Handle)
			for _, field := range []string{"saisie", "dattrans", "heurtrans"} {
				v, _ := result.Field(field)
				note(v)
			}
			report, err := p.Doctor(t.Context())
			note(report, err)
			seen = append(seen, log.String())
			for _, c := range canaries {
				for _, text := range seen {
					if strings.Contains(text, c) {
						t.Fatalf("%s is told: %.600s", c, text)
					}
				}
			}
		})
	}
}

// A callback that is refused says nothing of what it brought, and a hint prints nothing.
func TestCanariesOfParse(t *testing.T) {
	client := mustNew(t, testConfig(nil))
	for _, query := range []string{"idop=canary", "idop=canary1&idOp=canary2", "idop=canary%20x", "canary=1", "idop=" + strings.Repeat("canary", 20)} {
		r := httptest.NewRequest(http.MethodGet, "/?"+query, nil)
		cb, err := acquirer.ReadCallback(httptest.NewRecorder(), r, acquirer.Return, client)
		if err != nil {
			t.Fatal(err)
		}
		result, err := client.Parse(cb)
		asJSON, _ := json.Marshal(result)
		for _, text := range []string{fmt.Sprintf("%v %+v %#v %v", result, result, result, err), slog.AnyValue(result).Resolve().String(), string(asJSON)} {
			if strings.Contains(text, "canary") {
				t.Errorf("%s: %s", query, text)
			}
		}
	}
}

// Every operation is observed once, with the reference and the HTTP status, and ends once.
func TestObserve(t *testing.T) {
	var events []string
	p := newPlatform(t, func(c *Config) {
		c.Observe = func(ctx context.Context, op string, attrs ...slog.Attr) (context.Context, func(error, ...slog.Attr)) {
			events = append(events, fmt.Sprint(op, " ", attrs))
			return ctx, func(err error, attrs ...slog.Attr) { events = append(events, fmt.Sprint(err == nil, " ", attrs)) }
		}
	}, created(idOp), refused("P5", ""), func(*http.Request) (*http.Response, error) { return nil, context.DeadlineExceeded })
	for _, op := range []string{acquirer.OpBegin, acquirer.OpStatus, preflight.Op} {
		operations[op](t.Context(), p.Client)
	}
	want := []string{
		"payfip.creerPaiementSecurise [reference=" + reference + "]", "true [status=200]",
		"payfip.recupererDetailPaiementSecurise [reference=" + reference + "]", "true [status=500]",
		"payfip.recupererDetailClient [reference=]", "false []",
	}
	if !slices.Equal(events, want) {
		t.Errorf("%q", events)
	}
}
