package payfiptest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/internal/fault"
	"github.com/quittance/quittance/acquirer/internal/loopback"
)

// Delivery is one notification that was sent, or could not be.
type Delivery struct {
	Numcli, Refdet string
	URL            string            // of the order; the pair is not in it
	Callback       acquirer.Callback // as a portal receives it
	Faults         []Fault
	At             time.Time // by the platform's clock
	Status         int       // of the portal's answer; 0: there was none
	Err            error     // why there was none
}

// Format prints neither the pair nor what it opens.
func (d Delivery) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "notification of %s of %s to %s: status %d", d.Refdet, d.Numcli, d.URL, d.Status)
}

// A notice is a notification that is due.
type notice struct {
	due       time.Time
	session   *session
	undecided bool // the notice is sent only if the page was opened and the session has no result
}

// endSession stores the result of a session and returns the notices that are due at once. The caller holds the lock.
func (s *Server) endSession(x *session, m Means, letter string, now time.Time) []notice {
	x.GivenUpBefore = x.Letter == "A"
	x.Means, x.Letter, x.DecidedAt, x.decidedIn = m, letter, now, x.Openings
	x.Numauto = ""
	if letter != "A" && letter != "R" && letter != "Z" {
		x.Numauto = s.nextNumauto(m)
	}
	if x.Saisie == "X" && x.Numauto != "" {
		s.regies[x.Numcli].activateMeans(m, workingDayAfter(now))
	}
	n := notice{due: now, session: x}
	switch s.habits.Notify {
	case Never:
		return nil
	case TwoHours:
		n.due = now.Add(notifyDelay)
	case AtNight:
		n.due = nextPurge(now, s.o.PurgeAfter)
	}
	times := 1
	if s.habits.NotifyTwice {
		times = 2
	}
	all := slices.Repeat([]notice{n}, times)
	if n.due.After(now) {
		s.pending = append(s.pending, all...)
		return nil
	}
	return all
}

func (r *regie) activateMeans(m Means, from time.Time) {
	if old, ok := r.activated[m]; !ok || from.Before(old) {
		r.activated[m] = from
	}
}

// nextNumauto returns a new authorisation number, in one of the two forms that were seen: of a card, and of a debit.
func (s *Server) nextNumauto(m Means) string {
	n := 0
	for _, x := range s.sessions {
		if x.Numauto != "" {
			n++
		}
	}
	if m == Card {
		return fmt.Sprintf("%04X", (0xA55A+n*0x1F3)&0xFFFF)
	}
	return fmt.Sprintf("%012d-tip", (112233445566+int64(n)*7)%1_000_000_000_000)
}

// sendAll sends the notices and returns how many were sent or scheduled. The caller does not hold the lock.
func (s *Server) sendAll(all []notice) (sent int) {
	for _, n := range all {
		sent += s.sendNotice(n)
	}
	return sent
}

// ErrNotFound: no session has the reference.
var ErrNotFound = errors.New("payfiptest: no session has the reference")

// Notify sends a notification of the session with a reference again, of several the one that was created last, whatever its state and
// whatever the habits say; with faults of a notification, if any.
func (s *Server) Notify(numcli, refdet string, faults ...Fault) error {
	for _, f := range faults {
		if targetOf(f) != fault.OnNotification {
			return fmt.Errorf("payfiptest: Notify: %.20q is no fault of a notification", string(f))
		}
	}
	s.mu.Lock()
	var found *session
	for _, x := range s.sessions {
		if x.Numcli == numcli && x.Refdet == refdet {
			found = x
		}
	}
	s.mu.Unlock()
	if found == nil {
		return ErrNotFound
	}
	s.sendWith(notice{session: found}, faults)
	return nil
}

// sendNotice sends one notification unless it is no longer needed, and returns how many were sent or scheduled.
func (s *Server) sendNotice(n notice) int {
	s.mu.Lock()
	x := n.session.Transaction
	needless := n.undecided && (x.OpenedAt.IsZero() || x.Letter != "") || x.NotifyURL == ""
	var fs []Fault
	if !needless {
		fs = s.faults.Next(fault.OnNotification)
	}
	s.mu.Unlock()
	if needless {
		return 0
	}
	s.sendWith(n, fs)
	return 1
}

// sendWith sends one notification with faults.
func (s *Server) sendWith(n notice, fs []Fault) {
	s.mu.Lock()
	x, h := n.session.Transaction, s.habits
	s.mu.Unlock()
	idOp := x.IdOp
	if slices.Contains(fs, Tampered) {
		idOp = newIdOp(s.now(), h.TimeBased)
	}
	by := cmp.Or(h.NotifyBy, Form)
	cb := callbackBy(by, cmp.Or(h.NotifyName, "idOp"), idOp)
	cb.Channel = acquirer.Notify
	s.post.Send(func() { s.deliverNotification(x, by, cb, fs) }, fs...)
}

// callbackBy returns the callback that carries one pair in the form or in the query.
func callbackBy(c Carrier, name, idOp string) acquirer.Callback {
	pairs := url.Values{name: {idOp}}
	if c == Form {
		return acquirer.Callback{Form: pairs}
	}
	return acquirer.Callback{Query: pairs}
}

// method returns the HTTP method of the request that carries a callback in this shape.
func (c Carrier) method() string {
	if c == Get {
		return http.MethodGet
	}
	return http.MethodPost
}

// joinQueries appends a query to another one, whose pairs stay as they were written.
func joinQueries(query, appended string) string {
	if query == "" || appended == "" {
		return query + appended
	}
	return query + "&" + appended
}

// newRequest returns the HTTP request that carries a callback to an address. The query of the address is kept.
func newRequest(ctx context.Context, c Carrier, address string, cb acquirer.Callback) (*http.Request, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	u.RawQuery = joinQueries(u.RawQuery, cb.Query.Encode())
	r, err := http.NewRequestWithContext(ctx, c.method(), u.String(), strings.NewReader(cb.Form.Encode()))
	if err == nil && len(cb.Form) > 0 {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return r, err
}

// deliverNotification sends a notification and records it. PayFiP ignores the answer and does not try again.
func (s *Server) deliverNotification(x Transaction, by Carrier, cb acquirer.Callback, fs []Fault) {
	if s.platform.Closed() {
		return
	}
	d := Delivery{Numcli: x.Numcli, Refdet: x.Refdet, URL: x.NotifyURL, Callback: cb, Faults: fs, At: s.now()}
	d.Status, d.Err = s.postCallback(by, x.NotifyURL, cb)
	s.mu.Lock()
	s.sent = loopback.KeepNewest(append(s.sent, d))
	s.mu.Unlock()
	if d.Err != nil || d.Status/100 != 2 {
		cmp.Or(s.o.Logger, slog.Default()).Warn("payfiptest: notification not taken", "reference", d.Refdet, "status", d.Status)
	}
}

func (s *Server) postCallback(by Carrier, to string, cb acquirer.Callback) (status int, err error) {
	req, err := newRequest(s.platform.Closing(), by, to, cb)
	if err != nil {
		return 0, err
	}
	return s.platform.Post(req)
}

// Deliveries are the notifications so far, in the order in which they were answered; the last five thousand at least are kept.
func (s *Server) Deliveries() []Delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.sent)
}
