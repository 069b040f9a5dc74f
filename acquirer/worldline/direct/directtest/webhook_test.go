package directtest_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/worldline/direct"
	"github.com/quittance/quittance/acquirer/worldline/direct/directtest"
	"github.com/shopspring/decimal"
)

// receiver is a portal that answers webhooks with a status.
type receiver struct {
	*httptest.Server
	mu     sync.Mutex
	status int
	tries  []string // retry-count
	bodies [][]byte
	header http.Header
}

func newShop(t *testing.T) *receiver {
	s := &receiver{status: 200}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		s.tries, s.bodies, s.header = append(s.tries, r.Header.Get("retry-count")), append(s.bodies, b), r.Header.Clone()
		w.WriteHeader(s.status)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *receiver) answer(status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.status, s.tries, s.bodies = status, nil, nil
}

func (s *receiver) got() (tries []string, bodies [][]byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.tries), slices.Clone(s.bodies)
}

var hookKeys = map[string]direct.Secret{"wh-key-1": direct.NewSecret(hookSecret)}

// begin opens a session by the client.
func begin(t *testing.T, p *directtest.Server, notify string, cents int64) acquirer.Session {
	t.Helper()
	client, err := direct.New(p.Config())
	if err != nil {
		t.Fatal(err)
	}
	s, err := client.Begin(t.Context(), acquirer.Order{
		ID: "abcdefghij234567klmnopqrst", Reference: "PCLCB263320000001", Amount: decimal.New(cents, -2), Currency: "EUR",
		ReturnURL: "https://fund.example/return", NotifyURL: notify,
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func visit(t *testing.T, p *directtest.Server, s acquirer.Session) {
	t.Helper()
	if _, err := p.Visit(s, directtest.Payer{}); err != nil {
		t.Fatal(err)
	}
}

// TestRetries: what is not taken comes again after 10 minutes, 1, 2, 8 and 24 hours, and then no more (docs/direct.md §13.2).
func TestRetries(t *testing.T) {
	c, shop := newClient(t, directtest.Options{}), newShop(t)
	shop.answer(503)
	visit(t, c.p, begin(t, c.p, shop.URL, 7550))
	for i, pause := range []time.Duration{10 * time.Minute, time.Hour, 2 * time.Hour, 8 * time.Hour, 24 * time.Hour} {
		c.c.Add(pause - time.Second)
		if n := c.p.Tick(); n != 0 {
			t.Errorf("try %d comes early", i+1)
		}
		c.c.Add(time.Second)
		if n := c.p.Tick(); n != 1 {
			t.Errorf("try %d does not come", i+1)
		}
	}
	c.c.Add(365 * 24 * time.Hour)
	if c.p.Tick() != 0 {
		t.Error("it comes for ever")
	}
	tries, bodies := shop.got()
	if !slices.Equal(tries, []string{"0", "1", "2", "3", "4", "5"}) {
		t.Errorf("retry-count %q", tries)
	}
	for _, b := range bodies {
		if string(b) != string(bodies[0]) {
			t.Error("the same event is told in other words")
		}
	}
	if err := direct.VerifyWebhook(hookKeys, shop.header, bodies[0]); err != nil {
		t.Error(err)
	}

	shop.answer(500)
	visit(t, c.p, begin(t, c.p, shop.URL, 7550))
	shop.answer(200)
	if c.c.Add(10 * time.Minute); c.p.Tick() != 1 {
		t.Error("it did not come again")
	}
	if c.c.Add(24 * time.Hour); c.p.Tick() != 0 {
		t.Error("it comes although it was taken")
	}
}

// TestWebhooks: types, ids and signatures of a payment's life (docs/direct.md §13.5): the id of an operation may stand where the payment's
// is expected, and a refused refund is called a refused payment.
func TestWebhooks(t *testing.T) {
	c, shop := newClient(t, directtest.Options{}), newShop(t)
	told := func() (all []string) {
		t.Helper()
		_, bodies := shop.got()
		for _, b := range bodies {
			var e struct {
				Type            string
				Payment, Refund struct {
					ID    string
					State struct {
						Code int `json:"statusCode"`
					} `json:"statusOutput"`
				}
			}
			if err := json.Unmarshal(b, &e); err != nil {
				t.Fatal(err)
			}
			id := e.Payment.ID + e.Refund.ID
			all = append(all, e.Type+" "+id[strings.LastIndexByte(id, '_'):])
		}
		return all
	}
	visit(t, c.p, begin(t, c.p, shop.URL, 1391)) // requested, captured overnight
	c.c.Add(12 * time.Hour)
	c.p.Tick()
	id := c.p.Book()[0].Payments[0].ID
	c.must(201, "POST", "payments/"+id+"/refund", "")
	c.c.Add(12 * time.Hour)
	c.p.Tick()
	if got, want := told(), []string{"payment.capture_requested _0", "payment.captured _1", "refund.refund_requested _2", "payment.refunded _2"}; !slices.Equal(got, want) {
		t.Errorf("%q, expected %q", got, want)
	}
	shop.answer(200)
	visit(t, c.p, begin(t, c.p, shop.URL, 1383))
	c.must(201, "POST", "payments/"+c.p.Book()[1].Payments[0].ID+"/refund", "")
	c.c.Add(12 * time.Hour)
	c.p.Tick()
	if got, want := told(), []string{"payment.captured _0", "refund.refund_requested _2", "payment.rejected _2"}; !slices.Equal(got, want) {
		t.Errorf("%q, expected %q", got, want)
	}
	for _, cb := range c.p.Callbacks() {
		if err := direct.VerifyWebhook(hookKeys, cb.Header, cb.Body); err != nil {
			t.Error(err)
		}
	}
}

// TestWebhookFaults: each is what it says, and the client's Parse says so.
func TestWebhookFaults(t *testing.T) {
	c, shop := newClient(t, directtest.Options{}), newShop(t)
	client, err := direct.New(c.p.Config())
	if err != nil {
		t.Fatal(err)
	}
	for f, want := range map[directtest.Fault]struct {
		now, later int // webhooks
		good       bool
	}{
		directtest.Lost: {0, 0, true}, directtest.Doubled: {2, 0, true}, directtest.Late: {0, 1, true}, directtest.Reordered: {0, 1, true},
		directtest.Tampered: {1, 0, false}, directtest.Forged: {1, 0, false}, directtest.Unsealed: {1, 0, false}, directtest.WrongKeyID: {1, 0, false},
		directtest.Array: {1, 0, true}, directtest.UnknownType: {1, 0, true},
	} {
		before := len(c.p.Callbacks())
		if err := c.p.Inject("", f); err != nil {
			t.Fatal(err)
		}
		visit(t, c.p, begin(t, c.p, shop.URL, 7550))
		now := c.p.Callbacks()[before:]
		c.p.Release()
		all := c.p.Callbacks()[before:]
		if len(now) != want.now || len(all) != want.now+want.later {
			t.Errorf("%s: %d webhooks, and %d later", f, len(now), len(all)-len(now))
		}
		for _, cb := range all {
			r, err := client.Parse(cb)
			if (err == nil) != want.good || want.good && r.Reference != "PCLCB263320000001" {
				t.Errorf("%s: %v, %v", f, r, err)
			}
		}
	}
	id := c.p.Book()[0].Payments[0].ID
	if err := c.p.Notify(id, directtest.Doubled); err != nil {
		t.Error(err)
	}
	if err := c.p.Notify("1"); err == nil {
		t.Error("a payment that does not exist is told")
	}
	if err := c.p.Notify(id, directtest.Slow); err == nil {
		t.Error("a fault of a call strikes a webhook")
	}
	for _, bad := range []struct {
		op string
		f  directtest.Fault
	}{{"begin", directtest.Lost}, {"", "no_fault"}, {"no_op", directtest.Slow}} {
		if c.p.Inject(bad.op, bad.f) == nil {
			t.Errorf("Inject takes %v", bad)
		}
	}
}

// TestAddresses: those of the request replace the portal's; nothing leaves the machine; the address can be verified.
func TestAddresses(t *testing.T) {
	portal, own := newShop(t), newShop(t)
	m := directtest.PublicMerchant()
	m.Webhooks = []string{portal.URL}
	c := newClient(t, directtest.Options{Merchants: []directtest.Merchant{m}})
	visit(t, c.p, begin(t, c.p, own.URL, 7550))
	visit(t, c.p, begin(t, c.p, "", 7550))
	a, _ := portal.got()
	b, _ := own.got()
	if len(a) != 1 || len(b) != 1 {
		t.Errorf("the portal's address heard %d, the request's %d", len(a), len(b))
	}
	visit(t, c.p, begin(t, c.p, "https://fund.example/notify", 7550))
	last := c.p.Deliveries()[2]
	if last.Status != 0 || last.Err == nil || len(last.Body) == 0 {
		t.Errorf("a webhook left the machine: %+v", last.Err)
	}
	if c.c.Add(time.Hour); c.p.Tick() != 0 {
		t.Error("what cannot be sent comes again")
	}
	client, err := direct.New(c.p.Config())
	if err != nil {
		t.Fatal(err)
	}
	echo := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if text, ok := client.Answer(r); ok {
			io.WriteString(w, text)
		}
	}))
	t.Cleanup(echo.Close)
	if err := c.p.VerifyEndpoint(t.Context(), echo.URL); err != nil {
		t.Error(err)
	}
	if c.p.VerifyEndpoint(t.Context(), portal.URL) == nil {
		t.Error("an address that does not answer is verified")
	}
	c.must(204, "POST", "webhooks/sendtest", `{"url":"`+own.URL+`"}`)
	c.must(400, "POST", "webhooks/sendtest", `{"url":"nowhere"}`)
	_, bodies := own.got()
	r, err := client.Parse(c.p.Callbacks()[3])
	if err != nil || r.Reference != "" || !r.Handle.IsZero() || !strings.Contains(string(bodies[1]), `"9999_9"`) {
		t.Errorf("the portal's test: %v, %v", r, err)
	}
}

