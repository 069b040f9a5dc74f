package payment_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

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
