package bank_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/acquirer/internal/bank"
)

// capturing opens and pays an order of 50 euros that is captured in a way of its own.
func capturing(t *testing.T, c bank.Capture, days int) (*bank.Bank, *time.Time) {
	t.Helper()
	b, now := open(bank.Merchant{})
	o := order("REF")
	o.Capture, o.CaptureDay = c, days
	s := must[bank.Session](t)(b.Open(o))
	must[bank.Transaction](t)(b.Pay(s.Token, bank.Card{}))
	return b, now
}

func validate(b *bank.Bank, r string, c int64) (bank.Transaction, error) {
	return b.Validate(shop, r, c, "EUR")
}

// A payment is remitted when its day ends in Paris, or so many days later, or at once (sips.md §4.1).
func TestCapture(t *testing.T) {
	midnight := time.Date(2017, 9, 11, 22, 0, 0, 0, time.UTC) // in Paris, the night after the payment
	for _, x := range []struct {
		capture bank.Capture
		days    int
		at      time.Time
	}{
		{bank.CaptureByDay, 0, midnight},
		{bank.CaptureByDay, 3, midnight.AddDate(0, 0, 3)},
		{bank.CaptureAtOnce, 0, afternoon},
		{bank.CaptureAtOnce, 3, afternoon},
	} {
		b, now := capturing(t, x.capture, x.days)
		if *now = x.at.Add(-time.Microsecond); now.After(afternoon) {
			if tx := b.Book()[0]; tx.Status != bank.StatusToCapture {
				t.Errorf("%+v: %s before its time", x, tx.Status)
			}
		}
		*now = x.at
		tx := b.Book()[0]
		want := []bank.Move{{Kind: bank.Authorised, Cents: 5000, At: afternoon}, {Kind: bank.Remitted, Cents: 5000, At: x.at}}
		if diff := cmp.Diff(want, tx.Moves); diff != "" || tx.Status != bank.StatusCaptured {
			t.Errorf("%+v: %s (-want +got):\n%s", x, tx.Status, diff)
		}
	}
	b, _ := open(bank.Merchant{})
	for _, days := range []int{-1, 100} {
		o := order("REF")
		o.CaptureDay = days
		if _, err := b.Open(o); refusal(err).Field != "capture day" {
			t.Errorf("%d days: %v", days, err)
		}
	}
}

// What is promised on demand is remitted when the shop has validated it, as far as it has, and lapses when it has not in time.
func TestValidate(t *testing.T) {
	b, _ := capturing(t, bank.CaptureOnDemand, 2)
	for _, x := range []struct {
		act       func(*bank.Bank, string, int64) (bank.Transaction, error)
		cents     int64
		want      bank.Refusal
		status    string
		remaining int64
	}{
		{validate, 0, bank.Refusal{Code: "12", Field: "amount"}, "TO_VALIDATE", 5000},
		{validate, 5001, bank.Refusal{Code: "12", Field: "amount"}, "TO_VALIDATE", 5000},
		{refund, 1, bank.Refusal{Code: "24", Status: "TO_VALIDATE"}, "TO_VALIDATE", 5000},
		{cancel, 500, bank.Refusal{}, "TO_VALIDATE", 4500},
		{validate, 4501, bank.Refusal{Code: "12", Field: "amount"}, "TO_VALIDATE", 4500},
		{validate, 3000, bank.Refusal{}, "TO_CAPTURE", 3000},
		{validate, 1, bank.Refusal{Code: "24", Status: "TO_CAPTURE"}, "TO_CAPTURE", 3000},
		{cancel, 3001, bank.Refusal{Code: "12", Field: "amount"}, "TO_CAPTURE", 3000},
		{cancel, 1000, bank.Refusal{}, "TO_CAPTURE", 2000},
		{remit, 0, bank.Refusal{}, "CAPTURED", 2000},
		{refund, 2000, bank.Refusal{}, "CREDITED", 0},
	} {
		_, err := x.act(b, "REF", x.cents)
		tx := must[bank.Transaction](t)(b.Status(shop, "REF"))
		if diff := cmp.Diff(x.want, refusal(err)); diff != "" || tx.Status != x.status || tx.Remaining() != x.remaining {
			t.Errorf("%d cents: %s with %d left, expected %s with %d (-want +got):\n%s", x.cents, tx.Status, tx.Remaining(), x.status, x.remaining, diff)
		}
	}
	if _, err := b.Validate(shop, "NONE", 1, "EUR"); refusal(err).Code != "25" {
		t.Errorf("nobody's payment: %v", err)
	}
	if _, err := b.Validate(shop, "REF", 1, "USD"); refusal(err).Code != "24" {
		t.Errorf("another currency after the end: %v", err)
	}

	b, now := capturing(t, bank.CaptureOnDemand, 2)
	if _, err := b.Validate(shop, "REF", 1, "USD"); refusal(err).Field != "currency" {
		t.Errorf("another currency: %v", err)
	}
	*now = time.Date(2017, 9, 13, 21, 59, 59, 0, time.UTC)
	if tx := b.Book()[0]; tx.Status != bank.StatusToValidate || tx.Remaining() != 5000 {
		t.Errorf("%s with %d on the last evening", tx.Status, tx.Remaining())
	}
	*now = now.Add(time.Second)
	if tx := b.Book()[0]; tx.Status != bank.StatusExpired || tx.Remaining() != 0 || tx.Code != "00" || tx.Total(bank.Remitted) != 0 {
		t.Errorf("%s with %d, code %s, when nobody has validated it", tx.Status, tx.Remaining(), tx.Code)
	}
	if _, err := validate(b, "REF", 5000); refusal(err).Status != bank.StatusExpired {
		t.Errorf("too late: %v", err)
	}
}

// A holder who does not pass is refused without anybody asking the acquirer (sips.md §7.5).
func TestNotAuthenticated(t *testing.T) {
	b, _ := open(bank.Merchant{})
	if tx := pay(t, b, "REF", bank.Card{Code: "05", Authentication: bank.NotAuthenticated}); tx.Code != "05" || tx.AcquirerCode != "" {
		t.Errorf("code %s, acquirer %q", tx.Code, tx.AcquirerCode)
	}
	if tx := pay(t, b, "OTHER", bank.Card{Code: "05", Authentication: "SUCCESS"}); tx.AcquirerCode != "05" {
		t.Errorf("a refusal by the acquirer has its code %q", tx.AcquirerCode)
	}
}
