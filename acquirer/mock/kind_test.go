package mock_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/shopspring/decimal"
)

// row is what a host keeps of a payment.
type row struct {
	acquirer.Question
	session acquirer.Session
}

func newRow(t *testing.T, a *mock.Acquirer, reference string) *row {
	t.Helper()
	s := begin(t, a, order(reference))
	return &row{acquirer.Question{Reference: reference, Merchant: a.Merchant(), Handle: s.Handle}, s}
}

// ask asks about the row and keeps what the answer adds to the handle.
func (r *row) ask(t *testing.T, a *mock.Acquirer) (acquirer.Outcome, error) {
	t.Helper()
	got, err := a.Status(t.Context(), r.Question)
	r.Handle = r.Handle.With(got.Handle)
	return got.Outcome, kind(err)
}

// What each kind says of a session in which nobody pays, as time goes by.
func TestAbandonedByKind(t *testing.T) {
	tests := map[string][]string{
		"sips":   {"transaction not found", "expired", "expired", "expired"},
		"direct": {"open", "expired", "not supported", "not supported"},
		"payfip": {"open", "open", "open", "transaction not found"},
	}
	for name, k := range mock.Kinds() {
		t.Run(name, func(t *testing.T) {
			w := newWorld(k)
			r := newRow(t, w.a, "REF")
			var got []string
			for _, later := range []time.Duration{0, 61 * time.Minute, 3 * time.Hour, 24 * time.Hour} {
				w.clock.Add(later)
				w.a.Tick()
				outcome, err := r.ask(t, w.a)
				if err != nil {
					got = append(got, err.Error())
					continue
				}
				got = append(got, string(outcome))
			}
			if diff := cmp.Diff(tests[name], got); diff != "" {
				t.Errorf("at once, after 61 minutes, after 4 hours, after a day (-want +got):\n%s", diff)
			}
			if notified := len(w.Callbacks()); notified > 0 != (name == "sips") {
				t.Errorf("%d notifications of an expiry", notified)
			}
		})
	}
}

