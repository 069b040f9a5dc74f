package payment_test

import (
	"testing"

	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/storetest"
)

func TestMemoryStore(t *testing.T) {
	storetest.Run(t, func(t *testing.T) payment.Store { return payment.NewMemoryStore() })
}
