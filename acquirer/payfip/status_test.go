package payfip

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jarcoal/httpmock"
	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/payfip/internal/soap"
)

func TestStatusOutcomes(t *testing.T) {
	means := map[string]acquirer.Means{"P": acquirer.Card, "R": acquirer.Card, "V": acquirer.DirectDebit, "Z": acquirer.DirectDebit}
	for letter, want := range map[string]acquirer.Outcome{
		"P": acquirer.Accepted, "V": acquirer.Accepted, "R": acquirer.Refused, "Z": acquirer.Refused, "A": acquirer.Cancelled,
		"": acquirer.Unknown, "p": acquirer.Unknown, "PP": acquirer.Unknown, "D": acquirer.Unknown, "W": acquirer.Unknown, "é": acquirer.Unknown,
	} {
		var log strings.Builder
		p := newPlatform(t, func(c *Config) { c.Logger = slog.New(slog.NewTextHandler(&log, nil)) }, detail("resultrans", letter))
		r, err := p.Status(t.Context(), question())
		if err != nil {
			t.Fatal(err)
		}
		if r.Outcome != want || r.Means != means[letter] || r.Decline != "" || r.OrderID != "" || r.MaskedPAN+r.Brand != "" || !r.Returned.IsZero() || r.Hint {
			t.Errorf("%q: %+v", letter, r)
		}
		if loud := log.Len() > 0; loud != (want == acquirer.Unknown) {
			t.Errorf("%q: logged %q", letter, log.String())
		}
		operation, m := strictMembers(t, p.Bodies[0])
		if operation != soap.Detail || len(m) != 1 || m["idOp"] != idOp {
			t.Errorf("%s %v", operation, m)
		}
	}
}

