//go:build !race

package wire

import (
	"encoding/json"
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"path"
	"slices"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/worldline/sips"
	"github.com/quittance/quittance/acquirer/worldline/sips/sipstest"
	"github.com/quittance/quittance/payment/paymenttest"
)

func openSips(clock *paymenttest.Clock, _ transition) *platform {
	shop := sipstest.Merchant{ID: "002001000000007", Keys: map[int]string{1: "a-key-of-the-test"}}
	s := sipstest.NewServer(sipstest.Options{Merchants: []sipstest.Merchant{shop}, Now: clock.Now, Logger: slog.New(slog.DiscardHandler)})
	return &platform{
		close: s.Close,
		client: func(rt http.RoundTripper) (acquirer.Client, error) {
			c := s.Config()
			c.HTTPClient = &http.Client{Transport: rt}
			return sips.New(c)
		},
		kindOf: func(r *http.Request, _ []byte) string { return path.Base(r.URL.Path) },
		spoil:  spoilSealed,
		tick:   func() { s.Tick() },
		visit: func(session acquirer.Session, e end, abandon bool) (acquirer.Callback, error) {
			back, err := s.Visit(session, sipstest.Payer{Code: map[end]string{accepted: "00", refused: "05", pending: "60"}[e], Abandon: abandon})
			return back.Callback, noReturn(err, sipstest.ErrNoReturn)
		},
		decide: func(reference string, paid bool) error {
			return s.Decide(shop.ID, reference, sipstest.Payer{Outcome: map[bool]acquirer.Outcome{true: acquirer.Accepted, false: acquirer.Refused}[paid]})
		},
		callbacks: s.Callbacks,
		book: func() (book []ledger) {
			for _, tx := range s.Book() {
				l := ledger{reference: tx.Reference, taken: tx.Total(sipstest.Authorised), returned: tx.Returned(), pending: tx.Code == "60", refused: tx.Code == "05"}
				for _, m := range tx.Moves {
					switch m.Kind {
					case sipstest.Authorised:
						l.captures++
					case sipstest.Cancelled, sipstest.Refunded:
						l.givings++
					}
				}
				book = append(book, l)
			}
			return book
		},
		begin: "paymentInit", questions: []string{"getTransactionData"}, cancel: "cancel", refund: "refund",
		names: func(_ acquirer.Session, reference string) []string { return []string{reference} },
	}
}

// spoilSealed changes the last character of a sealed value, or of the seal itself.
func spoilSealed(_ string, body []byte) []byte {
	var m map[string]any
	if json.Unmarshal(body, &m) != nil {
		return body
	}
	var sealed []string
	for _, name := range slices.Sorted(maps.Keys(m)) {
		if v, ok := m[name].(string); ok && v != "" && name != "keyVersion" && name != "sealAlgorithm" {
			sealed = append(sealed, name)
		}
	}
	if len(sealed) == 0 {
		return body
	}
	name := sealed[int(body[len(body)/2])%len(sealed)]
	b := []byte(m[name].(string))
	b[len(b)-1] ^= 1
	m[name] = string(b)
	out, err := json.Marshal(m)
	if err != nil {
		return body
	}
	return out
}

// noReturn: a payer who brings nothing back is no error.
func noReturn(err, none error) error {
	if errors.Is(err, none) {
		return nil
	}
	return err
}
