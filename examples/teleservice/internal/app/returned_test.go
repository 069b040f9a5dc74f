package app_test

import (
	"strings"
	"testing"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/payment"
	"github.com/shopspring/decimal"
)

// A part goes back at the bank's own desk: wherever the payer sees the payment, how much came back is said; the state stays what it is.
func TestPartOfIt(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	b := w.payer("assure-1")
	b.toKiosk("creance-101").card(goodCard).back().lacks("Rendu")
	w.Work()
	p := w.Last()
	_, err := w.Bank.Client.(acquirer.Canceller).Cancel(t.Context(), acquirer.Modification{
		Reference: p.Reference, Merchant: p.Merchant, Handle: p.Handle, Amount: decimal.NewFromInt(25), Currency: "EUR", Key: strings.Repeat("k", 32),
	})
	if err != nil {
		t.Fatal(err)
	}
	if p, _, err = w.Payments.Refresh(t.Context(), p.ID); err != nil || p.State != payment.Paid || p.Returned.String() != "25" {
		t.Fatalf("%v with %s returned: %v", p, p.Returned, err)
	}
	w.Work()
	const says = "25,00 € sur 62,00 €"
	b.get("/accueil").reads(says, "Rendu")
	page := "/demarches/paiements/" + string(p.ID)
	b.get(page).reads("Accepté", says)
	b.get(page + "/recu").reads(says)
	b.get("/messagerie").reads("Remboursement")
	b.inEnglish().get(page).reads("€25.00")
}
