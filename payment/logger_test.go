package payment_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
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
		b.begin = &acquirer.Error{Op: acquirer.OpBegin, Kind: c.kind, Err: errors.New(strings.Repeat("what is wrong ", 20) + "and what to do")}
		p, _, err := w.Begin(w.ctx, payment.BeginRequest{Key: key("1"), Debt: debt("1")})
		if !errors.Is(err, c.kind) {
			t.Fatalf("Begin: %v", err)
		}
		says("not begun", p.Reference)
		if !strings.Contains(log.String(), "and what to do") {
			t.Errorf("the cause is cut:\n%s", &log)
		}

		b.begin, b.status = nil, &acquirer.Error{Op: acquirer.OpStatus, Kind: c.kind}
		w.bank.Notify = func(acquirer.Callback) {}
		q, _ := w.begin("2")
		w.pass(17 * time.Minute)
		says("not answered", q.Reference)
	}
}

// roomlessStore is a store that can be read, and that has no room for what is written.
type roomlessStore struct {
	payment.Store
	full error
}

func (s *roomlessStore) Create(ctx context.Context, p payment.Payment, e payment.Entry) error {
	if s.full != nil {
		return s.full
	}
	return s.Store.Create(ctx, p, e)
}

func (s *roomlessStore) Commit(ctx context.Context, p payment.Payment, e payment.Entry) error {
	if s.full != nil {
		return s.full
	}
	return s.Store.Commit(ctx, p, e)
}

// On a full disk nobody could pay: Health, which only reads, was all zero, and a notification that could not be kept was a warning like a forged one.
func TestStoreThatCannotWriteIsLogged(t *testing.T) {
	var log bytes.Buffer
	s := &roomlessStore{}
	w := newWorld(t, func(c *payment.Config) { s.Store, c.Store, c.Logger = c.Store, s, textLogger(&log) })
	says := func(want ...string) {
		t.Helper()
		for line := range strings.Lines(log.String()) {
			if !slices.ContainsFunc(want, func(part string) bool { return !strings.Contains(line, part) }) {
				return
			}
		}
		t.Errorf("no line has %q:\n%s", want, &log)
	}
	w.bank.Notify = func(acquirer.Callback) {}
	_, session := w.begin("1")
	cb, err := w.bank.Visit(session, mock.Behaviour{})
	w.must("Visit", err)
	s.full = errors.New("database or disk is full")
	if _, _, err := w.Begin(w.ctx, payment.BeginRequest{Key: key("2"), Debt: debt("2")}); !errors.Is(err, s.full) {
		t.Fatalf("Begin: %v", err)
	}
	says("level=ERROR", `"payment: not begun"`, s.full.Error())
	for message, handler := range map[string]http.Handler{
		"payment: notification": w.NotifyHandler(), "payment: return": w.ReturnHandler(func(*http.Request, payment.Payment, error) string { return "/" }),
	} {
		r, err := mock.NewRequest(t.Context(), "https://portal.example/", cb)
		w.must("NewRequest", err)
		handler.ServeHTTP(httptest.NewRecorder(), r)
		says("level=ERROR", `"`+message+`"`, s.full.Error())
	}
	log.Reset()
	for _, own := range []error{payment.ErrHeld, payment.ErrInvalid} { // what is the payer's own affair, or a form's, fills no log
		r := payment.BeginRequest{Key: key("3"), Debt: debt("1")}
		if own == payment.ErrInvalid {
			r.Key = ""
		}
		s.full = nil
		if _, _, err := w.Begin(w.ctx, r); !errors.Is(err, own) {
			t.Errorf("%v, want %v", err, own)
		}
	}
	if strings.Contains(log.String(), "not begun") {
		t.Errorf("the log of what is the payer's own affair:\n%s", &log)
	}
}
