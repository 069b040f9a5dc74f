package mock

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/internal/bank"
	"github.com/quittance/quittance/acquirer/internal/callback"
	"github.com/quittance/quittance/acquirer/internal/fault"
)

// ErrNoReturn: the browser brings nothing back, because the session has expired or the payer has closed the tab. It is what was
// asked for, and the notification has been sent.
var ErrNoReturn = callback.ErrNoReturn

// Behaviour is what the payer of one order does at the payment page, and what goes wrong with it. The zero value is a payer who
// pays.
type Behaviour struct {
	Outcome acquirer.Outcome // zero: that of Code; without a Code what Plan says, else Accepted
	Code    string           // responseCode, as the card's last two digits would give it; zero: the usual code of the outcome
	Abandon bool             // the payer closes the tab afterwards: a notification, and nothing comes back by the browser

	// Faults of a notification strike the notification of this visit. Faults of a call, given to Visit, strike the next call
	// about the same reference: the status, the cancellation, the refund. Those of a session count in a Plan only.
	Faults []Fault
}

// responseCode returns the code with which a payment ends that goes as b says.
func (b Behaviour) responseCode() (string, error) {
	code, err := bank.CodeFor(b.Outcome, b.Code)
	if err != nil {
		return "", fmt.Errorf("mock: Behaviour: %w", err)
	}
	return code, nil
}

// Visit plays the payer without a browser and returns what the browser would bring back. The Visit of a simulator does the same, and its
// Return also has the request, since there the payment page has an address.
//
// The notification is sent before Visit returns, unless a fault says otherwise; what comes back is never touched by a fault
// (see Spoil). A nil error means that there is something to bring back. An Expired outcome ends the session at once, as if the
// payer had let the fifteen minutes pass. It and an abandoned visit return ErrNoReturn, and are notified; but a kind whose
// messages are hints says nothing of a session that has expired. A session that is unknown, used up, paid or expired is an
// [*acquirer.Error] with the code 25, 94 or 97, and nothing is sent.
func (a *Acquirer) Visit(s acquirer.Session, b Behaviour) (acquirer.Callback, error) {
	a.initialise()
	if _, err := b.responseCode(); err != nil {
		return acquirer.Callback{}, err
	}
	token, _ := a.bankToken(arrivalPairs(s))
	t, err := a.bank.Enter(token)
	if err != nil {
		return acquirer.Callback{}, refusalError("visit", "", err)
	}
	ofCalls := fault.Strikes(fault.OnCall, b.Faults)
	b = a.withPlan(t, b)
	code, err := b.responseCode()
	if err != nil {
		return acquirer.Callback{}, err
	}
	if t, err = a.bank.Pay(token, bank.Card{Code: code}); err != nil {
		return acquirer.Callback{}, refusalError("visit", t.Reference, err)
	}
	if len(ofCalls) > 0 {
		a.mu.Lock()
		a.upcoming[t.Reference] = append(a.upcoming[t.Reference], ofCalls...)
		a.mu.Unlock()
	}
	a.notifyEnd(t, b.Faults)
	if b.Abandon || t.Code == "97" {
		return acquirer.Callback{}, ErrNoReturn
	}
	return a.dialect.write(a, t, acquirer.Return), nil
}

// withPlan fills what b leaves open with what was planned for the order.
func (a *Acquirer) withPlan(t bank.Transaction, b Behaviour) Behaviour {
	a.mu.Lock()
	plan, ok := a.planned[keyOf(t)]
	a.mu.Unlock()
	if !ok {
		return b
	}
	if b.Outcome == "" && b.Code == "" {
		b.Outcome, b.Code, b.Abandon = plan.Outcome, plan.Code, b.Abandon || plan.Abandon
	}
	if b.Faults == nil {
		b.Faults = plan.Faults
	}
	return b
}

// keyOf is the bank's key of a transaction: its ID, or its reference where it has none.
func keyOf(t bank.Transaction) string { return cmp.Or(t.ID, t.Reference) }

// notifyEnd sends the notification about t, with the faults of the visit and those injected. It reports whether this kind of
// acquirer notifies such an end at all.
func (a *Acquirer) notifyEnd(t bank.Transaction, ofVisit []Fault) bool {
	if !t.Retry {
		a.mu.Lock()
		delete(a.planned, keyOf(t))
		a.mu.Unlock()
	}
	if t.Code == "97" && !a.dialect.saysExpiry {
		return false
	}
	fs := append(a.faults.Next(fault.OnNotification), ofVisit...)
	cb := Spoil(a.dialect.write(a, t, acquirer.Notify), fs...)
	a.post.Send(func() { a.deliverNotification(t, cb) }, fs...)
	return true
}

// courier posts notifications: it waits half a minute and follows no redirect, as a bank does.
var courier = &http.Client{
	Timeout:       30 * time.Second,
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

func postCallback(address string, cb acquirer.Callback) (*http.Response, error) {
	r, err := callback.NewRequest(context.Background(), address, cb)
	if err != nil {
		return nil, err
	}
	return courier.Do(r)
}

func (a *Acquirer) deliverNotification(t bank.Transaction, cb acquirer.Callback) {
	if a.Notify != nil {
		a.Notify(Spoil(cb)) // a copy for each delivery
		return
	}
	if t.NotifyURL == "" {
		return
	}
	resp, err := postCallback(t.NotifyURL, cb)
	if err == nil {
		io.Copy(io.Discard, io.LimitReader(resp.Body, 64<<10))
		resp.Body.Close()
		if resp.StatusCode/100 == 2 {
			return
		}
		err = fmt.Errorf("HTTP status %d", resp.StatusCode)
	}
	cmp.Or(a.Logger, slog.Default()).Warn("mock acquirer: notification not delivered", "reference", t.Reference, "error", err)
}
