package mock_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/payment/paymenttest"
	"github.com/shopspring/decimal"
)

func order(reference string) acquirer.Order {
	return acquirer.Order{
		ID: "00000000000000000000000004", Reference: reference, Amount: decimal.New(5000, -2), Currency: "EUR",
		ReturnURL: "https://fund.example/return", Language: "fr",
	}
}

func begin(t *testing.T, a *mock.Acquirer, o acquirer.Order) acquirer.Session {
	t.Helper()
	s, err := a.Begin(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// pay begins an order and visits its session.
func pay(t *testing.T, a *mock.Acquirer, reference string, b mock.Behaviour) acquirer.Callback {
	t.Helper()
	cb, err := a.Visit(begin(t, a, order(reference)), b)
	if err != nil {
		t.Fatal(err)
	}
	return cb
}

func kind(err error) error {
	if e := (*acquirer.Error)(nil); errors.As(err, &e) {
		return e.Kind
	}
	return err
}

func TestZeroValue(t *testing.T) {
	var a mock.Acquirer
	s := begin(t, &a, order("PCLCB172540000004"))
	if s.URL != "https://kiosk.invalid/pay" || s.Method != "POST" || len(s.Fields) != 1 || !s.ExpiresAt.After(time.Now()) {
		t.Errorf("session at %s %s with %d fields, until %v", s.Method, s.URL, len(s.Fields), s.ExpiresAt)
	}
	cb, err := a.Visit(s, mock.Behaviour{})
	if err != nil {
		t.Fatal(err)
	}
	got, err := a.Parse(cb)
	if err != nil {
		t.Fatal(err)
	}
	want := acquirer.Result{
		Reference: "PCLCB172540000004", OrderID: "00000000000000000000000004", Merchant: "201000005940002",
		Amount: decimal.New(50, 0), Currency: "EUR", Outcome: acquirer.Accepted, Code: "00", AcquirerCode: "00",
		AuthorisationID: "761208", Brand: "CB", MaskedPAN: "5017##########00", Means: acquirer.Card, At: got.At,
	}.WithFields(map[string]string{"transactionStatus": "TO_CAPTURE", "paymentAttemptNumber": "1"})
	if !got.Equal(want) || time.Since(got.At).Abs() > time.Minute {
		t.Errorf("got %+v at %v, want %+v", got.LogValue(), got.At, want.LogValue())
	}
}

func TestFields(t *testing.T) {
	clock := paymenttest.NewClock(afternoon)
	a := &mock.Acquirer{URL: "http://127.0.0.1:8080/kiosk/", MerchantID: "002001000000001", Now: clock.Now}
	s := begin(t, a, order("REF"))
	if s.URL != "http://127.0.0.1:8080/kiosk/pay" || !s.ExpiresAt.Equal(clock.Now().Add(time.Hour)) {
		t.Errorf("session at %s until %v", s.URL, s.ExpiresAt)
	}
	if got := a.Book()[0].Merchant; got != "002001000000001" || a.Merchant() != got {
		t.Errorf("the merchant is %q, the book says %q", a.Merchant(), got)
	}
}

// What a payer can do, by outcome and by code, and what comes back.
func TestVisit(t *testing.T) {
	type answer struct {
		Outcome acquirer.Outcome
		Decline acquirer.Decline
		Code    string
		Status  string
	}
	tests := []struct {
		b    mock.Behaviour
		want answer
		back bool
	}{
		{mock.Behaviour{}, answer{"accepted", "", "00", "TO_CAPTURE"}, true},
		{mock.Behaviour{Outcome: acquirer.Refused}, answer{"refused", "do_not_honour", "05", "REFUSED"}, true},
		{mock.Behaviour{Outcome: acquirer.Refused, Code: "54"}, answer{"refused", "expired_card", "54", "REFUSED"}, true},
		{mock.Behaviour{Code: "75"}, answer{"refused", "too_many_attempts", "75", "REFUSED"}, true},
		{mock.Behaviour{Outcome: acquirer.Cancelled}, answer{"cancelled", "", "17", "ABORTED"}, true},
		{mock.Behaviour{Outcome: acquirer.Pending}, answer{"pending", "", "60", "PENDING"}, true},
		{mock.Behaviour{Outcome: acquirer.Failed}, answer{"failed", "", "90", "INVALID"}, true},
		{mock.Behaviour{Outcome: acquirer.Unknown}, answer{"unknown", "", "77", "PENDING"}, true},
		{mock.Behaviour{Code: "ZZ"}, answer{"unknown", "", "ZZ", "PENDING"}, true},
		{mock.Behaviour{Outcome: acquirer.Expired}, answer{"expired", "", "97", "EXPIRED"}, false},
		{mock.Behaviour{Abandon: true}, answer{"accepted", "", "00", "TO_CAPTURE"}, false},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprintf("%+v", tt.b), func(t *testing.T) {
			w := newWorld(mock.Sips)
			cb, err := w.a.Visit(begin(t, w.a, order("REF")), tt.b)
			if tt.back != (err == nil) || !tt.back && (!errors.Is(err, mock.ErrNoReturn) || cb.Form != nil) {
				t.Fatalf("came back: %v with %v", cb.Form, err)
			}
			sent := w.Callbacks()
			if tt.back {
				sent = append(sent, cb)
			}
			var got []answer
			for _, cb := range sent {
				r, err := w.a.Parse(cb)
				if err != nil {
					t.Fatal(err)
				}
				status, _ := r.Field("transactionStatus")
				got = append(got, answer{r.Outcome, r.Decline, r.Code, status})
			}
			want := []answer{tt.want}
			if tt.back {
				want = append(want, tt.want)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("notification and return (-want +got):\n%s", diff)
			}
		})
	}
}

func TestVisitErrors(t *testing.T) {
	w := newWorld(mock.Sips)
	s := begin(t, w.a, order("REF"))
	for _, b := range []mock.Behaviour{
		{Outcome: "paid"}, {Code: "000"}, {Code: "0|"}, {Outcome: acquirer.Accepted, Code: "05"}, {Outcome: acquirer.Unknown, Code: "00"},
	} {
		if _, err := w.a.Visit(s, b); err == nil {
			t.Errorf("%+v: no error", b)
		}
	}
	if _, err := w.a.Visit(acquirer.Session{}, mock.Behaviour{}); kind(err) != acquirer.ErrNotFound {
		t.Errorf("a session that is none: %v", err)
	}
	if _, err := w.a.Visit(s, mock.Behaviour{}); err != nil {
		t.Errorf("the session was used up by a behaviour that is none: %v", err)
	}
	if _, err := w.a.Visit(s, mock.Behaviour{}); kind(err) != acquirer.ErrConflict && kind(err) != acquirer.ErrReferenceUsed {
		t.Errorf("a session that was paid: %v", err)
	}
	if n := len(w.Callbacks()); n != 1 {
		t.Errorf("%d notifications, want 1", n)
	}
}

func TestPlan(t *testing.T) {
	asked := 0
	w := newWorld(mock.Sips)
	w.a.Plan = func(o acquirer.Order) mock.Behaviour {
		asked++
		return map[string]mock.Behaviour{
			"REFUSED": {Outcome: acquirer.Refused, Faults: []mock.Fault{mock.Doubled}},
			"DEAF":    {Faults: []mock.Fault{mock.Timeout}},
			"EXPIRED": {Outcome: acquirer.Expired, Faults: []mock.Fault{mock.Lost}},
			"ONCE":    {Outcome: acquirer.Refused, Faults: []mock.Fault{mock.RedirectOnce}},
			"WRONG":   {Code: "xxx"},
		}[o.Reference]
	}
	r, err := w.a.Parse(pay(t, w.a, "REFUSED", mock.Behaviour{}))
	if err != nil || r.Outcome != acquirer.Refused || len(w.Callbacks()) != 2 {
		t.Errorf("the plan: %v, %v, %d notifications", r, err, len(w.Callbacks()))
	}
	if _, err := w.a.Begin(t.Context(), order("DEAF")); kind(err) != acquirer.ErrUnanswered {
		t.Errorf("a planned time-out: %v", err)
	}
	if _, err := w.a.Begin(t.Context(), order("WRONG")); kind(err) != acquirer.ErrConfiguration {
		t.Errorf("a plan that is none: %v", err)
	}
	r, err = w.a.Parse(pay(t, w.a, "ONCE", mock.Behaviour{Outcome: acquirer.Accepted}))
	if err != nil || r.Outcome != acquirer.Accepted {
		t.Errorf("the visit goes before the plan: %v, %v", r, err)
	}
	begin(t, w.a, order("EXPIRED"))
	before := len(w.Callbacks())
	if err := w.Advance(time.Hour); err != nil || len(w.Callbacks()) != before+1 { // that of DEAF, which was opened too
		t.Errorf("the planned fault did not strike the notification of the expiry: %d notifications, %v", len(w.Callbacks())-before, err)
	}
	if asked != 5 {
		t.Errorf("the plan was asked %d times for 5 orders", asked)
	}
}

// Every call and what a fault makes of it: the kind of the error, and whether the call was carried out.
func TestFaultsOfCalls(t *testing.T) {
	tests := map[mock.Fault]struct {
		kind error
		done bool
	}{
		mock.Timeout:     {acquirer.ErrUnanswered, true},
		mock.Truncated:   {acquirer.ErrUnanswered, true},
		mock.ServerError: {acquirer.ErrUnanswered, false},
		mock.Unreachable: {acquirer.ErrUnavailable, false},
	}
	for fault, want := range tests {
		t.Run(string(fault), func(t *testing.T) {
			var a mock.Acquirer
			inject(t, &a, acquirer.OpBegin, fault)
			if s, err := a.Begin(t.Context(), order("REF")); kind(err) != want.kind || !s.IsZero() {
				t.Errorf("Begin: %v, %v", s, err)
			}
			if opened := len(a.Book()) == 1; opened != want.done {
				t.Errorf("Begin opened a session at the bank: %t, want %t", opened, want.done)
			}
			pay(t, &a, "PAID", mock.Behaviour{})
			inject(t, &a, acquirer.OpStatus, fault)
			if r, err := a.Status(t.Context(), acquirer.Question{Reference: "PAID"}); kind(err) != want.kind || r.Reference != "" {
				t.Errorf("Status: %v, %v", r, err)
			}
			m := acquirer.Modification{Reference: "PAID", Amount: decimal.New(2000, -2), Currency: "EUR"}
			inject(t, &a, acquirer.OpCancel, fault)
			if _, err := a.Cancel(t.Context(), m); kind(err) != want.kind {
				t.Errorf("Cancel: %v", err)
			}
			a.Remit()
			inject(t, &a, "", fault)
			if _, err := a.Refund(t.Context(), m); kind(err) != want.kind {
				t.Errorf("Refund: %v", err)
			}
			returned := decimal.Zero
			if want.done {
				returned = decimal.New(40, 0)
			}
			if r, err := a.Status(t.Context(), acquirer.Question{Reference: "PAID"}); err != nil || !r.Returned.Equal(returned) {
				t.Errorf("afterwards %s is back (%v), want %s", r.Returned, err, returned)
			}
		})
	}
}

func inject(t *testing.T, a *mock.Acquirer, op string, faults ...mock.Fault) {
	t.Helper()
	if err := a.Inject(op, faults...); err != nil {
		t.Fatal(err)
	}
}

func TestSlowAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &mock.Acquirer{Delay: 20 * time.Second}
		pay(t, a, "REF", mock.Behaviour{})
		start := time.Now()
		inject(t, a, acquirer.OpStatus, mock.Slow)
		if r, err := a.Status(t.Context(), acquirer.Question{Reference: "REF"}); err != nil || r.Outcome != acquirer.Accepted || time.Since(start) != 20*time.Second {
			t.Errorf("patient: %v, %v after %v", r, err, time.Since(start))
		}
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		start = time.Now()
		inject(t, a, acquirer.OpCancel, mock.Slow)
		_, err := a.Cancel(ctx, acquirer.Modification{Reference: "REF", Amount: decimal.New(50, 0), Currency: "EUR"})
		if kind(err) != acquirer.ErrUnanswered || !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != 5*time.Second {
			t.Errorf("hurried: %v after %v", err, time.Since(start))
		}
		if got := a.Book()[0].Returned(); got != 5000 {
			t.Errorf("the money went back in the meantime: %d cents, want 5000", got)
		}
	})
}

