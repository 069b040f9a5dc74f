package main

import (
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/quittance/quittance/acquirer/worldline/sips/sipstest"
)

// maxWish is the largest request that is read.
const maxWish = 64 << 10

// A desk is the bank clerk's side of the platform: the page and the API.
//
//	GET  /api/transactions   what really happened, oldest first
//	GET  /api/deliveries     the notifications that were sent, oldest first
//	GET  /api/not-simulated  what is taken and has no effect, the most used first
//	POST /api/ACTION         a JSON wish, see actions.go; 200 with what was done, or 4xx with {"error": …}
type desk struct {
	platform atomic.Pointer[platform]
}

func newDesk() *desk { return new(desk) }

// open is called once the platform listens; before it nothing can be asked.
func (d *desk) open(p platform) { d.platform.Store(&p) }

func (d *desk) at() platform { return *d.platform.Load() }

// handler refuses what another site's page sends through the developer's browser: by its origin, and by a name that it has
// given to this machine.
func (d *desk) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", d.page)
	mux.HandleFunc("GET /{nothing}", func(w http.ResponseWriter, _ *http.Request) { d.show(w, http.StatusNotFound, nothingThere) })
	mux.HandleFunc("POST /desk/{action}", d.button)
	mux.HandleFunc("GET /api/transactions", func(w http.ResponseWriter, _ *http.Request) { write(w, http.StatusOK, d.at().transactions()) })
	mux.HandleFunc("GET /api/deliveries", func(w http.ResponseWriter, _ *http.Request) { write(w, http.StatusOK, d.at().deliveries()) })
	mux.HandleFunc("GET /api/not-simulated", func(w http.ResponseWriter, _ *http.Request) { write(w, http.StatusOK, d.at().absent()) })
	mux.HandleFunc("POST /api/{action}", d.api)
	return guarded(func() bool { return d.platform.Load() != nil }, mux)
}

func local(hostport string) bool {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = strings.Trim(hostport, "[]")
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// api takes a wish as JSON.
func (d *desk) api(w http.ResponseWriter, r *http.Request) {
	refuse := func(status int, err error) { write(w, status, map[string]string{"error": err.Error()}) }
	var what wish
	if status, err := readWish(w, r, &what); err != nil {
		refuse(status, err)
		return
	}
	got, ok, err := d.at().do(r.PathValue("action"), what)
	if !ok {
		refuse(http.StatusNotFound, errors.New("there is no such action"))
		return
	}
	if err != nil {
		refuse(status(err), err)
		return
	}
	write(w, http.StatusOK, got)
}

func status(err error) int {
	if errors.Is(err, sipstest.ErrNotFound) {
		return http.StatusNotFound
	}
	return http.StatusConflict
}

func write(w http.ResponseWriter, status int, v any) {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		http.Error(w, "the answer cannot be written", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	w.Write(append(b, '\n'))
}

// transaction is a transaction of the book as the API and the page show it.
type transaction struct {
	Merchant      string    `json:"merchant"`
	Reference     string    `json:"reference"`
	OrderID       string    `json:"orderId,omitempty"`
	Session       string    `json:"hostedCheckoutId,omitempty"` // Direct
	Payment       string    `json:"payment,omitempty"`          // Direct: the id of the last attempt
	Cents         int64     `json:"amount"`
	Currency      string    `json:"currency"`
	Code          string    `json:"responseCode,omitempty"`      // Direct: statusCode of the last attempt; none while nobody has paid
	Status        string    `json:"transactionStatus,omitempty"` // Direct: of the session
	Authorisation string    `json:"authorisationId,omitempty"`
	Returned      int64     `json:"returned,omitempty"`
	OpenedAt      time.Time `json:"openedAt"`
	Sent          int       `json:"notifications"` // how often the notification was sent
	Undecided     bool      `json:"undecided,omitempty"`

	ended bool // something can be notified
}

// Notifiable reports whether there is something to notify once more.
func (t transaction) Notifiable() bool { return t.ended }

// delivery is a notification as the API shows it.
type delivery struct {
	Merchant  string              `json:"merchant"`
	Reference string              `json:"reference"`
	URL       string              `json:"url"`
	Form      map[string][]string `json:"form,omitempty"`
	Body      string              `json:"body,omitempty"` // Direct
	Faults    []fault             `json:"faults,omitempty"`
	At        time.Time           `json:"at"`
	Status    int                 `json:"status,omitempty"` // of the shop's answer
	Error     string              `json:"error,omitempty"`
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
