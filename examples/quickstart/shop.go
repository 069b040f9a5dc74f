package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"html/template"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/preflight"
	"github.com/quittance/quittance/acquirer/worldline/direct"
	"github.com/quittance/quittance/acquirer/worldline/sips"
	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/inbox"
	"github.com/quittance/quittance/payment"
	"golang.org/x/text/language"
)

// checked is a client that can say whether its platform agrees with its settings.
type checked interface {
	acquirer.Client
	Doctor(context.Context) (preflight.Report, error)
}

// ownShops are the clients of a shop of one's own, on a real platform, from the environment. Without a merchant there is none.
var ownShops = map[string]func() (checked, error){"sips": ownSips, "direct": ownDirect}

func ownDirect() (checked, error) {
	env := func(name string) string { return os.Getenv("QUITTANCE_DIRECT_" + name) }
	if env("MERCHANT") == "" {
		return nil, nil
	}
	return direct.New(direct.Config{
		MerchantID: env("MERCHANT"), APIKey: direct.APIKey{ID: env("KEY"), Secret: direct.NewSecret(env("SECRET"))}, Endpoint: env("ENDPOINT"),
	})
}

func ownSips() (checked, error) {
	env := func(name string) string { return os.Getenv("QUITTANCE_SIPS_" + name) }
	if env("MERCHANT") == "" {
		return nil, nil
	}
	version, err := strconv.Atoi(env("KEY_VERSION"))
	if err != nil {
		return nil, errors.New("QUITTANCE_SIPS_KEY_VERSION is not a number")
	}
	return sips.New(sips.Config{
		MerchantID: env("MERCHANT"),
		Keys:       sips.Keyring{version: {Secret: sips.NewSecret(env("KEY")), Algorithm: sips.Algorithm(env("ALGORITHM"))}},
		Endpoints:  sips.Endpoints{Paypage: env("PAYPAGE"), Office: env("OFFICE")},
	})
}

// address is where the payer's browser comes back to: this machine. The bank's server cannot reach it, so nothing is notified. Sips takes
// ports up to 9999.
var address = "127.0.0.1:8080"

// trial is one payment at a shop of one's own: a person pays in a browser, with a test card of the platform.
type trial struct {
	payments *payment.Service
	catalog  *inbox.Catalog
	request  payment.BeginRequest // with one key: the page can be loaded again
	over     chan struct{}
}

// playOwnShop checks the shop's settings and lets a person pay the first debt that may be paid today.
func playOwnShop(ctx context.Context, out io.Writer, client checked, of body, debts []creance.Debt) error {
	report, err := client.Doctor(ctx)
	if err != nil {
		return err
	}
	fmt.Fprint(out, report)
	if err := report.Err(); err != nil {
		return err
	}
	t := trial{request: payment.BeginRequest{Key: rand.Text(), Language: "fr"}, over: make(chan struct{}, 1)}
	policy, err := of.policies.On(time.Now())
	if err != nil {
		return err
	}
	for _, d := range debts {
		if t.request.Debt.ID == "" && policy.Decide(d, time.Now()).Eligible() {
			t.request.Debt = d
		}
	}
	if t.request.Debt.ID == "" {
		return errors.New("no debt of the file may be paid today")
	}
	if t.catalog, err = inbox.NewCatalog(of.editions...); err != nil {
		return err
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	home := "http://" + listener.Addr().String()
	t.payments, err = payment.New(payment.Config{
		Store: payment.NewMemoryStore(), Acquirer: client, Policies: of.policies, ReturnURL: home + "/retour",
	})
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go t.payments.Work(ctx) // asks, if the payer does not come back
	server := &http.Server{Handler: t.routes(), ReadHeaderTimeout: 10 * time.Second}
	go server.Serve(listener)
	defer server.Close()
	fmt.Fprintf(out, "Pour payer la créance %s : %s\n", t.request.Debt.ID, home)
	select {
	case <-t.over:
		server.Shutdown(ctx)
	case <-ctx.Done():
		return ctx.Err()
	}
	p, err := t.payments.Latest(ctx, t.request.Debt.Debtor)
	if err != nil {
		return err
	}
	for e, err := range t.payments.Journal(ctx, p.ID) {
		if err != nil {
			return err
		}
		fmt.Fprintln(out, describeEntry(e))
	}
	return nil
}

func (t *trial) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		_, session, err := t.payments.Begin(r.Context(), t.request)
		if err == nil && session.IsZero() {
			http.Redirect(w, r, "/accueil", http.StatusSeeOther)
			return
		}
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; form-action "+session.Origin())
		if err == nil {
			err = session.Send(w, r, acquirer.Form{})
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
		}
	})
	mux.Handle("/retour", t.payments.ReturnHandler(func(*http.Request, payment.Payment, error) string { return "/accueil" }))
	mux.HandleFunc("GET /accueil", func(w http.ResponseWriter, r *http.Request) {
		p, err := t.payments.Latest(r.Context(), t.request.Debt.Debtor)
		content, ok := inbox.Banner(p, time.Now())
		if err != nil || !ok {
			content = inbox.ResultUnknown{}
		}
		m, err := t.catalog.Render(language.French, content)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		account.Execute(w, struct {
			Title  string
			Banner template.HTML // made by the catalog, escaped there
		}{m.Subject, template.HTML(m.HTML)})
		if err == nil && p.ID != "" && !p.State.Attempt() {
			select {
			case t.over <- struct{}{}:
			default:
			}
		}
	})
	return mux
}

var account = template.Must(template.New("account").Parse(`<!DOCTYPE html>
<html lang="fr">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{{.Title}}</title></head>
<body><main><h1>{{.Title}}</h1>{{.Banner}}</main></body>
</html>
`))
