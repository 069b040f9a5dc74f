package paypage

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/quittance/quittance/acquirer/internal/bank"
)

// A payer may go back at once, by a redirection that keeps the merchant's own pairs; the front may give a card its code.
func TestAtOnce(t *testing.T) {
	b := new(bank.Bank)
	b.Enrol(bank.Merchant{ID: "M"})
	k := &Handler{
		Bank: b, Links: true, Token: func(v url.Values) (string, bool) { return v.Get("t"), true },
		Return: func(bank.Transaction) url.Values { return url.Values{"mac": {"x"}} }, AtOnce: func(t bank.Transaction) bool { return t.ID == "1" },
		Card: func(_ bank.Transaction, c bank.Card) bank.Card { c.Code = "00"; return c }, Button: "Go", Value: "Now",
	}
	for _, id := range []string{"1", "2"} {
		s, err := b.Open(bank.Order{ID: id, Merchant: "M", Reference: "R", Cents: 5000, Currency: "EUR", ReturnURL: "https://fund.example/return?own=1"})
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
		c, err := bank.ReadCard("5017670000001805") // refused by its last digits, if nobody says otherwise
		if err != nil {
			t.Fatal(err)
		}
		w := post(url.Values{"session": {s.Token}, "step": {"accept"}, "card": {k.sealCard(s.Token, tr.Attempt, c)}})
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
