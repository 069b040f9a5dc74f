package payfiptest_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/payfip"
	"github.com/quittance/quittance/acquirer/payfip/payfiptest"
	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/inbox"
	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/paymenttest"
	"github.com/shopspring/decimal"
	"golang.org/x/text/language"
)

// town is a portal over HTTP: the payment service, the client, the platform. All of them have one clock.
type town struct {
	*testing.T
	*payment.Service
	ctx      context.Context
	platform *payfiptest.Server
	client   *payfip.Client
	world    *paymenttest.World
	web      *httptest.Server
	debts    int

	mu  sync.Mutex
	log strings.Builder
}

func (f *town) Write(b []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.log.Write(b)
}

func newTown(t *testing.T, o payfiptest.Options, saisie payfip.Saisie, others ...acquirer.Client) *town {
	f := &town{T: t, ctx: t.Context()}
	mux := http.NewServeMux()
	f.web = httptest.NewServer(mux)
	t.Cleanup(f.web.Close)
	f.world = paymenttest.New(t, paymenttest.Options{Start: morning, Config: func(c *payment.Config) {
		o.Now, o.Delay = c.Now, 20*time.Millisecond
		var err error
		if f.platform, err = payfiptest.Listen(o); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(f.platform.Close)
		f.client = f.clientOf(payfiptest.Numcli, saisie)
		c.Acquirer, c.Others, c.ReturnURL, c.NotifyURL, c.RecordWithin = f.client, others, f.web.URL+"/return", f.web.URL+"/notify", 1000*time.Hour
		c.Logger = slog.New(slog.NewTextHandler(f, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}})
	f.Service = f.world.Service
	mux.Handle("/notify", f.NotifyHandler())
	mux.Handle("/return", f.ReturnHandler(func(*http.Request, payment.Payment, error) string { return "/home" }))
	return f
}

func (f *town) clientOf(numcli string, saisie payfip.Saisie) *payfip.Client {
	c, err := payfip.New(payfip.Config{
		Numcli: numcli, Saisie: saisie, Mailbox: "canary.box@ville.example.fr", Objet: "Canary object",
		Mel:   func(context.Context, acquirer.Order) (string, error) { return "canary.payer@example.org", nil },
		Pause: 30 * time.Minute, ServiceURL: f.platform.ServiceURL(), PageURL: f.platform.PageURL(), Now: f.platform.Now, Logger: slog.New(slog.NewTextHandler(f, nil)),
	})
	if err != nil {
		f.Fatal(err)
	}
	return c
}

// begin sends a new debtor to the platform.
func (f *town) begin() (payment.Payment, acquirer.Session) {
	f.Helper()
	f.debts++
	p, s, err := f.Begin(f.ctx, f.world.Request(fmt.Sprint(f.debts)))
	if err != nil {
		f.Fatalf("Begin: %v", err)
	}
	return p, s
}

// visit plays the payer, who comes back if there is something to bring.
func (f *town) visit(s acquirer.Session, p payfiptest.Payer) {
	f.Helper()
	back, err := f.platform.Visit(s, p)
	if errors.Is(err, payfiptest.ErrNoReturn) {
		return
	}
	if err != nil {
		f.Fatal(err)
	}
	resp, err := back.Bring(f.web.Client())
	if err != nil {
		f.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK && resp.StatusCode != http.StatusSeeOther {
		b, _ := io.ReadAll(resp.Body)
		f.Fatalf("the return: %d %s", resp.StatusCode, b)
	}
}

// pass lets time go by, in steps in which everybody does what is due.
func (f *town) pass(d, step time.Duration) {
	f.Helper()
	for ; d > 0; d -= step {
		f.world.Clock.Add(step)
		f.platform.Tick()
		f.world.Work()
	}
}

func (f *town) state(p payment.Payment) payment.State {
	f.Helper()
	p, err := f.Get(f.ctx, p.ID)
	if err != nil {
		f.Fatal(err)
	}
	return p.State
}

func (f *town) is(p payment.Payment, want payment.State, when string) {
	f.Helper()
	if got := f.state(p); got != want {
		f.Errorf("%s the payment is %s, expected %s", when, got, want)
	}
}

// A configuration of which PayFiP would refuse every order does not start: a prefix with which references have more than 30 characters,
// no address for notifications, an address with a query (docs/payfip.md §14).
func TestServiceDoesNotStart(t *testing.T) {
	f := newTown(t, payfiptest.Options{}, payfip.Test)
	for name, c := range map[string]struct {
		change func(*payment.Config)
		says   string
	}{
		"as it is":             {func(*payment.Config) {}, ""},
		"a prefix of eighteen": {func(c *payment.Config) { c.Prefix = strings.Repeat("A", 18) }, ""},
		"of nineteen":          {func(c *payment.Config) { c.Prefix = strings.Repeat("A", 19) }, "refdet"},
		"no notifications":     {func(c *payment.Config) { c.NotifyURL = "" }, "urlnotif"},
		"a query":              {func(c *payment.Config) { c.ReturnURL += "?a=1" }, "urlredirect"},
	} {
		config := payment.Config{
			Store: payment.NewMemoryStore(), Acquirer: f.client, Policies: creance.Ameli(), ReturnURL: f.web.URL + "/r", NotifyURL: f.web.URL + "/n",
		}
		c.change(&config)
		if _, err := payment.New(config); (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Each end of a payment, told at once: by the notification, or by the browser alone.
func TestServiceEnds(t *testing.T) {
	for _, notify := range []payfiptest.Moment{payfiptest.AtOnce, payfiptest.Never} {
		f := newTown(t, payfiptest.Options{Habits: payfiptest.Habits{Notify: notify}}, payfip.Production)
		for name, c := range map[string]struct {
			payer payfiptest.Payer
			want  payment.State
		}{
			"card":          {payfiptest.Payer{}, payment.Paid},
			"debit":         {payfiptest.Payer{Means: payfiptest.Debit}, payment.Paid},
			"card refused":  {payfiptest.Payer{Outcome: acquirer.Refused}, payment.Refused},
			"debit refused": {payfiptest.Payer{Means: payfiptest.Debit, Outcome: acquirer.Refused}, payment.Refused},
			"given up":      {payfiptest.Payer{Outcome: acquirer.Cancelled}, payment.Cancelled},
			"transfer":      {payfiptest.Payer{Outcome: acquirer.Unknown}, payment.Unknown},
		} {
			p, s := f.begin()
			f.visit(s, c.payer)
			f.is(p, c.want, "after "+name+", notified "+string(notify)+":")
			f.world.Clock.Add(time.Minute) // hints are followed once in ten seconds
		}
	}
}

// Abandoned pages end expired within half an hour, and none lands on a clerk's desk, whatever the night brings.
func TestServiceAbandoned(t *testing.T) {
	f := newTown(t, payfiptest.Options{Habits: payfiptest.Habits{NotifyUndecided: true}}, payfip.Production)
	never, _ := f.begin()
	closed, s := f.begin()
	f.visit(s, payfiptest.Payer{Outcome: acquirer.Open})
	sentOn, s := f.begin()
	f.visit(s, payfiptest.Payer{Outcome: acquirer.Open, SentOn: true})
	all := []payment.Payment{never, closed, sentOn}
	f.pass(30*time.Minute, time.Minute)
	for _, p := range all {
		f.is(p, payment.Expired, "after half an hour")
	}
	f.pass(4*24*time.Hour, 30*time.Minute)
	for _, p := range all {
		f.is(p, payment.Expired, "four days later")
	}
}

// A payment that was given up and then paid with the same link is paid: late truth wins (docs/payfip.md §5.3).
func TestServicePaidAfterGivingUp(t *testing.T) {
	f := newTown(t, payfiptest.Options{Habits: payfiptest.Habits{PayAfterGivingUp: true, Notify: payfiptest.Never}}, payfip.Production)
	p, s := f.begin()
	f.pass(3*time.Minute, time.Minute)
	f.visit(s, payfiptest.Payer{Outcome: acquirer.Cancelled})
	f.is(p, payment.Cancelled, "given up:")
	f.pass(7*time.Minute, time.Minute)
	f.visit(s, payfiptest.Payer{Abandon: true}) // nobody tells
	f.is(p, payment.Cancelled, "before anybody looks")
	f.pass(27*time.Hour, 10*time.Minute)
	f.is(p, payment.Paid, "by the service's own look")

	// With a notification at once.
	f = newTown(t, payfiptest.Options{Habits: payfiptest.Habits{PayAfterGivingUp: true}}, payfip.Production)
	p, s = f.begin()
	f.visit(s, payfiptest.Payer{Outcome: acquirer.Cancelled})
	f.pass(time.Minute, time.Minute)
	f.visit(s, payfiptest.Payer{Abandon: true})
	f.is(p, payment.Paid, "notified:")
}

// A payer who is at the provider longer than the window: the payment has expired here, and the payment that comes is believed.
func TestServiceLatePayment(t *testing.T) {
	f := newTown(t, payfiptest.Options{}, payfip.Production)
	p, s := f.begin()
	b := &browser{t: t, s: f.platform}
	f.pass(14*time.Minute, time.Minute)
	b.url = s.URL
	b.load(http.Get(s.URL))
	b.press("Payer par prélèvement")
	f.pass(16*time.Minute, time.Minute)
	f.is(p, payment.Expired, "after half an hour")
	b.press("Le prélèvement est enregistré")
	f.is(p, payment.Paid, "notified late:")
}

// A notification that comes before the result can be read makes the service ask again within two minutes.
func TestServiceNotReadableYet(t *testing.T) {
	f := newTown(t, payfiptest.Options{Habits: payfiptest.Habits{ReadableAfter: 30 * time.Second}}, payfip.Production)
	p, s := f.begin()
	f.visit(s, payfiptest.Payer{Abandon: true})
	f.is(p, payment.Redirected, "at the notification")
	f.pass(2*time.Minute, 10*time.Second)
	f.is(p, payment.Paid, "two minutes later")
}

// A notification in the night, none at all, one that brings a stranger's number, and a doubled one: the money is known in the end.
func TestServiceNotifications(t *testing.T) {
	for name, c := range map[string]struct {
		habits payfiptest.Habits
		fault  payfiptest.Fault
	}{
		"two hours": {payfiptest.Habits{Notify: payfiptest.TwoHours}, ""}, "night": {payfiptest.Habits{Notify: payfiptest.AtNight}, ""},
		"never": {payfiptest.Habits{Notify: payfiptest.Never}, ""}, "lost": {payfiptest.Habits{}, payfiptest.Lost},
		"doubled": {payfiptest.Habits{}, payfiptest.Doubled}, "tampered": {payfiptest.Habits{}, payfiptest.Tampered},
		"late": {payfiptest.Habits{}, payfiptest.Late}, "GET": {payfiptest.Habits{NotifyBy: payfiptest.Get, NotifyName: "idop"}, ""},
		"in a query": {payfiptest.Habits{NotifyBy: payfiptest.Query}, ""}, "not seen at once": {payfiptest.Habits{SeenAfter: time.Minute}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			f := newTown(t, payfiptest.Options{Habits: c.habits}, payfip.Production)
			if c.fault != "" {
				if err := f.platform.Inject("", c.fault); err != nil {
					t.Fatal(err)
				}
			}
			p, s := f.begin()
			f.visit(s, payfiptest.Payer{Abandon: true})
			f.pass(30*time.Minute, time.Minute)
			f.is(p, payment.Paid, "half an hour later")
			f.pass(2*24*time.Hour, time.Hour)
			f.is(p, payment.Paid, "two days later")
		})
	}
}

// After the night's purge, and a year later when PayFiP has forgotten everything, what was paid stands (docs/payfip.md §5.1, §14).
func TestServiceAYearLater(t *testing.T) {
	f := newTown(t, payfiptest.Options{}, payfip.Production)
	p, s := f.begin()
	f.visit(s, payfiptest.Payer{})
	f.pass(48*time.Hour, 6*time.Hour)
	f.is(p, payment.Paid, "after two nights")
	f.world.Clock.Add(366 * 24 * time.Hour)
	if _, _, err := f.Refresh(f.ctx, p.ID); !errors.Is(err, acquirer.ErrUnsupported) {
		t.Errorf("asked a year later: %v", err)
	}
	f.pass(48*time.Hour, 6*time.Hour)
	f.is(p, payment.Paid, "a year later")
}

// A portal that slept for a year finds a payment of which PayFiP knows nothing any more. Nobody can tell whether it was paid, so a
// person decides.
func TestServiceSleptForAYear(t *testing.T) {
	f := newTown(t, payfiptest.Options{Habits: payfiptest.Habits{Notify: payfiptest.Never}}, payfip.Production)
	p, s := f.begin()
	f.visit(s, payfiptest.Payer{Abandon: true})
	f.world.Clock.Add(367 * 24 * time.Hour)
	f.pass(5*24*time.Hour, time.Hour)
	f.is(p, payment.Review, "a year later")
}

// PayFiP gives nothing back: a refund that is asked for ends on a person's desk, and nothing says that the money is on its way.
func TestServiceRefundIsATaskForAPerson(t *testing.T) {
	f := newTown(t, payfiptest.Options{}, payfip.Production)
	p, s := f.begin()
	f.visit(s, payfiptest.Payer{})
	paid, err := f.Get(f.ctx, p.ID)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Refund(f.ctx, payment.Command{ID: p.ID, Version: paid.Version, By: "agent", Why: "paid at the counter"}); err != nil {
		t.Fatal(err)
	}
	f.pass(10*time.Minute, time.Minute)
	f.is(p, payment.Review, "after a refund was asked for")
	got, err := f.Get(f.ctx, p.ID)
	if err != nil || !got.Returned.IsZero() {
		t.Errorf("returned %s: %v", got.Returned, err)
	}
}

// A test is no money: where production is configured, an answer of the mode T is not believed, and a person learns of it.
func TestServiceTestIsNoMoney(t *testing.T) {
	f := newTown(t, payfiptest.Options{Habits: payfiptest.Habits{Notify: payfiptest.Never}}, payfip.Production)
	p, s := f.begin()
	f.visit(s, payfiptest.Payer{Abandon: true})
	for range 200 {
		if err := f.platform.Inject(acquirer.OpStatus, payfiptest.OtherSaisie); err != nil {
			t.Fatal(err)
		}
	}
	f.pass(5*24*time.Hour, time.Hour)
	if got := f.state(p); got == payment.Paid || got == payment.Expired {
		t.Errorf("the payment is %s", got)
	}
}

// Codes of the configuration fail a Begin, and hold no debt: T and S (docs/payfip.md §7.2).
func TestServiceConfigurationCodes(t *testing.T) {
	f := newTown(t, payfiptest.Options{}, payfip.Production)
	for _, code := range []string{"T1", "T2", "T4", "T9", "S1", "N1", "D1"} {
		if err := f.platform.Answer(acquirer.OpBegin, payfiptest.Refusal{Code: code}); err != nil {
			t.Fatal(err)
		}
		f.debts++
		id := fmt.Sprint(f.debts)
		p, s, err := f.Begin(f.ctx, payment.BeginRequest{Key: "K" + id, Debt: creance.Debt{
			ID: "D" + id, Debtor: "A" + id, Items: []creance.Item{{Kind: creance.Franchise, Year: 2026, Amount: decimal.New(75_50, -2)}},
			Notice: &creance.Notice{Number: "N" + id, Channel: creance.Electronic, IssuedOn: f.world.Clock.Now().AddDate(0, 0, -10)},
		}})
		if !errors.Is(err, acquirer.ErrConfiguration) || !s.IsZero() || f.state(p) != payment.Failed {
			t.Errorf("%s: %v, %s", code, err, f.state(p))
		}
	}
}

// A night of faults: whatever goes wrong on the wire, each payment ends where the money is.
func TestServiceFaults(t *testing.T) {
	const seed = 11
	r := rand.New(rand.NewPCG(seed, seed))
	f := newTown(t, payfiptest.Options{Habits: payfiptest.Habits{PayAfterGivingUp: true}}, payfip.Production)
	faults := payfiptest.Faults()
	payers := []payfiptest.Payer{
		{}, {Means: payfiptest.Debit}, {Abandon: true}, {Outcome: acquirer.Refused}, {Outcome: acquirer.Cancelled}, {Outcome: acquirer.Open}, {Outcome: acquirer.Open, SentOn: true},
	}
	var all []payment.Payment
	for range 60 {
		fault := faults[r.IntN(len(faults))]
		if fault == payfiptest.OtherRegie || fault == payfiptest.OtherAmount {
			fault = payfiptest.Slow // those are answers about somebody else's money, which the service keeps for a person
		}
		if err := f.platform.Inject("", fault); err != nil {
			t.Fatal(err)
		}
		f.debts++
		id := fmt.Sprint(f.debts)
		p, s, err := f.Begin(f.ctx, payment.BeginRequest{Key: "K" + id, Debt: creance.Debt{
			ID: "D" + id, Debtor: "A" + id, Items: []creance.Item{{Kind: creance.Franchise, Year: 2026, Amount: decimal.New(75_50, -2)}},
			Notice: &creance.Notice{Number: "N" + id, Channel: creance.Electronic, IssuedOn: f.world.Clock.Now().AddDate(0, 0, -10)},
		}})
		if p.ID == "" {
			t.Fatal(err)
		}
		all = append(all, p)
		if err == nil {
			if r.IntN(2) == 0 {
				f.platform.Inject(acquirer.OpStatus, payfiptest.BadGateway)
			}
			if _, err := f.platform.Visit(s, payers[r.IntN(len(payers))]); err != nil && !errors.Is(err, payfiptest.ErrNoReturn) {
				if fault != payfiptest.OtherSession {
					t.Fatalf("%s: %v", fault, err)
				}
			}
		}
		f.pass(time.Minute, time.Minute)
	}
	f.platform.Release()
	f.pass(3*24*time.Hour, 15*time.Minute)
	truth := make(map[string]bool)
	for _, x := range f.platform.Book() {
		truth[x.Refdet] = truth[x.Refdet] || x.Money()
	}
	for _, p := range all {
		switch got := f.state(p); {
		case truth[p.Reference] != (got == payment.Paid):
			t.Errorf("%s: money %v, and the payment is %s", p.Reference, truth[p.Reference], got)
		case got == payment.Review:
			t.Errorf("%s is on a clerk's desk", p.Reference)
		}
	}
}

// A payer orders a direct debit: the row says so, and all that is told of it, from the banner to the letter, speaks of no card.
func TestServiceDirectDebitIsToldAsOne(t *testing.T) {
	f := newTown(t, payfiptest.Options{}, payfip.Production)
	catalog, err := inbox.NewCatalog(inbox.PublicBody())
	if err != nil {
		t.Fatal(err)
	}
	for outcome, want := range map[acquirer.Outcome]string{
		acquirer.Accepted: "prélevée sur votre compte bancaire", acquirer.Refused: "La banque n’a pas accepté le prélèvement.",
	} {
		p, s := f.begin()
		f.visit(s, payfiptest.Payer{Outcome: outcome, Means: payfiptest.Debit})
		p, err := f.Get(f.ctx, p.ID)
		if err != nil || p.Means != acquirer.DirectDebit {
			t.Fatalf("%s: by %q, %v", outcome, p.Means, err)
		}
		banner, ok := inbox.Banner(p, f.world.Clock.Now())
		all := []inbox.Content{banner}
		if p.State == payment.Paid {
			all = append(all, inbox.Acknowledgement{Payment: p})
		}
		for _, n := range all {
			m, err := catalog.Render(language.French, n)
			if !ok || err != nil || !strings.Contains(m.Text, want) || outcome == acquirer.Accepted && strings.Contains(m.Text, "carte") {
				t.Errorf("%s: %v\n%s\n%s", outcome, err, m.Subject, m.Text)
			}
		}
	}
}

// After a breakdown a payment is left alone for as long as the configuration says, and learned then.
func TestServicePauseAfterABreakdown(t *testing.T) {
	f := newTown(t, payfiptest.Options{}, payfip.Production)
	p, s := f.begin()
	if err := f.platform.Inject("", payfiptest.Lost); err != nil {
		t.Fatal(err)
	}
	f.visit(s, payfiptest.Payer{Abandon: true})
	if err := f.platform.Answer(acquirer.OpStatus, payfiptest.Refusal{Element: "TechDysfonctionnementErreur", Code: "999"}); err != nil {
		t.Fatal(err)
	}
	f.pass(17*time.Minute, time.Minute) // the first look fails
	before := len(f.platform.Journal())
	f.pass(25*time.Minute, time.Minute)
	if n := len(f.platform.Journal()) - before; n != 0 {
		t.Errorf("%d questions within half an hour of the breakdown", n)
	}
	f.pass(6*time.Minute, time.Minute)
	f.is(p, payment.Paid, "half an hour after the breakdown")
}

// Two régies in one portal: each notification finds its own payment, whichever client reads it first.
func TestServiceTwoRegies(t *testing.T) {
	second := payfiptest.Regie{Numcli: "006271"}
	f := newTown(t, payfiptest.Options{Regies: []payfiptest.Regie{{Numcli: payfiptest.Numcli}, second}}, payfip.Production)
	other := f.clientOf(second.Numcli, payfip.Production)
	store := payment.NewMemoryStore()
	service := func(first, then acquirer.Client) *payment.Service {
		s, err := payment.New(payment.Config{
			Store: store, Acquirer: first, Others: []acquirer.Client{then}, Policies: creance.Ameli(), Now: f.world.Clock.Now,
			ReturnURL: f.web.URL + "/return2", NotifyURL: f.web.URL + "/notify2", Logger: slog.New(slog.DiscardHandler),
		})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	begun, reading := service(other, f.client), service(f.client, other) // the portal that began it is another process
	mux := http.NewServeMux()
	mux.Handle("/notify2", reading.NotifyHandler())
	web := httptest.NewServer(mux)
	defer web.Close()
	p, s, err := begun.Begin(f.ctx, payment.BeginRequest{Key: "K", Debt: creance.Debt{
		ID: "D", Debtor: "A", Items: []creance.Item{{Kind: creance.Franchise, Year: 2026, Amount: decimal.New(75_50, -2)}},
		Notice: &creance.Notice{Number: "N", Channel: creance.Electronic, IssuedOn: f.world.Clock.Now().AddDate(0, 0, -10)},
	}})
	if err != nil || p.Merchant != second.Numcli {
		t.Fatal(p.Merchant, err)
	}
	if _, err := f.platform.Visit(s, payfiptest.Payer{Abandon: true}); !errors.Is(err, payfiptest.ErrNoReturn) {
		t.Fatal(err)
	}
	resp, err := http.Post(web.URL+"/notify2?idop="+s.Handle.Session, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	got, err := reading.Get(f.ctx, p.ID)
	if err != nil || resp.StatusCode != 200 || got.State != payment.Paid {
		t.Errorf("status %d, the payment is %s: %v", resp.StatusCode, got.State, err)
	}
}

// Anybody can post a number: a stranger's is answered 404, and one of ours changes nothing but that the service asks, once in ten
// seconds.
func TestServiceForgedNotifications(t *testing.T) {
	f := newTown(t, payfiptest.Options{}, payfip.Production)
	p, s := f.begin()
	post := func(body string) int {
		resp, err := http.Post(f.web.URL+"/notify", "application/x-www-form-urlencoded", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		return resp.StatusCode
	}
	if got := post("idOp=e9cc332f-6316-4141-8b48-0b91420022f0"); got != http.StatusNotFound {
		t.Errorf("a stranger's: %d", got)
	}
	if got := post("idOp=a&idop=b"); got != http.StatusBadRequest && got != http.StatusUnprocessableEntity {
		t.Errorf("two: %d", got)
	}
	before := len(f.platform.Journal())
	for range 5 {
		if got := post("idOp=" + s.Handle.Session + "&resultrans=P&montant=7550"); got != http.StatusOK {
			t.Errorf("ours: %d", got)
		}
	}
	if n := len(f.platform.Journal()) - before; n != 1 {
		t.Errorf("%d questions", n)
	}
	f.is(p, payment.Redirected, "after forged notifications")
}

// Canaries: the number, the payer's address, the mailbox and the object are in no log, no journal and no attribute, whatever happens.
func TestServiceCanaries(t *testing.T) {
	f := newTown(t, payfiptest.Options{}, payfip.Production)
	var numbers []string
	var all []payment.Payment
	for i, fault := range payfiptest.Faults() {
		p, s := f.begin()
		numbers, all = append(numbers, s.Handle.Session), append(all, p)
		if err := f.platform.Inject("", fault); err != nil {
			t.Fatal(err)
		}
		payer := payfiptest.Payer{Outcome: []acquirer.Outcome{acquirer.Accepted, acquirer.Refused, acquirer.Unknown, acquirer.Open}[i%4]}
		if _, err := f.platform.Visit(s, payer); err != nil && !errors.Is(err, payfiptest.ErrNoReturn) {
			t.Fatal(err)
		}
		f.pass(20*time.Minute, 10*time.Minute)
	}
	f.pass(24*time.Hour, time.Hour)
	var told strings.Builder
	f.mu.Lock()
	told.WriteString(f.log.String())
	f.mu.Unlock()
	for _, p := range all {
		p, err := f.Get(f.ctx, p.ID)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&told, "%v %+v %#v", p, p, p.Handle)
		for e, err := range f.Journal(f.ctx, p.ID) {
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(&told, "%+v\n", e)
		}
	}
	fmt.Fprintf(&told, "%+v %v", f.platform.Journal(), f.platform.Book())
	for _, c := range append(numbers, "canary", "Canary") {
		if i := strings.Index(told.String(), c); i >= 0 {
			t.Errorf("%s is told: …%s…", c, told.String()[max(0, i-200):min(told.Len(), i+100)])
		}
	}
	if told.Len() < 1000 {
		t.Error("nothing was told at all")
	}
}
