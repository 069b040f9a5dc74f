package payfiptest_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/payfip/payfiptest"
	"github.com/quittance/quittance/acquirer/preflight"
	"github.com/shopspring/decimal"
)

// What the client makes of every fault of a call that other platforms do not have: never a session or a result that is not the true
// one, and after it the platform is as before.
func TestFaults(t *testing.T) {
	trust := []error{acquirer.ErrUnanswered, acquirer.ErrUnverified, acquirer.ErrUnavailable}
	for _, f := range payfiptest.Faults() {
		if f.Target() != "" {
			continue // the conformance suite has those
		}
		for _, op := range []string{acquirer.OpBegin, acquirer.OpStatus, preflight.Op} {
			t.Run(string(f)+"/"+op, func(t *testing.T) {
				w := newWorld(t, payfiptest.Habits{})
				o := acquirer.Order{
					ID: "0r2v4k6m8p0r2v4k6m8p0r2v4k", Reference: "PCLCB262540000004", Amount: decimal.New(1, 0), Currency: "EUR",
					ReturnURL: w.Portal.URL + "/return", NotifyURL: w.Portal.URL + "/notify",
				}
				s, err := w.client.Begin(t.Context(), o)
				if err != nil {
					t.Fatal(err)
				}
				if err := w.Pay(s, acquirer.Accepted); err != nil {
					t.Fatal(err)
				}
				if err := w.platform.Inject(op, f); err != nil {
					t.Fatal(err)
				}
				q := acquirer.Question{Reference: o.Reference, Merchant: w.client.Merchant(), Handle: s.Handle}
				check := func(err error) {
					e := (*acquirer.Error)(nil)
					if !errors.As(err, &e) || !slices.Contains(trust, e.Kind) {
						t.Errorf("%v", err)
					}
				}
				switch op {
				case acquirer.OpBegin:
					got, err := w.client.Begin(t.Context(), o)
					if err == nil && (f == payfiptest.OtherAmount || f == payfiptest.OtherRegie || f == payfiptest.OtherSaisie || f == payfiptest.WithLatin1) {
						return // the answer to a create has none of those
					}
					if f == payfiptest.OtherSession { // it is an idOp, and nobody can see whose
						if err != nil || got.Handle.Session == s.Handle.Session {
							t.Error(err)
						}
						return
					}
					if check(err); !got.IsZero() {
						t.Error("a session beside the error")
					}
				case acquirer.OpStatus:
					r, err := w.client.Status(t.Context(), q)
					switch f {
					case payfiptest.OtherAmount, payfiptest.OtherRegie: // for the caller to compare
						if err != nil || r.Amount.Equal(o.Amount) && r.Merchant == w.client.Merchant() {
							t.Errorf("%v %v", r, err)
						}
					default:
						if check(err); !r.Equal(acquirer.Result{}) {
							t.Errorf("%v beside the error", r)
						}
					}
				default:
					report, err := w.client.Doctor(t.Context())
					unharmed := []payfiptest.Fault{payfiptest.OtherSession, payfiptest.OtherAmount, payfiptest.OtherSaisie}
					if err != nil || (report.Checks[0].Verdict == preflight.Right) != slices.Contains(unharmed, f) {
						t.Errorf("%v %v", report, err)
					}
				}
				if r, err := w.client.Status(t.Context(), q); err != nil || r.Outcome != acquirer.Accepted || !r.Amount.Equal(o.Amount) {
					t.Errorf("the question after: %v %v", r, err)
				}
				if n := len(w.platform.Book()); op != acquirer.OpBegin && n != 1 {
					t.Errorf("%d sessions", n)
				}
			})
		}
	}
}

// Any element and any code, once.
func TestAnswer(t *testing.T) {
	w := newWorld(t, payfiptest.Habits{})
	for _, c := range []struct {
		refusal payfiptest.Refusal
		want    error
	}{
		{payfiptest.Refusal{Code: "T4"}, acquirer.ErrConfiguration},
		{payfiptest.Refusal{Code: "S1"}, acquirer.ErrConfiguration},
		{payfiptest.Refusal{Code: "Q9", Libelle: "Quota"}, acquirer.ErrInvalid},
		{payfiptest.Refusal{Element: "TechDysfonctionnementErreur", Code: "999"}, acquirer.ErrUnavailable},
		{payfiptest.Refusal{Element: "TechIndisponibiliteErreur", Code: "998"}, acquirer.ErrUnavailable},
		{payfiptest.Refusal{Element: "TechProtocolaireErreur", Code: "997"}, acquirer.ErrInvalid},
	} {
		if err := w.platform.Answer(acquirer.OpBegin, c.refusal); err != nil {
			t.Fatal(err)
		}
		o := acquirer.Order{
			ID: "0r2v4k6m8p0r2v4k6m8p0r2v4k", Reference: "PCLCB262540000004", Amount: decimal.New(1, 0), Currency: "EUR",
			ReturnURL: w.Portal.URL + "/return", NotifyURL: w.Portal.URL + "/notify",
		}
		_, err := w.client.Begin(t.Context(), o)
		e := (*acquirer.Error)(nil)
		if !errors.As(err, &e) || e.Kind != c.want || e.Code != c.refusal.Code {
			t.Errorf("%+v: %v", c.refusal, err)
		}
		if _, err := w.client.Begin(t.Context(), o); err != nil {
			t.Errorf("the order after: %v", err)
		}
	}
}
