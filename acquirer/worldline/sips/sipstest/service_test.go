package sipstest_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/worldline/sips"
	"github.com/quittance/quittance/acquirer/worldline/sips/sipstest"
	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/paymenttest"
)

// fund is a portal over HTTP: a world whose acquirer is the sips client, and the platform. All of them have one clock.
type fund struct {
	*testing.T
	*payment.Service
	ctx      context.Context
	world    *paymenttest.World
	platform *sipstest.Server
	web      *httptest.Server
	debts    int
}

func newFund(t *testing.T, o sipstest.Options) *fund {
	f := &fund{T: t, ctx: t.Context()}
	mux := http.NewServeMux()
	f.web = httptest.NewServer(mux)
	t.Cleanup(f.web.Close)
	f.world = paymenttest.New(t, paymenttest.Options{Start: afternoon, Config: func(c *payment.Config) {
		o.Now, o.Delay = c.Now, 20*time.Millisecond
		f.platform = platform(t, o)
		client, err := sips.New(sips.Config{
			MerchantID: shop, Keys: sips.Keyring{1: {Secret: sips.NewSecret(shopKey)}}, Endpoints: f.platform.Endpoints(), Now: c.Now,
		})
		if err != nil {
			t.Fatal(err)
		}
		c.Acquirer, c.ReturnURL, c.NotifyURL, c.RecordWithin = client, f.web.URL+"/return", f.web.URL+"/notify", 1000*time.Hour
	}})
	f.Service = f.world.Service
	mux.Handle("/notify", f.NotifyHandler())
	mux.Handle("/return", f.ReturnHandler(func(*http.Request, payment.Payment, error) string { return "/home" }))
	return f
}

// A service does not start with an address that the platform refuses: it would be the first payer who learns it.
func TestServiceDoesNotStartWithWhatThePlatformRefuses(t *testing.T) {
	p := platform(t, sipstest.Options{})
	for name, x := range map[string]struct {
		change func(*payment.Config, *sips.Config)
		words  string
	}{
		"a query":         {func(c *payment.Config, _ *sips.Config) { c.ReturnURL += "?debt=1" }, "ReturnURL"},
		"a port":          {func(c *payment.Config, _ *sips.Config) { c.NotifyURL = "https://fund.example:10443/notify" }, "NotifyURL"},
		"another setting": {func(_ *payment.Config, c *sips.Config) { c.Sips10 = true }, "Config.Sips10"},
		"nothing":         {func(*payment.Config, *sips.Config) {}, ""},
	} {
		shopSide := sips.Config{MerchantID: shop, Keys: sips.Keyring{1: {Secret: sips.NewSecret(shopKey)}}, Endpoints: p.Endpoints()}
		fundSide := payment.Config{Store: payment.NewMemoryStore(), Policies: creance.Ameli(), RecordWithin: time.Hour,
			ReturnURL: "https://fund.example/return", NotifyURL: "https://fund.example/notify"}
		x.change(&fundSide, &shopSide)
		client, err := sips.New(shopSide)
		if err != nil {
			t.Fatal(err)
		}
		fundSide.Acquirer = client
		if _, err = payment.New(fundSide); (err == nil) != (x.words == "") || err != nil && !strings.Contains(err.Error(), x.words) {
			t.Errorf("%s: %v, expected %q", name, err, x.words)
		}
	}
}

// begin sends a new debtor to the platform. A Begin that fails is one without a session.
func (f *fund) begin() (payment.Payment, acquirer.Session) {
	f.Helper()
	f.debts++
	p, s, err := f.Begin(f.ctx, f.world.Request(fmt.Sprint(f.debts)))
	if err != nil && p.ID == "" {
		f.Fatalf("Begin: %v", err)
	}
	return p, s
}

// pass lets time go by, in steps in which everybody does what is due.
func (f *fund) pass(d time.Duration) {
	f.Helper()
	const step = 10 * time.Minute
	for ; d > 0; d -= step {
		f.world.Clock.Add(step)
		f.platform.Tick()
		f.world.Work()
	}
}

// truth is what the platform's book says of a payment.
func (f *fund) truth(p payment.Payment) (sipstest.Transaction, bool) {
	for _, t := range f.platform.Book() {
		if t.Reference == p.Reference {
			return t, true
		}
	}
	return sipstest.Transaction{}, false
}

// settled checks that the payment has ended where the money is.
func (f *fund) settled(what string, id payment.ID) {
	f.Helper()
	p, err := f.Get(f.ctx, id)
	if err != nil {
		f.Fatal(err)
	}
	t, _ := f.truth(p)
	switch {
	case t.Total(sipstest.Authorised) > 0 && t.Returned() == t.Cents:
		if p.State != payment.Refunded {
			f.Errorf("%s: the money is back, and the payment is %s", what, p.State)
		}
	case t.Total(sipstest.Authorised) > 0:
		if p.State != payment.Paid {
			f.Errorf("%s: the money was taken, and the payment is %s", what, p.State)
		}
	case p.State == payment.Paid || p.State.Holds():
		f.Errorf("%s: no money was taken (code %q), and the payment is %s", what, t.Code, p.State)
	}
	if t.Total(sipstest.Authorised) > t.Cents {
		f.Errorf("%s: %d cents were taken for %d", what, t.Total(sipstest.Authorised), t.Cents)
	}
}

var endings = []acquirer.Outcome{acquirer.Accepted, acquirer.Refused, acquirer.Cancelled, acquirer.Expired, acquirer.Failed}

