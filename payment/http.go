package payment

import (
	"cmp"
	"context"
	"errors"
	"html/template"
	"log/slog"
	"net/http"
	"time"

	"github.com/quittance/quittance/acquirer"
)

// readWithin is how long a client may take to send a callback.
const readWithin = 10 * time.Second

// unavailable is how many seconds the acquirer may wait before it sends again. Nothing relies on a second try: Work asks.
const unavailable = "30"

// statuses gives the answer to an error of Receive, the first that matches.
var statuses = []struct {
	is     error
	status int
	text   string
}{
	{acquirer.ErrUnverified, http.StatusForbidden, "seal missing or wrong"},
	{acquirer.ErrInvalid, http.StatusBadRequest, "not understood"},
	{ErrNotFound, http.StatusNotFound, "unknown reference"},
}

// NotifyHandler takes the acquirer's own notifications. It answers 200 when the message was taken, whatever it did;
// 400 to what is no form or says nothing; 403 when the seal is missing or wrong; 404 to a verified message about an
// unknown payment; 405, 413 and 415 as they are meant; 503 when the store fails. It reads no cookie and asks nothing
// of the acquirer.
//
// It must be exempt from the host's protection against cross-origin requests, behind which it stands:
// [http.CrossOriginProtection.AddInsecureBypassPattern] with the route, such as "POST /payment/notify". What protects
// it is the seal.
func (s *Service) NotifyHandler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		cb, err := s.read(w, r, acquirer.Notify)
		if err != nil {
			refuse(w, err)
			return
		}
		// What the bank says is worth taking even if it does not wait for the answer.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), readWithin)
		defer cancel()
		_, _, err = s.Receive(ctx, cb)
		if err == nil {
			w.Header().Set("Content-Type", "text/plain; charset=utf-8")
			w.WriteHeader(http.StatusOK)
			return
		}
		s.c.Logger.LogAttrs(r.Context(), slog.LevelWarn, "payment: notification", slog.Any("error", err))
		for _, a := range statuses {
			if errors.Is(err, a.is) {
				http.Error(w, a.text, a.status)
				return
			}
		}
		w.Header().Set("Retry-After", unavailable)
		http.Error(w, "not stored, send again", http.StatusServiceUnavailable)
	})
}

// read takes the callback from the request, under a deadline of its own.
func (s *Service) read(w http.ResponseWriter, r *http.Request, ch acquirer.Channel) (acquirer.Callback, error) {
	// A server that cannot set a deadline has one of its own.
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(readWithin))
	return acquirer.ReadCallback(w, r, ch, s.c.Acquirer)
}

func refuse(w http.ResponseWriter, err error) {
	status := http.StatusBadRequest
	if bad := (*acquirer.RequestError)(nil); errors.As(err, &bad) {
		status = bad.Status
	}
	if status == http.StatusMethodNotAllowed {
		w.Header().Set("Allow", http.MethodPost)
	}
	http.Error(w, http.StatusText(status), status)
}

var onward = template.Must(template.New("return").Parse(`<!DOCTYPE html>
<html lang="fr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta http-equiv="refresh" content="0; url={{.}}">
<title>Retour à votre compte</title>
</head>
<body>
<main>
<h1>Retour à votre compte</h1>
<p><a href="{{.}}">Continuer vers votre compte</a></p>
</main>
</body>
</html>
`))

// ReturnHandler takes the payer back from the kiosk: it takes the message that the browser brings, and answers 303 to
// the address that next returns, which should be the account's home page. The redirection is a navigation of the
// host's own site, so that cookies with SameSite=Lax come back with it; for Strict ones see Config.ReturnPage. The
// handler reads and sets no cookie.
//
// next gets the payment as it is now, or a zero payment and an error when nothing could be learned: ErrNoCallback
// when the browser brought nothing, the acquirer's error when the message is not to be trusted, and whatever the
// store says. None of them means that the payment has failed: say « nous vérifions ». The address must not depend on
// the outcome, and whoever shows the payment compares its Debtor with the session.
//
// Like NotifyHandler it must be exempt from the host's protection against cross-origin requests: the post comes from
// the acquirer's site. Without the exemption it never gets here: [http.CrossOriginProtection] answers 403.
func (s *Service) ReturnHandler(next func(*http.Request, Payment, error) string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Cache-Control", "no-store")
		h.Set("Referrer-Policy", "no-referrer")
		var p Payment
		err := ErrNoCallback
		switch r.Method {
		case http.MethodPost:
			var cb acquirer.Callback
			if cb, err = s.read(w, r, acquirer.Return); err != nil {
				err = errors.Join(ErrNoCallback, err)
				break
			}
			// What the browser brings is worth taking even if it does not wait for the answer.
			ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), readWithin)
			defer cancel()
			p, _, err = s.Receive(ctx, cb)
		case http.MethodGet, http.MethodHead:
		default:
			h.Set("Allow", "GET, HEAD, POST")
			http.Error(w, http.StatusText(http.StatusMethodNotAllowed), http.StatusMethodNotAllowed)
			return
		}
		if err != nil {
			p = Payment{}
			s.c.Logger.LogAttrs(r.Context(), slog.LevelWarn, "payment: return", slog.Any("error", err))
		}
		to := cmp.Or(next(r, p, err), "/")
		if !s.c.ReturnPage {
			http.Redirect(w, r, to, http.StatusSeeOther)
			return
		}
		h.Set("Content-Type", "text/html; charset=utf-8")
		if err := onward.Execute(w, to); err != nil {
			s.c.Logger.LogAttrs(r.Context(), slog.LevelError, "payment: return page", slog.Any("error", err))
		}
	})
}
