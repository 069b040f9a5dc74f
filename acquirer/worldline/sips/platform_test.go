package sips_test

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/worldline/sips"
	"github.com/shopspring/decimal"
)

// TestPlatform checks what could not be checked without a shop: see the package comment. It opens a payment that nobody makes.
func TestPlatform(t *testing.T) {
	env := func(name string) string { return os.Getenv("QUITTANCE_SIPS_" + name) }
	if env("MERCHANT") == "" || env("KEY") == "" || env("KEY_VERSION") == "" || env("PAYPAGE") == "" {
		t.Skip("no shop to try: QUITTANCE_SIPS_MERCHANT, _KEY, _KEY_VERSION and _PAYPAGE are not all set")
	}
	version, err := strconv.Atoi(env("KEY_VERSION"))
	if err != nil {
		t.Fatalf("QUITTANCE_SIPS_KEY_VERSION: %v", err)
	}
	endpoints := sips.Endpoints{Paypage: env("PAYPAGE"), Office: env("OFFICE")}
	for _, b := range []sips.Brand{sips.Worldline, sips.Mercanet, sips.Sogenactif, sips.Sherlocks} {
		p := b.Production()
		if strings.HasPrefix(endpoints.Paypage, p.Paypage) || p.Office != "" && strings.HasPrefix(endpoints.Office, p.Office) {
			t.Fatalf("%v is production; this test is for SIMU and TEST", endpoints)
		}
	}
	client, err := sips.New(sips.Config{
		MerchantID: env("MERCHANT"), Endpoints: endpoints,
		Keys: sips.Keyring{version: {Secret: sips.NewSecret(env("KEY")), Algorithm: sips.Algorithm(env("ALGORITHM"))}},
	})
	if err != nil {
		t.Fatal(err)
	}

	report, err := client.Doctor(t.Context())
	t.Logf("the doctor says:\n%s", report)
	if err != nil || !report.OK() {
		t.Errorf("the doctor is not content: %v", err)
	}
	session, err := client.Begin(t.Context(), acquirer.Order{
		ID: "quittanceplatformtest00001", Reference: fmt.Sprintf("QUITTANCETEST%d", time.Now().UnixNano()), Amount: decimal.New(1, 0), Currency: "EUR",
		ReturnURL: "https://example.org/return", Language: "fr",
	})
	if err != nil {
		t.Errorf("Begin: %v", err)
	} else {
		t.Logf("a payment could be made at %s until %s", session.Origin(), session.ExpiresAt)
	}
	_, err = client.Status(t.Context(), acquirer.Question{Reference: fmt.Sprintf("QUITTANCENONE%d", time.Now().UnixNano())})
	if !errors.Is(err, acquirer.ErrNotFound) && !errors.Is(err, acquirer.ErrUnsupported) {
		t.Errorf("Status of a transaction that does not exist: %v", err)
	}
}
