// Package peers has those who talk to a portal and mean it no good: who send slowly, and who send much that is forged. It has tests only.
package peers

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/internal/integration/rig/kiosks"
	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/paymenttest"
)

// portal is a service with one of the platforms, behind its two handlers.
type portal struct {
	testing.TB
	*payment.Service
	kiosk *kiosks.Kiosk
	clock *paymenttest.Clock
	web   *httptest.Server
	asked atomic.Int64 // questions to the bank
	begun int

	mu    sync.Mutex
	heard []message // what came, while it is kept
	keeps bool
}

// message is a request to one of the handlers.
type message struct {
	method, address string // path and query
	header          http.Header
	body            []byte
}

func newPortal(t testing.TB, open func(testing.TB, kiosks.Options) *kiosks.Kiosk) *portal {
	p := &portal{TB: t, clock: paymenttest.NewClock(paymenttest.Noon)}
	p.kiosk = open(t, kiosks.Options{Now: p.clock.Now, Logger: slog.New(slog.DiscardHandler), Secret: "a-key"})
	mux := http.NewServeMux()
	p.web = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		keeps := p.keeps
		p.mu.Unlock()
		if keeps {
			body, _ := io.ReadAll(r.Body)
			r.Body = io.NopCloser(bytes.NewReader(body))
			p.mu.Lock()
			p.heard = append(p.heard, message{r.Method, r.URL.RequestURI(), r.Header.Clone(), body})
			p.mu.Unlock()
		}
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(p.web.Close)
	var err error
	p.Service, err = payment.New(payment.Config{
		Store: payment.NewMemoryStore(), Acquirer: p.kiosk.Client, Policies: creance.Ameli(), Now: p.clock.Now, RecordWithin: 1000 * time.Hour,
		ReturnURL: p.web.URL + "/return", NotifyURL: p.web.URL + "/notify",
		Observe: func(ctx context.Context, op string, _ ...slog.Attr) (context.Context, func(error, ...slog.Attr)) {
			if op == "payment.status" {
				p.asked.Add(1)
			}
			return ctx, func(error, ...slog.Attr) {}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	mux.Handle("/notify", p.NotifyHandler())
	mux.Handle("/return", p.ReturnHandler(func(*http.Request, payment.Payment, error) string { return "/home" }))
	return p
}

func (p *portal) begin() (payment.Payment, acquirer.Session) {
	p.Helper()
	p.begun++
	id := fmt.Sprint(p.begun)
	q, s, err := p.Begin(p.Context(), payment.BeginRequest{Key: "K" + id, Debt: creance.Debt{
		ID: "D" + id, Debtor: "A" + id, Items: []creance.Item{{Kind: creance.Franchise, Year: 2025, Amount: decimal.New(75_50, -2)}},
		Notice: &creance.Notice{Number: "N" + id, Channel: creance.Electronic, IssuedOn: p.clock.Now().AddDate(0, 0, -10)},
	}})
	if err != nil {
		p.Fatal(err)
	}
	return q, s
}

// pay plays a payer who comes back by HTTP.
func (p *portal) pay(s acquirer.Session) {
	p.Helper()
	bring, err := p.kiosk.Visit(s, acquirer.Accepted, false)
	if err != nil || bring == nil {
		p.Fatalf("Visit: %v", err)
	}
	resp, err := bring(client)
	if err != nil {
		p.Fatal(err)
	}
	resp.Body.Close()
}

// work does all that is due.
func (p *portal) work() {
	p.Helper()
	p.kiosk.Tick()
	for {
		n, err := p.WorkOnce(p.Context())
		if err != nil {
			p.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
}

func (p *portal) state(id payment.ID) payment.State {
	p.Helper()
	q, err := p.Get(p.Context(), id)
	if err != nil {
		p.Fatal(err)
	}
	return q.State
}

// client follows nothing, and keeps enough connections for a crowd.
var client = &http.Client{
	Timeout:       time.Minute,
	Transport:     &http.Transport{MaxIdleConnsPerHost: 64},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

func (p *portal) send(m message) (status int) {
	r, err := http.NewRequestWithContext(p.Context(), m.method, p.web.URL+m.address, bytes.NewReader(m.body))
	if err != nil {
		return 0 // it is no address any more
	}
	r.Header = m.header.Clone()
	resp, err := client.Do(r)
	if err != nil {
		p.Error(err)
		return 0
	}
	io.Copy(io.Discard, resp.Body)
	resp.Body.Close()
	return resp.StatusCode
}
