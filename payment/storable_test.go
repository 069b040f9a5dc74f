package payment_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/payment"
)

// oddBank is a bank with characters in its texts that PostgreSQL refuses.
type oddBank struct {
	*mock.Acquirer
	lost bool // its messages
}

func odd(r acquirer.Result, err error) (acquirer.Result, error) {
	for _, text := range []*string{&r.Brand, &r.Code, &r.AcquirerCode, &r.AuthorisationID, &r.MaskedPAN, (*string)(&r.Means), (*string)(&r.Decline)} {
		if *text != "" {
			*text += "\x00\xff"
		}
	}
	return r, err
}

func (b *oddBank) Parse(cb acquirer.Callback) (acquirer.Result, error) {
	if b.lost {
		return acquirer.Result{}, acquirer.ErrUnverified
	}
	return odd(b.Acquirer.Parse(cb))
}

func (b *oddBank) Status(ctx context.Context, q acquirer.Question) (acquirer.Result, error) {
	return odd(b.Acquirer.Status(ctx, q))
}

func (b *oddBank) Cancel(ctx context.Context, m acquirer.Modification) (acquirer.Result, error) {
	return odd(b.Acquirer.Cancel(ctx, m))
}

func (b *oddBank) Refund(ctx context.Context, m acquirer.Modification) (acquirer.Result, error) {
	return odd(b.Acquirer.Refund(ctx, m))
}

// What an acquirer says can be stored, whatever characters it has, and says the same by every way.
func TestOddTextsAreStored(t *testing.T) {
	for name, c := range map[string]struct {
		lost  bool
		o     acquirer.Outcome
		story string
	}{
		"by a message":  {false, acquirer.Accepted, "created opened accepted→paid refund_asked→refunding refund_unknown/noted returned→refunded"},
		"by a question": {true, acquirer.Accepted, "created opened accepted→paid refund_asked→refunding refund_unknown/noted returned→refunded"},
		"a refusal":     {false, acquirer.Refused, "created opened refused"},
	} {
		t.Run(name, func(t *testing.T) {
			bank := &oddBank{lost: c.lost}
			w := newWorld(t, func(config *payment.Config) {
				bank.Acquirer = config.Acquirer.(*mock.Acquirer)
				config.Acquirer = bank
			})
			p, s := w.begin("1")
			w.visit(s, mock.Behaviour{Outcome: c.o})
			w.pass(20 * time.Minute)
			if p = w.get(p.ID); p.State == payment.Paid {
				w.refund(p)
				w.pass(time.Hour)
			}
			w.tells(p.ID, c.story)
			p = w.get(p.ID)
			for _, text := range []string{p.Brand, p.Code, p.Authorisation, p.MaskedPAN, string(p.Means), string(p.Decline)} {
				if !utf8.ValidString(text) || strings.Contains(text, "\x00") {
					t.Errorf("stored: %q", text)
				}
			}
			if p.Code == "" || c.o == acquirer.Accepted && (p.Authorisation == "" || p.Brand == "") {
				t.Errorf("what the acquirer said is lost: %+v", p)
			}
			w.sound()
		})
	}
}

// A long cause is cut between two characters.
func TestLongCauseIsCut(t *testing.T) {
	for _, first := range []string{"", "a"} {
		w, b := newStatus(t)
		b.status = func(string) (acquirer.Result, error) {
			return acquirer.Result{}, errors.New(first + strings.Repeat("é", 300))
		}
		p, _ := w.begin("1")
		w.pass(20 * time.Minute)
		w.tells(p.ID, "created opened silent/noted")
		for e, err := range w.store.Journal(w.ctx, p.ID) {
			w.must("Journal", err)
			if e.Event == payment.OnSilent && (!utf8.ValidString(e.Why) || !strings.HasSuffix(e.Why, "é…") || len(e.Why) < 199 || len(e.Why) > 200+len("…")) {
				t.Errorf("%d bytes: %q", len(e.Why), e.Why)
			}
		}
	}
}
