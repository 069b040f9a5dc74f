package app

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"time"
)

// probeWithin is how long the database may take to answer a probe.
const probeWithin = 2 * time.Second

// probed answers those who watch over the process, whatever name they call it by: GET /healthz says that it runs, GET /readyz that it can
// serve, which needs its database. Neither says anything of payments: what an operator should know of those is payment.Health.
func (a *App) probed(next http.Handler) http.Handler {
	probes := map[string]http.Handler{
		"/healthz": probe(func(context.Context) error { return nil }),
		"/readyz": probe(func(ctx context.Context) error {
			err := a.Database.PingContext(ctx)
			if err != nil {
				a.log.Warn("not ready", slog.Any("error", err))
			}
			return err
		}),
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h, ok := probes[r.URL.Path]
		if !ok {
			h = next
		}
		h.ServeHTTP(w, r)
	})
}

func probe(ask func(context.Context) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Type", "text/plain; charset=utf-8")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Cache-Control", "no-store")
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			h.Set("Allow", "GET, HEAD")
			http.Error(w, http.StatusText(http.StatusMethodNotAllowed), http.StatusMethodNotAllowed)
			return
		}
		ctx, cancel := context.WithTimeout(r.Context(), probeWithin)
		defer cancel()
		if err := ask(ctx); err != nil {
			http.Error(w, "not ready", http.StatusServiceUnavailable)
			return
		}
		io.WriteString(w, "ok\n")
	}
}