// Three hours after Begin an acquirer that forgets finds only the payments whose own id was learned.
func TestForgottenUnlessLearned(t *testing.T) {
	w := newWorld(mock.Direct)
	learned, missed := newRow(t, w.a, "LEARNED"), newRow(t, w.a, "MISSED")
	for _, r := range []*row{learned, missed} {
		if err := w.Pay(r.session, acquirer.Accepted); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := learned.ask(t, w.a); got != acquirer.Accepted || err != nil {
		t.Fatalf("after the payment: %q, %v", got, err)
	}
	w.clock.Add(26 * time.Hour)
	if got, err := learned.ask(t, w.a); got != acquirer.Accepted || err != nil {
		t.Errorf("the payment that was learned: %q, %v", got, err)
	}
	if got, err := missed.ask(t, w.a); !errors.Is(err, acquirer.ErrUnsupported) {
		t.Errorf("the payment that was missed: %q, %v", got, err)
	}
	if r := newRow(t, w.a, "LATER"); r.Handle.Session == learned.Handle.Session || r.Handle.Proof == learned.Handle.Proof {
		t.Error("an id was given twice")
	}
}

// Client has the methods of the kind and no others, and is heard in every kind.
func TestAbilitiesByKind(t *testing.T) {
	type abilities struct{ Cancels, Refunds, Listens bool }
	want := map[string]abilities{"sips": {true, true, true}, "direct": {false, true, true}, "payfip": {false, false, true}}
	for name, k := range mock.Kinds() {
		a := &mock.Acquirer{Traits: k}
		c := a.Client()
		_, cancels := c.(acquirer.Canceller)
		_, refunds := c.(acquirer.Refunder)
		_, listens := c.(acquirer.Listener)
		if got := (abilities{cancels, refunds, listens}); got != want[name] {
			t.Errorf("%s: %+v, want %+v", name, got, want[name])
		}
		m := acquirer.Modification{Reference: "REF", Amount: decimal.New(1, 0), Currency: "EUR"}
		for what, call := range map[string]func() error{
			"Cancel": func() error { _, err := a.Cancel(t.Context(), m); return kind(err) },
			"Refund": func() error { _, err := a.Refund(t.Context(), m); return kind(err) },
		} {
			if offered := map[string]bool{"Cancel": cancels, "Refund": refunds}[what]; offered == (call() == acquirer.ErrUnsupported) {
				t.Errorf("%s: %s of the mock itself is %v", name, what, call())
			}
		}
	}
}

// A host's address is given what it takes, by whichever way: each callback survives the wire.
func TestCallbacksOverTheWire(t *testing.T) {
	for name, k := range mock.Kinds() {
		t.Run(name, func(t *testing.T) {
			w := newWorld(k)
			r := newRow(t, w.a, "REF")
			if err := w.Pay(r.session, acquirer.Refused); err != nil {
				t.Fatal(err)
			}
			for _, cb := range w.Callbacks() {
				req, err := mock.NewRequest(t.Context(), "http://fund.example/"+string(cb.Channel), cb)
				if err != nil {
					t.Fatal(err)
				}
				got, err := acquirer.ReadCallback(httptest.NewRecorder(), req, cb.Channel, w.a)
				if err != nil {
					t.Fatalf("%s: %v", cb.Channel, err)
				}
				if diff := cmp.Diff(cb, got); diff != "" {
					t.Errorf("%s (-sent +received):\n%s", cb.Channel, diff)
				}
			}
		})
	}
}

// The notification address is verified by a GET with a header, in the kind that posts JSON; nothing else is ever echoed.
func TestAnswer(t *testing.T) {
	request := func(method string, values ...string) *http.Request {
		r := httptest.NewRequest(method, "http://fund.example/notify", nil)
		r.Header["X-Mock-Verification"] = values
		return r
	}
	for name, k := range mock.Kinds() {
		a := &mock.Acquirer{Traits: k}
		if text, ok := a.Answer(request("GET", "abc+/=_.-09")); ok != (name == "direct") || ok && text != "abc+/=_.-09" {
			t.Errorf("%s: %q, %t", name, text, ok)
		}
		for what, r := range map[string]*http.Request{
			"POST": request("POST", "abc"), "two values": request("GET", "a", "b"), "none": request("GET"), "empty": request("GET", ""),
			"a script": request("GET", "<script>"), "not ASCII": request("GET", "é"),
		} {
			if text, ok := a.Answer(r); ok || text != "" {
				t.Errorf("%s, %s: %q", name, what, text)
			}
		}
	}
}

func TestContradictingTraits(t *testing.T) {
	for _, k := range []acquirer.Traits{
		{HintsOnly: true},
		{ReferencesRepeat: true},
		{Forgets: true},
		{AskedByHandle: true, Proof: true},
		{AskedByHandle: true, Forgets: true, AbandonedIsOpen: true},
		{Smallest: decimal.New(2, 0), Largest: decimal.New(1, 0)},
	} {
		a := &mock.Acquirer{Traits: k}
		if _, err := a.Begin(t.Context(), order("REF")); kind(err) != acquirer.ErrConfiguration {
			t.Errorf("%+v: %v", k, err)
		}
	}
}

// One decision to give back, repeated, moves money once; the next decision moves it again.
func TestIdempotenceKey(t *testing.T) {
	w := newWorld(mock.Direct)
	r := newRow(t, w.a, "REF")
	if err := w.Pay(r.session, acquirer.Accepted); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		key  string
		want int64
	}{{"first", 20}, {"first", 20}, {"second", 40}, {"first", 20}} {
		m := acquirer.Modification{Reference: r.Reference, Merchant: r.Merchant, Handle: r.Handle, Key: tt.key, Amount: decimal.New(20, 0), Currency: "EUR"}
		got, err := w.a.Refund(t.Context(), m)
		if err != nil || !got.Returned.Equal(decimal.New(tt.want, 0)) {
			t.Errorf("%s: %s returned, %v", tt.key, got.Returned, err)
		}
	}
	if got := w.a.Book()[0].Returned(); got != 4000 {
		t.Errorf("%d cents went back, want 4000", got)
	}
}
