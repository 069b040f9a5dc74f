package audit_test

import (
	"context"
	"os"
	"time"

	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/audit"
)

func ExampleBooks_ExportJSON() {
	tomorrow := time.Date(2017, time.September, 12, 8, 0, 0, 0, time.UTC)
	books, _ := audit.New(payment.NewMemoryStore(), audit.Options{Now: func() time.Time { return tomorrow }})
	books.ExportJSON(context.Background(), "2017-09-11", os.Stdout)
	// Output:
	// {"movement":"total_accepted","cents":0,"euros":"0.00","currency":"EUR","day":"2017-09-11","count":0}
	// {"movement":"total_returned","cents":0,"euros":"0.00","currency":"EUR","day":"2017-09-11","count":0}
	// {"movement":"total_review","cents":0,"euros":"0.00","currency":"EUR","day":"2017-09-11","count":0}
	// {"movement":"total_orphan","cents":0,"euros":"0.00","currency":"EUR","day":"2017-09-11","count":0}
	// {"movement":"seal","day":"2017-09-11","seal":"0000000000000000000000000000000000000000000000000000000000000000","sha256":"78b061e3d305229617ff9793c32b361a27a7282f332feb65040dd2e6e75e0a8e"}
}
