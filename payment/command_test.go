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
