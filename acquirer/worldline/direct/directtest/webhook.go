package directtest

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/internal/callback"
	"github.com/quittance/quittance/acquirer/internal/fault"
	"github.com/quittance/quittance/acquirer/internal/loopback"
)

// pauses are the intervals between the attempts to deliver a webhook (docs/direct.md §13.2).
var pauses = []time.Duration{10 * time.Minute, time.Hour, 2 * time.Hour, 8 * time.Hour, 24 * time.Hour}

// An event is a change that is told: of a payment, or of an operation on it.
type event struct {
	c         *checkout
	p         *payment
	operation string // its id; empty: the payment's own change
	code      int
}

// Delivery is one webhook that was posted, or could not be.
type Delivery struct {
	Merchant, Reference, Type string
	URL                       string
	Header                    http.Header
	Body                      []byte
	Faults                    []Fault
	At                        time.Time // by the platform's clock
	Try                       int       // retry-count: 0 at first
	Status                    int       // of the portal's answer; 0: there was none
	Err                       error     // why there was none
}

// A letter is a webhook on its way to one address.
type letter struct{ Delivery }

// A retry is a webhook whose delivery failed, with the instant of the next attempt.
type retry struct {
	due time.Time
	letter
}

// tellMerchant sends the webhook of an event, with the faults that were injected.
func (s *Server) tellMerchant(e event) { s.sendWebhook(e, s.faults.Next(fault.OnNotification)) }

// sendWebhook signs the webhook of an event and posts it to each address, with the faults.
func (s *Server) sendWebhook(e event, fs []Fault) {
	s.mu.Lock()
	m := s.merchants[e.c.Merchant]
	kind, body := s.webhookBody(e, fs)
	addresses := slices.Clone(e.c.Webhooks)
	reference := e.c.Reference
	s.mu.Unlock()
	key := m.webhookKey()
	if key == "" {
		return
	}
	header := signedHeader(key, m.WebhookKeys[key], body)
	switch {
	case slices.Contains(fs, Tampered):
		body = bytes.Replace(body, []byte(`"amount":`), []byte(`"amount":1`), 1)
	case slices.Contains(fs, Forged):
		header = signedHeader(key, newUUID(), body)
	case slices.Contains(fs, Unsealed):
		header.Del("X-GCS-Signature")
	case slices.Contains(fs, WrongKeyID):
		header.Set("X-GCS-KeyId", "nobodys-key")
	}
	for _, to := range addresses {
		l := letter{Delivery{Merchant: m.PSPID, Reference: reference, Type: kind, URL: to, Header: header, Body: body, Faults: fs}}
		s.post.Send(func() { s.deliverWebhook(l) }, fs...)
	}
}

func signedHeader(key, secret string, body []byte) http.Header {
	h := make(http.Header)
	h.Set("X-GCS-KeyId", key)
	h.Set("X-GCS-Signature", sealOf(secret, body))
	return h
}

// webhookBody returns the type and the body of an event's webhook (docs/direct.md §13.4, §13.5). The webhook of an operation bears the
// operation's id in place of the payment's, except when a refund was requested. The caller holds the lock.
func (s *Server) webhookBody(e event, fs []Fault) (kind string, body []byte) {
	kind = texts[e.code].event
	if kind == "" {
		kind = "payment.pending_completion"
	}
	content := e.p.paymentObject()
	name := "payment"
	if e.operation != "" {
		i := slices.IndexFunc(e.p.Operations, func(o Operation) bool { return o.ID == e.operation })
		if o := e.p.Operations[i]; kind == "refund.refund_requested" {
			name, content = "refund", e.p.operationJSON(o, "refundOutput")
		} else {
			content["id"] = o.ID
			content["status"], content["statusOutput"] = statusOf(e.code, "", o.At)
		}
	}
	if slices.Contains(fs, UnknownType) {
		kind = "payment.paused_until_tomorrow"
	}
	return kind, s.wrapEvent(e.c.Merchant, kind, name, content, slices.Contains(fs, Array))
}

// wrapEvent returns the JSON of an event with its content; as a list of one if array is set.
func (s *Server) wrapEvent(merchant, kind, name string, content object, array bool) []byte {
	var v any = object{
		"apiVersion": "v1", "apiFullVersion": "v1.1", "created": formatTime(s.now()), "id": newUUID(), "merchantId": merchant, "type": kind, name: content,
	}
	if array {
		v = []any{v}
	}
	b, err := json.Marshal(v)
	if err != nil { // strings and numbers: it cannot
		return nil
	}
	return b
}

