package guides

import (
	"context"
	"sync/atomic"
	"testing"

	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/storetest"
)

// guide:begin

// counted is a store that counts how often each result was written, for a metric.
type counted struct {
	payment.Store
	paid atomic.Int64
}

func (s *counted) Commit(ctx context.Context, p payment.Payment, e payment.Entry) error {
	err := s.Store.Commit(ctx, p, e)
	if err == nil && e.Effect == payment.EffectChanged && e.To == payment.Paid {
		s.paid.Add(1)
	}
	return err
}

// guide:end

// guide:begin

func TestStore(t *testing.T) {
	storetest.Run(t, func(t *testing.T) payment.Store {
		return &counted{Store: payment.NewMemoryStore()} // yours, empty, for each case
	})
}

// guide:end
