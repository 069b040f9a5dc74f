package main

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/worldline/direct"
	"github.com/shopspring/decimal"
)

// TestDirect: a client of any language finds a platform of Worldline Direct, and the desk moves it.
func TestDirect(t *testing.T) {
	at := start(t, "-platform", "direct", "-merchant", "MYPSPID", "-key", "my-key=secret", "-webhook-key", "hook=another", "-ids", "nineteen")
	client, err := direct.New(direct.Config{
		MerchantID: "MYPSPID", APIKey: direct.APIKey{ID: "my-key", Secret: direct.NewSecret("secret")}, Endpoint: at,
		WebhookKeys: map[string]direct.Secret{"hook": direct.NewSecret("another")},
	})
	if err != nil {
		t.Fatal(err)
	}
	if report, err := client.Doctor(t.Context()); err != nil || !report.OK() {
		t.Fatalf("%v\n%s", err, report)
	}
	wish := func(status int, action string, w map[string]any) string {
		t.Helper()
		b, err := json.Marshal(w)
		if err != nil {
			t.Fatal(err)
		}
		got, answer := send(t, at+"/api/"+action, "application/json", string(b))
		if got != status {
			t.Errorf("%s: %d %s", action, got, answer)
		}
		return answer
	}
	get := func(path string) string {
		t.Helper()
		resp, err := http.Get(at + path)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		b, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	o := acquirer.Order{
		ID: "abcdefghij234567klmnopqrst", Reference: "PCLCB263320000001", Amount: decimal.New(1351, -2), Currency: "EUR",
		ReturnURL: "https://fund.example/return", NotifyURL: "https://fund.example/notify",
	}
	s, err := client.Begin(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if got := wish(200, "visit", map[string]any{"redirectUrl": s.URL}); !strings.Contains(got, "https://fund.example/return?RETURNMAC=") {
		t.Errorf("visit: %s", got)
	}
	var list []transaction
	if err := json.Unmarshal([]byte(get("/api/transactions")), &list); err != nil || len(list) != 1 || list[0].Code != "51" || !list[0].Undecided || len(list[0].Payment) != 19 {
		t.Fatalf("%v, %+v", err, list)
	}
	if page := get("/"); !strings.Contains(page, "Worldline Direct platform for tests") || strings.Contains(page, "Remit now") || !strings.Contains(page, list[0].Payment) ||
		!strings.Contains(page, "wrong_key_id") || !strings.Contains(page, ">accepted</button>") {
		t.Errorf("the page:\n%s", page)
	}
	wish(200, "decide", map[string]any{"payment": list[0].Payment, "code": "00"})
	wish(409, "decide", map[string]any{"payment": list[0].Payment, "code": "00"})
	wish(409, "visit", map[string]any{"redirectUrl": s.URL})
	wish(200, "notify", map[string]any{"payment": list[0].Payment, "faults": []string{"doubled"}})
	wish(200, "inject", map[string]any{"op": "refund", "faults": []string{"broken_after"}})
	wish(200, "answer", map[string]any{"op": "status", "status": 503, "code": "20001102"})
	wish(200, "release", nil)
	wish(200, "advance", map[string]any{"duration": "3m"})
	wish(404, "remit", nil)
	wish(409, "inject", map[string]any{"faults": []string{"no_fault"}})
	if got := get("/api/deliveries"); !strings.Contains(got, "payment.captured") || !strings.Contains(got, "nothing was sent") {
		t.Errorf("deliveries: %s", got)
	}
	r, err := client.Status(t.Context(), acquirer.Question{Reference: o.Reference, Handle: s.Handle}) // asked again after the 503
	if err != nil || r.Outcome != acquirer.Accepted {
		t.Errorf("%v, %v", r, err)
	}
	for _, args := range [][]string{
		{"-platform", "payfip"}, {"-platform", "direct", "-merchant", "A", "-key", "k=secret123", "-key", "k=other"}, {"-platform", "direct", "-webhook-key", "k=secret123"},
	} {
		var out output
		if status := run(t.Context(), args, &out, &out); status != 2 || strings.Contains(out.String(), "secret123") {
			t.Errorf("%q: %d %s", args, status, &out)
		}
	}
}
