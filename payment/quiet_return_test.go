package payment_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/quittance/quittance/payment"
)

// Whoever asks for the return's address with nothing fills no log.
func TestEmptyReturnsAreQuiet(t *testing.T) {
	var log bytes.Buffer
	w := newWorld(t, func(c *payment.Config) {
		c.Logger = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelInfo}))
	})
	h := w.ReturnHandler(func(*http.Request, payment.Payment, error) string { return "/accueil" })
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodHead} {
		for range 20 {
			rec := httptest.NewRecorder()
			h.ServeHTTP(rec, httptest.NewRequest(method, "/paiement/retour", nil))
			if rec.Code != http.StatusSeeOther || rec.Header().Get("Location") != "/accueil" {
				t.Fatalf("%s: %d to %s", method, rec.Code, rec.Header().Get("Location"))
			}
		}
	}
	if log.Len() > 0 {
		t.Errorf("60 requests with nothing wrote\n%s", &log)
	}
}
