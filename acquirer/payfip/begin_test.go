package payfip

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jarcoal/httpmock"
	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/payfip/internal/soap"
	"github.com/quittance/quittance/internal/euro"
	"github.com/shopspring/decimal"
)

// What stands on the wire beside the envelope (docs/payfip.md §3).
func TestBeginRequest(t *testing.T) {
	p := newPlatform(t, nil, created(idOp))
	if _, err := p.Begin(t.Context(), order()); err != nil {
		t.Fatal(err)
	}
	r := p.Requests[0]
	if r.Method != http.MethodPost || r.URL.String() != DefaultServiceURL || r.Header.Get("Content-Type") != "text/xml; charset=utf-8" {
		t.Errorf("%s %s %v", r.Method, r.URL, r.Header)
	}
	spelt := slices.ContainsFunc(slices.Collect(maps.Keys(r.Header)), func(name string) bool {
		return name == "SOAPAction" && slices.Equal(r.Header[name], []string{`""`})
	})
	if !spelt {
		t.Errorf("SOAPAction is not there as everybody else writes it: %v", r.Header)
	}
	for _, name := range []string{"Cookie", "Authorization"} {
		if r.Header.Get(name) != "" {
			t.Errorf("%s was sent", name)
		}
	}
}

func TestBeginRefusesBeforeSending(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*acquirer.Order)
		member string
	}{
		"a dash":             {func(o *acquirer.Order) { o.Reference = "2026-042" }, "refdet"},
		"none":               {func(o *acquirer.Order) { o.Reference = "" }, "refdet"},
		"an accent":          {func(o *acquirer.Order) { o.Reference = "PCLCBé26254" }, "refdet"},
		"zero":               {func(o *acquirer.Order) { o.Amount = decimal.Zero }, "montant"},
		"negative":           {func(o *acquirer.Order) { o.Amount = decimal.New(-7550, -2) }, "montant"},
		"a hundred thousand": {func(o *acquirer.Order) { o.Amount = decimal.New(1, 5) }, "montant"},
		"absurd":             {func(o *acquirer.Order) { o.Amount = decimal.New(1, 1<<30) }, "montant"},
		"another currency":   {func(o *acquirer.Order) { o.Currency = "XPF" }, "montant"},
		"nowhere to return":  {func(o *acquirer.Order) { o.ReturnURL = "" }, "urlredirect"},
		"nowhere to notify":  {func(o *acquirer.Order) { o.NotifyURL = "" }, "urlnotif"},
		"a query":            {func(o *acquirer.Order) { o.NotifyURL += "?a=1" }, "urlnotif"},
		"a fragment":         {func(o *acquirer.Order) { o.ReturnURL += "#a" }, "urlredirect"},
		"a password":         {func(o *acquirer.Order) { o.ReturnURL = "https://a:b@portail.example.fr/" }, "urlredirect"},
		"an accent in it":    {func(o *acquirer.Order) { o.ReturnURL += "/é" }, "urlredirect"},
		"another scheme":     {func(o *acquirer.Order) { o.ReturnURL = "javascript://x/" }, "urlredirect"},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlatform(t, nil)
			o := order()
			c.change(&o)
			s, err := p.Begin(t.Context(), o)
			(&expectedError{"ErrInvalid", "", c.member}).check(t, err)
			if len(p.Bodies) > 0 || !s.IsZero() || !s.Handle.IsZero() {
				t.Error("it was sent, or a session was handed out")
			}
		})
	}
	for _, amount := range []decimal.Decimal{euro.Of(minCents), euro.Of(maxCents), decimal.New(5, 1), decimal.New(500000, -4)} {
		p := newPlatform(t, nil, created(idOp))
		o := order()
		o.Amount = amount
		if _, err := p.Begin(t.Context(), o); err != nil {
			t.Errorf("%s: %v", amount, err)
		}
	}
}

