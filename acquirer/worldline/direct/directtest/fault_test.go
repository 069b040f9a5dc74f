package directtest_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/worldline/direct"
	"github.com/quittance/quittance/acquirer/worldline/direct/directtest"
	"github.com/shopspring/decimal"
)

// TestFaultsOfACall: what the client says of every fault, on real sockets, for each kind of call; and after it the next call works, a
// question that may be asked again is, and the book has no money twice.
func TestFaultsOfACall(t *testing.T) {
	type fate struct{ begin, ask, move error } // nil: the call succeeds
	fates := map[directtest.Fault]fate{
		directtest.Timeout:         {acquirer.ErrUnanswered, nil, acquirer.ErrUnanswered},
		directtest.ServerError:     {acquirer.ErrUnavailable, nil, acquirer.ErrUnanswered},
		directtest.Truncated:       {acquirer.ErrUnanswered, nil, acquirer.ErrUnanswered},
		directtest.Slow:            {},
		directtest.Unreachable:     {acquirer.ErrUnanswered, nil, acquirer.ErrUnanswered},
		directtest.BrokenAfter:     {acquirer.ErrUnavailable, nil, acquirer.ErrUnanswered},
		directtest.BadGateway:      {acquirer.ErrUnavailable, nil, acquirer.ErrUnanswered},
		directtest.HTML:            {acquirer.ErrUnanswered, nil, acquirer.ErrUnanswered},
		directtest.Redirected:      {acquirer.ErrConfiguration, acquirer.ErrConfiguration, acquirer.ErrUnanswered},
		directtest.TooMany:         {acquirer.ErrUnavailable, nil, acquirer.ErrUnavailable},
		directtest.UnknownID:       {acquirer.ErrConfiguration, acquirer.ErrUnavailable, acquirer.ErrUnsupported},
		directtest.ProblemJSON:     {acquirer.ErrInvalid, acquirer.ErrInvalid, acquirer.ErrInvalid},
		directtest.GatewayError:    {acquirer.ErrConfiguration, acquirer.ErrConfiguration, acquirer.ErrConfiguration},
		directtest.StillRunning:    {acquirer.ErrUnavailable, nil, acquirer.ErrUnanswered},
		directtest.TrickledOneByte: {},
	}
	check := func(t *testing.T, f directtest.Fault, err, kind error) {
		t.Helper()
		e := (*acquirer.Error)(nil)
		if (err == nil) != (kind == nil) || err != nil && (!errors.As(err, &e) || e.Kind != kind) {
			t.Errorf("%s: %v, expected %v", f, err, kind)
		}
	}
	tested := 0
	for _, f := range directtest.Faults() {
		want, ofCall := fates[f]
		if !ofCall {
			continue
		}
		tested++
		t.Run(string(f), func(t *testing.T) {
			t.Parallel()
			c := newClient(t, directtest.Options{Delay: 20 * time.Millisecond, Settle: -1})
			client, err := direct.New(c.p.Config())
			if err != nil {
				t.Fatal(err)
			}
			o := acquirer.Order{
				ID: "abcdefghij234567klmnopqrst", Reference: "PCLCB263320000001", Amount: decimal.New(7550, -2), Currency: "EUR", ReturnURL: "https://fund.example/return",
			}
			inject := func(op string) {
				t.Helper()
				if err := c.p.Inject(op, f); err != nil {
					t.Fatal(err)
				}
			}
			inject(acquirer.OpBegin)
			_, err = client.Begin(t.Context(), o)
			check(t, f, err, want.begin)
			s, err := client.Begin(t.Context(), o)
			if err != nil {
				t.Fatalf("the next Begin: %v", err)
			}
			visit(t, c.p, s)

			q := acquirer.Question{Reference: o.Reference, Handle: s.Handle}
			inject(acquirer.OpStatus)
			_, err = client.Status(t.Context(), q)
			check(t, f, err, want.ask)
			r, err := client.Status(t.Context(), q)
			if err != nil || r.Outcome != acquirer.Accepted {
				t.Fatalf("the next question: %v, %v", r, err)
			}

			m := acquirer.Modification{Reference: o.Reference, Handle: s.Handle.With(r.Handle), Amount: o.Amount, Currency: "EUR", Key: "0123456789abcdefghijklmnopqrstuv"}
			inject(acquirer.OpRefund)
			_, err = client.Refund(t.Context(), m)
			check(t, f, err, want.move)
			// The same decision again, as often as anybody likes: one refund. The platform may still be busy with the first, whose caller has gone.
			e := (*acquirer.Error)(nil)
			for n, patience := 0, time.Now().Add(time.Minute); n < 3 || errors.As(err, &e) && e.Kind == acquirer.ErrUnanswered && time.Now().Before(patience); n++ {
				_, err = client.Refund(t.Context(), m)
			}
			if err != nil && (!errors.As(err, &e) || e.Kind != acquirer.ErrConflict) {
				t.Errorf("the decision repeated: %v", err)
			}
			back := int64(0)
			for _, checkout := range c.p.Book() {
				back += checkout.Returned() + checkout.Returning()
			}
			if back != 7550 {
				t.Errorf("%d cents went back, expected 7550", back)
			}
			if r, err := client.Status(t.Context(), acquirer.Question{Reference: o.Reference, Handle: m.Handle}); err != nil || !r.Returned.Equal(o.Amount) {
				t.Errorf("asked in the end: %v, %v", r.Returned, err)
			}
		})
	}
	if tested != len(fates) {
		t.Errorf("%d faults tested, expected %d", tested, len(fates))
	}
}

