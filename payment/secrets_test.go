package payment_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/payment"
)

// M14: whatever prints a payment, its session and what opens it at the acquirer are not in it.
func TestM14PaymentPrintsNoSession(t *testing.T) {
	for name, traits := range mock.Kinds() {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, func(c *payment.Config) {
				bank := c.Acquirer.(*mock.Acquirer)
				bank.Traits = traits
				c.Acquirer = bank.Client()
			})
			p, s := w.begin("1")
			p.Handle.Session, p.Handle.Proof = p.Handle.Session+"SECRETSESSION", p.Handle.Proof+"SECRETPROOF"
			secrets := []string{"SECRETSESSION", "SECRETPROOF"}
			for _, values := range s.Fields {
				secrets = append(secrets, values...)
			}
			change := payment.Change{Key: "k", Payment: p}
			held := &payment.HeldError{By: p}
			task := payment.Task{Kind: payment.WorkAttention, Payment: p}
			for _, v := range []any{p, &p, []payment.Payment{p}, map[string]payment.Payment{"p": p}, change, held, task, p.Session, p.Handle} {
				printed, err := json.Marshal(v)
				w.must("Marshal", err)
				var logged strings.Builder
				slog.New(slog.NewJSONHandler(&logged, nil)).Info("", "v", v)
				slog.New(slog.NewTextHandler(&logged, nil)).Info("", "v", v)
				for _, text := range []string{string(printed), logged.String(), fmt.Sprintf("%v %+v %#v %s", v, v, v, v)} {
					for _, secret := range secrets {
						if strings.Contains(text, secret) {
							t.Errorf("a %T prints %.8s…: %s", v, secret, text)
						}
					}
				}
			}
			var back payment.Payment
			printed, err := json.Marshal(p)
			w.must("Marshal", err)
			if err := json.Unmarshal(printed, &back); err == nil && !back.Session.IsZero() {
				t.Error("a session came back out of JSON")
			}
		})
	}
}
