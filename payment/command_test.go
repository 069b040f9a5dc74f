package payment_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/payment"
)

// What a person writes is checked as what a host sends is: no social security number, nothing that turns the direction of the text.
func TestAnActIsChecked(t *testing.T) {
	w := newWorld(t)
	p := w.ended("1", acquirer.Accepted)
	for name, c := range map[string]payment.Command{
		"a number in the reason":   {By: "agent-1", Why: "réclamation de 1 83 02 75 999 001 03"},
		"a number for a name":      {By: "183027599900103", Why: "réclamation"},
		"another direction":        {By: "agent-1", Why: "rem\u202eboursé"},
		"another direction, by":    {By: "agent\u2066-1", Why: "réclamation"},
		"a line that goes nowhere": {By: "agent-1", Why: "a\nb"},
	} {
		c.ID, c.Version = p.ID, p.Version
		_, err := w.Question(w.ctx, c)
		if !errors.Is(err, payment.ErrInvalid) || strings.Contains(err.Error(), "999 001") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if w.get(p.ID).State != payment.Paid {
		t.Error("the payment has moved")
	}
	_, err := w.Question(w.ctx, payment.Command{ID: p.ID, Version: p.Version, By: "agent-1", Why: "réclamation de l’assurée n° 12, commerçant 201000005940002"})
	w.must("Question", err)
}

// Who took a payment into account stands in its journal; nobody has to.
func TestRecordSaysWho(t *testing.T) {
	w := newWorld(t)
	for name, tt := range map[string]struct {
		by   []string
		want string
	}{"1": {nil, ""}, "2": {[]string{"agent-1"}, "agent-1"}, "3": {[]string{"agent-1", "agent-2"}, "agent-1, agent-2"}} {
		p := w.ended(name, acquirer.Accepted)
		for _, bad := range [][]string{{""}, {"agent-1", ""}, {"183027599900103"}, {"a\nb"}, {strings.Repeat("a", 1000)}} {
			if _, err := w.Record(w.ctx, p.ID, bad...); !errors.Is(err, payment.ErrInvalid) || strings.Contains(err.Error(), "999001") {
				t.Errorf("%q: %v", bad, err)
			}
		}
		_, err := w.Record(w.ctx, p.ID, tt.by...)
		w.must("Record", err)
		_, err = w.Record(w.ctx, p.ID, "somebody else") // changes nothing
		w.must("Record again", err)
		var got []string
		for e, err := range w.Journal(w.ctx, p.ID) {
			w.must("Journal", err)
			if e.Event == payment.OnRecorded {
				got = append(got, e.By)
			}
		}
		if len(got) != 1 || got[0] != tt.want {
			t.Errorf("%q: the journal has %q, want %q", tt.by, got, tt.want)
		}
	}
}
