package sipstest

import (
	"cmp"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/internal/bank"
	"github.com/quittance/quittance/acquirer/internal/callback"
	"github.com/quittance/quittance/acquirer/internal/fault"
	"github.com/quittance/quittance/acquirer/internal/loopback"
)

// Delivery is one automatic response that was posted, or could not be.
type Delivery struct {
	Merchant, Reference string
	URL                 string
	Form                url.Values
	Faults              []Fault
	At                  time.Time // by the platform's clock
	Status              int       // of the shop's answer; 0: there was none
	Err                 error     // why there was none
}

// notifyShop sends the automatic response of a transaction, with the faults that were injected.
func (s *Server) notifyShop(t bank.Transaction) {
	s.sendWithFaults(t, s.faults.Next(fault.OnNotification))
}

// sendWithFaults sends the automatic response with faults. A shop that gave no automaticResponseUrl gets none.
func (s *Server) sendWithFaults(t bank.Transaction, fs []Fault) {
	if t.NotifyURL == "" {
		return
	}
	form := s.automaticResponse(t)
	for _, f := range fs {
		if do, ok := spoil[f]; ok {
			do(s, t, form)
		}
	}
	s.post.Send(func() { s.deliverForm(t, form, fs) }, fs...)
}

// deliverForm posts a form and records the delivery. The body of the answer is not read, and there is no second try.
func (s *Server) deliverForm(t bank.Transaction, form url.Values, fs []Fault) {
	if s.platform.Closed() {
		return
	}
	d := Delivery{Merchant: t.Merchant, Reference: t.Reference, URL: t.NotifyURL, Form: form, Faults: fs, At: s.now()}
	d.Status, d.Err = s.postForm(t.NotifyURL, form)
	s.mu.Lock()
	s.sent = loopback.KeepNewest(append(s.sent, d))
	s.mu.Unlock()
	if d.Err != nil || d.Status/100 != 2 {
		cmp.Or(s.o.Logger, slog.Default()).Warn("sipstest: automatic response not taken", "reference", t.Reference, "status", d.Status, "error", d.Err)
	}
}

func (s *Server) postForm(to string, form url.Values) (status int, err error) {
	req, err := http.NewRequestWithContext(s.platform.Closing(), http.MethodPost, to, strings.NewReader(form.Encode()))
	if err != nil {
		return 0, fmt.Errorf("automaticResponseUrl: %w", err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return s.platform.Post(req)
}

// Deliveries are the automatic responses so far, in the order in which they were answered; the last five thousand at least are
// kept.
func (s *Server) Deliveries() []Delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.sent)
}

// Callbacks are the automatic responses so far as a shop receives them, in the order of Deliveries.
func (s *Server) Callbacks() []acquirer.Callback {
	sent := s.Deliveries()
	cbs := make([]acquirer.Callback, len(sent))
	for i, d := range sent {
		cbs[i] = callback.Copy(acquirer.Callback{Channel: acquirer.Notify, Form: d.Form})
	}
	return cbs
}