// Text in members is escaped: an address with an ampersand in it is one address.
func TestBeginEscapes(t *testing.T) {
	p := newPlatform(t, func(c *Config) { c.Mailbox = "a&b<c@ville.example.fr"; c.Mailbox = "a&b@ville.example.fr" }, created(idOp))
	o := order()
	o.ReturnURL = "https://portail.example.fr/a&b'c"
	if _, err := p.Begin(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	_, m := strictMembers(t, p.Bodies[0])
	if m["mel"] != "a&b@ville.example.fr" || m["urlredirect"] != o.ReturnURL {
		t.Errorf("%q", m)
	}
}

// Every error of a create, by what it says of the call.
func TestBeginErrors(t *testing.T) {
	for name, c := range map[string]struct {
		reply   httpmock.Responder
		want    expectedError
		unknown bool
	}{
		"closed":                            {reply(500, xmlType, faultBody("TechIndisponibiliteErreur", "", "Fermé")), expectedError{"ErrUnavailable", "", ""}, false},
		"nobody's code":                     {refused("O7", "objet"), expectedError{"ErrInvalid", "O7", ""}, false},
		"a code of a page":                  {refused("P5", "?"), expectedError{"ErrInvalid", "P5", ""}, false},
		"another code of a page":            {refused("P1", "?"), expectedError{"ErrInvalid", "P1", ""}, false},
		"two errors, the first counts":      {reply(500, xmlType, strings.Replace(faultBody("FonctionnelleErreur", "T7", ""), "</detail>", `<b:TechDysfonctionnementErreur xmlns:b="`+soap.ServiceNS+`"><code>999</code></b:TechDysfonctionnementErreur></detail>`, 1)), expectedError{"ErrConfiguration", "T7", "numcli"}, false},
		"S1":                                {refused("S1", ""), expectedError{"ErrConfiguration", "S1", "saisie"}, false},
		"T7, in no list":                    {refused("T7", ""), expectedError{"ErrConfiguration", "T7", "numcli"}, false},
		"letters":                           {refused("TX", ""), expectedError{"ErrInvalid", "TX", ""}, false},
		"an unclean code":                   {refused("T1 OR", ""), expectedError{"ErrInvalid", "", ""}, false},
		"a fault of others":                 {reply(500, xmlType, `<E:Envelope xmlns:E="`+soap.EnvelopeNS+`"><E:Body><E:Fault><faultcode>E:Server</faultcode></E:Fault></E:Body></E:Envelope>`), expectedError{"ErrUnavailable", "", ""}, false},
		"429":                               {reply(429, "text/plain", ""), expectedError{"ErrUnavailable", "", ""}, false},
		"408":                               {reply(408, "text/plain", ""), expectedError{"ErrUnavailable", "", ""}, false},
		"204":                               {reply(204, "", ""), expectedError{"ErrUnanswered", "", ""}, true},
		"404":                               {reply(404, "text/html", "<html>"), expectedError{"ErrConfiguration", "", ""}, false},
		"an answer about another operation": {reply(200, xmlType, written(soap.Detail, "idOp", idOp)), expectedError{"ErrUnanswered", "", ""}, true},
		"65 characters":                     {created(strings.Repeat("a", 65)), expectedError{"ErrUnanswered", "", ""}, true},
		"no return":                         {reply(200, xmlType, strings.NewReplacer("<return>", "", "</return>", "", "<idOp>", "<!--", "</idOp>", "-->").Replace(written(soap.Create, "idOp", "x"))), expectedError{"ErrUnanswered", "", ""}, true},
		"dropped":                           {func(*http.Request) (*http.Response, error) { return nil, errors.New("connection reset") }, expectedError{"ErrUnanswered", "", ""}, true},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlatform(t, nil, c.reply)
			s, err := p.Begin(t.Context(), order())
			c.want.check(t, err)
			if e := faultOf(t, err); e.OutcomeUnknown() != c.unknown || e.Reference != reference || !s.IsZero() || len(p.Bodies) != 1 {
				t.Errorf("%v: unknown %v, %d requests", err, e.OutcomeUnknown(), len(p.Bodies))
			}
		})
	}
}

// The platform's own words help with a code that is not listed, unless they may repeat a secret.
func TestFaultWords(t *testing.T) {
	for said, want := range map[string]string{
		"Le format du paramètre OBJET\n n'est pas conforme": "« Le format du paramètre OBJET n'est pas conforme »",
		"usager@example.org est inconnu":                    "",
		"REGIE@VILLE.EXAMPLE.FR":                            "",
		"objet « creance privee » refusé":                   "",
		strings.Repeat("é", 300):                            "« " + strings.Repeat("é", 159) + "… »",
		"\x7f":                                              "",
	} {
		p := newPlatform(t, func(c *Config) { c.Objet = "Creance Privee" }, refused("Q1", said))
		_, err := p.Begin(t.Context(), order())
		if text := faultOf(t, err).Err.Error(); want != "" && !strings.Contains(text, want) || want == "" && strings.Contains(text, "«") {
			t.Errorf("%.40q: %s", said, text)
		}
	}
}

