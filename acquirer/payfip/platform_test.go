package payfip_test

import (
	"errors"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/payfip"
	"github.com/shopspring/decimal"
)

// TestPlatform checks what could not be checked without a régie: see the package comment. It opens a payment in test mode that nobody
// makes.
func TestPlatform(t *testing.T) {
	env := func(name string) string { return os.Getenv("QUITTANCE_PAYFIP_" + name) }
	if env("NUMCLI") == "" || env("MAILBOX") == "" {
		t.Skip("no régie to try: QUITTANCE_PAYFIP_NUMCLI and QUITTANCE_PAYFIP_MAILBOX are not both set")
	}
	client, err := payfip.New(payfip.Config{
		Numcli: env("NUMCLI"), Saisie: payfip.Test, Mailbox: env("MAILBOX"), ServiceURL: env("SERVICE"), PageURL: env("PAGE"),
	})
	if err != nil {
		t.Fatal(err)
	}
	report, err := client.Doctor(t.Context())
	t.Logf("the doctor says:\n%s", report)
	if err != nil || !report.OK() {
		t.Errorf("the doctor is not content: %v", err)
	}

	o := acquirer.Order{
		ID: "quittanceplatformtest00001", Reference: fmt.Sprintf("QUITTANCETEST%013d", time.Now().UnixMilli()), Amount: decimal.New(1, 0), Currency: "EUR",
		ReturnURL: "https://example.org/return", NotifyURL: "https://example.org/notify", Language: "fr",
	}
	session, err := client.Begin(t.Context(), o)
	if err != nil {
		t.Fatalf("Begin: %v", err)
	}
	t.Logf("a payment could be made at %s until %s", session.Origin(), session.ExpiresAt)
	r, err := client.Status(t.Context(), acquirer.Question{Reference: o.Reference, Merchant: client.Merchant(), Handle: session.Handle})
	if err != nil && !errors.Is(err, acquirer.ErrNotFound) || err == nil && r.Outcome != acquirer.Open {
		t.Errorf("Status of a session that was just created: %v %v, expected it to be open, or not seen yet", r, err)
	}
	nobodys := acquirer.Handle{Session: "00000000-0000-4000-8000-000000000000", ExpiresAt: session.ExpiresAt}
	if _, err := client.Status(t.Context(), acquirer.Question{Reference: o.Reference, Handle: nobodys}); !errors.Is(err, acquirer.ErrNotFound) {
		t.Errorf("Status of a session that does not exist: %v", err)
	}
}