// deliverWebhook posts a webhook and records it. A webhook that is not answered with 2xx is repeated, up to five times.
func (s *Server) deliverWebhook(l letter) {
	if s.platform.Closed() {
		return
	}
	l.At = s.now()
	l.Status, l.Err = s.postWebhook(l)
	s.mu.Lock()
	s.sent = loopback.KeepNewest(append(s.sent, l.Delivery))
	if l.Status/100 != 2 && l.Try < len(pauses) && l.Err != loopback.ErrElsewhere {
		again := l
		again.Try++
		s.again = append(s.again, retry{l.At.Add(pauses[l.Try]), again})
	}
	s.mu.Unlock()
	if l.Status/100 != 2 {
		cmp.Or(s.o.Logger, slog.Default()).Warn("directtest: webhook not taken", "reference", l.Reference, "status", l.Status, "error", l.Err)
	}
}

func (s *Server) postWebhook(l letter) (status int, err error) {
	u, err := url.Parse(l.URL)
	if err != nil {
		return 0, fmt.Errorf("webhooksUrls: %w", err)
	}
	if !loopback.OnThisMachine(u) {
		return 0, loopback.ErrElsewhere
	}
	req, err := http.NewRequestWithContext(s.platform.Closing(), http.MethodPost, l.URL, bytes.NewReader(l.Body))
	if err != nil {
		return 0, fmt.Errorf("webhooksUrls: %w", err)
	}
	maps.Copy(req.Header, l.Header)
	req.Header.Set("Content-Type", utf8JSON)
	req.Header.Set("retry-count", strconv.Itoa(l.Try))
	return s.platform.Post(req)
}

// sendTest posts a webhook of the type payment.test to an address; its payment does not exist.
func (s *Server) sendTest(c call) reply {
	var b struct {
		URL string `json:"url"`
	}
	if bad := c.decodeBody(&b); bad != nil {
		return *bad
	}
	if !isAddress(b.URL) {
		return invalidReply("url")
	}
	if key := c.merchant.webhookKey(); key != "" {
		body := s.wrapEvent(c.merchant.PSPID, "payment.test", "payment", object{"id": "9999_9", "status": "CAPTURED"}, false)
		s.deliverWebhook(letter{Delivery{
			Merchant: c.merchant.PSPID, Type: "payment.test", URL: b.URL, Header: signedHeader(key, c.merchant.WebhookKeys[key], body), Body: body,
			Try: len(pauses), // the last attempt: no retries
		}})
	}
	return reply{status: http.StatusNoContent}
}

// Deliveries are the webhooks so far, in the order in which they were answered; the last five thousand at least are kept.
func (s *Server) Deliveries() []Delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.sent)
}

// Callbacks are the webhooks so far as a portal receives them, in the order of Deliveries.
func (s *Server) Callbacks() []acquirer.Callback {
	sent := s.Deliveries()
	cbs := make([]acquirer.Callback, len(sent))
	for i, d := range sent {
		cbs[i] = callback.Copy(acquirer.Callback{Channel: acquirer.Notify, Header: d.Header, Body: d.Body})
	}
	return cbs
}

// Release sends every webhook that is held back, late or overtaken, in the order in which they were due first, and returns how
// many.
func (s *Server) Release() int { return s.post.Release() }

// Notify sends the webhook of a payment once more, as things stand now, with faults of a webhook; those that were injected are
// left for others. The error says that there is no such payment, or names a fault that strikes no webhook.
func (s *Server) Notify(paymentID string, faults ...Fault) error {
	for _, f := range faults {
		if targetOf(f) != fault.OnNotification {
			return fmt.Errorf("directtest: Notify: %.20q strikes no webhook", string(f))
		}
	}
	s.mu.Lock()
	p := s.byPayment[paymentID]
	if p == nil {
		s.mu.Unlock()
		return fmt.Errorf("directtest: Notify: there is no payment %.40q", paymentID)
	}
	e := event{p.of, p, "", p.Code}
	s.mu.Unlock()
	s.sendWebhook(e, faults)
	return nil
}

// VerifyEndpoint asks a webhook's address whether it is a merchant's, as the portal is said to do (docs/direct.md §13.1): a GET
// with a token, which must come back. The error says what came instead.
func (s *Server) VerifyEndpoint(ctx context.Context, address string) error {
	token := newUUID()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	req.Header.Set("X-GCS-Webhooks-Endpoint-Verification", token)
	resp, err := s.platform.Send(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(io.LimitReader(resp.Body, 1<<10))
	if err != nil || resp.StatusCode != http.StatusOK || string(b) != token {
		return fmt.Errorf("directtest: the address answers %d, and not with the token", resp.StatusCode)
	}
	return nil
}
