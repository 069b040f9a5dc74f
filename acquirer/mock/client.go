package mock

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"

	"github.com/quittance/quittance/acquirer"
)

// Client returns the acquirer with the abilities of its kind and no others: the mock itself where it can cancel and refund, else a client
// that is no [acquirer.Canceller], or neither that nor an [acquirer.Refunder]. The mock itself has both methods in every kind;
// those that its kind lacks return ErrUnsupported.
func (a *Acquirer) Client() acquirer.Client {
	a.initialise()
	switch {
	case a.dialect.cancels:
		return a
	case a.dialect.refunds:
		return refunding{asking{a}}
	}
	return asking{a}
}

// asking is a client of the acquirer that can give nothing back. It prints as the acquirer does.
type asking struct{ a *Acquirer }

var _ acquirer.Listener = asking{}

func (c asking) Merchant() string { return c.a.Merchant() }

func (c asking) Begin(ctx context.Context, o acquirer.Order) (acquirer.Session, error) {
	return c.a.Begin(ctx, o)
}

func (c asking) Parse(cb acquirer.Callback) (acquirer.Result, error) { return c.a.Parse(cb) }

func (c asking) Status(ctx context.Context, q acquirer.Question) (acquirer.Result, error) {
	return c.a.Status(ctx, q)
}

func (c asking) Takes(ch acquirer.Channel) ([]acquirer.Shape, []string) { return c.a.Takes(ch) }
func (c asking) Answer(r *http.Request) (string, bool)                  { return c.a.Answer(r) }
func (c asking) Format(f fmt.State, verb rune)                          { c.a.Format(f, verb) }
func (c asking) LogValue() slog.Value                                   { return c.a.LogValue() }

// refunding is a client of the acquirer that refunds, and does not cancel.
type refunding struct{ asking }

var _ acquirer.Refunder = refunding{}

func (c refunding) Refund(ctx context.Context, m acquirer.Modification) (acquirer.Result, error) {
	return c.a.Refund(ctx, m)
}
