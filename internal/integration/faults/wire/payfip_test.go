//go:build !race

package wire

import (
	"bytes"
	"log/slog"
	"net/http"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/payfip"
	"github.com/quittance/quittance/acquirer/payfip/payfiptest"
	"github.com/quittance/quittance/payment/paymenttest"
)

// openPayFiP: money that is pending is a result that can be read half an hour after the payer had it.
func openPayFiP(clock *paymenttest.Clock, tr transition) *platform {
	var habits payfiptest.Habits
	if tr.end == pending {
		habits.ReadableAfter = 30 * time.Minute
	}
	s := payfiptest.NewServer(payfiptest.Options{Habits: habits, Now: clock.Now, Logger: slog.New(slog.DiscardHandler)})
	return &platform{
		close: s.Close,
		client: func(rt http.RoundTripper) (acquirer.Client, error) {
			c := s.Config()
			c.Saisie, c.HTTPClient, c.Logger = payfip.Production, &http.Client{Transport: rt}, slog.New(slog.DiscardHandler)
			return payfip.New(c)
		},
		kindOf: func(_ *http.Request, body []byte) string {
			for _, kind := range []string{"creerPaiementSecurise", "recupererDetailPaiementSecurise"} {
				if bytes.Contains(body, []byte(kind)) {
					return kind
				}
			}
			return ""
		},
		spoil: spoilPayFiP,
		tick:  func() { s.Tick() },
		visit: func(session acquirer.Session, e end, abandon bool) (acquirer.Callback, error) {
			p := payfiptest.Payer{Abandon: abandon}
			if e == refused {
				p.Outcome = acquirer.Refused
			}
			back, err := s.Visit(session, p)
			return back.Callback, noReturn(err, payfiptest.ErrNoReturn)
		},
		callbacks: func() (all []acquirer.Callback) {
			for _, d := range s.Deliveries() {
				all = append(all, d.Callback)
			}
			return all
		},
		book: func() (book []ledger) {
			for _, tx := range s.Book() {
				l := ledger{reference: tx.Refdet, session: tx.IdOp, refused: tx.Letter == "R"}
				if tx.Money() {
					l.taken, l.captures = tx.Cents, 1
				}
				book = append(book, l)
			}
			return book
		},
		begin: "creerPaiementSecurise", questions: []string{"recupererDetailPaiementSecurise"},
		names: func(session acquirer.Session, reference string) []string {
			return []string{reference, session.Handle.Session}
		},
	}
}

// spoilPayFiP: an answer has no seal. What the client checks is changed: the session's number, which becomes one that cannot be, or another one than
// was asked about; the code of an answer without a result.
func spoilPayFiP(_ string, body []byte) []byte {
	for _, field := range []string{"<idOp>", "<code>"} {
		if i := bytes.Index(body, []byte(field)); i >= 0 {
			out := bytes.Clone(body)
			out[i+len(field)] = '*'
			return out
		}
	}
	return body
}
