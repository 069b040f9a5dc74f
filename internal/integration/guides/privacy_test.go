package guides

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/inbox"
	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/paymenttest"
)

// guide:begin

// forget erases a person as far as the law lets us. The error is payment.ErrRetained, with the reasons, while something must stay.
func forget(ctx context.Context, service *payment.Service, letters inbox.Mailbox, debtor string) error {
	if _, err := letters.Erase(ctx, debtor); err != nil {
		return err
	}
	done, err := service.Erase(ctx, debtor)
	if err != nil {
		return err // none was erased
	}
	return done.Err()
}

// guide:end

func TestForget(t *testing.T) {
	w := paymenttest.New(t, paymenttest.Options{})
	p := w.Pay("D-1", mock.Behaviour{})
	w.Work()
	if _, err := w.Service.Record(t.Context(), p.ID); err != nil {
		t.Fatal(err)
	}
	w.Work()
	if err := forget(t.Context(), w.Service, w.Mailbox, "A-D-1"); !errors.Is(err, payment.ErrRetained) {
		t.Errorf("a fresh payment: %v", err)
	}
	if letters := w.Letters("A-D-1"); len(letters) != 0 {
		t.Errorf("letters: %q", letters)
	}
	w.Clock.Add(6 * 365 * 24 * time.Hour)
	if err := forget(t.Context(), w.Service, w.Mailbox, "A-D-1"); err != nil {
		t.Error(err)
	}
	if now := w.Get(p.ID); now.Debtor != "" || now.MaskedPAN != "" || now.Authorisation == "" || now.Debt != "" {
		t.Errorf("what is left: %q %q %q %q", now.Debtor, now.MaskedPAN, now.Authorisation, now.Debt)
	}
}
