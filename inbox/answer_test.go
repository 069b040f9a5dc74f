package inbox

import (
	"errors"
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/payment"
)

func hours(n int) time.Duration { return time.Duration(n) * time.Hour }

// payerErrors are those that payment.Service.Begin can return.
var payerErrors = []error{
	(&creance.Decision{Reasons: []creance.Reason{{Code: creance.NoNotice}}}).Err(),
	&payment.HeldError{By: samplePayment(payment.Redirected)},
	payment.ErrInProgress, payment.ErrKeyReused, payment.ErrDayFull, payment.ErrInvalid,
	&acquirer.Error{Op: "begin", Kind: acquirer.ErrUnavailable}, &acquirer.Error{Op: "begin", Kind: acquirer.ErrUnanswered},
	&acquirer.Error{Op: "begin", Kind: acquirer.ErrConfiguration}, &acquirer.Error{Op: "begin", Kind: acquirer.ErrReferenceUsed},
	errors.New("the store is down"),
}

func TestAnswer(t *testing.T) {
	for i, want := range []Content{NotEligible{}, DebtHeld{}, PaymentUnderWay{}} {
		if got := Answer(fmt.Errorf("begin: %w", payerErrors[i]), sampleFund); reflect.TypeOf(got) != reflect.TypeOf(want) {
			t.Errorf("%v: %T, want %T", payerErrors[i], got, want)
		}
	}
	for _, err := range payerErrors[3:] {
		if got := Answer(err, sampleFund); got != (PaymentNotBegun{}) {
			t.Errorf("%v: %T", err, got)
		}
	}
	if got := Answer(nil, sampleFund); got != nil {
		t.Errorf("no error: %T", got)
	}
	if n := Answer(payerErrors[0], sampleFund).(NotEligible); len(n.Decision.Reasons) != 1 || n.From.Fund != sampleFund.Fund {
		t.Errorf("%+v", n)
	}
}
