package sips

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/jarcoal/httpmock"
	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/preflight"
)

func TestDoctor(t *testing.T) {
	other := Key{Secret: NewSecret("other")}
	goodPage := sealed200(fields{"redirectionStatusCode": "12", "errorFieldName": "amount"})
	goodOffice := sealed200(fields{"getTransDataResponseCode": "25"})
	for name, c := range map[string]struct {
		paypage, office httpmock.Responder
		want            []preflight.Verdict
		words           []string
	}{
		"all right":             {goodPage, goodOffice, []preflight.Verdict{preflight.Right, preflight.Right}, []string{"merchant " + shop + ", key version 1, HMAC-SHA-256 are right", "field amount"}},
		"unknown merchant":      {unsealed200(fields{"redirectionStatusCode": "03"}), goodOffice, []preflight.Verdict{preflight.Wrong, preflight.Right}, []string{"merchant " + shop, "contract"}},
		"wrong key":             {raw(200, "application/json", sealedJSON(fields{"redirectionStatusCode": "34"}, other)), goodOffice, []preflight.Verdict{preflight.Wrong, preflight.Right}, []string{"key version 1", "seal"}},
		"not allowed":           {sealed200(fields{"redirectionStatusCode": "40"}), goodOffice, []preflight.Verdict{preflight.Wrong, preflight.Right}, []string{"has our key and refuses"}},
		"closed for a while":    {sealed200(fields{"redirectionStatusCode": "99"}), goodOffice, []preflight.Verdict{preflight.Unsure, preflight.Right}, []string{"not at work now"}},
		"maintenance":           {raw(503, "text/html", "x"), raw(429, "text/html", "x"), []preflight.Verdict{preflight.Unsure, preflight.Unsure}, []string{"not at work now: HTTP 503", "not at work now: HTTP 429"}},
		"office in maintenance": {goodPage, raw(502, "text/html", "x"), []preflight.Verdict{preflight.Right, preflight.Unsure}, []string{"not at work now: HTTP 502"}},
		"another seal":          {raw(200, "application/json", sealedJSON(fields{"redirectionStatusCode": "12"}, other)), goodOffice, []preflight.Verdict{preflight.Wrong, preflight.Right}, []string{"under a seal that is not of"}},
		"no seal":               {goodPage, unsealed200(fields{"getTransDataResponseCode": "25"}), []preflight.Verdict{preflight.Right, preflight.Wrong}, []string{"without a seal"}},
		"wrong host":            {raw(404, "text/html", "x"), raw(200, "text/html", "x"), []preflight.Verdict{preflight.Wrong, preflight.Wrong}, []string{"HTTP 404", "content type"}},
		"no network":            {httpmock.NewErrorResponder(&net.DNSError{Err: "no such host"}), goodOffice, []preflight.Verdict{preflight.Unsure, preflight.Right}, []string{"cannot be reached"}},
		"no HTTP":               {httpmock.NewErrorResponder(errors.New("down")), goodOffice, []preflight.Verdict{preflight.Wrong, preflight.Right}, []string{"cannot be used"}},
		"office, other name":    {goodPage, sealed200(fields{"responseCode": "34"}), []preflight.Verdict{preflight.Right, preflight.Wrong}, []string{"key version 1"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWire(t, nil, c.paypage, c.office)
			r, err := w.Doctor(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			text := r.String()
			for i, v := range c.want {
				if r.Checks[i].Verdict != v || r.Checks[i].Name != []string{"paypage", "office"}[i] {
					t.Errorf("check %d: %v, expected %s", i, r.Checks[i], v)
				}
			}
			for _, words := range c.words {
				if !strings.Contains(text, words) {
					t.Errorf("%q is not said:\n%s", words, text)
				}
			}
			wrong := strings.Contains(text, "wrong   ")
			if r.OK() == wrong || (r.Err() == nil) == wrong || wrong && !errors.Is(r.Err(), acquirer.ErrConfiguration) {
				t.Errorf("OK %v, Err %v:\n%s", r.OK(), r.Err(), text)
			}
			if strings.Contains(text, canary) || strings.Contains(slog.AnyValue(r).Resolve().String(), canary) {
				t.Error("the report shows the key")
			}
			if !strings.Contains(text, "public test merchant") {
				t.Error("the public merchant is not noticed")
			}
		})
	}
}

// TestDoctorMovesNoMoney: a paymentInit without an amount cannot be paid, and a question changes nothing.
func TestDoctorMovesNoMoney(t *testing.T) {
	w := newWire(t, nil, sealed200(opened), sealed200(fields{"getTransDataResponseCode": "25"}))
	if _, err := w.Doctor(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(w.paths()) != 2 || !strings.HasSuffix(w.paths()[0], "/paymentInit") || w.paths()[1] != askPath {
		t.Errorf("requests: %v", w.paths())
	}
	if strings.Contains(strings.ToLower(w.Bodies[0]), "amount") {
		t.Errorf("it could be paid: %s", w.Bodies[0])
	}
	if !regexp.MustCompile(`"transactionReference":"DOCTOR[0-9A-F]{16}"`).MatchString(w.Bodies[0]) {
		t.Errorf("the reference could be a payment's: %s", w.Bodies[0])
	}
}

func TestDoctorLooksAtSettings(t *testing.T) {
	w := newWire(t, func(c *Config) {
		c.Keys = Keyring{1: {key1.Secret, SHA256}, 2: {Secret: NewSecret("two")}}
		c.KeyVersion, c.TrustUnsealedOffice = 1, true
	}, raw(200, "application/json", sealedJSON(fields{"redirectionStatusCode": "12"}, Key{key1.Secret, SHA256})),
		unsealed200(fields{"getTransDataResponseCode": "25"}))
	r, err := w.Doctor(t.Context())
	if err != nil || !r.OK() {
		t.Fatal(r, err)
	}
	for _, words := range []string{
		"right   paypage", "unsure  office", "does not seal its answers", "TrustUnsealedOffice is set", "version 1 although version 2 is there",
		"key version 1 uses SHA-256",
	} {
		if !strings.Contains(r.String(), words) {
			t.Errorf("%q is not said:\n%s", words, r)
		}
	}
	simu := newWire(t, func(c *Config) { c.Endpoints = Worldline.Simulation() }, sealed200(fields{"redirectionStatusCode": "30"}))
	if r, err := simu.Doctor(t.Context()); err != nil || !r.OK() || !strings.Contains(r.String(), "unsure  office: there is none") {
		t.Errorf("%v\n%s", err, r)
	}
}

func TestDoctorEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	w := newWire(t, nil, func(*http.Request) (*http.Response, error) { cancel(); return nil, context.Canceled })
	if r, err := w.Doctor(ctx); !errors.Is(err, context.Canceled) || len(w.Bodies) != 1 || r.OK() {
		t.Errorf("%v after %d requests:\n%s", err, len(w.Bodies), r)
	}
}
