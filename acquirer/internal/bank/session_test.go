package bank

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

// An order may say how long its session lives and how many cards may be tried, whatever the bank's own limits.
func TestOrderLimits(t *testing.T) {
	now := time.Date(2026, 11, 28, 10, 0, 0, 0, time.UTC)
	b := &Bank{Now: func() time.Time { return now }}
	b.Enrol(Merchant{ID: "M", SeveralAttempts: true})
	open := func(id string, o Order) Session {
		t.Helper()
		o.ID, o.Merchant, o.Reference, o.Cents, o.Currency = id, "M", "R", 5000, "EUR"
		s, err := b.Open(o)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	if _, err := b.Open(Order{Merchant: "M", Reference: "R", Cents: 1, Currency: "EUR", Lifetime: -1}); err == nil {
		t.Error("a negative lifetime is taken")
	}
	long, short := open("1", Order{Lifetime: 24 * time.Hour}), open("2", Order{Lifetime: time.Minute})
	if !long.ExpiresAt.Equal(now.Add(24*time.Hour)) || !short.ExpiresAt.Equal(now.Add(time.Minute)) {
		t.Errorf("they expire at %v and %v", long.ExpiresAt, short.ExpiresAt)
	}
	one, four := open("3", Order{Attempts: 1}), open("4", Order{Attempts: 4, Lifetime: time.Hour})
	for i := range 4 {
		tr, err := b.Pay(four.Token, Card{Code: "05"})
		if err != nil || tr.Retry != (i < 3) || tr.Code != "05" {
			t.Errorf("attempt %d of four: %v, retry %v, code %s", i+1, err, tr.Retry, tr.Code)
		}
	}
	if tr, err := b.Pay(one.Token, Card{Code: "05"}); err != nil || tr.Retry {
		t.Errorf("the only attempt: %v, retry %v", err, tr.Retry)
	}
	now = now.Add(time.Minute)
	if _, err := b.Enter(short.Token); err == nil {
		t.Error("a session of a minute lives longer")
	}
	now = now.Add(24*time.Hour - 2*time.Minute)
	if _, err := b.Enter(long.Token); err != nil {
		t.Errorf("a session of a day: %v", err)
	}
	s := b.Snapshot()
	again := &Bank{Now: b.Now}
	again.Enrol(Merchant{ID: "M"})
	if err := again.Restore(s); err != nil {
		t.Fatal(err)
	}
	if _, err := again.Enter(long.Token); err != nil {
		t.Errorf("taken up by another process: %v", err)
	}
}

// A payer may go back at once, by a redirection that keeps the merchant's own pairs; the front may give a card its code.
func TestKioskAtOnce(t *testing.T) {
	b := new(Bank)
	b.Enrol(Merchant{ID: "M"})
	k := &Kiosk{
		Bank: b, Links: true, Token: func(v url.Values) (string, bool) { return v.Get("t"), true },
		Return: func(Transaction) url.Values { return url.Values{"mac": {"x"}} }, AtOnce: func(t Transaction) bool { return t.ID == "1" },
		Card: func(_ Transaction, c Card) Card { c.Code = "00"; return c }, Button: "Go", Value: "Now",
	}
	for _, id := range []string{"1", "2"} {
		s, err := b.Open(Order{ID: id, Merchant: "M", Reference: "R", Cents: 5000, Currency: "EUR", ReturnURL: "https://fund.example/return?own=1"})
		if err != nil {
			t.Fatal(err)
		}
		post := func(v url.Values) *httptest.ResponseRecorder {
			w, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, "/", strings.NewReader(v.Encode()))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			k.ServeHTTP(w, r)
			return w
		}
		tr, err := b.Stay(s.Token)
		if err != nil {
			t.Fatal(err)
		}
		c, err := ReadCard("5017670000001805") // refused by its last digits, if nobody says otherwise
		if err != nil {
			t.Fatal(err)
		}
		w := post(url.Values{"session": {s.Token}, "step": {"accept"}, "card": {k.carry(s.Token, tr.Attempt, c)}})
		if end, err := b.Status("M", id); err != nil || end.Code != "00" {
			t.Errorf("%s: code %s, %v", id, end.Code, err)
		}
		at := w.Header().Get("Location")
		if id == "1" && (w.Code != http.StatusSeeOther || at != "https://fund.example/return?mac=x&own=1") {
			t.Errorf("at once: %d %s", w.Code, at)
		}
		if id == "2" && (w.Code != http.StatusOK || at != "" || !strings.Contains(w.Body.String(), `<button name="Go" value="Now">`)) {
			t.Errorf("with a last page: %d %s", w.Code, at)
		}
	}
}