// What is kept of an answer by name is a list: no address, no object.
func TestStatusFields(t *testing.T) {
	r, err := newPlatform(t, nil, detail()).Status(t.Context(), question())
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"saisie": "T", "dattrans": "28112026", "heurtrans": "1105", "mel": "", "objet": "", "idOp": "", "exer": ""} {
		if got, ok := r.Field(name); got != want || ok != (want != "") {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// A date that cannot be meant is no date; the answer says the rest all the same, and keeps the date as it was written.
func TestStatusAbsurdDates(t *testing.T) {
	for day, want := range map[string]string{
		"28112026": "2026-11-28T10:05:00Z", "29112026": "2026-11-29T10:05:00Z", "30112026": "", "28112062": "", "31129999": "", "31122009": "", "01010001": "",
	} {
		r, err := newPlatform(t, nil, detail("dattrans", day)).Status(t.Context(), question())
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if !r.At.IsZero() {
			got = r.At.Format(time.RFC3339)
		}
		asWritten, _ := r.Field("dattrans")
		if diff := cmp.Diff([]string{want, day}, []string{got, asWritten}); diff != "" || r.Outcome != acquirer.Accepted {
			t.Errorf("%s, %s (-want +got):\n%s", day, r.Outcome, diff)
		}
	}
}

// An answer about something else is not believed.
func TestStatusUnverified(t *testing.T) {
	for name, change := range map[string][]string{
		"another session":          {"idOp", "e9cc332f-6316-4141-8b48-0b91420022f0"},
		"a test is no money":       {"saisie", "W"},
		"no mode of entry":         {"saisie", ""},
		"the mode in lower case":   {"saisie", "t"},
		"a session without dashes": {"idOp", strings.ReplaceAll(idOp, "-", "")},
	} {
		_, err := newPlatform(t, nil, detail(change...)).Status(t.Context(), question())
		if e := faultOf(t, err); e.Kind != acquirer.ErrUnverified || strings.Contains(err.Error(), "cc0cb210") {
			t.Errorf("%s: %v", name, err)
		}
	}
	p := newPlatform(t, func(c *Config) { c.Saisie = Production }, detail("saisie", "T"))
	if _, err := p.Status(t.Context(), question()); faultOf(t, err).Kind != acquirer.ErrUnverified {
		t.Errorf("a test payment was taken for money: %v", err)
	}
}

// Whose payment it was, and of which régie, is what the answer says, and never what was asked: the service compares both with its row, which it
// could not if they were ours anyway.
func TestStatusSaysWhoseItWas(t *testing.T) {
	r, err := newPlatform(t, nil, detail("refdet", "PCLCB262540000005", "numcli", "006271")).Status(t.Context(), question())
	if err != nil || r.Reference != "PCLCB262540000005" || r.Merchant != "006271" {
		t.Errorf("%q of merchant %q, %v; want what the answer says", r.Reference, r.Merchant, err)
	}
}

func TestStatusAmount(t *testing.T) {
	for text, good := range map[string]bool{
		"7550": true, "00": true, "99999999999": true, "100000000000": false, "-1": false, "+1": false, "7550.00": false, "75 50": false, "٧": false,
	} {
		_, err := newPlatform(t, nil, detail("montant", text)).Status(t.Context(), question())
		if (err == nil) != good || err != nil && faultOf(t, err).Kind != acquirer.ErrUnanswered {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// A question that cannot be asked is not sent.
func TestStatusRefusesBeforeAsking(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*acquirer.Question)
		member string
	}{
		"a reference alone":   {func(q *acquirer.Question) { q.Handle = acquirer.Handle{} }, "idOp"},
		"no idOp":             {func(q *acquirer.Question) { q.Handle.Session = "a b" }, "idOp"},
		"another régie's":     {func(q *acquirer.Question) { q.Merchant = "006271" }, "numcli"},
		"a lost leading zero": {func(q *acquirer.Question) { q.Merchant = "6270" }, "numcli"},
	} {
		p := newPlatform(t, nil)
		q := question()
		c.change(&q)
		_, err := p.Status(t.Context(), q)
		(&expectedError{"ErrInvalid", "", c.member}).check(t, err)
		if len(p.Bodies) > 0 {
			t.Errorf("%s was asked", name)
		}
	}
}

// P1 means that nobody paid, but for a session that is older than what PayFiP remembers (docs/payfip.md §5.1).
func TestStatusAbsent(t *testing.T) {
	for name, c := range map[string]struct {
		age  time.Duration // of the session's end
		code string
		want error
	}{
		"just created":       {-Window, "P1", acquirer.ErrNotFound},
		"the night after":    {18 * time.Hour, "P1", acquirer.ErrNotFound},
		"eleven months":      {335 * 24 * time.Hour, "P1", acquirer.ErrNotFound},
		"a year":             {366 * 24 * time.Hour, "P1", acquirer.ErrUnsupported},
		"too old to be used": {366 * 24 * time.Hour, "P4", acquirer.ErrNotFound},
	} {
		p := newPlatform(t, nil, refused(c.code, "x"))
		q := question()
		q.Handle.ExpiresAt = morning.Add(-c.age)
		_, err := p.Status(t.Context(), q)
		if e := faultOf(t, err); e.Kind != c.want || e.Code != c.code {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// P5 is the normal state of an open page, and so it is with every spelling of a fault.
func TestStatusOpen(t *testing.T) {
	for name, body := range map[string]httpmock.Responder{
		"500": refused("P5", "x"), "200": reply(200, xmlType, faultBody("FonctionnelleErreur", "P5", "")),
	} {
		r, err := newPlatform(t, nil, body).Status(t.Context(), question())
		want := acquirer.Result{Reference: reference, Merchant: numcli, Outcome: acquirer.Open, Code: "P5", Handle: question().Handle}
		if err != nil || !r.Equal(want) {
			t.Errorf("%s: %v %v", name, r, err)
		}
	}
	// Of a breakdown the code says nothing.
	_, err := newPlatform(t, nil, reply(500, xmlType, faultBody("TechDysfonctionnementErreur", "P5", ""))).Status(t.Context(), question())
	if faultOf(t, err).Kind != acquirer.ErrUnavailable {
		t.Error(err)
	}
}

// A question is asked once, ends with its context, and after an error it may be asked again.
func TestStatusOnce(t *testing.T) {
	for name, r := range map[string]httpmock.Responder{
		"502": reply(502, "text/html", "<html>"), "nothing": reply(200, xmlType, ""),
		"breakdown": reply(500, xmlType, faultBody("TechDysfonctionnementErreur", "999", "")),
	} {
		p := newPlatform(t, nil, r, detail())
		_, err := p.Status(t.Context(), question())
		if !faultOf(t, err).Retryable() || faultOf(t, err).OutcomeUnknown() || len(p.Bodies) != 1 {
			t.Errorf("%s: %v after %d", name, err, len(p.Bodies))
		}
		if _, err := p.Status(t.Context(), question()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for op, call := range operations {
		p := newPlatform(t, nil)
		if err := call(ctx, p.Client); !errors.Is(err, context.Canceled) || len(p.Bodies) > 0 {
			t.Errorf("%s: %v", op, err)
		}
	}
}
