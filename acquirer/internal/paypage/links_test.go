package paypage_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/quittance/quittance/acquirer/internal/bank"
)

// Where browsers come by a link, a GET opens the page and a form does not; the way back is a GET that keeps the query of the host's address.
func TestLinks(t *testing.T) {
	c := newCounter(t, bank.Merchant{})
	c.kiosk.Links = true
	token := c.open(ref)
	get := func(query string) leaf { return c.send(httptest.NewRequest(http.MethodGet, "/pay?"+query, nil)) }
	for query, want := range map[string]int{"": 400, "other=1": 400, "token=unknown": 404, "token=" + token: 200} {
		if p := get(query); p.status != want {
			t.Errorf("GET with the query %q: status %d %q, want %d", query, p.status, p.title(), want)
		}
	}
	if p := c.enter(token); p.status != http.StatusBadRequest {
		t.Errorf("a form that brings a payer: status %d", p.status)
	}
	if p := c.send(httptest.NewRequest(http.MethodPut, "/pay", nil)); p.status != http.StatusMethodNotAllowed || p.header.Get("Allow") != "GET, POST" {
		t.Errorf("PUT: status %d, Allow %q", p.status, p.header.Get("Allow"))
	}
	body := c.pay(token, good, "accept").body
	for _, want := range []string{
		`<form class="back" method="get" action="https://fund.example:8443/return">`,
		`<input type="hidden" name="a" value="1">`, `<input type="hidden" name="b" value="2">`, `<input type="hidden" name="Seal" value="00ff">`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("the ticket lacks %s", want)
		}
	}
}