// Sessions expire and payments are remitted by the fake clock of a bubble as well.
func TestTimeInABubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var notified []acquirer.Callback
		a := &mock.Acquirer{Notify: func(cb acquirer.Callback) { notified = append(notified, cb) }}
		begin(t, a, order("REF"))
		time.Sleep(15*time.Minute - time.Millisecond)
		if n := a.Tick(); n != 0 {
			t.Errorf("%d notifications before the end", n)
		}
		time.Sleep(time.Millisecond)
		if n := a.Tick(); n != 1 || len(notified) != 1 {
			t.Fatalf("%d notifications at the end", n)
		}
		if r, err := a.Parse(notified[0]); err != nil || r.Code != "97" || r.Outcome != acquirer.Expired {
			t.Errorf("%v, %v", r, err)
		}
	})
}

func TestInjectErrors(t *testing.T) {
	var a mock.Acquirer
	for _, tt := range []struct {
		op    string
		fault mock.Fault
	}{{"parse", mock.Timeout}, {"", "nothing"}, {acquirer.OpStatus, mock.Lost}, {acquirer.OpBegin, mock.RedirectOnce}} {
		if err := a.Inject(tt.op, tt.fault); err == nil {
			t.Errorf("Inject(%q, %q): no error", tt.op, tt.fault)
		}
	}
	for _, f := range mock.Faults() {
		if err := a.Inject("", f); err != nil {
			t.Error(err)
		}
	}
}

