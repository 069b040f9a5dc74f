package payfip

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/quittance/quittance/acquirer"
)

func TestNewSaysEveryMistakeAtOnce(t *testing.T) {
	_, err := New(Config{
		Numcli: "6270", Saisie: "P", Mailbox: "régie@ville.fr", Objet: "Créance", ServiceURL: "http://payfip.example/x?wsdl", PageURL: "ftp://x",
	})
	if !errors.Is(err, acquirer.ErrConfiguration) {
		t.Fatal(err)
	}
	for _, field := range []string{"Numcli", "Saisie", "Mailbox", "Objet", "ServiceURL", "PageURL"} {
		if strings.Count(err.Error(), "Config."+field+": ") != 1 {
			t.Errorf("%s is not named once: %v", field, err)
		}
	}
	for _, secret := range []string{"régie@", "Créance", "6270"} {
		if strings.Contains(err.Error(), secret) {
			t.Errorf("the error repeats %s: %v", secret, err)
		}
	}
}

func TestNewRefuses(t *testing.T) {
	mel := func(context.Context, acquirer.Order) (string, error) { return "", nil }
	for name, c := range map[string]struct {
		change func(*Config)
		says   string // empty: it is taken
	}{
		"as it is":                    {func(*Config) {}, ""},
		"no saisie":                   {func(c *Config) { c.Saisie = "" }, "Saisie: "},
		"lower case":                  {func(c *Config) { c.Saisie = "w" }, "Saisie: "},
		"the older form's production": {func(c *Config) { c.Saisie = "A" }, "Saisie: "},
		"activation":                  {func(c *Config) { c.Saisie = Activation }, ""},
		"production":                  {func(c *Config) { c.Saisie = Production }, ""},
		"seven digits":                {func(c *Config) { c.Numcli = "0062700" }, "Numcli: "},
		"other digits":                {func(c *Config) { c.Numcli = "٠٠٦٢٧٠"[:6] }, "Numcli: "},
		"nobody's address":            {func(c *Config) { c.Mailbox = "" }, "Mailbox: "},
		"the payer's address":         {func(c *Config) { c.Mailbox, c.Mel = "", mel }, ""},
		"five characters":             {func(c *Config) { c.Mailbox = "a@b.c" }, "Mailbox: "},
		"six characters":              {func(c *Config) { c.Mailbox = "a@b.fr" }, ""},
		"eighty characters":           {func(c *Config) { c.Mailbox = strings.Repeat("a", 60) + "@" + strings.Repeat("b", 16) + ".fr" }, ""},
		"eighty-one":                  {func(c *Config) { c.Mailbox = strings.Repeat("a", 60) + "@" + strings.Repeat("b", 17) + ".fr" }, "Mailbox: "},
		"a name beside it":            {func(c *Config) { c.Mailbox = "Regie <regie@ville.fr>" }, "Mailbox: "},
		"two":                         {func(c *Config) { c.Mailbox = "a@ville.fr,b@ville.fr" }, "Mailbox: "},
		"a hundred":                   {func(c *Config) { c.Objet = strings.Repeat("a", 100) }, ""},
		"a hundred and one":           {func(c *Config) { c.Objet = strings.Repeat("a", 101) }, "Objet: "},
		"a dash":                      {func(c *Config) { c.Objet = "Cantine 2026-11" }, "Objet: "},
		"the service alone":           {func(c *Config) { c.ServiceURL = DefaultServiceURL }, "both"},
		"the page alone":              {func(c *Config) { c.PageURL = DefaultPageURL }, "both"},
		"another family": {func(c *Config) {
			c.ServiceURL, c.PageURL = DefaultServiceURL, "https://www.tipi-client.budget.gouv.fr/tpa/paiementws.web"
		}, "PageURL: "},
		"a proxy and the real page": {func(c *Config) { c.ServiceURL, c.PageURL = "http://127.0.0.1:9/x", DefaultPageURL }, "PageURL: "},
		"partners' tests": {func(c *Config) {
			c.ServiceURL, c.PageURL = "https://www.tipi-client.budget.gouv.fr/tpa/services/securite", "https://WWW.tipi-client.budget.gouv.fr/tpa/paiementws.web"
		}, ""},
		"plain http":     {func(c *Config) { c.ServiceURL, c.PageURL = "http://payfip.example/s", "http://payfip.example/p" }, "neither https"},
		"this machine":   {func(c *Config) { c.ServiceURL, c.PageURL = "http://127.0.0.1:9/s", "http://localhost:9/p" }, ""},
		"a password":     {func(c *Config) { c.ServiceURL, c.PageURL = "https://a:b@payfip.example/s", "https://payfip.example/p" }, "no user"},
		"an empty query": {func(c *Config) { c.ServiceURL, c.PageURL = "https://payfip.example/s", "https://payfip.example/p?" }, "no query"},
	} {
		t.Run(name, func(t *testing.T) {
			config := testConfig(nil)
			c.change(&config)
			client, err := New(config)
			if (err == nil) != (c.says == "") || err != nil && (!strings.Contains(err.Error(), c.says) || client != nil) {
				t.Errorf("%v, expected %q", err, c.says)
			}
		})
	}
}

func TestPrinting(t *testing.T) {
	c := testConfig(nil)
	c.Objet = "CanaryObject"
	client := mustNew(t, c)
	asJSON, err := json.Marshal(client)
	if err != nil {
		t.Fatal(err)
	}
	printed := []string{slog.AnyValue(client).Resolve().String(), slog.AnyValue(c).Resolve().String(), string(asJSON)}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		printed = append(printed, fmt.Sprintf(verb, client), fmt.Sprintf(verb, *client), fmt.Sprintf(verb, c))
	}
	for _, s := range printed {
		if strings.Contains(s, "CanaryObject") || strings.Contains(s, "regie@") || !strings.Contains(s, numcli) {
			t.Errorf("printed as %s", s)
		}
	}
	if s := fmt.Sprint(Client{}); s != "payfip client that New has not made" {
		t.Error(s)
	}
}

// The client neither follows redirects nor keeps cookies, and ends by itself, whatever http.Client it was given.
func TestHTTPClient(t *testing.T) {
	given := &http.Client{Timeout: time.Second}
	for name, c := range map[string]struct {
		given *http.Client
		want  time.Duration
	}{"none": {nil, timeout}, "without a timeout": {&http.Client{}, timeout}, "with one": {given, time.Second}} {
		config := testConfig(nil)
		config.HTTPClient = c.given
		h := mustNew(t, config).in.http
		if h.Timeout != c.want || h.Jar != nil || h.CheckRedirect == nil || h == given {
			t.Errorf("%s: %v", name, h.Timeout)
		}
	}
}
