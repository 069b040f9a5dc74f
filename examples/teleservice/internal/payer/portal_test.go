package payer

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/inbox"
	"github.com/quittance/quittance/payment"
	"github.com/shopspring/decimal"
	"golang.org/x/text/language"
)

// A page is parsed when it is first shown: that each can be is seen here, not by whoever comes first.
func TestEveryPageParses(t *testing.T) {
	p, err := New(Config{})
	if err == nil {
		err = p.pages.Check()
	}
	if err != nil {
		t.Error(err)
	}
}

// A portal that begins no payments any more says so of a debt that could be paid.
func TestClosedPortalSaysSo(t *testing.T) {
	catalog, err := inbox.NewCatalog()
	if err != nil {
		t.Fatal(err)
	}
	p := &Portal{Config: Config{Catalog: catalog}}
	closed := payment.Offer{Decision: creance.Decision{Amount: decimal.NewFromInt(62), Policy: "ameli"}, Closed: true}
	m, err := p.whyNot(language.French, claim{Offer: closed})
	if want := "Pour payer autrement, suivez les indications de votre avis."; err != nil || !strings.Contains(m.Text, want) {
		t.Errorf("%v, %q", err, m.Text)
	}
}

// A receipt to keep says that no money was taken only where none was: not of the page of a real bank.
func TestReceiptOfRealMoney(t *testing.T) {
	const real = "Une vraie carte serait débitée."
	for _, c := range []struct{ name, notice, language, want string }{
		{"a simulation", "", "fr", "Démonstration\u00a0: les personnes sont inventées, aucune somme n’a été débitée."},
		{"in English", "", "en", "Demonstration: the people are made up, no money was taken."},
		{"a real bank", real, "fr", real},
	} {
		p, err := New(Config{Notice: c.notice})
		if err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.AddCookie(&http.Cookie{Name: "langue", Value: c.language})
		if d := cmp.Diff(c.want, p.receiptNote(r)); d != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, d)
		}
	}
}