// Each Inject is for one call, in turn.
func TestInjectedFaultsStrikeInTurn(t *testing.T) {
	var a mock.Acquirer
	pay(t, &a, "REF", mock.Behaviour{Faults: []mock.Fault{mock.Unreachable}}) // for the next call about REF
	inject(t, &a, acquirer.OpStatus, mock.Timeout)
	inject(t, &a, acquirer.OpStatus, mock.ServerError)
	if _, err := a.Status(t.Context(), acquirer.Question{Reference: "OTHER"}); kind(err) != acquirer.ErrUnanswered {
		t.Errorf("first: %v", err)
	}
	if _, err := a.Status(t.Context(), acquirer.Question{Reference: "REF"}); kind(err) != acquirer.ErrUnavailable {
		t.Errorf("second: %v", err)
	}
	if _, err := a.Status(t.Context(), acquirer.Question{Reference: "REF"}); err != nil {
		t.Errorf("third: %v", err)
	}
}

func TestSeveralAttempts(t *testing.T) {
	w := newWorld(mock.Sips)
	w.a.SeveralAttempts = true
	s := begin(t, w.a, order("REF"))
	var got []string
	for _, code := range []string{"05", "51", "00"} {
		cb, err := w.a.Visit(s, mock.Behaviour{Code: code})
		if err != nil {
			t.Fatal(err)
		}
		r, err := w.a.Parse(cb)
		if err != nil {
			t.Fatal(err)
		}
		asked, err := w.a.Status(t.Context(), acquirer.Question{Reference: "REF"})
		if err != nil || asked.Fingerprint() != r.Fingerprint() {
			t.Errorf("asked: %v, %v", asked, err)
		}
		n, _ := r.Field("paymentAttemptNumber")
		got = append(got, r.Code+" "+string(r.Outcome)+" "+n)
	}
	if diff := cmp.Diff([]string{"05 pending 1", "51 pending 2", "00 accepted 3"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}

	s = begin(t, w.a, order("REF2"))
	if _, err := w.a.Visit(s, mock.Behaviour{Code: "05"}); err != nil {
		t.Fatal(err)
	}
	w.clock.Add(15 * time.Minute)
	if r, err := w.a.Status(t.Context(), acquirer.Question{Reference: "REF2"}); err != nil || r.Outcome != acquirer.Refused {
		t.Errorf("after the session: %v, %v", r, err)
	}
}

// An incident proves nothing about the money: it is pending, notified and asked, until the bank has found out.
func TestIncidentIsPendingUntilDecided(t *testing.T) {
	var a mock.Acquirer
	r, err := a.Parse(pay(t, &a, "REF", mock.Behaviour{Code: "99"}))
	if err != nil || r.Outcome != acquirer.Pending {
		t.Errorf("notified: %v, %v", r, err)
	}
	ask := func() acquirer.Outcome {
		r, err := a.Status(t.Context(), acquirer.Question{Reference: "REF"})
		if err != nil {
			t.Fatal(err)
		}
		return r.Outcome
	}
	if got := ask(); got != acquirer.Pending {
		t.Errorf("asked: %s", got)
	}
	if err := a.Decide("REF", mock.Behaviour{Outcome: acquirer.Failed}); err != nil {
		t.Fatal(err)
	}
	if got := ask(); got != acquirer.Failed {
		t.Errorf("decided: %s", got)
	}
}

func TestErrorsOfOrders(t *testing.T) {
	var a mock.Acquirer
	for field, change := range map[string]func(*acquirer.Order){
		"ID":        func(o *acquirer.Order) { o.ID = "" },
		"Reference": func(o *acquirer.Order) { o.Reference = "4970101234567890|" },
		"Amount":    func(o *acquirer.Order) { o.Amount = decimal.New(1, 20_000_000) },
		"Currency":  func(o *acquirer.Order) { o.Currency = "€" },
		"ReturnURL": func(o *acquirer.Order) { o.ReturnURL = "return" },
		"NotifyURL": func(o *acquirer.Order) { o.NotifyURL = "ftp://fund.example/" },
		"Language":  func(o *acquirer.Order) { o.Language = "fr<script>" },
	} {
		o := order("REF")
		change(&o)
		_, err := a.Begin(t.Context(), o)
		e := (*acquirer.Error)(nil)
		if !errors.As(err, &e) || e.Kind != acquirer.ErrInvalid || e.Field != field {
			t.Errorf("%s: %v", field, err)
		}
		if err != nil && strings.Contains(err.Error(), "4970101234567890") {
			t.Errorf("%s: the error repeats what it was given: %v", field, err)
		}
	}
	if n := len(a.Book()); n != 0 {
		t.Errorf("%d orders were opened", n)
	}
}

// No verb prints the key or a session.
func TestPrintsNoSecret(t *testing.T) {
	var a mock.Acquirer
	s := begin(t, &a, order("REF"))
	var out bytes.Buffer
	slog.New(slog.NewJSONHandler(&out, nil)).Info("acquirer", "client", &a)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		fmt.Fprintf(&out, verb+"\n", &a)
	}
	printed := out.String()
	if strings.Contains(printed, s.Fields.Get("token")) || strings.Contains(printed, "key") || !strings.Contains(printed, a.Merchant()) {
		t.Errorf("printed: %s", printed)
	}
}

