package bank_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/acquirer/internal/bank"
)

// call is one act at the bank's desk, and what it must answer.
type call struct {
	act      func(b *bank.Bank, reference string, cents int64) (bank.Transaction, error)
	cents    int64
	want     bank.Refusal // zero: done
	status   string       // after it
	returned int64
}

func cancel(b *bank.Bank, r string, c int64) (bank.Transaction, error) {
	return b.Cancel(shop, r, c, "EUR")
}

func refund(b *bank.Bank, r string, c int64) (bank.Transaction, error) {
	return b.Refund(shop, r, c, "EUR")
}

func remit(b *bank.Bank, r string, _ int64) (bank.Transaction, error) {
	b.Remit()
	return b.Status(shop, r)
}

func TestGivingBack(t *testing.T) {
	tooMuch := bank.Refusal{Code: "12", Field: "amount"}
	in := func(status string) bank.Refusal { return bank.Refusal{Code: "24", Status: status} }
	tests := []struct {
		name  string
		card  bank.Card
		calls []call
		moves []bank.Move
	}{
		{"cancelled", bank.Card{}, []call{
			{cancel, 5000, bank.Refusal{}, "CANCELLED", 5000},
			{cancel, 5000, in("CANCELLED"), "CANCELLED", 5000},
			{refund, 5000, in("CANCELLED"), "CANCELLED", 5000},
			{remit, 0, bank.Refusal{}, "CANCELLED", 5000},
		}, []bank.Move{{Kind: bank.Authorised, Cents: 5000}, {Kind: bank.Cancelled, Cents: 5000}}},
		{"cancelled in part, the rest remitted and refunded", bank.Card{}, []call{
			{cancel, 2000, bank.Refusal{}, "TO_CAPTURE", 2000},
			{cancel, 3001, tooMuch, "TO_CAPTURE", 2000},
			{refund, 1, in("TO_CAPTURE"), "TO_CAPTURE", 2000},
			{remit, 0, bank.Refusal{}, "CAPTURED", 2000},
			{cancel, 1, in("CAPTURED"), "CAPTURED", 2000},
			{refund, 3001, tooMuch, "CAPTURED", 2000},
			{refund, 1, bank.Refusal{}, "CAPTURED", 2001},
			{refund, 2999, bank.Refusal{}, "CREDITED", 5000},
			{refund, 1, in("CREDITED"), "CREDITED", 5000},
		}, []bank.Move{
			{Kind: bank.Authorised, Cents: 5000},
			{Kind: bank.Cancelled, Cents: 2000},
			{Kind: bank.Remitted, Cents: 3000},
			{Kind: bank.Refunded, Cents: 1},
			{Kind: bank.Refunded, Cents: 2999},
		}},
		{"nothing and less than nothing", bank.Card{}, []call{
			{cancel, 0, tooMuch, "TO_CAPTURE", 0},
			{cancel, -5000, tooMuch, "TO_CAPTURE", 0},
		}, []bank.Move{{Kind: bank.Authorised, Cents: 5000}}},
		{"refused", bank.Card{Code: "05"}, []call{{cancel, 5000, in("REFUSED"), "REFUSED", 0}, {refund, 5000, in("REFUSED"), "REFUSED", 0}}, nil},
		{"pending", bank.Card{Code: "60"}, []call{{cancel, 5000, in("PENDING"), "PENDING", 0}, {remit, 0, bank.Refusal{}, "PENDING", 0}}, nil},
		{"expired", bank.Card{Code: "97"}, []call{{cancel, 5000, in("EXPIRED"), "EXPIRED", 0}}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b, _ := open(bank.Merchant{})
			pay(t, b, "REF", tt.card)
			for i, c := range tt.calls {
				_, err := c.act(b, "REF", c.cents)
				if diff := cmp.Diff(c.want, refusal(err)); diff != "" {
					t.Errorf("call %d (-want +got):\n%s", i, diff)
				}
				if tx := must[bank.Transaction](t)(b.Status(shop, "REF")); tx.Status != c.status || tx.Returned() != c.returned {
					t.Errorf("after call %d: %s with %d returned, want %s with %d", i, tx.Status, tx.Returned(), c.status, c.returned)
				}
			}
			tx := b.Book()[0]
			for i := range tt.moves {
				tt.moves[i].At = afternoon
			}
			if diff := cmp.Diff(tt.moves, tx.Moves); diff != "" {
				t.Errorf("the book (-want +got):\n%s", diff)
			}
			if got := tx.Total(bank.Authorised) - tx.Returned(); tx.Remaining() != got || got < 0 {
				t.Errorf("Remaining() = %d, want %d", tx.Remaining(), got)
			}
		})
	}
}

