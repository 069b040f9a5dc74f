package inbox

import (
	"reflect"
	"testing"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/payment"
)

func TestBanner(t *testing.T) {
	t0 := at(t, "11/09/2017 15:54")
	later := func(d time.Duration) time.Time { return t0.Add(d) }
	const day = 24 * time.Hour
	p := func(s payment.State, set ...func(*payment.Payment)) payment.Payment {
		p := payment.Payment{ID: "p", State: s, CreatedAt: t0}
		for _, f := range set {
			f(&p)
		}
		return p
	}
	paid := func(p *payment.Payment) { p.PaidAt = t0 }
	recorded := func(p *payment.Payment) { p.RecordedAt = t0 }
	returned := func(p *payment.Payment) { p.ReturnedAt = t0 }
	session := func(p *payment.Payment) { p.Session = acquirer.Session{ExpiresAt: t0.Add(time.Hour)} }

	for _, c := range []struct {
		name string
		p    payment.Payment
		now  time.Time
		want Content // its type; nil: nothing is shown
	}{
		{"no payment", payment.Payment{}, t0, nil},
		{"a state without an ID", payment.Payment{State: payment.Paid}, t0, nil},
		{"a state that is not known", p("melted"), t0, nil},

		{"created", p(payment.Created), t0, PaymentUnderWay{}},
		{"created, for long", p(payment.Created), later(9 * day), PaymentUnderWay{}},
		{"redirected", p(payment.Redirected, session), later(time.Hour), PaymentUnderWay{}},
		{"redirected, the session over", p(payment.Redirected, session), later(time.Hour + 1), ResultUnknown{}},
		{"redirected, no session known", p(payment.Redirected), later(2 * day), PaymentUnderWay{}},
		{"unknown", p(payment.Unknown), later(3 * day), ResultUnknown{}},

		{"paid, S48", p(payment.Paid, paid), t0, PaymentAccepted{}},
		{"paid, just before 24 hours", p(payment.Paid, paid), later(day - 1), PaymentAccepted{}},
		{"paid, 24 hours over, S77", p(payment.Paid, paid), later(day), PaymentNotRecorded{}},
		{"paid, days over", p(payment.Paid, paid), later(30 * day), PaymentNotRecorded{}},
		{"paid, the clock behind", p(payment.Paid, paid), later(-time.Hour), PaymentAccepted{}},
		{"recorded, S77", p(payment.Recorded, paid, recorded), later(day - 1), PaymentRecorded{}},
		{"recorded, shown for 24 hours", p(payment.Recorded, paid, recorded), later(day), nil},

		{"refused, S58", p(payment.Refused), later(25*time.Hour - 1), PaymentFailed{}},
		{"refused, shown long enough", p(payment.Refused), later(25 * time.Hour), nil},
		{"failed, S58", p(payment.Failed), t0, PaymentFailed{}},
		{"failed, shown long enough", p(payment.Failed), later(25 * time.Hour), nil},
		{"cancelled", p(payment.Cancelled), t0, PaymentCancelled{}},
		{"cancelled, shown long enough", p(payment.Cancelled), later(25 * time.Hour), nil},
		{"expired", p(payment.Expired), later(2 * time.Hour), PaymentExpired{}},
		{"expired, shown long enough", p(payment.Expired), later(25 * time.Hour), nil},

		{"refunding", p(payment.Refunding, paid), later(60 * day), RefundUnderWay{}},
		{"refunded", p(payment.Refunded, paid, returned), later(7*day - 1), Refunded{}},
		{"refunded, shown long enough", p(payment.Refunded, paid, returned), later(7 * day), nil},
		{"review", p(payment.Review), later(60 * day), PaymentUnderReview{}},
		{"review with money", p(payment.Review, paid), later(60 * day), PaymentUnderReview{}},
	} {
		got, ok := Banner(c.p, c.now)
		if reflect.TypeOf(got) != reflect.TypeOf(c.want) || ok != (c.want != nil) {
			t.Errorf("%s: %T, %v; want %T", c.name, got, ok, c.want)
		}
	}
}

// A result that came late is shown for a day from when it came: the payer was told to wait for it. What is shown by its own instant is not
// shown for less.
func TestBannerSince(t *testing.T) {
	began := at(t, "05/07/2018 08:50")
	for _, c := range []struct {
		state       payment.State
		since, last time.Duration // after it began
	}{
		{payment.Refused, 0, 25 * time.Hour}, {payment.Refused, 30 * time.Hour, 54 * time.Hour}, {payment.Failed, 200 * time.Hour, 224 * time.Hour},
		{payment.Cancelled, time.Minute, 25 * time.Hour}, {payment.Expired, 72 * time.Hour, 96 * time.Hour},
		{payment.Refunded, 10 * time.Hour, 7*24*time.Hour + time.Hour}, {payment.Recorded, 2 * time.Hour, 26 * time.Hour},
	} {
		p := payment.Payment{ID: "p", State: c.state, CreatedAt: began, ReturnedAt: began.Add(time.Hour), RecordedAt: began.Add(2 * time.Hour)}
		if _, ok := BannerSince(p, began.Add(c.since), began.Add(c.last-1)); !ok {
			t.Errorf("%s since %v: it is not shown at %v", c.state, c.since, c.last-1)
		}
		if got, ok := BannerSince(p, began.Add(c.since), began.Add(c.last)); ok {
			t.Errorf("%s since %v: %T is shown at %v", c.state, c.since, got, c.last)
		}
	}
}

// S62: whatever the state, there is a banner at some time, and it can be rendered.
func TestEveryStateHasABanner(t *testing.T) {
	c := catalog(t)
	states := 0
	for _, p := range allPayments() {
		if p.ID == "" || p.State == payment.Recorded && p.RecordedAt.IsZero() || p.State == payment.Refunded && p.ReturnedAt.IsZero() {
			continue
		}
		states++
		n, ok := Banner(p, sampleTime.Add(time.Minute))
		if !ok {
			t.Errorf("%s: nothing is shown", p.State)
			continue
		}
		if m := render(t, c, n); m.Text == "" {
			t.Errorf("%s: nothing is said", p.State)
		}
	}
	if states < 12 {
		t.Errorf("only %d payments", states)
	}
}