// Every notification is lost and no browser comes back: the service asks, and ends where the money is.
func TestServiceHearsNothing(t *testing.T) {
	f := newFund(t, sipstest.Options{})
	ids := make(map[acquirer.Outcome]payment.ID)
	for _, o := range append(endings, "") {
		p, s := f.begin()
		ids[o] = p.ID
		if o == "" {
			continue // the payer never gets there
		}
		if err := f.platform.Inject("", sipstest.Lost); err != nil {
			t.Fatal(err)
		}
		if _, err := f.platform.Visit(s, sipstest.Payer{Outcome: o, Abandon: true}); !errors.Is(err, sipstest.ErrNoReturn) {
			t.Fatal(err)
		}
	}
	if err := f.platform.Inject("", sipstest.Lost); err != nil { // the 97 of who never got there
		t.Fatal(err)
	}
	f.pass(48 * time.Hour)
	if n := len(f.platform.Deliveries()); n != 0 {
		t.Errorf("%d notifications were sent, all were to be lost", n)
	}
	for o, id := range ids {
		f.settled("outcome "+string(o), id)
	}
}

// Whatever goes wrong on the way of a notification, the payment ends where the money is, and nothing forged moves it.
func TestServiceAndFaultsOfNotifications(t *testing.T) {
	f := newFund(t, sipstest.Options{})
	ids := make(map[string]payment.ID)
	for _, fault := range sipstest.Faults() {
		if fault.Target() != "notification" {
			continue
		}
		for _, o := range endings {
			for _, abandon := range []bool{true, false} {
				p, s := f.begin()
				ids[fmt.Sprintf("%s, %s, abandoned %v", fault, o, abandon)] = p.ID
				if err := f.platform.Inject("", fault); err != nil {
					t.Fatal(err)
				}
				back, err := f.platform.Visit(s, sipstest.Payer{Outcome: o, Abandon: abandon})
				if errors.Is(err, sipstest.ErrNoReturn) {
					continue
				}
				if err != nil {
					t.Fatal(err)
				}
				resp, err := back.Bring(nil)
				if err != nil {
					t.Fatal(err)
				}
				resp.Body.Close()
				if resp.StatusCode != http.StatusSeeOther {
					t.Errorf("%s: the return was answered with %d", fault, resp.StatusCode)
				}
			}
		}
	}
	f.pass(48 * time.Hour)
	f.platform.Release()
	f.pass(time.Hour)
	for what, id := range ids {
		f.settled(what, id)
	}
}

// Whatever goes wrong with a call, nobody pays twice, and money goes back once.
func TestServiceAndFaultsOfCalls(t *testing.T) {
	for _, fault := range sipstest.Faults() {
		if fault.Target() != "call" {
			continue
		}
		t.Run(string(fault), func(t *testing.T) {
			t.Parallel()
			f := newFund(t, sipstest.Options{})
			inject := func(op string) {
				t.Helper()
				if err := f.platform.Inject(op, fault); err != nil {
					t.Fatal(err)
				}
			}
			inject(acquirer.OpBegin)
			lost, s := f.begin()
			if !s.IsZero() { // slow, and right
				if _, err := f.platform.Visit(s, sipstest.Payer{}); err != nil {
					t.Fatal(err)
				}
			}
			f.pass(48 * time.Hour)
			f.settled("begin", lost.ID)

			for _, remitted := range []bool{false, true} {
				p, s := f.begin()
				if _, err := f.platform.Visit(s, sipstest.Payer{}); err != nil {
					t.Fatal(err)
				}
				if remitted {
					f.platform.Remit()
				}
				p, err := f.Get(f.ctx, p.ID)
				if err != nil {
					t.Fatal(err)
				}
				inject(acquirer.OpCancel)
				inject(acquirer.OpRefund)
				inject(acquirer.OpStatus)
				if _, err := f.Refund(f.ctx, payment.Command{ID: p.ID, Version: p.Version, By: "clerk", Why: "paid twice"}); err != nil {
					t.Fatal(err)
				}
				f.pass(48 * time.Hour)
				f.settled(fmt.Sprintf("refund, remitted %v", remitted), p.ID)
				got, _ := f.truth(p)
				if got.Returned() != got.Cents {
					t.Errorf("remitted %v: %d of %d cents went back", remitted, got.Returned(), got.Cents)
				}
			}
		})
	}
}

// A random day at the portal, with faults on every line. The seed is printed.
func TestServiceAndRandomFaults(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	f := newFund(t, sipstest.Options{SessionTimeout: 5 * time.Minute})
	faults := sipstest.Faults()
	var ids []payment.ID
	rounds := 60
	if testing.Short() {
		rounds = 15
	}
	for range rounds {
		for range r.IntN(3) {
			if err := f.platform.Inject("", faults[r.IntN(len(faults))]); err != nil {
				t.Fatal(err)
			}
		}
		p, s := f.begin()
		ids = append(ids, p.ID)
		if s.IsZero() {
			continue
		}
		back, err := f.platform.Visit(s, sipstest.Payer{Outcome: endings[r.IntN(len(endings))], Abandon: r.IntN(2) == 0})
		if err == nil {
			resp, err := back.Bring(nil)
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
		}
		if r.IntN(4) == 0 {
			f.pass(time.Duration(r.IntN(40)) * time.Minute)
		}
	}
	f.pass(72 * time.Hour)
	f.platform.Release()
	f.pass(time.Hour)
	for i, id := range ids {
		f.settled(fmt.Sprint("payment ", i), id)
	}
}
