package guides

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/paymenttest"
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

// guide:begin

func TestLife(t *testing.T) {
	world := paymenttest.New(t, paymenttest.Options{Store: &counted{Store: payment.NewMemoryStore()}, Traits: mock.Direct}) // yours
	paid := world.Pay("D-1", mock.Behaviour{})
	world.Pay("D-2", mock.Behaviour{Outcome: acquirer.Refused})
	world.Begin("D-3") // and the payer closes the tab
	world.PassInSteps(100*time.Hour, time.Hour)
	if _, err := world.Service.Record(t.Context(), paid.ID); err != nil {
		t.Fatal(err)
	}
	world.Work()
	world.CheckSettled() // with the bank's books
	world.CheckSound()   // the journals
}

// guide:end
