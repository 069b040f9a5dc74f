package direct_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/worldline/direct"
	"github.com/shopspring/decimal"
)

// TestPlatform checks what could not be checked without an account: see the package comment. It opens a payment that nobody makes.
func TestPlatform(t *testing.T) {
	env := func(name string) string { return os.Getenv("QUITTANCE_DIRECT_" + name) }
	if env("MERCHANT") == "" || env("KEY") == "" || env("SECRET") == "" || env("ENDPOINT") == "" {
		t.Skip("no account to try: QUITTANCE_DIRECT_MERCHANT, _KEY, _SECRET and _ENDPOINT are not all set")
	}
	for _, b := range []direct.Brand{direct.Worldline, direct.CAWL, direct.ANZ} {
		if strings.HasPrefix(env("ENDPOINT"), b.Production()) {
			t.Fatalf("%s is production; this test is for pre-production", env("ENDPOINT"))
		}
	}
	c := direct.Config{
		MerchantID: env("MERCHANT"), APIKey: direct.APIKey{ID: env("KEY"), Secret: direct.NewSecret(env("SECRET"))}, Endpoint: env("ENDPOINT"),
	}
	if env("WEBHOOK_KEY") != "" {
		c.WebhookKeys = map[string]direct.Secret{env("WEBHOOK_KEY"): direct.NewSecret(env("WEBHOOK_SECRET"))}
	}
	client, err := direct.New(c)
	if err != nil {
		t.Fatal(err)
	}

	report, err := client.Doctor(t.Context())
	t.Logf("the doctor says:\n%s", report)
	if err != nil || !report.OK() {
		t.Errorf("the doctor is not content: %v", err)
	}
	reference := fmt.Sprintf("QUITTANCETEST%d", time.Now().UnixNano())
	session, err := client.Begin(t.Context(), acquirer.Order{
		ID: "quittanceplatformtest00001", Reference: reference, Amount: decimal.New(1, 0), Currency: "EUR",
		ReturnURL: "https://example.org/return", Language: "fr",
	})
	if err != nil {
		t.Fatalf("Begin: %v", err)
	}
	t.Logf("a payment could be made at %s until %s", session.Origin(), session.ExpiresAt)
	r, err := client.Status(t.Context(), acquirer.Question{Reference: reference, Handle: session.Handle})
	if err != nil || r.Outcome != acquirer.Open {
		t.Errorf("Status of a payment that nobody has made: %v, %v", r, err)
	}
	other := session.Handle
	other.Session, other.ExpiresAt = "1", time.Now().Add(-time.Hour)
	if r, err := client.Status(t.Context(), acquirer.Question{Reference: reference, Handle: other}); err == nil {
		t.Errorf("Status of a session that does not exist: %v", r)
	} else {
		t.Logf("of a session that does not exist the platform says: %v", err)
	}
}
