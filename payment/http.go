package payment

import (
	"cmp"
	"context"
	"errors"
	"html/template"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/quittance/quittance/acquirer"
)

// readWithin is how long a client may take to send a callback.
const readWithin = 10 * time.Second

// retryAfterSeconds is how many seconds the acquirer may wait before it sends again. Nothing relies on a second try: Work asks.
const retryAfterSeconds = "30"

// answersToErrors are the HTTP answers to the errors of Receive; the first that matches counts.
var answersToErrors = []struct {
	is     error
	status int
	text   string
}{
	{acquirer.ErrUnverified, http.StatusForbidden, "seal missing or wrong"},
	{acquirer.ErrInvalid, http.StatusBadRequest, "not understood"},
	{ErrNotFound, http.StatusNotFound, "unknown reference"},
}

// answerTo returns the HTTP answer to an error of Receive.
func answerTo(err error) (status int, text string) {
	for _, a := range answersToErrors {
		if errors.Is(err, a.is) {
			return a.status, a.text
		}
	}
	return http.StatusServiceUnavailable, "not stored, send again"
}

// NotifyHandler takes the notifications of the acquirers, in the shapes that each sends. It answers 200 when the message was
// taken, whatever it did, and to a hint that was followed; 400 to what has no content or says nothing; 403 when no acquirer
// finds its seal in it; 404 to a message about an unknown payment; 405, 413, 414 and 415 as they are meant; 503 when the store
// fails. A GET by which an acquirer verifies the address hears what it must hear. The handler reads no cookie; it asks an
// acquirer only after a hint, within five seconds, and at most once per payment and ten seconds.
//
// It must be exempt from the host's protection against cross-origin requests, behind which it stands:
// [http.CrossOriginProtection.AddInsecureBypassPattern] with the route, such as "/payment/notify", whatever the method. What
// protects it is the seal, and that a hint only makes us ask.
func (s *Service) NotifyHandler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		limitReading(w)
		h := w.Header()
		h.Set("Cache-Control", "no-store")
		if text, ok := s.verificationAnswer(r); ok {
			h.Set("Content-Type", "text/plain; charset=utf-8")
			h.Set("X-Content-Type-Options", "nosniff")
			io.WriteString(w, text)
			return
		}
		offers, err := s.readOffers(w, r, acquirer.Notify)
		if err != nil {
			refuseRequest(w, err, s.allowedMethods(acquirer.Notify))
			return
		}
		// A notification is taken even if its sender does not wait for the answer.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), readWithin)
		defer cancel()
		_, _, err = s.receiveOffered(ctx, acquirer.Notify, offers)
		if err == nil {
			h.Set("Content-Type", "text/plain; charset=utf-8")
			w.WriteHeader(http.StatusOK)
			return
		}
		status, text := answerTo(err)
		level := slog.LevelWarn
		if status == http.StatusServiceUnavailable { // the message is right, and the store fails
			level = slog.LevelError
			h.Set("Retry-After", retryAfterSeconds)
		}
		s.c.Logger.LogAttrs(r.Context(), level, "payment: notification", slog.Any("error", err))
		http.Error(w, text, status)
	})
}

// verificationAnswer returns the answer to a GET by which an acquirer verifies the address; false for any other request.
func (s *Service) verificationAnswer(r *http.Request) (string, bool) {
	for _, c := range s.clients.all {
		if l, ok := c.(acquirer.Listener); ok && (r.Method == http.MethodGet || r.Method == http.MethodHead) {
			if text, ok := l.Answer(r); ok {
				return text, true
			}
		}
	}
	return "", false
}

// limitReading limits how long the request may take to arrive, also one whose body nobody here reads: net/http waits for that before it
// sends an answer. A server that cannot set a deadline has one of its own.
func limitReading(w http.ResponseWriter) {
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(readWithin))
}

