package mock_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/shopspring/decimal"
)

func TestBookIsTheTruth(t *testing.T) {
	w := newWorld(mock.Sips)
	inject(t, w.a, "", mock.Lost)
	pay(t, w.a, "REF", mock.Behaviour{})
	m := acquirer.Modification{Reference: "REF", Amount: decimal.New(2000, -2), Currency: "EUR"}
	inject(t, w.a, acquirer.OpCancel, mock.Timeout)
	if _, err := w.a.Cancel(t.Context(), m); err == nil {
		t.Fatal("no error")
	}
	start := w.clock.Now()
	w.clock.Add(48 * time.Hour)
	inject(t, w.a, acquirer.OpRefund, mock.ServerError)
	if _, err := w.a.Refund(t.Context(), m); err == nil {
		t.Fatal("no error")
	}
	if _, err := w.a.Refund(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	want := []mock.Move{
		{Kind: mock.Authorised, Cents: 5000, At: start},
		{Kind: mock.Cancelled, Cents: 2000, At: start},
		{Kind: mock.Remitted, Cents: 3000, At: time.Date(2017, 9, 11, 22, 0, 0, 0, time.UTC)},
		{Kind: mock.Refunded, Cents: 2000, At: start.Add(48 * time.Hour)},
	}
	if diff := cmp.Diff(want, w.a.Book()[0].Moves); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestReleaseAndTick(t *testing.T) {
	w := newWorld(mock.Sips)
	codes := func() (codes []string) {
		for _, cb := range w.Callbacks() {
			r, err := w.a.Parse(cb)
			if err != nil {
				t.Fatal(err)
			}
			codes = append(codes, r.Code)
		}
		return codes
	}
	pay(t, w.a, "A", mock.Behaviour{Faults: []mock.Fault{mock.Late}})
	pay(t, w.a, "B", mock.Behaviour{Code: "05", Faults: []mock.Fault{mock.Reordered}})
	if n := w.a.Tick(); n != 0 || len(codes()) != 0 {
		t.Errorf("%d notifications at once: %v", n, codes())
	}
	pay(t, w.a, "C", mock.Behaviour{Code: "17"}) // overtakes B
	begin(t, w.a, order("D"))
	w.clock.Add(time.Hour)
	if n := w.a.Tick(); n != 2 {
		t.Errorf("%d notifications after an hour, want 2", n)
	}
	if diff := cmp.Diff([]string{"17", "05", "97", "00"}, codes()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	pay(t, w.a, "E", mock.Behaviour{Code: "51", Faults: []mock.Fault{mock.Late}})
	if n := w.a.Release(); n != 1 || codes()[4] != "51" || w.a.Release() != 0 {
		t.Errorf("released %d: %v", n, codes())
	}
}

// A lost notification can be had all the same, and says what the status says.
func TestNotification(t *testing.T) {
	w := newWorld(mock.Sips)
	pay(t, w.a, "REF", mock.Behaviour{Faults: []mock.Fault{mock.Lost}})
	cb, err := w.a.Notification("REF")
	if err != nil || len(w.Callbacks()) != 0 {
		t.Fatalf("%v, %d notifications sent", err, len(w.Callbacks()))
	}
	got, err := w.a.Parse(cb)
	if err != nil {
		t.Fatal(err)
	}
	want, err := w.a.Status(t.Context(), acquirer.Question{Reference: "REF"})
	if err != nil || !got.Equal(want) {
		t.Errorf("%v, %v, want %v", got, err, want)
	}
	if _, err := w.a.Notification("NONE"); kind(err) != acquirer.ErrNotFound {
		t.Errorf("of nothing: %v", err)
	}
}

func TestDecide(t *testing.T) {
	w := newWorld(mock.Sips)
	pay(t, w.a, "REF", mock.Behaviour{Outcome: acquirer.Pending})
	if err := w.a.Decide("REF", mock.Behaviour{Code: "xxx"}); err == nil {
		t.Error("a behaviour that is none: no error")
	}
	if err := w.a.Decide("REF", mock.Behaviour{}); err != nil {
		t.Fatal(err)
	}
	if err := w.a.Decide("REF", mock.Behaviour{}); kind(err) != acquirer.ErrConflict {
		t.Errorf("deciding twice: %v", err)
	}
	if err := w.a.Decide("NONE", mock.Behaviour{}); kind(err) != acquirer.ErrNotFound {
		t.Errorf("deciding nothing: %v", err)
	}
	var got []acquirer.Outcome
	for _, cb := range w.Callbacks() {
		r, err := w.a.Parse(cb)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, r.Outcome)
	}
	if diff := cmp.Diff([]acquirer.Outcome{acquirer.Pending, acquirer.Accepted}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Without Notify, notifications are posted to the order's address; what goes wrong is told to the Logger, and nobody tries again.
func TestNotificationByPost(t *testing.T) {
	for _, tt := range []struct {
		name    string
		answer  int
		faults  []mock.Fault
		posts   int
		refused bool // Parse of what came
		warned  string
	}{
		{"taken", http.StatusOK, nil, 1, false, ""},
		{"doubled", http.StatusNoContent, []mock.Fault{mock.Doubled}, 2, false, ""},
		{"lost", http.StatusOK, []mock.Fault{mock.Lost}, 0, false, ""},
		{"forged", http.StatusOK, []mock.Fault{mock.Forged}, 1, true, ""},
		{"refused", http.StatusServiceUnavailable, nil, 1, false, "HTTP status 503"},
		{"sent elsewhere", http.StatusFound, nil, 1, false, "HTTP status 302"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var log bytes.Buffer
			a := &mock.Acquirer{Logger: slog.New(slog.NewTextHandler(&log, nil))}
			posts := 0
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				posts++
				cb, err := acquirer.ReadCallback(w, r, acquirer.Notify, nil)
				if err != nil {
					t.Error(err)
				}
				if _, err := a.Parse(cb); (err != nil) != tt.refused {
					t.Errorf("Parse: %v", err)
				}
				w.Header().Set("Location", "/elsewhere")
				w.WriteHeader(tt.answer)
			}))
			defer server.Close()
			o := order("REF")
			o.NotifyURL = server.URL + "/notify"
			if _, err := a.Visit(begin(t, a, o), mock.Behaviour{Faults: tt.faults}); err != nil {
				t.Fatal(err)
			}
			if posts != tt.posts {
				t.Errorf("%d posts, want %d", posts, tt.posts)
			}
			if (tt.warned == "") != (log.Len() == 0) || !strings.Contains(log.String(), tt.warned) {
				t.Errorf("logged %q, want %q", &log, tt.warned)
			}
		})
	}
}

func TestNobodyListens(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	var log bytes.Buffer
	a := &mock.Acquirer{Logger: slog.New(slog.NewTextHandler(&log, nil))}
	o := order("REF")
	o.NotifyURL = server.URL
	if _, err := a.Visit(begin(t, a, o), mock.Behaviour{}); err != nil || !strings.Contains(log.String(), "reference=REF") {
		t.Errorf("%v, logged %q", err, &log)
	}
	a.Logger = nil
	o = order("REF2")
	o.NotifyURL = server.URL
	if _, err := a.Visit(begin(t, a, o), mock.Behaviour{}); err != nil {
		t.Error(err)
	}
}

// A notification may lead straight to a question: no lock is held while it is sent.
func TestNotifyMayAsk(t *testing.T) {
	var a mock.Acquirer
	var asked []string
	a.Notify = func(cb acquirer.Callback) {
		r, err := a.Parse(cb)
		if err != nil {
			t.Error(err)
		}
		s, err := a.Status(t.Context(), acquirer.Question{Reference: r.Reference})
		asked = append(asked, fmt.Sprintf("%s %v", s.Outcome, err))
	}
	pay(t, &a, "REF", mock.Behaviour{})
	if diff := cmp.Diff([]string{"accepted <nil>"}, asked); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
