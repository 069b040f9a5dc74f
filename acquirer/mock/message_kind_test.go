package mock_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
)

// hintsOf are the kinds whose messages prove nothing.
var hintsOf = map[string]acquirer.Traits{"direct": mock.Direct, "payfip": mock.PayFiP}

// A notification and a return name their session, and nothing that could be believed.
func TestHints(t *testing.T) {
	for name, k := range hintsOf {
		t.Run(name, func(t *testing.T) {
			w := newWorld(k)
			r := newRow(t, w.a, "REF")
			if err := w.Pay(r.session, acquirer.Accepted); err != nil {
				t.Fatal(err)
			}
			for _, cb := range w.Callbacks() {
				got, err := w.a.Parse(cb)
				if err != nil {
					t.Fatal(err)
				}
				want := acquirer.Result{Hint: true, Merchant: w.a.Merchant(), Handle: acquirer.Handle{Session: r.Handle.Session}}
				switch {
				case k.Proof && cb.Channel == acquirer.Return:
					want.Handle.Proof = r.Handle.Proof
				case k.Proof:
					want.Reference, want.Handle.Payment = "REF", got.Handle.Payment
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%s (-want +got):\n%s", cb.Channel, diff)
				}
				if named := got.Handle.Payment != ""; named != (k.Forgets && cb.Channel == acquirer.Notify) {
					t.Errorf("%s names a payment: %t", cb.Channel, named)
				}
			}
		})
	}
}

// What Seal is told to say of a hint, Parse reads.
func TestSealOfHints(t *testing.T) {
	for name, k := range hintsOf {
		a := &mock.Acquirer{Traits: k}
		s := begin(t, a, order("REF"))
		for _, c := range []acquirer.Channel{acquirer.Notify, acquirer.Return} {
			cb, err := a.Seal(acquirer.Result{Reference: "OTHER", Merchant: a.Merchant(), Handle: s.Handle, Outcome: acquirer.Accepted}, c)
			if err != nil {
				t.Fatal(err)
			}
			r, err := a.Parse(cb)
			if err != nil || !r.Hint || r.Handle.Session != s.Handle.Session || r.Outcome != "" {
				t.Errorf("%s by %s: %v, %v", name, c, r, err)
			}
		}
	}
	a := &mock.Acquirer{Traits: mock.Direct}
	s := begin(t, a, order("REF"))
	cb, err := a.Seal(acquirer.Result{Merchant: "another", Handle: s.Handle}, acquirer.Notify)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Parse(cb); kind(err) != acquirer.ErrUnverified {
		t.Errorf("a signed event of another merchant: %v", err)
	}
}

// Tampering, forging and leaving out, in each form of message.
func TestSpoilByKind(t *testing.T) {
	for name, k := range hintsOf {
		w := newWorld(k)
		r := newRow(t, w.a, "REF")
		if err := w.Pay(r.session, acquirer.Accepted); err != nil {
			t.Fatal(err)
		}
		for _, cb := range w.Callbacks() {
			for _, f := range []mock.Fault{mock.Tampered, mock.Forged, mock.Unsealed} {
				bad := mock.Spoil(cb, f)
				got, err := w.a.Parse(bad)
				own := err == nil && got.Handle.Session == r.Handle.Session && (!k.Proof || got.Handle.Proof == r.Handle.Proof)
				if harmless := name == "payfip" && f != mock.Tampered; own != harmless {
					t.Errorf("%s, %s by %s: %v, %v", name, f, cb.Channel, got, err)
				}
				if cb.Channel == acquirer.Notify && k.Proof && kind(err) != acquirer.ErrUnverified {
					t.Errorf("%s, %s: %v, want ErrUnverified", name, f, err)
				}
			}
			if _, err := w.a.Parse(cb); err != nil {
				t.Errorf("%s: Spoil has changed what it was given: %v", name, err)
			}
		}
	}
	bare := mock.Spoil(acquirer.Callback{Body: []byte("null")}, mock.Forged, mock.Tampered, mock.Unsealed)
	if !json.Valid(bare.Body) {
		t.Errorf("a body without a header: %q", bare.Body)
	}
}

// A notification without a seal cannot be forged, and whoever asks for it is told so.
func TestInjectWhereNothingIsSealed(t *testing.T) {
	a := &mock.Acquirer{Traits: mock.PayFiP}
	for _, f := range []mock.Fault{mock.Forged, mock.Unsealed} {
		if err := a.Inject("", f); !errors.Is(err, acquirer.ErrUnsupported) {
			t.Errorf("%s: %v", f, err)
		}
	}
}

