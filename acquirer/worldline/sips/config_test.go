package sips

import (
	"bytes"
	"errors"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"strings"
	"testing"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/internal/wire"
)

func TestNewNamesEveryProblem(t *testing.T) {
	_, err := New(Config{
		MerchantID: "00200100000000A",
		Keys:       Keyring{0: {}, 1: {Secret: NewSecret(canary + "\n")}, 2: {NewSecret("a"), "MD5"}, 3: {Secret: NewSecret("b")}, 4: {Secret: NewSecret("b")}},
		KeyVersion: 9,
		Endpoints:  Endpoints{"http://payment.example", "office"},
		Window:     -time.Second, TrustUnsealedOffice: true,
	})
	if !errors.Is(err, acquirer.ErrConfiguration) {
		t.Fatal(err)
	}
	for _, want := range []string{
		"Config.MerchantID: ", "there are 5 keys", "version 0: versions count from 1", "version 0: the secret is empty",
		"version 1: the secret has a space or a line end", `version 2: unknown algorithm "MD5"`, "versions 4 and 3 are the same key",
		"Config.KeyVersion: version 9", "Config.Endpoints.Paypage: ", "Config.Endpoints.Office: ", "Config.Window: -1s is negative",
		"Config.TrustUnsealedOffice: ",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not said", want)
		}
	}
	if strings.Contains(err.Error(), canary) {
		t.Errorf("the key is shown: %v", err)
	}
	if _, err := New(Config{MerchantID: canary}); strings.Contains(err.Error(), canary[:20]) {
		t.Errorf("a key in the wrong field is shown: %v", err)
	}
	if _, err := New(Config{}); err == nil || strings.Count(err.Error(), "\n") != 2 {
		t.Errorf("the zero Config lacks a merchant, a key and an address: %v", err)
	}
}

func TestNewRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		field  string
		change func(*Config)
	}{
		"a public merchant in production": {"MerchantID", func(c *Config) { c.Endpoints = Worldline.Production() }},
		"the same on the Office only": {"MerchantID", func(c *Config) {
			c.Endpoints = Endpoints{"https://proxy.example", Mercanet.Production().Office}
		}},
		"the same in capitals": {"MerchantID", func(c *Config) { c.Endpoints = Endpoints{"https://PAYMENT-WEBINIT.Sips-Services.com", ""} }},
		"half production": {"Endpoints", func(c *Config) {
			c.MerchantID = "123456789012345"
			c.Endpoints = Endpoints{Worldline.Production().Paypage, Worldline.Test().Office}
		}},
		"plain http":        {"Endpoints.Paypage", func(c *Config) { c.Endpoints.Paypage = "http://payment.example" }},
		"a query":           {"Endpoints.Office", func(c *Config) { c.Endpoints.Office += "?a=b" }},
		"a user":            {"Endpoints.Office", func(c *Config) { c.Endpoints.Office = "https://u:p@office.example" }},
		"no host":           {"Endpoints.Paypage", func(c *Config) { c.Endpoints.Paypage = "https:///x" }},
		"no brand's preset": {"Endpoints.Paypage", func(c *Config) { c.Endpoints = Sogenactif.Test() }},
		"16 digits":         {"MerchantID", func(c *Config) { c.MerchantID += "1" }},
		"unsealed in prod": {"TrustUnsealedOffice", func(c *Config) {
			c.MerchantID = "1"
			c.Endpoints = Worldline.Production()
			c.TrustUnsealedOffice = true
		}},
		"unsealed, no host":  {"TrustUnsealedOffice", func(c *Config) { c.Endpoints = Worldline.Simulation(); c.TrustUnsealedOffice = true }},
		"unknown KeyVersion": {"KeyVersion", func(c *Config) { c.KeyVersion = 2 }},
	} {
		t.Run(name, func(t *testing.T) {
			conf := testConfig(nil)
			c.change(&conf)
			if _, err := New(conf); err == nil || !strings.Contains(err.Error(), "Config."+c.field+":") {
				t.Errorf("%v, expected a problem with %s", err, c.field)
			}
		})
	}
}

