package inbox

import (
	"regexp"
	"testing"

	"github.com/quittance/quittance/payment"
	"golang.org/x/text/language"
)

var (
	debitWords = regexp.MustCompile(`[Pp]rélèvement|prélevée|[Dd]irect debit|debited`)
	cardWords  = regexp.MustCompile(`\b([Cc]arte|[Cc]ard)\b`)
)

// A direct debit that was ordered is told as one: in the banner, the acknowledgement and the receipt, and never as a card.
func TestDirectDebitIsTold(t *testing.T) {
	c := catalog(t)
	for _, tag := range c.Languages() {
		for _, s := range []payment.State{payment.Paid, payment.Recorded, payment.Review, payment.Refunding, payment.Refunded} {
			p := sampleDebit(s)
			for _, part := range []payment.Payment{p, partReturned(p, 25_00)} {
				all := []Content{Acknowledgement{part, sampleFund}, PaidTwice{part}, RefundNotice{part, sampleFund}}
				if s.Money() {
					all = append(all, DebtHeld{part}, PaidAndDeducted{part})
				}
				if HasReceipt(part) {
					all = append(all, Receipt{part, "Pierre BELAGE", sampleFund})
				}
				for _, now := range []int{0, 25} {
					if b, ok := Banner(part, sampleTime.AddDate(0, 0, now/24)); ok {
						all = append(all, b, AsLetter{b, sampleFund})
					}
				}
				for _, n := range all {
					m, err := c.Render(tag, n)
					if err != nil {
						t.Fatal(err)
					}
					words := m.Subject + "\n" + m.Text
					if cardWords.MatchString(words) {
						t.Errorf("%v %s of a direct debit in %s speaks of a card:\n%s", tag, n.contentName(), s, words)
					}
					switch n.contentName() {
					case "accepted", "acknowledgement", "receipt", "recorded", "held", "paid_and_deducted":
						if !debitWords.MatchString(words) {
							t.Errorf("%v %s in %s does not say that it is a direct debit:\n%s", tag, n.contentName(), s, words)
						}
					}
				}
			}
		}
	}
}

// A direct debit that was refused was no card, and no card's advice is given.
func TestDirectDebitRefused(t *testing.T) {
	c := catalog(t)
	for tag, want := range map[language.Tag]string{
		language.French:  "La banque n’a pas accepté le prélèvement.",
		language.English: "The bank did not accept the direct debit.",
	} {
		m, err := c.Render(tag, PaymentFailed{sampleDebit(payment.Refused)})
		if err != nil || !regexp.MustCompile(regexp.QuoteMeta(want)).MatchString(m.Text) {
			t.Errorf("%v: %v\n%s", tag, err, m.Text)
		}
	}
}

// By what a payer will pay is not known before: nothing speaks of a card then.
func TestBeforePayingNoCardIsMeant(t *testing.T) {
	c := catalog(t)
	for _, tag := range c.Languages() {
		for _, n := range []Content{
			PaymentUnderWay{samplePayment(payment.Redirected)}, PaymentExpired{samplePayment(payment.Expired)}, ResultUnknown{samplePayment(payment.Unknown)},
			PaymentCancelled{samplePayment(payment.Cancelled)}, PaymentUnderReview{}, NextSteps{}, DebtHeld{samplePayment(payment.Redirected)}, PaymentNotBegun{},
		} {
			m, err := c.Render(tag, n)
			if err != nil || cardWords.MatchString(m.Text) {
				t.Errorf("%v %s: %v\n%s", tag, n.contentName(), err, m.Text)
			}
		}
	}
}

// Where the card is not known by which it was paid, nobody is promised that money goes back to it.
func TestNoCardNoPromise(t *testing.T) {
	c := catalog(t)
	for _, tag := range c.Languages() {
		for _, s := range []payment.State{payment.Refunding, payment.Refunded, payment.Review} {
			p := samplePayment(s)
			p.MaskedPAN = ""
			for _, n := range []Content{RefundUnderWay{p}, Refunded{p}, RefundNotice{p, sampleFund}, PaidTwice{p}} {
				m, err := c.Render(tag, n)
				if err != nil || cardWords.MatchString(m.Text) {
					t.Errorf("%v %s in %s: %v\n%s", tag, n.contentName(), s, err, m.Text)
				}
			}
		}
	}
}
