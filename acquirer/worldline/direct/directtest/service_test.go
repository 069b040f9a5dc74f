package directtest_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/worldline/direct"
	"github.com/quittance/quittance/acquirer/worldline/direct/directtest"
	"github.com/quittance/quittance/acquirer/worldline/sips"
	"github.com/quittance/quittance/acquirer/worldline/sips/sipstest"
	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/paymenttest"
)

// fund is a portal over HTTP: the payment service, its acquirers' platforms, and one clock for all. restart replaces the process and keeps
// the store.
type fund struct {
	*testing.T
	*payment.Service
	ctx    context.Context
	world  *paymenttest.World
	direct *directtest.Server
	sips   *sipstest.Server
	web    *httptest.Server
	mu     sync.Mutex
	mux    http.Handler
	debts  int
}

func newFund(t *testing.T, o directtest.Options) *fund {
	t.Helper()
	f := &fund{T: t, ctx: t.Context()}
	f.web = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.mu.Lock()
		h := f.mux
		f.mu.Unlock()
		h.ServeHTTP(w, r)
	}))
	t.Cleanup(f.web.Close)
	f.world = paymenttest.New(t, paymenttest.Options{Start: morning, Config: func(c *payment.Config) {
		c.ReturnURL, c.NotifyURL, c.RecordWithin = f.web.URL+"/return", f.web.URL+"/notify", 100_000*time.Hour
	}})
	o.Now = f.world.Clock.Now
	f.direct = directtest.NewServer(o)
	t.Cleanup(f.direct.Close)
	f.sips = sipstest.NewServer(sipstest.Options{Now: f.world.Clock.Now})
	t.Cleanup(f.sips.Close)
	return f
}

// onDirect and onSips are clients of the two platforms.
func (f *fund) onDirect(pspid string) acquirer.Client {
	f.Helper()
	c := f.direct.Config()
	if pspid != "" {
		c.MerchantID, c.APIKey = pspid, direct.APIKey{ID: "key-of-" + pspid, Secret: direct.NewSecret("secret")}
	}
	client, err := direct.New(c)
	if err != nil {
		f.Fatal(err)
	}
	return client
}

const shop = "002001000000001"

func (f *fund) onSips() acquirer.Client {
	f.Helper()
	client, err := sips.New(sips.Config{
		MerchantID: shop, Keys: sips.Keyring{1: {Secret: sips.NewSecret(shop + "_KEY1")}}, Endpoints: f.sips.Endpoints(), Now: f.world.Clock.Now,
	})
	if err != nil {
		f.Fatal(err)
	}
	return client
}

// start is a process with these acquirers; the first takes new payments.
func (f *fund) start(first acquirer.Client, others ...acquirer.Client) {
	f.Helper()
	f.world.Restart(func(c *payment.Config) { c.Acquirer, c.Others = first, others })
	s := f.world.Service
	mux := http.NewServeMux()
	mux.Handle("/notify", s.NotifyHandler())
	mux.Handle("/return", s.ReturnHandler(func(_ *http.Request, p payment.Payment, err error) string {
		return "/home?" + url.Values{"state": {string(p.State)}, "error": {fmt.Sprint(err)}}.Encode()
	}))
	f.mu.Lock()
	defer f.mu.Unlock()
	f.Service, f.mux = s, mux
}

func (f *fund) begin() (payment.Payment, acquirer.Session) {
	f.Helper()
	f.debts++
	p, s, err := f.Begin(f.ctx, f.world.Request(fmt.Sprint(f.debts)))
	if err != nil {
		f.Fatalf("Begin: %v", err)
	}
	return p, s
}

// pass lets time go by, in steps in which everybody does what is due.
func (f *fund) pass(d, step time.Duration) {
	f.Helper()
	for ; d > 0; d -= step {
		f.world.Clock.Add(step)
		f.direct.Tick()
		f.sips.Tick()
		f.world.Work()
	}
}

func (f *fund) is(what string, id payment.ID, want payment.State) payment.Payment {
	f.Helper()
	p, err := f.Get(f.ctx, id)
	if err != nil {
		f.Fatal(err)
	}
	if p.State != want {
		f.Errorf("%s: the payment is %s, expected %s", what, p.State, want)
	}
	return p
}

func (f *fund) visit(s acquirer.Session, p directtest.Payer) (directtest.Return, error) {
	f.Helper()
	return f.direct.Visit(s, p)
}