// TestStoredErrorIsNotPaidTwice: a 500 that is kept under the idempotence key says nothing of the work. The decision, however often it is
// repeated, gives back its amount once: a part too, of which the platform would take a second one.
func TestStoredErrorIsNotPaidTwice(t *testing.T) {
	for _, fault := range []directtest.Fault{directtest.ServerError, directtest.BrokenAfter} {
		for _, cents := range []int64{2000, 7550} {
			t.Run(fmt.Sprint(fault, " ", cents), func(t *testing.T) {
				c := newClient(t, directtest.Options{Settle: -1})
				client, m := paidAndToRefund(t, c.p, cents)
				if err := c.p.Inject(acquirer.OpRefund, fault); err != nil {
					t.Fatal(err)
				}
				if _, err := client.Refund(t.Context(), m); !errors.Is(err, acquirer.ErrUnanswered) {
					t.Fatalf("the 500: %v", err)
				}
				for range 3 {
					if r, err := client.Refund(t.Context(), m); err != nil || !r.Returned.Add(r.Returning).Equal(m.Amount) {
						t.Errorf("the decision repeated: %v, %v", r, err)
					}
				}
				if b := c.p.Book()[0]; b.Returned()+b.Returning() != cents {
					t.Errorf("%d cents went back, expected %d", b.Returned()+b.Returning(), cents)
				}
			})
		}
	}
}

// paidAndToRefund returns a client that knows of a payment of 75.50 €, and a decision to give back an amount of it.
func paidAndToRefund(t *testing.T, p *directtest.Server, cents int64) (*direct.Client, acquirer.Modification) {
	t.Helper()
	client, err := direct.New(p.Config())
	if err != nil {
		t.Fatal(err)
	}
	s := begin(t, p, "", 7550)
	visit(t, p, s)
	r, err := client.Status(t.Context(), acquirer.Question{Reference: "PCLCB263320000001", Handle: s.Handle})
	if err != nil {
		t.Fatal(err)
	}
	return client, acquirer.Modification{
		Reference: r.Reference, Handle: s.Handle.With(r.Handle), Amount: decimal.New(cents, -2), Currency: "EUR", Key: "0123456789abcdefghijklmnopqrstuv",
	}
}

// TestReplayedErrors: a refund that was refused for certain is asked for again under the next key.
func TestReplayedErrors(t *testing.T) {
	c := newClient(t, directtest.Options{Settle: -1})
	client, m := paidAndToRefund(t, c.p, 2000)
	for _, order := range []struct {
		status int
		code   string
	}{{400, "50001111"}, {402, "30051001"}} {
		if err := c.p.Answer(acquirer.OpRefund, order.status, order.code); err != nil {
			t.Fatal(err)
		}
		if _, err := client.Refund(t.Context(), m); err == nil {
			t.Fatal("the refusal is not told")
		}
	}
	for range 3 {
		if _, err := client.Refund(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	var keys []string
	for _, q := range c.p.Requests() {
		if q.IdempotenceKey != "" {
			keys = append(keys, q.IdempotenceKey[len(m.Key):])
		}
	}
	want := []string{"-r", "-r", "-r2", "-r", "-r2", "-r3", "-r", "-r2", "-r3", "-r", "-r2", "-r3"}
	if len(keys) != len(want) || c.p.Book()[0].Returned() != 2000 {
		t.Errorf("keys %q, expected %q; %d cents are back", keys, want, c.p.Book()[0].Returned())
	}
}
