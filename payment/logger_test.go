package payment_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/paymenttest"
)

// Whoever sets no Logger hears of a message that was refused, in the log of the program.
func TestNilLoggerIsTheDefaultOne(t *testing.T) {
	var log bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
	t.Cleanup(func() { slog.SetDefault(before) })

	w := paymenttest.New(t, paymenttest.Options{Config: func(c *payment.Config) { c.Logger = nil }})
	_, session := w.Begin("D-1")
	cb, err := w.Bank.Visit(session, mock.Behaviour{})
	if err != nil {
		t.Fatal(err)
	}
	r, err := mock.NewRequest(t.Context(), "https://portal.example/notification", mock.Spoil(cb, mock.Unsealed))
	if err != nil {
		t.Fatal(err)
	}
	answer := httptest.NewRecorder()
	w.Service.NotifyHandler().ServeHTTP(answer, r)
	if answer.Code != http.StatusForbidden {
		t.Fatalf("answered %d", answer.Code)
	}
	for _, want := range []string{"level=INFO msg=payment", "level=WARN", acquirer.ErrUnverified.Error()} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("the log has no %q:\n%s", want, &log)
		}
	}
}

// refusingBank is an acquirer that refuses calls with the errors that the test says.
type refusingBank struct {
	acquirer.Client
	begin, status error
}

func (b *refusingBank) Begin(ctx context.Context, o acquirer.Order) (acquirer.Session, error) {
	if b.begin != nil {
		return acquirer.Session{}, b.begin
	}
	return b.Client.Begin(ctx, o)
}

func (b *refusingBank) Status(ctx context.Context, q acquirer.Question) (acquirer.Result, error) {
	if b.status != nil {
		return acquirer.Result{}, b.status
	}
	return b.Client.Status(ctx, q)
}

// A key that had expired kept everybody from paying, and no line of the log and no number of Health said so: an error of the acquirer was the payer's alone.
func TestFailedCallsAreLogged(t *testing.T) {
	for _, c := range []struct {
		kind  error
		level string
	}{{acquirer.ErrConfiguration, "level=ERROR"}, {acquirer.ErrUnavailable, "level=WARN"}} {
		var log bytes.Buffer
		b := &refusingBank{}
		w := newWorld(t, func(c *payment.Config) { b.Client, c.Acquirer, c.Logger = c.Acquirer, b, textLogger(&log) })
		says := func(message, reference string) {
			t.Helper()
			for line := range strings.Lines(log.String()) {
				if strings.Contains(line, c.level) && strings.Contains(line, `"payment: `+message+`"`) && strings.Contains(line, reference) &&
					strings.Contains(line, c.kind.Error()) {
					return
				}
			}
			t.Errorf("%v: no line says %q of %s:\n%s", c.kind, message, reference, &log)
		}
		b.begin = &acquirer.Error{Op: acquirer.OpBegin, Kind: c.kind}
		p, _, err := w.Begin(w.ctx, payment.BeginRequest{Key: key("1"), Debt: debt("1")})
		if !errors.Is(err, c.kind) {
			t.Fatalf("Begin: %v", err)
		}
		says("not begun", p.Reference)

		b.begin, b.status = nil, &acquirer.Error{Op: acquirer.OpStatus, Kind: c.kind}
		w.bank.Notify = func(acquirer.Callback) {}
		q, _ := w.begin("2")
		w.pass(17 * time.Minute)
		says("not answered", q.Reference)
	}
}
