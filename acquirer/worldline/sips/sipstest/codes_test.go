package sipstest_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/internal/sipscode"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/acquirer/worldline/sips"
	"github.com/quittance/quittance/acquirer/worldline/sips/sipstest"
	"github.com/shopspring/decimal"
)

// told is what a payer and the books learn from a result.
type told struct {
	Outcome      acquirer.Outcome
	Decline      acquirer.Decline
	Advice       acquirer.Advice
	AcquirerCode string
}

func tell(r acquirer.Result) told {
	return told{r.Outcome, r.Decline, r.Decline.Advice(), r.AcquirerCode}
}

// Whatever a payment ends with, the mock and the Sips client against the simulator say the same of it: by notification, by the browser and when
// asked. A host that was tested against one is not surprised by the other.
func TestMockAndSipsSayTheSameOfEveryCode(t *testing.T) {
	codes := []string{"77", "ZZ"} // nobody's
	for r := range sipscode.Responses() {
		codes = append(codes, r.Code)
	}
	w := newWorld(t, sips.Key{Secret: sips.NewSecret(shopKey)}, false, time.Millisecond)
	for i, code := range codes {
		o := acquirer.Order{
			ID: "00000000000000000000000004", Reference: "CODE" + code + string(rune('A'+i)), Amount: decimal.New(50, 0), Currency: "EUR", Language: "fr",
		}
		o.ReturnURL, o.NotifyURL = w.Addresses()
		before := len(w.Callbacks())
		bySips := results(t, w.client, o, func(s acquirer.Session) []acquirer.Callback {
			back, err := w.platform.Visit(s, sipstest.Payer{Code: code})
			if err == nil {
				resp, err := back.Bring(w.Portal.Client())
				if err != nil {
					t.Fatal(err)
				}
				resp.Body.Close()
			} else if !errors.Is(err, sipstest.ErrNoReturn) {
				t.Fatal(err)
			}
			return w.Callbacks()[before:]
		})
		var sent []acquirer.Callback
		a := &mock.Acquirer{Notify: func(cb acquirer.Callback) { sent = append(sent, cb) }}
		byMock := results(t, a, o, func(s acquirer.Session) []acquirer.Callback {
			back, err := a.Visit(s, mock.Behaviour{Code: code})
			if err == nil {
				sent = append(sent, back)
			}
			return sent
		})
		if diff := cmp.Diff(bySips, byMock); diff != "" {
			t.Errorf("code %s (-sips +mock):\n%s", code, diff)
		}
		if m := sipscode.Meaning(code); bySips[0].Outcome != m.Outcome || bySips[0].Decline != m.Decline {
			t.Errorf("code %s: %+v, the table says %+v", code, bySips[0], m)
		}
	}
}

// results begins an order, has the payer end it, and returns what each callback and the answer to a question say.
func results(t *testing.T, c acquirer.Client, o acquirer.Order, visit func(acquirer.Session) []acquirer.Callback) (all []told) {
	t.Helper()
	s, err := c.Begin(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	for _, cb := range visit(s) {
		r, err := c.Parse(cb)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, tell(r))
	}
	r, err := c.Status(context.Background(), acquirer.Question{Reference: o.Reference})
	if err != nil {
		t.Fatal(err)
	}
	return append(all, tell(r))
}
