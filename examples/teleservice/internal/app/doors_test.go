package app

import (
	"errors"
	"strings"
	"testing"

	"github.com/quittance/quittance/examples/teleservice/internal/bank"
)

// The doors of the demonstration stand open on this machine and with a simulated bank. Anywhere else the office needs a secret, and the error says
// why and what to do.
func TestDoors(t *testing.T) {
	t.Parallel()
	played, real := &bank.Bank{Name: "simulateur", Simulated: true}, &bank.Bank{Name: "Sips, commerçant 201"}
	for _, c := range []struct {
		base, listen string
		banks        []*bank.Bank
		says         string // empty: it may be
	}{
		{"http://127.0.0.1:8080", "127.0.0.1:8080", []*bank.Bank{played, nil}, ""},
		{"http://localhost:8080", "[::1]:8080", []*bank.Bank{played}, ""},
		{"http://127.0.0.1:8080", "", []*bank.Bank{played, played}, ""},
		{"https://compte.example", "127.0.0.1:8080", []*bank.Bank{played}, "its address is https://compte.example"},
		{"http://127.0.0.1:8080", "0.0.0.0:8080", []*bank.Bank{played}, "it listens on 0.0.0.0:8080"},
		{"http://127.0.0.1:8080", "[::]:8080", []*bank.Bank{played}, "it listens on [::]:8080"},
		{"http://192.0.2.7:8080", "192.0.2.7:8080", []*bank.Bank{played}, "its address is http://192.0.2.7:8080; it listens on"},
		{"http://127.0.0.1.example:80", "", []*bank.Bank{played}, "its address"},
		{"http://127.0.0.1:8080", "127.0.0.1:8080", []*bank.Bank{real}, "Sips, commerçant 201"},
		{"http://127.0.0.1:8080", "127.0.0.1:8080", []*bank.Bank{played, real}, "Sips, commerçant 201"},
	} {
		err := Config{Base: c.base, Listen: c.listen}.checkDoors(c.banks...)
		switch {
		case c.says == "" && err != nil:
			t.Errorf("%s on %s: %v", c.base, c.listen, err)
		case c.says != "" && (!errors.Is(err, ErrOpenDoors) || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), "-office-secret FILE")):
			t.Errorf("%s on %s: %v, want %q", c.base, c.listen, err, c.says)
		}
		if err := (Config{Base: c.base, Listen: c.listen, Secret: "correct horse battery"}).checkDoors(c.banks...); err != nil {
			t.Errorf("%s on %s, with a secret: %v", c.base, c.listen, err)
		}
	}
	if err := (Config{Base: "http://127.0.0.1:1", Secret: "short"}).checkDoors(); err == nil || strings.Contains(err.Error(), "short") {
		t.Errorf("a short secret: %v", err)
	}
}
