package directtest

import (
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/quittance/quittance/acquirer/internal/bank"
)

// The webhook of a decision tells of the decision, also where the money is refunded at the same moment.
func TestDecisionIsToldBesideARefund(t *testing.T) {
	noon := time.Date(2026, time.November, 28, 12, 0, 0, 0, time.UTC)
	portal := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}) // takes every webhook
	s := NewServer(Options{Now: func() time.Time { return noon }, Other: portal})
	defer s.Close()
	for range 200 {
		id := pendingPayment(t, s)
		s.mu.Lock()
		c := call{merchant: s.merchants["PCLDirect1"], id: id, now: noon}
		s.mu.Unlock()
		var refund sync.WaitGroup
		refund.Go(func() {
			for s.refundPayment(c).status != http.StatusCreated {
			}
		})
		if err := s.Decide(id, true); err != nil {
			t.Fatal(err)
		}
		refund.Wait()
	}
	told := make(map[string]int)
	for _, d := range s.Deliveries() {
		told[d.Type]++
	}
	if told["payment.captured"] != 200 || told["refund.refund_requested"] != 200 {
		t.Errorf("told %v", told)
	}
}

// pendingPayment returns the id of a payment that waits for the acquirer's answer.
func pendingPayment(t *testing.T, s *Server) string {
	t.Helper()
	body := `{"order":{"amountOfMoney":{"amount":1351,"currencyCode":"EUR"}},"feedbacks":{"webhooksUrls":["` + s.URL + `/notify"]}}`
	if a := s.createHostedCheckout(call{merchant: s.merchants["PCLDirect1"], body: []byte(body), now: s.now()}); a.status != http.StatusOK {
		t.Fatalf("create: %d %s", a.status, a.body)
	}
	s.mu.Lock()
	c := s.checkouts[len(s.checkouts)-1]
	s.mu.Unlock()
	paid, err := s.bank.Pay(c.Token, bank.Card{Code: "60"})
	if err != nil {
		t.Fatal(err)
	}
	s.noteAttempt(paid)
	return c.live[0].ID
}
