package sipstest_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/quittance/quittance/acquirer/worldline/sips/sipstest"
)

func jsonOf(t testing.TB, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// An empty list of merchants is as good as none.
func TestEmptyListOfMerchants(t *testing.T) {
	s, err := sipstest.Listen(sipstest.Options{Merchants: []sipstest.Merchant{}})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if got, want := s.Config().MerchantID, sipstest.PublicMerchants()[0].ID; got != want {
		t.Errorf("merchant %q, want %q", got, want)
	}
}

func TestOptionsThatCannotBe(t *testing.T) {
	key := map[int]string{1: "a secret"}
	for name, o := range map[string]sipstest.Options{
		"every interface":  {Addr: "0.0.0.0:0"},
		"no host":          {Addr: ":0"},
		"a name":           {Addr: "sips.invalid:0"},
		"no port":          {Addr: "127.0.0.1"},
		"another machine":  {Addr: "192.0.2.1:0"},
		"no merchant ID":   {Merchants: []sipstest.Merchant{{Keys: key}}},
		"letters":          {Merchants: []sipstest.Merchant{{ID: "x", Keys: key}}},
		"16 digits":        {Merchants: []sipstest.Merchant{{ID: "0020010000000011", Keys: key}}},
		"no key":           {Merchants: []sipstest.Merchant{{ID: "1"}}},
		"an empty key":     {Merchants: []sipstest.Merchant{{ID: "1", Keys: map[int]string{1: ""}}}},
		"version 0":        {Merchants: []sipstest.Merchant{{ID: "1", Keys: map[int]string{0: "a secret"}}}},
		"numbering":        {Merchants: []sipstest.Merchant{{ID: "1", Keys: key, Numbering: "random"}}},
		"twice":            {Merchants: []sipstest.Merchant{{ID: "1", Keys: key}, {ID: "1", Keys: key}}},
		"a negative delay": {Delay: -1},
	} {
		s, err := sipstest.Listen(o)
		if err == nil {
			s.Close()
			t.Errorf("%s: it listens", name)
		} else if strings.Contains(err.Error(), "a secret") {
			t.Errorf("%s: the error shows a key: %v", name, err)
		}
	}
	s := platform(t, sipstest.Options{Addr: "[::1]:0"})
	if !strings.HasPrefix(s.URL, "http://[::1]:") {
		t.Errorf("it listens at %s", s.URL)
	}
}

// No verb prints a key.
func TestNoKeyIsPrinted(t *testing.T) {
	s := platform(t, sipstest.Options{})
	for _, v := range []any{s, sipstest.PublicMerchants()[0], sipstest.PublicMerchants(), sipstest.Options{Merchants: sipstest.PublicMerchants()}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
			if text := fmt.Sprintf(verb, v); strings.Contains(text, "_KEY") {
				t.Errorf("%s of a %T prints a key: %s", verb, v, text)
			}
		}
	}
}

// What is not there, and what is asked with another method, says so.
func TestOtherPathsAndMethods(t *testing.T) {
	s := platform(t, sipstest.Options{})
	for path, status := range map[string]int{
		"/": 404, "/rs-services/v2/nothing": 404, "/rs-services/": 404, "/rs-services/v2/checkout": 405,
		"/rs-services/v2/cashManagement/duplicate": 405, "/rs-services/v2/cashManagement/validate": 405,
		"/rs-services/v2/paymentInit": 405, "/paymentInit": 405, "/payment": 405, "/rs-services/v2/cashManagement/refund/": 405,
	} {
		resp, err := http.Get(s.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != status || status == 405 && resp.Header.Get("Allow") != "POST" {
			t.Errorf("GET %s: status %d, Allow %q, expected %d", path, resp.StatusCode, resp.Header.Get("Allow"), status)
		}
	}
	other := platform(t, sipstest.Options{Other: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(418) })})
	resp, err := http.Get(other.URL + "/console")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != 418 {
		t.Errorf("Other was not asked: status %d", resp.StatusCode)
	}
}
