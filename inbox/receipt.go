package inbox

import (
	"errors"
	"fmt"

	"github.com/quittance/quittance/payment"
)

// Receipt is the receipt of a payment, for the page that the payer prints or keeps, and for [Message.Page]: who received how much,
// for which notice, when, and by which authorisation. It discharges the debt only once the payment was taken into account, and says
// which of the two it is; what was refunded discharges nothing. It is no letter: the acknowledgement is, which states no amount
// (S75).
//
// Render refuses a payment without a receipt: see [HasReceipt].
type Receipt struct {
	Payment payment.Payment
	Payer   string // first name and name, as the host writes them; see [FullName]
	From    Sender
}

// HasReceipt reports whether there is a receipt of a payment: its amount was accepted on a known day, and nobody is checking it.
// There is none of what was not accepted (S61).
func HasReceipt(p payment.Payment) bool {
	return (p.State.Money() || p.State == payment.Refunding || p.State == payment.Refunded) && !p.PaidAt.IsZero()
}

func (Receipt) contentName() string { return "receipt" }

func (n Receipt) setFacts(t *factBuilder) error {
	if !HasReceipt(n.Payment) {
		return fmt.Errorf("a payment that is %q, or was accepted on no known day, has no receipt", string(n.Payment.State))
	}
	payer := typographicApostrophes(cleanLine(n.Payer))
	if payer == "" {
		return errors.New("Payer is empty: a receipt says who has paid")
	}
	t.Payer, t.Merchant = payer, cleanLine(n.Payment.Merchant)
	t.Card, t.Authorisation = cleanLine(n.Payment.MaskedPAN), cleanLine(n.Payment.Authorisation)
	return errors.Join(t.setSender(n.From), t.setPayment(n.Payment))
}