// The payer's own address comes from the host, and the mailbox takes its place.
func TestBeginMel(t *testing.T) {
	const payer = "payeur@example.org"
	hostBroken := errors.New("directory of " + payer + " is down")
	for name, c := range map[string]struct {
		mel     string
		err     error
		mailbox string
		replies []httpmock.Responder
		sent    []string
		want    *expectedError
	}{
		"the payer's":                  {payer, nil, mailbox, []httpmock.Responder{created(idOp)}, []string{payer}, nil},
		"none":                         {"", nil, mailbox, []httpmock.Responder{created(idOp)}, []string{mailbox}, nil},
		"no address":                   {"payeur", nil, mailbox, []httpmock.Responder{created(idOp)}, []string{mailbox}, nil},
		"the host fails":               {payer, hostBroken, mailbox, []httpmock.Responder{created(idOp)}, []string{mailbox}, nil},
		"PayFiP refuses it":            {payer, nil, mailbox, []httpmock.Responder{refused("A2", "Adresse"), created(idOp)}, []string{payer, mailbox}, nil},
		"PayFiP refuses both":          {payer, nil, mailbox, []httpmock.Responder{refused("A2", ""), refused("A2", "")}, []string{payer, mailbox}, &expectedError{"ErrInvalid", "A2", "mel"}},
		"PayFiP refuses the amount":    {payer, nil, mailbox, []httpmock.Responder{refused("M5", "")}, []string{payer}, &expectedError{"ErrInvalid", "M5", "montant"}},
		"without a mailbox":            {payer, nil, "", []httpmock.Responder{refused("A2", "")}, []string{payer}, &expectedError{"ErrInvalid", "A2", "mel"}},
		"none and no mailbox":          {"", nil, "", nil, nil, &expectedError{"ErrInvalid", "", "mel"}},
		"the host fails, no mailbox":   {"", hostBroken, "", nil, nil, &expectedError{"ErrUnavailable", "", "mel"}},
		"no address and no mailbox":    {"<payeur@example.org>", nil, "", nil, nil, &expectedError{"ErrInvalid", "", "mel"}},
		"a line end for a header":      {payer + "\nBcc: x", nil, mailbox, []httpmock.Responder{created(idOp)}, []string{mailbox}, nil},
		"a control character and XML0": {"a\x00b@example.org", nil, mailbox, []httpmock.Responder{created(idOp)}, []string{mailbox}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			var log strings.Builder
			p := newPlatform(t, func(config *Config) {
				config.Mailbox, config.Logger = c.mailbox, slog.New(slog.NewTextHandler(&log, nil))
				config.Mel = func(_ context.Context, o acquirer.Order) (string, error) {
					if o.Reference != reference {
						t.Errorf("asked about %s", o.Reference)
					}
					return c.mel, c.err
				}
			}, c.replies...)
			_, err := p.Begin(t.Context(), order())
			if c.want != nil {
				c.want.check(t, err)
			} else if err != nil {
				t.Fatal(err)
			}
			var sent []string
			for _, b := range p.Bodies {
				_, m := strictMembers(t, b)
				sent = append(sent, m["mel"])
			}
			if fmt.Sprint(sent) != fmt.Sprint(c.sent) {
				t.Errorf("sent %q, expected %q", sent, c.sent)
			}
			if all := log.String() + fmt.Sprint(err); strings.Contains(all, "payeur") || strings.Contains(all, mailbox) {
				t.Errorf("an address is told: %s", all)
			}
		})
	}
}

// A context that has ended sends nothing, and one that ends while the host looks for the address neither.
func TestBeginContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	p := newPlatform(t, func(c *Config) {
		c.Mel = func(context.Context, acquirer.Order) (string, error) { cancel(); return "payeur@example.org", nil }
	})
	for range 2 {
		s, err := p.Begin(ctx, order())
		if !errors.Is(err, context.Canceled) || faultOf(t, err).Kind != acquirer.ErrUnavailable || !s.IsZero() || len(p.Bodies) > 0 {
			t.Errorf("%v, %d requests", err, len(p.Bodies))
		}
	}
}

// Two sessions for the same reference are two idOp: nothing is idempotent (docs/payfip.md §4).
func TestBeginTwice(t *testing.T) {
	other := "e9cc332f-6316-4141-8b48-0b91420022f0"
	p := newPlatform(t, nil, created(idOp), created(other))
	for _, want := range []string{idOp, other} {
		s, err := p.Begin(t.Context(), order())
		if err != nil || s.Handle.Session != want || s.URL != DefaultPageURL+"?idop="+want || !s.ExpiresAt.Equal(morning.Add(15*time.Minute)) {
			t.Errorf("%v %v", s, err)
		}
	}
}
