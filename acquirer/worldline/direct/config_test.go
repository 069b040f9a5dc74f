package direct

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/internal/wire"
)

func TestNewNamesEveryProblem(t *testing.T) {
	_, err := New(Config{
		MerchantID: "a b", APIKey: APIKey{ID: "é", Secret: NewSecret("canary with a space")},
		WebhookKeys: map[string]Secret{"k 1": NewSecret("x"), "k2": {}}, Endpoint: "http://payment.example",
		SessionTimeout: 3 * time.Hour, Attempts: 11, Products: []int{0}, Variant: "<", Integrator: "a\nb",
	})
	if !errors.Is(err, acquirer.ErrConfiguration) {
		t.Fatal(err)
	}
	for _, want := range []string{
		"Config.MerchantID", "Config.APIKey.ID", "Config.APIKey.Secret: the secret has a space", "Config.WebhookKeys: a key id", "Config.WebhookKeys: key k2: the secret is empty",
		"Config.Endpoint", "Config.SessionTimeout", "Config.Attempts", "Config.Products", "Config.Variant", "Config.Integrator",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("it does not say %q:\n%v", want, err)
		}
	}
	if strings.Contains(err.Error(), "canary") {
		t.Errorf("it shows a secret: %v", err)
	}
	for name, change := range map[string]func(*Config){
		"a long PSPID":         func(c *Config) { c.MerchantID = strings.Repeat("A", 41) },
		"a path":               func(c *Config) { c.Endpoint = "https://payment.example/v2" },
		"a query":              func(c *Config) { c.Endpoint = "https://payment.example?x" },
		"no host":              func(c *Config) { c.Endpoint = "https://" },
		"an unknown brand":     func(c *Config) { c.Endpoint = Brand("x").Production() },
		"seconds":              func(c *Config) { c.SessionTimeout = 90 * time.Second },
		"negative":             func(c *Config) { c.SessionTimeout = -time.Minute },
		"negative attempts":    func(c *Config) { c.Attempts = -1 },
		"no secret":            func(c *Config) { c.APIKey.Secret = Secret{} },
		"a secret with a line": func(c *Config) { c.APIKey.Secret = NewSecret("abc\n") },
		"nine webhook keys": func(c *Config) {
			c.WebhookKeys = make(map[string]Secret)
			for i := range 9 {
				c.WebhookKeys[fmt.Sprint("k", i)] = NewSecret("x")
			}
		},
	} {
		c := testConfig(nil)
		change(&c)
		if _, err := New(c); err == nil {
			t.Errorf("%s: it is taken", name)
		}
	}
	for name, change := range map[string]func(*Config){
		"a simulator":    func(c *Config) { c.Endpoint = "http://127.0.0.1:9000/" },
		"IPv6":           func(c *Config) { c.Endpoint = "http://[::1]:9000" },
		"40 characters":  func(c *Config) { c.MerchantID = strings.Repeat("A", 38) + "_-" },
		"a minute":       func(c *Config) { c.SessionTimeout = time.Minute },
		"two hours":      func(c *Config) { c.SessionTimeout = 2 * time.Hour },
		"no webhook key": func(c *Config) { c.WebhookKeys = nil },
		"ten attempts":   func(c *Config) { c.Attempts = 10 },
		"accents":        func(c *Config) { c.APIKey.Secret = NewSecret("clé-secrète") },
	} {
		c := testConfig(nil)
		change(&c)
		if _, err := New(c); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestPresets(t *testing.T) {
	for b := range presets {
		for _, e := range []string{b.Production(), b.Preproduction()} {
			if _, err := wire.ParseEndpoint(e, exampleEndpoint); err != nil || !strings.HasPrefix(e, "https://payment.") {
				t.Errorf("%s: %s: %v", b, e, err)
			}
		}
		if !strings.Contains(b.Preproduction(), "preprod") || strings.Contains(b.Production(), "preprod") {
			t.Errorf("%s: production and pre-production are confused", b)
		}
	}
}

// TestConfigIsCopied: a Config may be changed after New; of its HTTP client neither redirects nor cookies are kept.
func TestConfigIsCopied(t *testing.T) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	given := &http.Client{Jar: jar}
	c := testConfig(nil)
	c.HTTPClient, c.Products = given, []int{1}
	in := mustNew(t, c).in
	c.Products[0], given.Timeout = 2, time.Hour
	delete(c.WebhookKeys, hookKey)
	if in.products[0] != 1 || in.http.Timeout != wire.Timeout || in.http.CheckRedirect == nil || len(in.webhookKeys) != 1 {
		t.Error("the client changed with its Config")
	}
	if in.http.Jar != nil {
		t.Error("the client keeps cookies")
	}
	if given.CheckRedirect != nil || given.Jar != jar {
		t.Error("the caller's client was changed")
	}
}

// TestNoSecretIsPrinted: no verb, no log and no JSON of anything that holds one.
func TestNoSecretIsPrinted(t *testing.T) {
	c := testConfig(nil)
	client := mustNew(t, c)
	for name, v := range map[string]any{
		"a secret": c.APIKey.Secret, "a key": c.APIKey, "a config": c, "webhook keys": c.WebhookKeys, "a client": client, "a client's value": *client,
		"no client": &Client{},
	} {
		var out bytes.Buffer
		slog.New(slog.NewJSONHandler(&out, nil)).Info("m", "v", v)
		slog.New(slog.NewTextHandler(&out, nil)).Info("m", "v", v)
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			fmt.Fprintf(&out, verb+"\n", v)
		}
		if b, err := json.Marshal(v); err == nil {
			out.Write(b)
		}
		for _, s := range []string{canary, hookText, fmt.Sprintf("%x", canary), fmt.Sprintf("%x", hookText)} {
			if strings.Contains(out.String(), s) {
				t.Errorf("%s shows a secret:\n%s", name, &out)
			}
		}
	}
	if reflect.TypeFor[Secret]().Comparable() {
		t.Error("secrets can be compared with ==")
	}
	if !strings.Contains(fmt.Sprint(client), pspid) {
		t.Errorf("a client prints as %v", client)
	}
}

// TestServerMetaInfo names the integrator and nobody else (docs/direct.md §4.3).
func TestServerMetaInfo(t *testing.T) {
	if got, want := serverMetaInfo("Quittance"), "eyJwbGF0Zm9ybUlkZW50aWZpZXIiOiJHbyIsInNka0lkZW50aWZpZXIiOiJRdWl0dGFuY2UiLCJzZGtDcmVhdG9yIjoiUXVpdHRhbmNlIiwiaW50ZWdyYXRvciI6IlF1aXR0YW5jZSJ9"; got != want {
		t.Errorf("%s", got)
	}
}