// TestSaved: another process goes on with the sessions, the payments and the keys of idempotence, and gives no id twice.
func TestSaved(t *testing.T) {
	for _, ids := range []directtest.IDs{directtest.Underscored, directtest.Nineteen} {
		c := newClient(t, directtest.Options{IDs: ids})
		open := begin(t, c.p, "", 7550)
		id := c.paid(7550)
		first := c.must(201, "POST", "payments/"+id+"/refund", `{"amountOfMoney":{"amount":1000,"currencyCode":"EUR"}}`, "X-GCS-Idempotence-Key", "k")
		saved, err := c.p.Save()
		if err != nil {
			t.Fatal(err)
		}
		c.p.Close()
		next := newClient(t, directtest.Options{IDs: ids, Saved: saved})
		if again := next.must(201, "POST", "payments/"+id+"/refund", "", "X-GCS-Idempotence-Key", "k"); again.raw != first.raw {
			t.Errorf("the key is forgotten: %s", again.raw)
		}
		visit(t, next.p, open)
		other := next.paid(7550)
		next.c.Add(24 * time.Hour)
		book := next.p.Book()
		if len(book) != 3 || book[0].Captured() != 7550 || book[1].Returned() != 1000 || other == id || book[2].ID <= book[1].ID {
			t.Errorf("%+v", book)
		}
	}
}