func TestGivingBackWhatIsNotThere(t *testing.T) {
	b, _ := open(bank.Merchant{})
	must[bank.Session](t)(b.Open(order("OPEN")))
	pay(t, b, "REF", bank.Card{})
	for _, tt := range []struct {
		merchant, reference, currency string
		want                          bank.Refusal
	}{
		{shop, "NONE", "EUR", bank.Refusal{Code: "25"}},
		{shop, "OPEN", "EUR", bank.Refusal{Code: "25"}},
		{"1", "REF", "EUR", bank.Refusal{Code: "25"}},
		{shop, "REF", "USD", bank.Refusal{Code: "12", Field: "currency"}},
	} {
		if _, err := b.Cancel(tt.merchant, tt.reference, 5000, tt.currency); refusal(err) != tt.want {
			t.Errorf("%+v: %v", tt, err)
		}
	}
}

// Payments are remitted when their day ends in Paris, not in UTC, and not when somebody looks.
func TestRemittanceByTheClock(t *testing.T) {
	for name, tt := range map[string]struct{ paid, remitted string }{
		"in the afternoon":         {"2017-09-11T13:54:00Z", "2017-09-11T22:00:00Z"},
		"at midnight in Paris":     {"2017-09-11T22:00:00Z", "2017-09-12T22:00:00Z"},
		"new year's eve in UTC":    {"2017-12-31T23:30:00Z", "2018-01-01T23:00:00Z"},
		"the day summer begins":    {"2018-03-25T00:30:00Z", "2018-03-25T22:00:00Z"},
		"the day that has 25 h":    {"2018-10-28T00:30:00Z", "2018-10-28T23:00:00Z"},
		"29 February":              {"2020-02-29T12:00:00Z", "2020-02-29T23:00:00Z"},
		"a microsecond before end": {"2017-09-11T21:59:59.999999Z", "2017-09-11T22:00:00Z"},
	} {
		t.Run(name, func(t *testing.T) {
			b, now := open(bank.Merchant{})
			*now = must[time.Time](t)(time.Parse(time.RFC3339, tt.paid))
			pay(t, b, "REF", bank.Card{})
			end := must[time.Time](t)(time.Parse(time.RFC3339, tt.remitted))
			*now = end.Add(-time.Microsecond)
			if tx := must[bank.Transaction](t)(b.Status(shop, "REF")); tx.Status != "TO_CAPTURE" || !tx.RemitAt.Equal(end) {
				t.Errorf("before: %s, to be remitted at %v", tx.Status, tx.RemitAt)
			}
			*now = end.Add(100 * time.Hour)
			tx := must[bank.Transaction](t)(b.Status(shop, "REF"))
			if diff := cmp.Diff(bank.Move{Kind: bank.Remitted, Cents: 5000, At: end}, tx.Moves[len(tx.Moves)-1]); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if b.Remit() != 0 {
				t.Error("remitted twice")
			}
		})
	}
}

func TestDecide(t *testing.T) {
	b, now := open(bank.Merchant{})
	for _, tt := range []struct {
		reference  string
		first      string
		second     string
		status     string
		authorised int64
	}{
		{"A", "60", "00", "TO_CAPTURE", 5000},
		{"B", "60", "05", "REFUSED", 0},
		{"C", "77", "00", "TO_CAPTURE", 5000},
		{"D", "60", "62", "PENDING", 0},
	} {
		pay(t, b, tt.reference, bank.Card{Code: tt.first})
		*now = now.Add(time.Hour)
		tx := must[bank.Transaction](t)(b.Decide(shop, tt.reference, bank.Card{Code: tt.second}))
		if tx.Code != tt.second || tx.Status != tt.status || tx.Total(bank.Authorised) != tt.authorised || !tx.At.Equal(*now) {
			t.Errorf("%+v: %+v", tt, tx)
		}
	}
	if _, err := b.Decide(shop, "A", bank.Card{}); refusal(err) != (bank.Refusal{Code: "24", Status: "TO_CAPTURE"}) {
		t.Errorf("deciding twice: %v", err)
	}
	if _, err := b.Decide(shop, "NONE", bank.Card{}); refusal(err).Code != "25" {
		t.Errorf("deciding nothing: %v", err)
	}
	if _, err := b.Decide(shop, "A", bank.Card{Code: "|"}); refusal(err).Code != "12" {
		t.Errorf("deciding nonsense: %v", err)
	}
}
