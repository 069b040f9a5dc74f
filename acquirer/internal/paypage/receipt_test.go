package paypage_test

import (
	"strings"
	"testing"

	"github.com/quittance/quittance/acquirer/internal/bank"
)

// A payer who goes back at once by a form has no last page: the form sends itself, and has a button where there is no script.
func TestAtOnceByForm(t *testing.T) {
	for _, x := range []struct{ number, step, code string }{{good, "accept", "00"}, {bad, "accept", "05"}, {good, "cancel", "17"}} {
		c := newCounter(t, bank.Merchant{})
		c.kiosk.AtOnce = func(bank.Transaction) bool { return true }
		p := c.pay(c.open("REF"), x.number, x.step)
		policy := p.header.Get("Content-Security-Policy")
		_, nonce, _ := strings.Cut(policy, "script-src 'nonce-")
		nonce, _, _ = strings.Cut(nonce, "'")
		for _, piece := range []string{
			`method="POST" action="https://fund.example:8443/return?a=1&amp;b=2"`, `name="Data" value="{&#34;responseCode&#34;:&#34;` + x.code,
			`<button type="submit">Retour à votre compte</button>`, `<script nonce="` + nonce + `">`,
		} {
			if !strings.Contains(p.body, piece) {
				t.Errorf("%s: the page has no %s:\n%s", x.code, piece, p.body)
			}
		}
		if nonce == "" || !strings.Contains(policy, "default-src 'none'") || !strings.Contains(policy, "form-action https://fund.example:8443;") ||
			p.header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: policy %q, header %v", x.code, policy, p.header)
		}
		if got := c.codes(); len(got) != 1 || got[0] != x.code {
			t.Errorf("told %v, expected %s", got, x.code)
		}
	}

	c := newCounter(t, bank.Merchant{SeveralAttempts: true})
	c.kiosk.AtOnce = func(bank.Transaction) bool { return true }
	if p := c.pay(c.open("REF"), bad, "accept"); p.title() != "Paiement par carte bancaire" {
		t.Errorf("a payer who may try again is sent away: %q", p.title())
	}
}

// A card under a brand that the shop has not asked for is refused before the payer is authenticated, with those that are taken.
func TestBrandsThatAreTaken(t *testing.T) {
	c := newCounter(t, bank.Merchant{})
	o := order("REF")
	o.Brands, o.ReturnURL = []string{"VISA", "MASTERCARD"}, "https://fund.example/return"
	s := must[bank.Session](t)(c.bank.Open(o))
	p := c.card(s.Token, "4200000000000000")
	if p.status != 422 || !strings.Contains(p.words(), "Ce commerçant n’accepte pas cette carte. Cartes acceptées\u00a0: VISA, MASTERCARD.") {
		t.Errorf("a card CB: %d %s", p.status, p.words())
	}
	if p = c.pay(s.Token, "4300000000000000", "accept"); p.title() != "Informations de paiement" || c.told[0].Brand != "VISA" {
		t.Errorf("a card CB and VISA: %q, %+v", p.title(), c.told)
	}
}

// The number of a card may say how its holder is authenticated when the payer passes; failing and giving up stay the payer's.
func TestAuthenticationByCard(t *testing.T) {
	for _, x := range []struct{ number, step, want, code string }{
		{"4100000000003100", "accept", "ATTEMPT", "00"}, {"4100000000003200", "accept", "ERROR", "00"},
		{"4100000000003305", "accept", "NOT_ENROLLED", "05"}, {"4100000000000000", "accept", "SUCCESS", "00"},
		{"4100000000003100", "fail", "FAILURE", "05"}, {"4100000000003100", "cancel", "CANCEL", "17"},
	} {
		c := newCounter(t, bank.Merchant{})
		c.pay(c.open("REF"), x.number, x.step)
		if got := c.told[0]; got.Authentication != x.want || got.Code != x.code || (got.AcquirerCode == "") != (x.step != "accept") {
			t.Errorf("%s, %s: %s with code %s and acquirer %q, expected %s with %s", x.number, x.step, got.Authentication, got.Code, got.AcquirerCode, x.want, x.code)
		}
	}
}
