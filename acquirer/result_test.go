package acquirer_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/acquirer"
	"github.com/shopspring/decimal"
)

// ticket is the payment of S40 to S47.
func ticket() acquirer.Result {
	return acquirer.Result{
		Reference: "PCLCB172540000004", OrderID: "00000000000000000000000004", Merchant: "201000005940002",
		Amount: decimal.New(2000, -2), Currency: "EUR", Outcome: acquirer.Accepted, Code: "00", AcquirerCode: "00",
		AuthorisationID: "761208", Brand: "VISA", MaskedPAN: "5017##########00", At: time.Date(2017, 9, 11, 13, 54, 0, 0, time.UTC),
	}.WithFields(map[string]string{"transactionStatus": "TO_CAPTURE"})
}

// changes alter one thing each; deciding says whether the fingerprint follows.
var changes = []struct {
	name     string
	deciding bool
	change   func(*acquirer.Result)
}{
	{"reference", true, func(r *acquirer.Result) { r.Reference = "PCLCB172540000005" }},
	{"order", true, func(r *acquirer.Result) { r.OrderID = "" }},
	{"merchant", true, func(r *acquirer.Result) { r.Merchant = "0" }},
	{"amount", true, func(r *acquirer.Result) { r.Amount = decimal.New(2001, -2) }},
	{"an amount that is none", true, func(r *acquirer.Result) { r.Amount = decimal.New(1, 20_000_000) }},
	{"returned", true, func(r *acquirer.Result) { r.Returned = decimal.New(1, -2) }},
	{"returning", true, func(r *acquirer.Result) { r.Returning = decimal.New(1, -2) }},
	{"currency", true, func(r *acquirer.Result) { r.Currency = "USD" }},
	{"outcome", true, func(r *acquirer.Result) { r.Outcome = acquirer.Pending }},
	{"code", true, func(r *acquirer.Result) { r.Code = "60" }},
	{"acquirer code", true, func(r *acquirer.Result) { r.AcquirerCode = "" }},
	{"authorisation", true, func(r *acquirer.Result) { r.AuthorisationID = "761209" }},
	{"a field moved into the next", true, func(r *acquirer.Result) { r.Code, r.AcquirerCode = "000", "0" }},
	{"decline", false, func(r *acquirer.Result) { r.Decline = acquirer.DoNotHonour }},
	{"brand", false, func(r *acquirer.Result) { r.Brand = "CB" }},
	{"masked number", false, func(r *acquirer.Result) { r.MaskedPAN = "" }},
	{"means", false, func(r *acquirer.Result) { r.Means = acquirer.DirectDebit }},
	{"time", false, func(r *acquirer.Result) { r.At = r.At.Add(time.Second) }},
	{"fields", false, func(r *acquirer.Result) { *r = r.WithFields(map[string]string{"transactionStatus": "CAPTURED"}) }},
}

func TestFingerprintAndEqual(t *testing.T) {
	seen := map[string]string{ticket().Fingerprint(): "unchanged"}
	for _, c := range changes {
		t.Run(c.name, func(t *testing.T) {
			r := ticket()
			c.change(&r)
			if r.Equal(ticket()) || cmp.Equal(r, ticket()) {
				t.Error("Equal does not see the change")
			}
			f := r.Fingerprint()
			if got := f != ticket().Fingerprint(); got != c.deciding {
				t.Errorf("the fingerprint changed: %t, want %t", got, c.deciding)
			}
			if other, ok := seen[f]; ok && c.deciding {
				t.Errorf("the same fingerprint as %s", other)
			}
			seen[f] = c.name
		})
	}
}

// The fingerprint is stored: it is frozen.
func TestFingerprintIsFrozen(t *testing.T) {
	const want = "11f883c0c899f11869f6ce571194e7fc169c9be41d5299a1c4c80d4e3cb58609"
	if got := ticket().Fingerprint(); got != want {
		t.Errorf("Fingerprint of the ticket is %s, want %s", got, want)
	}
}

// Amounts are equal as money: how they are written says nothing.
func TestEqualAmountsWrittenDifferently(t *testing.T) {
	a, b := ticket(), ticket()
	a.Amount, b.Amount = decimal.New(20, 0), decimal.New(2, 1)
	b.At = b.At.In(time.FixedZone("", 7200))
	if !a.Equal(b) || a.Fingerprint() != b.Fingerprint() {
		t.Error("20 euros written in two ways differ")
	}
}

// No verb and no encoder prints a card, a person's field, or millions of digits.
func TestResultPrintsNoCard(t *testing.T) {
	r := ticket()
	r.Amount = decimal.New(1, 20_000_000)
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("parsed", "result", r)
	b, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	printed := append(b, log.Bytes()...)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		printed = fmt.Appendf(printed, verb, r)
	}
	for _, secret := range []string{"5017", "VISA", "761208", "TO_CAPTURE"} {
		if bytes.Contains(printed, []byte(secret)) {
			t.Errorf("%s is printed", secret)
		}
	}
	if !bytes.Contains(printed, []byte(r.Reference)) || len(printed) > 2000 {
		t.Errorf("expected the reference and no more than is needed: %.200s", printed)
	}
}

func TestWithFieldsCopies(t *testing.T) {
	f := map[string]string{"transactionStatus": "TO_CAPTURE"}
	r := acquirer.Result{}.WithFields(f)
	f["transactionStatus"] = "CANCELLED"
	if v, ok := r.Field("transactionStatus"); v != "TO_CAPTURE" || !ok {
		t.Errorf("Field = %q, %t: the result follows a map that is not its own", v, ok)
	}
	if v, ok := r.Field("captureDay"); v != "" || ok {
		t.Errorf("Field of what was not said = %q, %t", v, ok)
	}
}

func TestMaskPAN(t *testing.T) {
	for in, want := range map[string]string{
		"":                              "",
		"5017##########00":              "5017##########00",
		"############0600":              "############0600",
		"5017670000001800":              "5017##########00",
		"5017 6700 0000 1800":           "5017 #### #### ##00",
		"50176700000018001234567":       "5017#############23",
		"12345678901":                   "12345678901", // eleven digits are no card number
		"123456789012":                  "1234######12",
		"éééééééééé5017670000001800":    "ééééééééé",
		"ab\xff":                        "ab",
		"5017-6700-0000-1800-and-more.": "5017-####-####-##00",
	} {
		if got := acquirer.MaskPAN(in); got != want {
			t.Errorf("MaskPAN(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzMaskPAN(f *testing.F) {
	for _, s := range []string{"", "5017##########00", "5017670000001800", "5017 6700 0000 1800", "é1234567890123456", "\xff\xfe"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := acquirer.MaskPAN(s)
		digits := strings.Map(func(r rune) rune {
			if r < '0' || r > '9' {
				return -1
			}
			return r
		}, got)
		if len(got) > 19 || len(digits) >= 12 || !utf8.ValidString(got) {
			t.Errorf("MaskPAN(%q) = %q", s, got)
		}
		if again := acquirer.MaskPAN(got); again != got {
			t.Errorf("masking twice gives %q, then %q", got, again)
		}
	})
}