// giveBack is a clerk's decision.
func (f *fund) giveBack(id payment.ID) {
	f.Helper()
	p, err := f.Get(f.ctx, id)
	if err != nil {
		f.Fatal(err)
	}
	if _, err := f.Refund(f.ctx, payment.Command{ID: id, Version: p.Version, By: "clerk", Why: "not owed"}); err != nil {
		f.Fatal(err)
	}
}

// get asks the portal as a browser does, without following.
func (f *fund) get(address string) *http.Response {
	f.Helper()
	resp, err := directtest.Return{URL: address}.Bring(f.web.Client())
	if err != nil {
		f.Fatal(err)
	}
	resp.Body.Close()
	return resp
}

// TestServiceLearnsEachWay: by the webhook, by the browser, by asking; and a session that nobody uses, or that the payer gives up, ends.
func TestServiceLearnsEachWay(t *testing.T) {
	f := newFund(t, directtest.Options{})
	f.start(f.onDirect(""))

	p, s := f.begin()
	if _, err := f.visit(s, directtest.Payer{Abandon: true}); err == nil {
		t.Error("it came back")
	}
	p = f.is("by webhook", p.ID, payment.Paid)
	if p.Handle.Payment == "" || p.Authorisation != p.Handle.Payment || p.Handle.Session != s.Handle.Session {
		t.Errorf("the row has not learned the payment's id: %v", p.Handle)
	}

	p, s = f.begin()
	if err := f.direct.Inject("", directtest.Lost); err != nil {
		t.Fatal(err)
	}
	back, err := f.visit(s, directtest.Payer{})
	if err != nil {
		t.Fatal(err)
	}
	f.is("nobody came yet", p.ID, payment.Redirected)
	if resp := f.get(back.URL); resp.StatusCode != 303 || !strings.Contains(resp.Header.Get("Location"), "state=paid") {
		t.Errorf("the return: %d %s", resp.StatusCode, resp.Header.Get("Location"))
	}
	f.is("by browser", p.ID, payment.Paid)

	p, s = f.begin()
	if err := f.direct.Inject("", directtest.Lost); err != nil {
		t.Fatal(err)
	}
	if _, err := f.visit(s, directtest.Payer{}); err != nil {
		t.Fatal(err)
	}
	f.pass(2*time.Hour, 10*time.Minute)
	f.is("by asking", p.ID, payment.Paid)

	untouched, _ := f.begin()
	given, s := f.begin()
	if back, err = f.visit(s, directtest.Payer{Outcome: acquirer.Cancelled}); err != nil {
		t.Fatal(err)
	}
	f.get(back.URL)
	f.is("given up", given.ID, payment.Cancelled)
	refused, s := f.begin()
	if _, err = f.visit(s, directtest.Payer{Outcome: acquirer.Refused}); err != nil {
		t.Fatal(err)
	}
	f.is("refused", refused.ID, payment.Refused)
	f.pass(2*time.Hour, 10*time.Minute)
	f.is("untouched", untouched.ID, payment.Expired)
	f.pass(40*time.Hour, time.Hour) // the last look comes when the session is forgotten: that is never "paid" nor "not paid"
	f.is("untouched, two days later", untouched.ID, payment.Expired)
	f.is("given up, two days later", given.ID, payment.Cancelled)
}

// TestServiceRefunds: one call, however long the refund takes; a refused one is called again with another key, and ends with a person if
// need be.
func TestServiceRefunds(t *testing.T) {
	f := newFund(t, directtest.Options{Settle: 60 * time.Hour}) // a week-end
	f.start(f.onDirect(""))
	p, s := f.begin()
	if _, err := f.visit(s, directtest.Payer{}); err != nil {
		t.Fatal(err)
	}
	f.is("paid", p.ID, payment.Paid)
	f.giveBack(p.ID)
	f.pass(50*time.Hour, 30*time.Minute)
	f.is("under way", p.ID, payment.Refunding)
	f.pass(24*time.Hour, 30*time.Minute)
	f.is("back", p.ID, payment.Refunded)
	calls := 0
	for _, r := range f.direct.Requests() {
		if strings.HasSuffix(r.Target, "/refund") {
			calls++
		}
	}
	if c := f.direct.Book()[0]; calls != 1 || c.Returned() != 7500 {
		t.Errorf("%d calls, %d cents are back", calls, c.Returned())
	}
}

