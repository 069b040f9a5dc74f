package inbox

import (
	"regexp"
	"strings"
	"testing"

	"github.com/quittance/quittance/payment"
	"golang.org/x/text/language"
)

// fundWords are those of a health insurance fund.
var fundWords = regexp.MustCompile(`(?i)caisse|ameli|assurance maladie|participation|franchise|remboursements|\bsoins\b|L160|36.46|\bfund\b|reimburse|co-pay`)

// What a town hall writes speaks of no fund, of no co-payment and of no account that a town does not have, whatever is told.
func TestPublicBodySpeaksOfNoFund(t *testing.T) {
	c, err := NewCatalog(PublicBody())
	if err != nil {
		t.Fatal(err)
	}
	town := sampleFund
	town.Fund, town.Officer = "Mairie de l’Exemple", Officer{"Anne Durand", Words{"fr": "régisseuse", "en": "steward"}}
	said := 0
	for _, tag := range c.Languages() {
		for _, k := range contentKinds {
			for _, n := range k.samples() {
				switch x := n.(type) {
				case Reminder:
					continue // it is for co-payments
				case Acknowledgement:
					x.From = town
					n = x
				case RefundNotice:
					x.From = town
					n = x
				case Receipt:
					x.From = town
					n = x
				case NotEligible:
					x.From = town
					n = x
				case AsLetter:
					x.From = town
					n = x
				case Notification:
					n = Notification{town}
				case Header:
					x.From = town
					n = x
				}
				m, err := c.Render(tag, n)
				if err != nil {
					t.Fatalf("%v %s: %v", tag, k.name, err)
				}
				if bad := fundWords.FindString(m.Subject + "\n" + m.Text); bad != "" {
					t.Errorf("%v %s says %q:\n%s\n%s", tag, k.name, bad, m.Subject, m.Text)
				}
				said++
			}
		}
	}
	if said < 400 {
		t.Errorf("%d messages were read", said)
	}
}

// The body's own name stands above its letters and on its receipt, and the law's acknowledgement is complete.
func TestPublicBodyNamesItself(t *testing.T) {
	c, err := NewCatalog(PublicBody())
	if err != nil {
		t.Fatal(err)
	}
	town := Sender{Fund: "Mairie de l’Exemple", EmailAddress: "regie@exemple.example", Telephone: "01 99 00 12 34", Now: sampleFund.Now}
	if err := town.Validate(); err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		n    Content
		want string
	}{
		{Header{Letter{ReceivedAt: sampleTime}, town}, "De\u00a0: Mairie de l’Exemple"},
		{Receipt{samplePayment(payment.Recorded), "Pierre BELAGE", town}, "Nous avons reçu votre paiement."},
		{Receipt{sampleDebit(payment.Recorded), "Pierre BELAGE", town}, "prélèvement sur votre compte bancaire"},
	} {
		m, err := c.Render(language.French, x.n)
		if err != nil || !strings.Contains(m.Text, x.want) {
			t.Errorf("%s does not say %q: %v\n%s", x.n.contentName(), x.want, err, m.Text)
		}
	}
	a := Acknowledgement{samplePayment(payment.Paid), town}
	m, err := c.Render(language.French, a)
	if err == nil {
		err = CheckAcknowledgement(m, a)
	}
	if err != nil {
		t.Errorf("%v\n%s", err, m.Text)
	}
}
