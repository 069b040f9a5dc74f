// Package books opens the accounts of a test's store.
package books

import (
	"time"

	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/audit"
)

// Of are the accounts of a store, which must not be nil, by a clock.
func Of(s payment.Store, now func() time.Time) *audit.Books {
	b, err := audit.New(s, audit.Options{Now: now})
	if err != nil {
		panic(err)
	}
	return b
}