// TestForgedReturns: another payment's proof, none, one that was used before, and a thousand of all kinds: no question beyond the bound, and
// nothing changes.
func TestForgedReturns(t *testing.T) {
	f := newFund(t, directtest.Options{})
	f.start(f.onDirect(""))
	mine, s := f.begin()
	_, other := f.begin()
	questions := func() (n int) {
		for _, r := range f.direct.Requests() {
			if r.Method == http.MethodGet {
				n++
			}
		}
		return n
	}
	address := func(session, proof string) string {
		return f.web.URL + "/return?" + url.Values{"hostedCheckoutId": {session}, "RETURNMAC": {proof}}.Encode()
	}
	for name, a := range map[string]string{
		"another payment's proof": address(s.Handle.Session, other.Handle.Proof),
		"no proof":                f.web.URL + "/return?hostedCheckoutId=" + s.Handle.Session,
		"in capitals":             address(s.Handle.Session, strings.ToUpper(s.Handle.Proof)),
		"a bit more":              address(s.Handle.Session, s.Handle.Proof+"0"),
		"two proofs":              address(s.Handle.Session, s.Handle.Proof) + "&RETURNMAC=x",
		"nobody's session":        address("10000000001", s.Handle.Proof),
	} {
		if resp := f.get(a); !strings.HasSuffix(resp.Header.Get("Location"), "&state=") {
			t.Errorf("%s: %d %s", name, resp.StatusCode, resp.Header.Get("Location"))
		}
	}
	for i := range 1000 {
		proof := []byte(s.Handle.Proof)
		proof[i%len(proof)] ^= byte(1 + i/len(proof)%7)
		if string(proof) == s.Handle.Proof {
			continue
		}
		f.get(address(s.Handle.Session, string(proof)))
	}
	if n := questions(); n != 0 {
		t.Errorf("forged returns made us ask %d times", n)
	}
	f.is("after forged returns", mine.ID, payment.Redirected)

	for range 100 { // whoever has the address may come again: one question in ten seconds
		f.get(address(s.Handle.Session, s.Handle.Proof))
	}
	if n := questions(); n != 1 {
		t.Errorf("a hundred returns made us ask %d times, expected once", n)
	}
	f.is("after the true return, before anybody paid", mine.ID, payment.Redirected)
	f.world.Clock.Add(11 * time.Second)
	if _, err := f.visit(s, directtest.Payer{}); err != nil {
		t.Fatal(err)
	}
	p := f.is("paid", mine.ID, payment.Paid)
	before := questions()
	f.world.Clock.Add(time.Hour)
	for range 10 { // replayed when all is over
		f.get(address(s.Handle.Session, s.Handle.Proof))
	}
	if q := f.is("replayed", mine.ID, payment.Paid); q.Version != p.Version || questions() > before+2 {
		t.Errorf("replayed returns: version %d and %d questions, before %d and %d", q.Version, questions(), p.Version, before)
	}
}

// TestWebhooksThatAreNone: 403 for a wrong signature, and a question for a replayed one that changes nothing.
func TestWebhooksThatAreNone(t *testing.T) {
	f := newFund(t, directtest.Options{})
	f.start(f.onDirect(""))
	for _, fault := range []directtest.Fault{directtest.Tampered, directtest.Forged, directtest.Unsealed, directtest.WrongKeyID} {
		p, s := f.begin()
		if err := f.direct.Inject("", fault); err != nil {
			t.Fatal(err)
		}
		if _, err := f.visit(s, directtest.Payer{}); err != nil {
			t.Fatal(err)
		}
		sent := f.direct.Deliveries()
		if last := sent[len(sent)-1]; last.Status != 403 {
			t.Errorf("%s: answered %d, expected 403", fault, last.Status)
		}
		f.is(string(fault), p.ID, payment.Redirected)
		f.pass(2*time.Hour, 10*time.Minute)
		f.is(string(fault)+", later", p.ID, payment.Paid)
	}
	for _, fault := range []directtest.Fault{directtest.Array, directtest.UnknownType, directtest.Doubled} {
		p, s := f.begin()
		if err := f.direct.Inject("", fault); err != nil {
			t.Fatal(err)
		}
		if _, err := f.visit(s, directtest.Payer{}); err != nil {
			t.Fatal(err)
		}
		f.is(string(fault), p.ID, payment.Paid)
	}
}

