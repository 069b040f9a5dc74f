//go:build !race

package wire

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"strings"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/worldline/direct"
	"github.com/quittance/quittance/acquirer/worldline/direct/directtest"
	"github.com/quittance/quittance/payment/paymenttest"
)

// openDirect: a sale is captured at once, so money goes back before remittance only from an account that captures by itself, overnight.
func openDirect(clock *paymenttest.Clock, tr transition) *platform {
	account := directtest.PublicMerchant()
	account.IgnoresSale = tr.back == beforeRemittance
	s := directtest.NewServer(directtest.Options{Merchants: []directtest.Merchant{account}, Now: clock.Now, Logger: slog.New(slog.DiscardHandler)})
	return &platform{
		close: s.Close,
		client: func(rt http.RoundTripper) (acquirer.Client, error) {
			c := s.Config()
			c.AccountCaptures, c.HTTPClient, c.Logger = account.IgnoresSale, &http.Client{Transport: rt}, slog.New(slog.DiscardHandler)
			return direct.New(c)
		},
		kindOf: directKind,
		spoil:  spoilDirect,
		tick:   func() { s.Tick() },
		visit: func(session acquirer.Session, e end, abandon bool) (acquirer.Callback, error) {
			back, err := s.Visit(session, directtest.Payer{Code: map[end]string{accepted: "00", refused: "05", pending: "60"}[e], Abandon: abandon})
			return back.Callback, noReturn(err, directtest.ErrNoReturn)
		},
		decide: func(reference string, paid bool) error {
			for _, c := range s.Book() {
				if c.Reference == reference && len(c.Payments) > 0 {
					return s.Decide(c.Payments[0].ID, paid)
				}
			}
			return fmt.Errorf("nobody has paid %s", reference)
		},
		callbacks: s.Callbacks,
		book: func() (book []ledger) {
			for _, c := range s.Book() {
				l := ledger{reference: c.Reference, session: c.ID}
				for _, p := range c.Payments {
					switch {
					case p.Code == 2:
						l.refused = true
						continue
					case p.Code == 51:
						l.pending = true
						continue
					}
					l.captures++
					l.taken += c.Cents
					for _, o := range p.Operations {
						if o.Kind != directtest.Capture && o.Code != 83 {
							l.givings++
						}
						if o.Kind != directtest.Capture && (o.Code == 8 || o.Code == 6) {
							l.returned += o.Cents
						}
					}
				}
				book = append(book, l)
			}
			return book
		},
		begin: "create", questions: []string{"session", "payment", "refunds"}, narrow: []string{"refunds"}, cancel: "cancel", refund: "refund",
		names: func(session acquirer.Session, reference string) []string {
			return []string{reference, session.Handle.Session}
		},
	}
}

func directKind(r *http.Request, _ []byte) string {
	parts := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	switch last := parts[len(parts)-1]; {
	case last == "hostedcheckouts":
		return "create"
	case r.Method == http.MethodPost:
		return last // refund, cancel
	case last == "refunds":
		return "refunds"
	}
	return map[string]string{"hostedcheckouts": "session", "payments": "payment"}[parts[len(parts)-2]]
}

// spoilDirect: an answer has no seal. What the client checks is changed: the reference of a session and of a payment; where the answer has none,
// and in the answers about money that goes back, the structure.
func spoilDirect(kind string, body []byte) []byte {
	const field = `"merchantReference":"`
	if i := bytes.Index(body, []byte(field)); i >= 0 && (kind == "create" || kind == "session" || kind == "payment") {
		out := bytes.Clone(body)
		out[i+len(field)] ^= 1
		return out
	}
	return bytes.Replace(body, []byte("{"), []byte("["), 1)
}