// Two acquirers do not believe each other.
func TestKeyIsItsOwn(t *testing.T) {
	var a, b mock.Acquirer
	if _, err := b.Parse(pay(t, &a, "REF", mock.Behaviour{})); kind(err) != acquirer.ErrUnverified {
		t.Errorf("%v, want ErrUnverified", err)
	}
}

// Payers come at the same time, and each pays his own order.
func TestConcurrentPayers(t *testing.T) {
	w := newWorld(mock.Sips)
	var wg sync.WaitGroup
	for i := range 50 {
		wg.Go(func() {
			reference := fmt.Sprintf("REF%d", i)
			s, err := w.a.Begin(t.Context(), order(reference))
			if err != nil {
				t.Error(err)
				return
			}
			cb, err := w.a.Visit(s, mock.Behaviour{})
			if err != nil {
				t.Error(err)
				return
			}
			r, err := w.a.Parse(cb)
			if err != nil || r.Reference != reference {
				t.Errorf("%v, %v", r, err)
			}
			m := acquirer.Modification{Reference: reference, Amount: decimal.New(50, 0), Currency: "EUR"}
			if _, err := w.a.Cancel(t.Context(), m); err != nil {
				t.Error(err)
			}
			w.a.Tick()
		})
	}
	wg.Wait()
	seen := make(map[string]bool)
	for _, tx := range w.a.Book() {
		if seen[tx.Authorisation] || tx.Total(mock.Authorised) != 5000 || tx.Total(mock.Cancelled) != 5000 {
			t.Errorf("%+v", tx)
		}
		seen[tx.Authorisation] = true
	}
	if len(seen) != 50 || len(w.Callbacks()) != 50 {
		t.Errorf("%d payments, %d notifications", len(seen), len(w.Callbacks()))
	}
}
