package inbox

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/payment"
	"golang.org/x/text/language"
)

func hours(n int) time.Duration { return time.Duration(n) * time.Hour }

// payerErrors are those that payment.Service.Begin can return.
var payerErrors = []error{
	(&creance.Decision{Reasons: []creance.Reason{{Code: creance.NoNotice}}}).Err(),
	&payment.HeldError{By: samplePayment(payment.Redirected)},
	payment.ErrInProgress, payment.ErrClosed, payment.ErrKeyReused, payment.ErrDayFull, payment.ErrInvalid,
	&acquirer.Error{Op: "begin", Kind: acquirer.ErrUnavailable}, &acquirer.Error{Op: "begin", Kind: acquirer.ErrUnanswered},
	&acquirer.Error{Op: "begin", Kind: acquirer.ErrConfiguration}, &acquirer.Error{Op: "begin", Kind: acquirer.ErrReferenceUsed},
	errors.New("the store is down"),
}

func TestAnswer(t *testing.T) {
	for i, want := range []Content{NotEligible{}, DebtHeld{}, PaymentUnderWay{}, PortalClosed{}} {
		if got := Answer(fmt.Errorf("begin: %w", payerErrors[i]), sampleFund); reflect.TypeOf(got) != reflect.TypeOf(want) {
			t.Errorf("%v: %T, want %T", payerErrors[i], got, want)
		}
	}
	for _, err := range payerErrors[4:] {
		if got := Answer(err, sampleFund); got != (PaymentNotBegun{}) {
			t.Errorf("%v: %T", err, got)
		}
	}
	// A portal that is closed for good does not ask the payer to try again.
	if got := render(t, catalog(t), Answer(payment.ErrClosed, sampleFund)).Text; strings.Contains(got, "recommencer") ||
		!strings.Contains(got, "Le paiement en ligne est fermé. Pour payer autrement, suivez les indications de votre avis.") {
		t.Errorf("the portal is closed:\n%s", got)
	}
	// Who can no longer pay is not told to finish.
	held, late := payerErrors[1].(*payment.HeldError), sampleFund
	late.Now = func() time.Time { return held.By.Session.ExpiresAt.Add(time.Second) }
	if got := render(t, catalog(t), Answer(held, late)).Text; strings.Contains(got, "terminez") || !strings.Contains(got, "Nous vérifions un paiement") {
		t.Errorf("after the session has expired:\n%s", got)
	}
	late.Now = func() time.Time { return held.By.Session.ExpiresAt }
	if got := render(t, catalog(t), Answer(held, late)).Text; !strings.Contains(got, "terminez ce paiement") {
		t.Errorf("before the session expires:\n%s", got)
	}
	// The same request may have been paid before: what failed now says nothing of that.
	for _, tag := range []language.Tag{language.French, language.English} {
		m, err := catalog(t).Render(tag, Answer(errors.New("the store is down"), sampleFund))
		if err != nil || !strings.Contains(m.Text, "pour cette demande") && !strings.Contains(m.Text, "for this request") {
			t.Errorf("%s, %v", m.Text, err)
		}
	}
	if got := Answer(nil, sampleFund); got != nil {
		t.Errorf("no error: %T", got)
	}
	if n := Answer(payerErrors[0], sampleFund).(NotEligible); len(n.Decision.Reasons) != 1 || n.From.Fund != sampleFund.Fund {
		t.Errorf("%+v", n)
	}
}
