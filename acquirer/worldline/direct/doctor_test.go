package direct

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jarcoal/httpmock"
	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/preflight"
)

func at(now time.Time, r httpmock.Responder) httpmock.Responder {
	return func(req *http.Request) (*http.Response, error) {
		resp, err := r(req)
		if err == nil {
			resp.Header.Set("Date", now.Format(http.TimeFormat))
		}
		return resp, err
	}
}

func TestDoctor(t *testing.T) {
	fine, valid, invalid := ok(`{"result":"OK"}`), ok(`{"result":"Valid"}`), ok(`{"result":"Invalid"}`)
	for name, tt := range map[string]struct {
		change  func(*Config)
		replies []httpmock.Responder
		good    bool
		says    []string
	}{
		"all is well": {nil, []httpmock.Responder{at(ten, fine), valid}, true,
			[]string{"right   connection: payment.preprod.direct.worldline-solutions.com takes our signature", "right   webhook key wh-key-1", "unsure  capture: no call tells"}},
		"another merchant": {nil, []httpmock.Responder{raw(403, "application/json", sample(t, "error-gateway")), valid}, false,
			[]string{"wrong   connection", "not one of merchant PCLDirect1"}},
		"the clock": {nil, []httpmock.Responder{at(ten.Add(-6*time.Minute), apiError(403, "9002")), valid}, false,
			[]string{"wrong   connection", "wrong   clock: our clock and that of", "6m0s apart"}},
		"the clock, nearly":    {nil, []httpmock.Responder{at(ten.Add(2*time.Minute), fine), valid}, true, []string{"unsure  clock", "2m0s apart"}},
		"maintenance":          {nil, []httpmock.Responder{apiError(503, "1"), valid}, true, []string{"unsure  connection", "not at work now"}},
		"nobody there":         {nil, []httpmock.Responder{broken(&net.DNSError{Err: "no such host"}), valid}, true, []string{"unsure  connection", "cannot be reached"}},
		"no HTTP":              {nil, []httpmock.Responder{broken(errors.New("down")), valid}, false, []string{"wrong   connection"}},
		"an answer of another": {nil, []httpmock.Responder{ok(`{"result":"KO"}`), valid}, false, []string{"answered \"KO\" and not OK"}},
		"another webhook key":  {nil, []httpmock.Responder{fine, invalid}, false, []string{"wrong   webhook key wh-key-1"}},
		"one of two keys": {func(c *Config) { c.WebhookKeys["next"] = NewSecret("x") }, []httpmock.Responder{fine, invalid, valid}, true,
			[]string{"unsure  webhook key next", "right   webhook key wh-key-1"}},
		"no such call":    {nil, []httpmock.Responder{fine, raw(404, "text/html", "")}, true, []string{"unsure  webhook key"}},
		"no webhook keys": {func(c *Config) { c.WebhookKeys = nil }, []httpmock.Responder{fine}, true, []string{"unsure  webhooks: there is no webhook key"}},
		"the key's end": {func(c *Config) { c.APIKey.ExpiresAt = ten.AddDate(0, 0, 20) }, []httpmock.Responder{fine, valid}, true,
			[]string{"unsure  API key: it expires on 2026-12-18"}},
		"nobody noted the end": {func(c *Config) { c.APIKey.ExpiresAt = time.Time{} }, []httpmock.Responder{fine, valid}, true, []string{"nobody has noted"}},
		"settings": {func(c *Config) { c.Attempts, c.AccountCaptures = 3, true }, []httpmock.Responder{fine, valid}, true,
			[]string{"Attempts is 3", "AccountCaptures is set"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWire(t, tt.change, tt.replies...)
			r, err := w.Doctor(t.Context())
			if err != nil || r.OK() != tt.good || (r.Err() == nil) != tt.good {
				t.Errorf("OK %v, %v, %v", r.OK(), r.Err(), err)
			}
			for _, s := range tt.says {
				if !strings.Contains(r.String(), s) {
					t.Errorf("it does not say %q:\n%s", s, r)
				}
			}
			for _, s := range []string{canary, hookText} {
				if strings.Contains(r.String(), s) {
					t.Errorf("it shows a secret:\n%s", r)
				}
			}
		})
	}
	w := newWire(t, nil, fine, valid)
	if _, err := w.Doctor(t.Context()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"GET services/testconnection", "POST webhooks/validateCredentials"}, w.paths()); diff != "" {
		t.Errorf("asked (-want +got):\n%s", diff)
	}
	if want := `{"key":"wh-key-1","secret":"h/b8MLjs+y10P6hhZ6qTXDTAOgpYz23tVzquy+rNknk="}`; w.Bodies[1] != want { // vector cred-0
		t.Errorf("the key is proven by %s", w.Bodies[1])
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := newWire(t, nil).Doctor(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("ended: %v", err)
	}
	if e := (*acquirer.Error)(nil); !errors.As((preflight.Report{Checks: []preflight.Check{{Name: "a", Verdict: preflight.Wrong, Text: "b"}}}).Err(), &e) || e.Kind != acquirer.ErrConfiguration {
		t.Error("what is wrong is not a matter of configuration")
	}
}