// readOffers reads the request once, and returns it for each acquirer that takes its shape. If none does, the error is that of the shape
// which fits best.
func (s *Service) readOffers(w http.ResponseWriter, r *http.Request, ch acquirer.Channel) ([]offer, error) {
	in, err := acquirer.ReadIncoming(w, r)
	if err != nil {
		return nil, err
	}
	var offers []offer
	var refused *acquirer.RequestError
	for _, c := range s.clients.all {
		cb, err := in.Callback(ch, c)
		if err == nil {
			offers = append(offers, offer{c, cb})
		} else if re := (*acquirer.RequestError)(nil); errors.As(err, &re) {
			refused = acquirer.CloserRefusal(refused, re)
		}
	}
	if len(offers) == 0 {
		return nil, refused
	}
	return offers, nil
}

// allowedMethods returns the HTTP methods of the acquirers' messages on a channel.
func (s *Service) allowedMethods(ch acquirer.Channel) []string {
	var out []string
	for _, c := range s.clients.all {
		shapes, _ := acquirer.Takes(c, ch)
		for _, shape := range shapes {
			for _, m := range shape.Methods() {
				if !slices.Contains(out, m) {
					out = append(out, m)
				}
			}
		}
	}
	return out
}

// refuseRequest answers a request that is no message.
func refuseRequest(w http.ResponseWriter, err error, allowed []string) {
	status := http.StatusBadRequest
	if bad := (*acquirer.RequestError)(nil); errors.As(err, &bad) {
		status = bad.Status
	}
	if status == http.StatusMethodNotAllowed {
		w.Header().Set("Allow", strings.Join(allowed, ", "))
	}
	http.Error(w, http.StatusText(status), status)
}

var returnPage = template.Must(template.New("return").Parse(`<!DOCTYPE html>
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

// ReturnHandler takes the payer back from the payment page: it takes the message that the browser brings, by POST or by GET as
// the acquirer sends it, and answers 303 to the address that next returns, which should be the account's home page. The redirection
// is a navigation of the host's own site, so that cookies with SameSite=Lax come back with it; for Strict ones see Config.ReturnPage.
// The handler reads and sets no cookie.
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
		limitReading(w)
		h := w.Header()
		h.Set("Cache-Control", "no-store")
		h.Set("Referrer-Policy", "no-referrer")
		var p Payment
		err := ErrNoCallback
		switch {
		case slices.Contains(s.allowedMethods(acquirer.Return), r.Method):
			p, err = s.receiveReturn(w, r)
		case r.Method == http.MethodGet, r.Method == http.MethodHead, r.Method == http.MethodPost:
		default:
			h.Set("Allow", "GET, HEAD, POST")
			http.Error(w, http.StatusText(http.StatusMethodNotAllowed), http.StatusMethodNotAllowed)
			return
		}
		if err != nil {
			p = Payment{}
			level := slog.LevelWarn
			if errors.Is(err, ErrNoCallback) { // anybody can ask for the address with nothing: that must not fill a log
				level = slog.LevelDebug
			} else if status, _ := answerTo(err); status == http.StatusServiceUnavailable {
				level = slog.LevelError
			}
			s.c.Logger.LogAttrs(r.Context(), level, "payment: return", slog.Any("error", err))
		}
		to := cmp.Or(next(r, p, err), "/")
		if !s.c.ReturnPage {
			http.Redirect(w, r, to, http.StatusSeeOther)
			return
		}
		h.Set("Content-Type", "text/html; charset=utf-8")
		if err := returnPage.Execute(w, to); err != nil {
			s.c.Logger.LogAttrs(r.Context(), slog.LevelError, "payment: return page", slog.Any("error", err))
		}
	})
}

// receiveReturn takes the message that a browser brings, even if the browser does not wait for the answer.
func (s *Service) receiveReturn(w http.ResponseWriter, r *http.Request) (Payment, error) {
	offers, err := s.readOffers(w, r, acquirer.Return)
	if err != nil {
		return Payment{}, errors.Join(ErrNoCallback, err)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), readWithin)
	defer cancel()
	p, _, err := s.receiveOffered(ctx, acquirer.Return, offers)
	return p, err
}