// TestPortalsTest: the button of the portal is answered as it must be, and what names somebody else's payment is not.
func TestPortalsTest(t *testing.T) {
	f := newFund(t, directtest.Options{})
	f.start(f.onDirect(""))
	c := &client{t: t, p: f.direct, c: f.world.Clock}
	c.must(204, "POST", "webhooks/sendtest", `{"url":"`+f.web.URL+`/notify"}`)
	if err := f.direct.VerifyEndpoint(f.ctx, f.web.URL+"/notify"); err != nil {
		t.Error(err)
	}
	o := c.must(200, "POST", "hostedcheckouts", `{"order":{"amountOfMoney":{"amount":7550,"currencyCode":"EUR"},"references":{"merchantReference":"OTHER1"}},`+
		`"feedbacks":{"webhooksUrls":["`+f.web.URL+`/notify"]}}`)
	visit(t, f.direct, c.session(o))
	sent := f.direct.Deliveries()
	if sent[0].Type != "payment.test" || sent[0].Status != 200 || sent[1].Status != 404 {
		t.Errorf("%s: %d, %s: %d", sent[0].Type, sent[0].Status, sent[1].Type, sent[1].Status)
	}
}

// TestMove: a fund that moves from Sips to Direct keeps both in one process. Payments of both finish, also over a restart, and none is asked
// about at the wrong one; what was paid on Sips the year before is given back there.
func TestMove(t *testing.T) {
	third := directtest.Merchant{PSPID: "PCLOther3", APIKeys: map[string]string{"key-of-PCLOther3": "secret"}}
	f := newFund(t, directtest.Options{Settle: time.Hour, Merchants: []directtest.Merchant{directtest.PublicMerchant(), third}})
	f.start(f.onSips())
	old, s := f.begin()
	back, err := f.sips.Visit(s, sipstest.Payer{})
	if err != nil {
		t.Fatal(err)
	}
	resp, err := back.Bring(f.web.Client())
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	f.is("paid on Sips", old.ID, payment.Paid)
	f.pass(400*24*time.Hour, 10*24*time.Hour)
	late, lateSession := f.begin() // begun on Sips on the day of the move

	// Somebody else's process shares the store: its merchant is served by no other.
	f.start(f.onDirect("PCLOther3"), f.onSips())
	strange, _ := f.begin()

	f.start(f.onDirect(""), f.onSips())
	fresh, freshSession := f.begin()
	if fresh.Merchant != "PCLDirect1" || late.Merchant != shop || strange.Merchant != "PCLOther3" {
		t.Fatalf("merchants %s, %s, %s", fresh.Merchant, late.Merchant, strange.Merchant)
	}
	if err := f.direct.Inject("", directtest.Lost); err != nil {
		t.Fatal(err)
	}
	if err := f.sips.Inject("", sipstest.Lost); err != nil {
		t.Fatal(err)
	}
	if _, err := f.visit(freshSession, directtest.Payer{Abandon: true}); err != directtest.ErrNoReturn {
		t.Fatal(err)
	}
	if _, err := f.sips.Visit(lateSession, sipstest.Payer{Abandon: true}); err != sipstest.ErrNoReturn {
		t.Fatal(err)
	}
	f.start(f.onDirect(""), f.onSips()) // killed and restarted before anything was learned
	f.pass(2*time.Hour, 10*time.Minute)
	f.is("begun on Sips, found late", late.ID, payment.Paid)
	f.is("begun on Direct", fresh.ID, payment.Paid)

	for _, p := range []payment.Payment{old, fresh} {
		f.giveBack(p.ID)
	}
	f.start(f.onDirect(""), f.onSips())
	f.pass(6*time.Hour, 10*time.Minute)
	f.is("of the year before, given back on Sips", old.ID, payment.Refunded)
	f.is("given back on Direct", fresh.ID, payment.Refunded)
	if book := f.sips.Book(); book[0].Returned() != 7500 || len(book) != 2 {
		t.Errorf("Sips: %d cents are back, of %d transactions", book[0].Returned(), len(book))
	}

	// The stranger's: never asked about, never expired, in review after four days.
	f.is("the third merchant's", strange.ID, payment.Redirected)
	f.pass(5*24*time.Hour, time.Hour)
	f.is("the third merchant's, later", strange.ID, payment.Review)
	var targets []string
	for _, r := range f.direct.Requests() {
		if r.Merchant == "PCLOther3" {
			targets = append(targets, r.Method+" "+r.Target)
		}
	}
	if !slices.Equal(targets, []string{"POST /v2/PCLOther3/hostedcheckouts"}) {
		t.Errorf("the third merchant was asked: %q", targets)
	}
	if f.direct.Unsigned() != 0 {
		t.Error("a call went to the wrong merchant")
	}
}
