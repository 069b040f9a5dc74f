package guides

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/acquirer/payfip"
	"github.com/quittance/quittance/acquirer/payfip/payfiptest"
	"github.com/quittance/quittance/acquirer/preflight"
	"github.com/quittance/quittance/acquirer/worldline/direct"
	"github.com/quittance/quittance/acquirer/worldline/direct/directtest"
	"github.com/quittance/quittance/acquirer/worldline/sips"
	"github.com/quittance/quittance/acquirer/worldline/sips/sipstest"
	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/inbox"
	"github.com/quittance/quittance/payment"
	"github.com/shopspring/decimal"
)

// guide:begin

// Vault returns a secret by its name, from wherever you keep them.
type Vault func(name string) string

func openDirect(vault Vault) (*direct.Client, error) {
	expires, err := time.Parse(time.DateOnly, vault("direct-key-expires"))
	if err != nil {
		return nil, err
	}
	return direct.New(direct.Config{
		MerchantID: vault("direct-pspid"),
		APIKey:     direct.APIKey{ID: vault("direct-key"), Secret: direct.NewSecret(vault("direct-secret")), ExpiresAt: expires},
		WebhookKeys: map[string]direct.Secret{
			vault("direct-webhook-key"): direct.NewSecret(vault("direct-webhook-secret")),
		},
		Endpoint: vault("direct-endpoint"), // direct.CAWL.Production(), or what your bank says
	})
}

func openPayFiP(vault Vault) (*payfip.Client, error) {
	return payfip.New(payfip.Config{
		Numcli: vault("payfip-numcli"), Saisie: payfip.Saisie(vault("payfip-saisie")), // "T", then "X", then "W"
		Mailbox:    "regie@fund.example",
		ServiceURL: vault("payfip-service"), PageURL: vault("payfip-page"), // empty: the DGFiP's own
	})
}

func openSips(vault Vault, endpoints sips.Endpoints) (*sips.Client, error) {
	return sips.New(sips.Config{
		MerchantID: vault("sips-merchant"), Endpoints: endpoints, // sips.Mercanet.Production()
		Keys: sips.Keyring{1: {Secret: sips.NewSecret(vault("sips-key-1"))}},
	})
}

// guide:end

// guide:begin

// examine asks a client whether its account works, without moving money, and refuses to start with one that does not.
func examine(ctx context.Context, client interface {
	Doctor(context.Context) (preflight.Report, error)
}) error {
	report, err := client.Doctor(ctx)
	if err != nil {
		return err
	}
	levels := map[preflight.Verdict]slog.Level{preflight.Unsure: slog.LevelWarn, preflight.Wrong: slog.LevelError}
	for _, check := range report.Checks {
		slog.Log(ctx, levels[check.Verdict], "doctor", "check", check.Name, "verdict", check.Verdict, "text", check.Text)
	}
	return report.Err() // only what is wrong; what could not be checked stops nothing
}

// guide:end

// guide:begin

// closePortal begins nothing new and looks after what was begun: it is asked about, delivered, recorded and given back as before.
func closePortal(c payment.Config) (*payment.Service, error) {
	c.Others = append([]acquirer.Client{c.Acquirer}, c.Others...)
	c.Acquirer = nil // Begin is payment.ErrClosed, and Offer.Payable is false
	return payment.New(c)
}

// guide:end

// The three accounts are opened and examined, at their simulators; a wrong secret is found.
func TestGoLive(t *testing.T) {
	onDirect := directtest.NewServer(directtest.Options{})
	defer onDirect.Close()
	onPayFiP := payfiptest.NewServer(payfiptest.Options{})
	defer onPayFiP.Close()
	onSips := sipstest.NewServer(sipstest.Options{})
	defer onSips.Close()
	of := onDirect.Config()
	shop := directtest.PublicMerchant()
	secrets := map[string]string{
		"direct-pspid": of.MerchantID, "direct-key": of.APIKey.ID, "direct-secret": shop.APIKeys[of.APIKey.ID], "direct-endpoint": of.Endpoint,
		"direct-key-expires": time.Now().AddDate(1, 0, 0).Format(time.DateOnly),
		"payfip-numcli":      payfiptest.Numcli, "payfip-saisie": "T", "payfip-service": onPayFiP.ServiceURL(), "payfip-page": onPayFiP.PageURL(),
		"sips-merchant": "002001000000001", "sips-key-1": "002001000000001_KEY1",
	}
	for id, secret := range shop.WebhookKeys {
		secrets["direct-webhook-key"], secrets["direct-webhook-secret"] = id, secret
	}
	vault := func(name string) string { return secrets[name] }
	atDirect, err1 := openDirect(vault)
	atPayFiP, err2 := openPayFiP(vault)
	atSips, err3 := openSips(vault, onSips.Endpoints())
	if err := errors.Join(err1, err2, err3); err != nil {
		t.Fatal(err)
	}
	for name, err := range map[string]error{
		"direct": examine(t.Context(), atDirect), "payfip": examine(t.Context(), atPayFiP), "sips": examine(t.Context(), atSips),
	} {
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	secrets["direct-secret"] = "another"
	wrong, err := openDirect(vault)
	if err != nil {
		t.Fatal(err)
	}
	if err := examine(t.Context(), wrong); err == nil || strings.Contains(err.Error(), "another\"") {
		t.Errorf("a wrong secret: %v", err)
	}
}

func TestClosePortal(t *testing.T) {
	s, err := closePortal(payment.Config{
		Store: payment.NewMemoryStore(), Acquirer: &mock.Acquirer{}, Policies: creance.Ameli(), ReturnURL: "https://fund.example/payment/return",
	})
	if err != nil {
		t.Fatal(err)
	}
	if o, err := s.Offer(t.Context(), creance.Debt{ID: "D-1", Debtor: "assure-17"}); err != nil || !o.Closed || o.Payable() {
		t.Errorf("%+v, %v", o, err)
	}
	// What the portal of integrate.md shows then, and answers to a button on a page from before.
	texts, err := inbox.NewCatalog()
	if err != nil {
		t.Fatal(err)
	}
	debt := creance.Debt{
		ID: "D-1", Debtor: "assure-17",
		Items:  []creance.Item{{Kind: creance.Franchise, Year: 2025, Amount: decimal.New(62, 0)}},
		Notice: &creance.Notice{Number: "N-1", Channel: creance.Paper, IssuedOn: time.Now().AddDate(0, 0, -10)},
	}
	p := &Portal{
		Ledger: &books{debts: map[string]creance.Debt{"D-1": debt}}, SignedIn: func(*http.Request) string { return "assure-17" },
		payments: s, texts: texts,
	}
	for method, page := range map[string]http.HandlerFunc{"GET": p.showDebt, "POST": p.pay} {
		r, w := httptest.NewRequest(method, "/debts/D-1", strings.NewReader("key=k")), httptest.NewRecorder()
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.SetPathValue("debt", "D-1")
		page(w, r)
		if body := w.Body.String(); !strings.Contains(body, "Le paiement en ligne est fermé.") || strings.Contains(body, "<form") ||
			strings.Contains(body, "recommencer") {
			t.Errorf("%s: %s", method, body)
		}
	}
	if n, err := s.WorkOnce(t.Context()); err != nil || n != 0 {
		t.Error(fmt.Sprint(n), err)
	}
}
