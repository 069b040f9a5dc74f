package inbox

import (
	"slices"
	"strings"
	"testing"

	"github.com/quittance/quittance/payment"
	"golang.org/x/text/language"
)

// M9: a part that went back is told with both amounts wherever the payment is told of as paid, being given back or looked at; what the
// bank has not given back is told with both amounts too.
func TestM9PartReturnedIsTold(t *testing.T) {
	c := catalog(t)
	of := func(s payment.State) payment.Payment { return partReturned(samplePayment(s), 25_00) }
	fr, en := "25,00\u00a0€ sur 62,00\u00a0€ vous ont été rendus.", "€25.00 of €62.00 have been returned to you."
	for _, x := range []struct {
		name   string
		told   Content
		fr, en string
	}{
		{"paid", PaymentAccepted{of(payment.Paid)}, fr, en},
		{"not recorded", PaymentNotRecorded{of(payment.Paid)}, fr, en},
		{"recorded", PaymentRecorded{Payment: of(payment.Recorded)}, fr + " Pour savoir si une somme reste due", en + " To know whether something is still owed"},
		{"being given back", RefundUnderWay{of(payment.Refunding)}, fr + " Le reste, 37,00\u00a0€, est en cours de remboursement.",
			en + " The rest, €37.00, is being refunded."},
		{"in review", PaymentUnderReview{of(payment.Review)}, fr, en},
		{"not given back by the bank", PaymentUnderReview{notReturned(of(payment.Review))}, "Le remboursement de 37,00\u00a0€ sur 62,00\u00a0€ est demandé.",
			"A refund of €37.00 of €62.00 was asked for."},
		{"none of it given back by the bank", PaymentUnderReview{notReturned(samplePayment(payment.Review))},
			"Le remboursement de 62,00\u00a0€ sur 62,00\u00a0€ est demandé.", "A refund of €62.00 of €62.00 was asked for."},
		{"notice", RefundNotice{of(payment.Recorded), sampleFund}, fr, en},
		{"receipt of a paid one", Receipt{of(payment.Paid), "Pierre BELAGE", sampleFund}, "ce reçu vaudra quittance de 37,00\u00a0€.", "discharges you from €37.00."},
		{"receipt of a recorded one", Receipt{of(payment.Recorded), "Pierre BELAGE", sampleFund}, fr + " Ce paiement est pris en compte", en},
		{"receipt of one being given back", Receipt{of(payment.Refunding), "Pierre BELAGE", sampleFund}, fr, en},
		{"by letter", AsLetter{PaymentUnderReview{of(payment.Review)}, sampleFund}, fr, en},
		{"two euros", PaymentAccepted{partReturned(samplePayment(payment.Paid), 2_00)}, "2,00\u00a0€ sur 62,00\u00a0€ vous ont été rendus.",
			"€2.00 of €62.00 have been returned to you."},
		{"less than two euros", PaymentAccepted{partReturned(samplePayment(payment.Paid), 1_99)}, "1,99\u00a0€ sur 62,00\u00a0€ vous a été rendu.",
			"€1.99 of €62.00 has been returned to you."},
	} {
		for tag, want := range map[language.Tag]string{language.French: x.fr, language.English: x.en} {
			m, err := c.Render(tag, x.told)
			if err != nil || !strings.Contains(m.Text, want) {
				t.Errorf("%s, %v: it does not say %q: %v\n%s", x.name, tag, want, err, m.Text)
			}
		}
	}
}

// Nothing of a part is said where nothing went back, or all of it, or where amounts cannot be.
func TestNoPartReturned(t *testing.T) {
	c := catalog(t)
	for _, cents := range []int64{0, 62_00, 63_00} {
		p := partReturned(samplePayment(payment.Paid), cents)
		if s, err := c.PartReturned(language.French, p); s != "" || err != nil {
			t.Errorf("%d cents: %q, %v", cents, s, err)
		}
	}
	s, err := c.PartReturned(language.English, partReturned(samplePayment(payment.Recorded), 25_00))
	if s != "€25.00 of €62.00 have been returned to you." || err != nil {
		t.Errorf("%q, %v", s, err)
	}
	if _, err := (*Catalog)(nil).PartReturned(language.French, payment.Payment{}); err == nil {
		t.Error("a catalog that is nil")
	}
}

// Each new sum that is back has its notice, once; that all is back has the one that it always had.
func TestNoticesOfParts(t *testing.T) {
	box := NewMemoryMailbox()
	deliver := Deliverer(box, catalog(t), senderIn2018())
	for _, cents := range []int64{10_00, 25_00, 10_00} {
		ch := change(payment.OnReturnedPart, payment.EffectNoted, payment.Recorded, payment.Recorded)
		ch.Payment = partReturned(ch.Payment, cents)
		if err := deliver(t.Context(), ch); err != nil {
			t.Fatal(err)
		}
	}
	if err := deliver(t.Context(), change(payment.OnReturned, payment.EffectChanged, payment.Refunding, payment.Refunded)); err != nil {
		t.Fatal(err)
	}
	var keys []string
	for _, l := range letters(t, box, "debtor-1") {
		_, kind, _ := strings.Cut(l.Key, "/")
		keys = append(keys, kind)
	}
	slices.Sort(keys)
	if want := []string{"acknowledgement", "refund_notice", "refund_notice-1000", "refund_notice-2500"}; !slices.Equal(keys, want) {
		t.Errorf("%q, want %q", keys, want)
	}
}
