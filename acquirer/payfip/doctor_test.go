package payfip

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"

	"github.com/jarcoal/httpmock"
	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/payfip/internal/soap"
	"github.com/quittance/quittance/acquirer/preflight"
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
		if !r.OK() || !strings.Contains(s, says) || strings.Contains(s, "TEST") != (says == "TEST") || !strings.Contains(s, numcli+": VILLE / RÉGIE\n") {
			t.Errorf("%s: %s", saisie, s)
		}
		operation, m := strictMembers(t, p.Bodies[0])
		if operation != soap.Client || len(m) != 1 || m["numCli"] != numcli {
			t.Errorf("%s %v", operation, m)
		}
	}
}

func TestDoctorVerdicts(t *testing.T) {
	other := strings.Replace(client("VILLE"), numcli, "006271", 1)
	for name, c := range map[string]struct {
		reply httpmock.Responder
		want  preflight.Verdict
	}{
		"right":          {reply(200, xmlType, client("VILLE")), preflight.Right},
		"unknown":        {refused("T2", "x"), preflight.Wrong},
		"another number": {reply(200, xmlType, other), preflight.Wrong},
		"empty":          {reply(200, xmlType, written(soap.Client)), preflight.Wrong},
		"a page":         {reply(200, "text/html", "<html/>"), preflight.Wrong},
		"moved":          {reply(301, "", ""), preflight.Wrong},
		"closed":         {reply(500, xmlType, faultBody(soap.UnavailableError, "998", "")), preflight.Unsure},
		"502":            {reply(502, "text/html", ""), preflight.Unsure},
		"nobody there":   {httpmock.NewErrorResponder(&net.DNSError{Err: "no such host"}), preflight.Unsure},
		"no HTTP":        {httpmock.NewErrorResponder(errors.New("down")), preflight.Wrong},
	} {
		r, err := newPlatform(t, nil, c.reply).Doctor(t.Context())
		if err != nil || r.Checks[0].Name != "service" || r.Checks[0].Verdict != c.want || (r.Err() == nil) != (c.want != preflight.Wrong) {
			t.Errorf("%s: %v %v", name, r, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := newPlatform(t, nil).Doctor(ctx); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// Without a mailbox a payer's odd address is in the way of a payment: the doctor says so.
func TestDoctorMailbox(t *testing.T) {
	r, err := newPlatform(t, func(c *Config) {
		c.Mailbox, c.Mel = "", func(context.Context, acquirer.Order) (string, error) { return "", nil }
	}, reply(200, xmlType, client("VILLE"))).Doctor(t.Context())
	if err != nil || !strings.Contains(r.String(), "unsure  mel: ") {
		t.Errorf("%v %v", r, err)
	}
}

// Names from outside stay on their line.
func TestDoctorNames(t *testing.T) {
	names, f := newPlatform(t, nil, reply(200, xmlType, client("VILLE\nD'ESSAI\u202e", strings.Repeat("é", 300)))).in.fetchNames(t.Context())
	if f != nil || names[0] != "VILLE D'ESSAI" || len([]rune(names[1])) != 100 {
		t.Errorf("%q %v", names, f)
	}
}