func TestNewAccepts(t *testing.T) {
	for name, change := range map[string]func(*Config){
		"every preset of a simulation": func(c *Config) { c.Endpoints = Sherlocks.Simulation() },
		"a simulator on this machine":  func(c *Config) { c.Endpoints = Endpoints{"http://127.0.0.1:8080/", "http://localhost:8080"} },
		"IPv6":                         func(c *Config) { c.Endpoints = Endpoints{"http://[::1]:8080", ""} },
		"unsealed on this machine":     func(c *Config) { c.Endpoints.Office = "http://127.0.0.1:8080"; c.TrustUnsealedOffice = true },
		"production, own merchant":     func(c *Config) { c.MerchantID = "123456789012345"; c.Endpoints = Mercanet.Production() },
		"one secret, two algorithms":   func(c *Config) { c.Keys = Keyring{1: {key1.Secret, SHA256}, 2: key1} },
		"production Paypage alone": func(c *Config) {
			c.MerchantID = "123456789012345"
			c.Endpoints = Endpoints{Sogenactif.Production().Paypage, "https://office.example"}
		},
	} {
		c := testConfig(nil)
		change(&c)
		if _, err := New(c); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestNewDefaults(t *testing.T) {
	c := testConfig(nil)
	c.Keys = Keyring{1: key1, 7: {Secret: NewSecret("seven")}, 3: {Secret: NewSecret("three")}}
	c.Now, c.Logger = nil, nil
	in := mustNew(t, c).in
	if in.key.version != 7 || in.key.algorithm != HMACSHA256 {
		t.Errorf("requests are sealed with version %d, %s", in.key.version, in.key.algorithm)
	}
	if in.window != time.Hour || in.now == nil || in.log == nil || in.observe == nil {
		t.Errorf("%+v", in)
	}
	for i, v := range []int{7, 3, 1} {
		if in.ring[i].version != v {
			t.Errorf("key %d is version %d, expected the newest first", i, in.ring[i].version)
		}
	}
	c.Keys[7] = Key{} // the client has its own
	if !in.ring[0].hasSealed("x", mustSeal(t, HMACSHA256, "seven", "x")) {
		t.Error("a change of Config reached the client")
	}
}

func mustSeal(t testing.TB, a Algorithm, key, data string) string {
	t.Helper()
	s, err := SealData(a, NewSecret(key), data)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestPresets is the published list, written a second time.
func TestPresets(t *testing.T) {
	const s = "https://"
	for _, c := range []struct {
		got             Endpoints
		paypage, office string
	}{
		{Worldline.Production(), s + "payment-webinit.sips-services.com", s + "office-server.sips-services.com"},
		{Worldline.Simulation(), s + "payment-webinit.simu.sips-services.com", ""},
		{Worldline.Test(), s + "payment-webinit.test.sips-services.com", s + "office-server.test.sips-services.com"},
		{Mercanet.Production(), s + "payment-webinit.mercanet.bnpparibas.net", s + "office-server.mercanet.com"},
		{Mercanet.Simulation(), s + "payment-webinit.simu.mercanet.bnpparibas.net", ""},
		{Mercanet.Test(), s + "payment-webinit-mercanet.test.sips-services.com", s + "office-server-mercanet.test.sips-services.com"},
		{Sogenactif.Production(), s + "payment-webinit.sogenactif.com", ""},
		{Sogenactif.Simulation(), s + "payment-webinit.simu.sogenactif.com", ""},
		{Sogenactif.Test(), "", ""},
		{Sherlocks.Production(), s + "sherlocks-payment-webinit.secure.lcl.fr", ""},
		{Sherlocks.Simulation(), s + "sherlocks-payment-webinit-simu.secure.lcl.fr", ""},
		{Sherlocks.Test(), "", ""},
		{Brand("scellius").Production(), "", ""},
	} {
		if c.got != (Endpoints{c.paypage, c.office}) {
			t.Errorf("%v, expected %s and %s", c.got, c.paypage, c.office)
		}
	}
	for p, e := range presets {
		for _, a := range []string{e.Paypage, e.Office} {
			if _, err := wire.ParseEndpoint(a, exampleEndpoint); a != "" && err != nil {
				t.Errorf("%v: %s: %v", p, a, err)
			}
			if strings.Contains(a, "sips-atos.com") {
				t.Errorf("%v: %s was closed in 2021", p, a)
			}
		}
	}
}

func TestUnsealedOfficeIsLoud(t *testing.T) {
	var log bytes.Buffer
	w := newWire(t, func(c *Config) {
		c.TrustUnsealedOffice = true
		c.Logger = slog.New(slog.NewTextHandler(&log, nil))
	}, unsealed200(transaction), raw(200, "application/json", sealedJSON(transaction, Key{Secret: NewSecret("other")})))
	if !strings.Contains(log.String(), "level=WARN") || !strings.Contains(log.String(), "real money") {
		t.Errorf("New did not warn: %s", log.String())
	}
	log.Reset()
	if r, err := w.Status(t.Context(), acquirer.Question{Reference: reference}); err != nil || !r.Amount.Equal(fifty) {
		t.Errorf("%v, %v", r, err)
	}
	if !strings.Contains(log.String(), "level=WARN") || !strings.Contains(log.String(), reference) {
		t.Errorf("the answer was believed in silence: %s", log.String())
	}
	if _, err := w.Status(t.Context(), acquirer.Question{Reference: reference}); err == nil {
		t.Error("a wrong seal is no missing seal")
	}
	w = newWire(t, func(c *Config) { c.TrustUnsealedOffice = true }, unsealed200(opened))
	if _, err := w.Begin(t.Context(), order()); err == nil {
		t.Error("the Paypage is not Office: its answers are sealed on every platform")
	}
}

// TestGivenHTTPClientIsCopied: the caller's client keeps its own behaviour.
func TestGivenHTTPClientIsCopied(t *testing.T) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	given := &http.Client{Jar: jar}
	c := testConfig(nil)
	c.HTTPClient = given
	in := mustNew(t, c).in
	if given.Timeout != 0 || given.CheckRedirect != nil || in.http == given {
		t.Error("the caller's client was changed")
	}
	if in.http.Timeout != wire.Timeout || in.http.CheckRedirect == nil {
		t.Error("the copy has no time-out, or follows redirects")
	}
	if given.Jar != jar || in.http.Jar != nil {
		t.Error("the copy keeps cookies, or the caller's client lost its own")
	}
	given.Timeout = time.Minute
	if in = mustNew(t, c).in; in.http.Timeout != time.Minute {
		t.Error("the caller's time-out was not kept")
	}
}
