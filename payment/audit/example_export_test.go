package audit_test

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/audit"
)

func ExampleBooks_Export() {
	now := time.Date(2017, time.September, 11, 13, 54, 0, 0, time.UTC)
	store := payment.NewMemoryStore() // in production: sqlstore.SQLite or sqlstore.PostgreSQL
	books, _ := audit.New(store, audit.Options{Now: func() time.Time { return now }})
	ctx := context.Background()

	_, err := books.Export(ctx, "2017-09-11", io.Discard)
	fmt.Println(err)

	now = now.AddDate(0, 0, 1)
	var file strings.Builder
	seal, err := books.Export(ctx, "2017-09-11", &file)
	for line := range strings.Lines(file.String()) {
		fmt.Println(strings.TrimPrefix(line, "\ufeff")[:40])
	}
	fmt.Println(seal.String()[:8], err) // keep the seal outside the database
	// Output:
	// payment: invalid request: export: 2017-09-11 is not over yet: it can be exported from 2017-09-11T22:05:00Z on
	// movement;instant;reference;payment;merch
	// total_accepted;;;;;;0;0,00;EUR;;;2017-09
	// total_returned;;;;;;0;0,00;EUR;;;2017-09
	// total_review;;;;;;0;0,00;EUR;;;2017-09-1
	// total_orphan;;;;;;0;0,00;EUR;;;2017-09-1
	// seal;;;;;;;;;;;2017-09-11;;0000000000000
	// 00000000 <nil>
}
