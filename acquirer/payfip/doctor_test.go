package payfip

import (
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/payfip/internal/soap"
)

func client(names ...string) string {
	m := []string{}
	for i, n := range names {
		m = append(m, "libelleN"+string(rune('1'+i)), n)
	}
	return written(soap.Client, append(m, "numcli", numcli)...)
}

// Where no money moves the doctor says TEST, in capitals; where it does, not.
func TestDoctorSaysTest(t *testing.T) {
	for saisie, says := range map[Saisie]string{Test: "TEST", Activation: "TEST", Production: "real money"} {
		p := newPlatform(t, func(c *Config) { c.Saisie = saisie }, reply(200, xmlType, client("VILLE", "RÉGIE", "")))
		r, err := p.Doctor(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		s := r.String()
		if !strings.Contains(s, says) || strings.Contains(s, "TEST") != (says == "TEST") || !strings.Contains(s, "VILLE / RÉGIE\n") || r.Saisie.Money() != (saisie == Production) {
			t.Errorf("%s: %s", saisie, s)
		}
		operation, m := strictMembers(t, p.bodies[0])
		if operation != soap.Client || len(m) != 1 || m["numCli"] != numcli {
			t.Errorf("%s %v", operation, m)
		}
		if v := slog.AnyValue(r).Resolve().String(); !strings.Contains(v, numcli) {
			t.Error(v)
		}
	}
}

func TestDoctorErrors(t *testing.T) {
	other := strings.Replace(client("VILLE"), numcli, "006271", 1)
	for name, c := range map[string]struct {
		body string
		want error
	}{"another number": {other, acquirer.ErrUnverified}, "empty": {written(soap.Client), acquirer.ErrUnverified}, "a page": {"<html/>", acquirer.ErrUnanswered}} {
		r, err := newPlatform(t, nil, reply(200, xmlType, c.body)).Doctor(t.Context())
		if !errors.Is(err, c.want) || r != (Report{}) {
			t.Errorf("%s: %v %v", name, r, err)
		}
	}
}

// Names from outside stay on their line.
func TestDoctorNames(t *testing.T) {
	r, err := newPlatform(t, nil, reply(200, xmlType, client("VILLE\nD'ESSAI\u202e", strings.Repeat("é", 300)))).Doctor(t.Context())
	if err != nil || r.Names[0] != "VILLE D'ESSAI" || len([]rune(r.Names[1])) != 100 || strings.Count(r.String(), "\n") != 3 {
		t.Errorf("%q %v", r.Names, err)
	}
}
