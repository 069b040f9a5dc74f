package sips

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log/slog"
	"reflect"
	"strings"
	"testing"
)

// TestSecretsPrintNowhere prints everything that holds a key, with every verb and every log handler.
func TestSecretsPrintNowhere(t *testing.T) {
	client := mustNew(t, testConfig(nil))
	type host struct { // fmt calls no method on what is not exported
		secret Secret
		key    Key
		ring   Keyring
		client Client
		config Config
	}
	config := testConfig(nil)
	values := map[string]any{
		"Secret": key1.Secret, "*Secret": &key1.Secret, "Key": key1, "Keyring": config.Keys, "Config": config, "*Config": &config,
		"Client": *client, "*Client": client, "inside": host{key1.Secret, key1, config.Keys, *client, config},
		"*inside": &host{key1.Secret, key1, config.Keys, *client, config}, "inner": client.in,
		"list": []Secret{key1.Secret}, "live": client.in.ring,
	}
	check := func(name, how, out string) {
		if strings.Contains(out, canary) || strings.Contains(out, fmt.Sprintf("%x", canary)) || strings.Contains(out, fmt.Sprintf("%X", canary)) {
			t.Errorf("%s with %s shows the key: %s", name, how, out)
		}
	}
	for name, v := range values {
		for _, verb := range strings.Split("v +v #v s q x X d p T t b c e g U w", " ") {
			check(name, "%"+verb, fmt.Sprintf("%"+verb, v))
		}
		check(name, "Sprint", fmt.Sprint(v))
		check(name, "Errorf", fmt.Errorf("%v", v).Error())
		if b, err := json.Marshal(v); err == nil {
			check(name, "JSON", string(b))
		}
		if b, err := xml.Marshal(v); err == nil {
			check(name, "XML", string(b))
		}
		var out bytes.Buffer
		slog.New(slog.NewTextHandler(&out, nil)).Info("m", "v", v)
		slog.New(slog.NewJSONHandler(&out, nil)).Info("m", "v", v)
		check(name, "slog", out.String())
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		if got := fmt.Sprintf(verb, key1.Secret); got != "REDACTED" {
			t.Errorf("%s prints %q", verb, got)
		}
	}
	if reflect.TypeFor[Secret]().Comparable() {
		t.Error("a Secret can be compared with ==, which is not in constant time")
	}
	if b, _ := json.Marshal(key1.Secret); string(b) != `"REDACTED"` {
		t.Errorf("JSON is %s", b)
	}
	if got := fmt.Sprintf("%v", client); got != "sips client of 002001000000001 at payment-webinit.test.sips-services.com, key version 1" {
		t.Errorf("the client prints as %q", got)
	}
	if got := fmt.Sprintf("%v", Client{}); !strings.Contains(got, "New") {
		t.Errorf("the zero client prints as %q", got)
	}
}
