package inbox_test

import (
	"fmt"
	"strings"
	"testing/fstest"
	"time"

	"github.com/quittance/quittance/inbox"
	"github.com/quittance/quittance/payment"
	"github.com/shopspring/decimal"
	"golang.org/x/text/language"
)

// A text that changes on a day: what is written before has the old words, what is written after the new ones.
func ExampleNewCatalog_dated() {
	paid := payment.Payment{
		ID: "k3v5m2q7w4x6y5z2a3b4c5d6e7", State: payment.Paid, Reference: "PCLCB261860000004", Debtor: "assure-17",
		Amount: decimal.New(6200, -2), Currency: "EUR", Language: "fr",
		CreatedAt: time.Date(2026, time.July, 5, 6, 40, 0, 0, time.UTC), PaidAt: time.Date(2026, time.July, 5, 6, 45, 0, 0, time.UTC),
	}

	catalog, err := inbox.NewCatalog(fstest.MapFS{
		"fr/telephone.txt":            {Data: []byte("01\u00a099\u00a000\u00a012\u00a034")},
		"fr/telephone@2027-01-01.txt": {Data: []byte("---\nsources: note 2026-12\n---\n01\u00a099\u00a000\u00a056\u00a078")},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, day := range []string{"2026-12-31", "2027-01-01"} {
		now, _ := time.Parse(time.DateOnly, day)
		m, _ := catalog.Render(language.French, inbox.Acknowledgement{Payment: paid, From: inbox.Sender{Now: func() time.Time { return now }}})
		fmt.Println(day, m.Plain()[strings.Index(m.Plain(), "(*) ou"):])
	}
	// Output:
	// 2026-12-31 (*) ou par téléphone au 01 99 00 12 34.
	// 2027-01-01 (*) ou par téléphone au 01 99 00 56 78.
}