// Without Notify each kind posts to the order's address what its client takes there.
func TestPostByKind(t *testing.T) {
	for name, k := range mock.Kinds() {
		a := &mock.Acquirer{Traits: k}
		var got []acquirer.Result
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			cb, err := acquirer.ReadCallback(w, r, acquirer.Notify, a)
			if err != nil {
				t.Error(err)
			}
			result, err := a.Parse(cb)
			if err != nil {
				t.Error(err)
			}
			got = append(got, result)
		}))
		o := order("REF")
		o.NotifyURL = server.URL + "/notify?of=bank"
		if _, err := a.Visit(begin(t, a, o), mock.Behaviour{}); err != nil {
			t.Fatal(err)
		}
		server.Close()
		if len(got) != 1 || got[0].Hint != k.HintsOnly {
			t.Errorf("%s: received %v", name, got)
		}
	}
}

// Of several transactions with one reference the test's tools mean the last.
func TestReferenceThatRepeats(t *testing.T) {
	w := newWorld(mock.Direct)
	first, second := newRow(t, w.a, "REF"), newRow(t, w.a, "REF")
	if _, err := w.a.Notification("REF"); kind(err) != acquirer.ErrNotFound {
		t.Errorf("nobody has paid: %v", err)
	}
	if err := w.Pay(second.session, acquirer.Pending); err != nil {
		t.Fatal(err)
	}
	if err := w.a.Decide("REF", mock.Behaviour{}); err != nil {
		t.Fatal(err)
	}
	cb, err := w.a.Notification("REF")
	if err != nil {
		t.Fatal(err)
	}
	if r, err := w.a.Parse(cb); err != nil || r.Handle.Session != second.Handle.Session {
		t.Errorf("the notification is about another session: %v, %v", r, err)
	}
	for want, r := range map[acquirer.Outcome]*row{acquirer.Open: first, acquirer.Accepted: second} {
		if got, err := r.ask(t, w.a); got != want || err != nil {
			t.Errorf("%q, %v, want %q", got, err, want)
		}
	}
	if n := len(w.a.Book()); n != 2 {
		t.Errorf("%d transactions in the book", n)
	}
}

// Plans and their faults are those of the order, whatever its reference.
func TestPlansOfOneReference(t *testing.T) {
	w := newWorld(mock.PayFiP)
	plans := []mock.Behaviour{{Outcome: acquirer.Refused}, {Outcome: acquirer.Accepted, Faults: []mock.Fault{mock.Lost}}}
	n := 0
	w.a.Plan = func(acquirer.Order) mock.Behaviour { n++; return plans[n-1] }
	first, second := newRow(t, w.a, "REF"), newRow(t, w.a, "REF")
	for _, r := range []*row{first, second} {
		if _, err := w.a.Visit(r.session, mock.Behaviour{}); err != nil {
			t.Fatal(err)
		}
	}
	a, _ := first.ask(t, w.a)
	b, _ := second.ask(t, w.a)
	if a != acquirer.Refused || b != acquirer.Accepted || len(w.Callbacks()) != 1 {
		t.Errorf("%q and %q with %d notifications", a, b, len(w.Callbacks()))
	}
}

// Whatever a browser or a stranger sends, a hint says nothing but whom to ask about, and a signature is never guessed.
func FuzzParseHints(f *testing.F) {
	f.Add("session=a&proof=b", `{"session":"x"}`, "00ff")
	f.Add("number=aaaaaaaa-aaaaaaaaaaaaaaaaaa", "", "")
	f.Add("number=1&number=2", "null", "zz")
	f.Fuzz(func(t *testing.T, pairs, body, signature string) {
		values, _ := url.ParseQuery(pairs)
		for name, k := range hintsOf {
			a := &mock.Acquirer{Traits: k}
			for _, c := range []acquirer.Channel{acquirer.Notify, acquirer.Return} {
				cb := acquirer.Callback{Channel: c, Form: values, Query: values, Body: []byte(body), Header: http.Header{"X-Mock-Signature": {signature}}}
				r, err := a.Parse(cb)
				if err != nil {
					if !r.Equal(acquirer.Result{}) || kind(err) != acquirer.ErrUnverified && kind(err) != acquirer.ErrInvalid {
						t.Errorf("%s: %v, %v", name, r, err)
					}
					continue
				}
				if !r.Equal(acquirer.Result{Hint: true, Merchant: r.Merchant, Handle: r.Handle}) || strings.Trim(r.Handle.Session, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
					t.Errorf("%s by %s: %+v", name, c, r.LogValue())
				}
			}
		}
	})
}
