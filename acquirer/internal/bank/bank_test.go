package bank_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/quittance/quittance/acquirer/internal/bank"
)

const shop = "201000005940002"

// afternoon is the moment of S53, 15:54 in Paris.
var afternoon = time.Date(2017, 9, 11, 13, 54, 0, 0, time.UTC)

// open returns a bank with one shop, and its clock.
func open(m bank.Merchant) (*bank.Bank, *time.Time) {
	now := afternoon
	b := &bank.Bank{Now: func() time.Time { return now }}
	m.ID = shop
	b.Enrol(m)
	return b, &now
}

func order(reference string) bank.Order {
	return bank.Order{Merchant: shop, Reference: reference, OrderID: "4", Cents: 5000, Currency: "EUR"}
}

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// refusal is the refusal in an error, or none.
func refusal(err error) bank.Refusal {
	if r := (*bank.Refusal)(nil); errors.As(err, &r) {
		return *r
	}
	return bank.Refusal{}
}

// pay opens a session and ends it with a card.
func pay(t *testing.T, b *bank.Bank, reference string, c bank.Card) bank.Transaction {
	t.Helper()
	s := must[bank.Session](t)(b.Open(order(reference)))
	return must[bank.Transaction](t)(b.Pay(s.Token, c))
}

// The ticket of the source: S44, S45, S46, S47.
func TestFirstPaymentIsThatOfTheSource(t *testing.T) {
	b, _ := open(bank.Merchant{})
	got := pay(t, b, "PCLCB172540000004", bank.Card{})
	want := bank.Transaction{
		Order: order("PCLCB172540000004"), Code: "00", AcquirerCode: "00", Status: "TO_CAPTURE", Authorisation: "761208",
		Brand: "CB", MaskedPAN: "5017##########00", Attempt: 1, OpenedAt: afternoon, At: afternoon,
		RemitAt: time.Date(2017, 9, 11, 22, 0, 0, 0, time.UTC), // midnight in Paris
		Moves:   []bank.Move{{Kind: bank.Authorised, Cents: 5000, At: afternoon}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// The last two digits of the card decide (sips.md §10).
func TestLastTwoDigitsDecide(t *testing.T) {
	type end struct {
		Code, AcquirerCode, Status, MaskedPAN string
		Authorised                            int64
	}
	tests := map[string]end{
		"00": {"00", "00", "TO_CAPTURE", "5017##########00", 5000},
		"05": {"05", "05", "REFUSED", "5017##########05", 0},
		"14": {"14", "14", "REFUSED", "5017##########14", 0},
		"17": {"17", "", "ABORTED", "", 0},
		"34": {"34", "34", "REFUSED", "5017##########34", 0},
		"51": {"51", "61", "REFUSED", "5017##########51", 0},
		"54": {"54", "33", "REFUSED", "5017##########54", 0},
		"60": {"60", "", "PENDING", "5017##########60", 0},
		"75": {"75", "", "REFUSED", "5017##########75", 0},
		"90": {"90", "90", "INVALID", "5017##########90", 0},
		"97": {"97", "", "EXPIRED", "", 0},
		"99": {"99", "99", "PENDING", "5017##########99", 0},
		"18": {"00", "00", "TO_CAPTURE", "5017##########18", 5000}, // no such code: accepted
	}
	b, _ := open(bank.Merchant{})
	for last, want := range tests {
		tx := pay(t, b, "REF"+last, bank.Card{Last: last})
		got := end{tx.Code, tx.AcquirerCode, tx.Status, tx.MaskedPAN, tx.Total(bank.Authorised)}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("card ending in %s (-want +got):\n%s", last, diff)
		}
	}
}

func TestCodeToldDirectly(t *testing.T) {
	b, _ := open(bank.Merchant{})
	if tx := pay(t, b, "REF1", bank.Card{Code: "77"}); tx.Code != "77" || tx.Status != "PENDING" || len(tx.Moves) != 0 {
		t.Errorf("a code that nobody knows: %+v", tx)
	}
	if tx := pay(t, b, "REF2", bank.Card{Code: "00", Last: "05"}); tx.Code != "00" || tx.MaskedPAN != "5017##########05" {
		t.Errorf("the code goes before the digits: %+v", tx)
	}
	s := must[bank.Session](t)(b.Open(order("REF3")))
	for _, c := range []bank.Card{{Code: "000"}, {Code: "0|"}, {Last: "5"}, {Last: "ab"}, {First: "50176700"}, {First: "abcd"}} {
		if _, err := b.Pay(s.Token, c); refusal(err) != (bank.Refusal{Code: "12", Field: "card"}) {
			t.Errorf("%+v: %v, want code 12", c, err)
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	b, _ := open(bank.Merchant{})
	must[bank.Session](t)(b.Open(order("USED")))
	for name, tt := range map[string]struct {
		change func(*bank.Order)
		want   bank.Refusal
	}{
		"unknown merchant":    {func(o *bank.Order) { o.Merchant = "1" }, bank.Refusal{Code: "03", Field: "merchant"}},
		"no reference":        {func(o *bank.Order) { o.Reference = "" }, bank.Refusal{Code: "12", Field: "reference"}},
		"reference with a |":  {func(o *bank.Order) { o.Reference = "A|" }, bank.Refusal{Code: "12", Field: "reference"}},
		"zero":                {func(o *bank.Order) { o.Cents = 0 }, bank.Refusal{Code: "12", Field: "amount"}},
		"negative":            {func(o *bank.Order) { o.Cents = -1 }, bank.Refusal{Code: "12", Field: "amount"}},
		"13 digits":           {func(o *bank.Order) { o.Cents = 1_000_000_000_000 }, bank.Refusal{Code: "12", Field: "amount"}},
		"small currency":      {func(o *bank.Order) { o.Currency = "eur" }, bank.Refusal{Code: "12", Field: "currency"}},
		"a reference of ours": {func(o *bank.Order) { o.Reference = "USED" }, bank.Refusal{Code: "94"}},
	} {
		o := order("NEW")
		tt.change(&o)
		s, err := b.Open(o)
		if diff := cmp.Diff(tt.want, refusal(err)); diff != "" || s != (bank.Session{}) {
			t.Errorf("%s: session %v (-want +got):\n%s", name, s, diff)
		}
	}
}

// A reference is the merchant's own: another one may have the same.
func TestReferenceIsUniquePerMerchantForEver(t *testing.T) {
	b, now := open(bank.Merchant{})
	b.Enrol(bank.Merchant{ID: "1"})
	must[bank.Session](t)(b.Open(order("REF")))
	*now = now.Add(10 * 366 * 24 * time.Hour)
	if _, err := b.Open(order("REF")); refusal(err).Code != "94" {
		t.Errorf("ten years later: %v, want code 94", err)
	}
	other := order("REF")
	other.Merchant = "1"
	must[bank.Session](t)(b.Open(other))
	if _, err := b.Status("1", "REF"); refusal(err).Code != "25" {
		t.Errorf("the other merchant's session is open: %v, want code 25", err)
	}
}

func TestSessionExpiresByTheClock(t *testing.T) {
	for _, tt := range []struct {
		name  string
		after []time.Duration // the payer's arrivals, after the session was opened
		want  time.Duration   // when the session is over
	}{
		{"never used", nil, 15 * time.Minute},
		{"used once", []time.Duration{10 * time.Minute}, 25 * time.Minute},
		{"used at the last moment", []time.Duration{15*time.Minute - time.Microsecond}, 30*time.Minute - time.Microsecond},
		{"busy for an hour", []time.Duration{14 * time.Minute, 28 * time.Minute, 42 * time.Minute, 56 * time.Minute}, time.Hour},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b, now := open(bank.Merchant{})
			s := must[bank.Session](t)(b.Open(order("REF")))
			if !s.ExpiresAt.Equal(afternoon.Add(time.Hour)) {
				t.Errorf("ExpiresAt = %v", s.ExpiresAt)
			}
			for _, d := range tt.after {
				*now = afternoon.Add(d)
				must[bank.Transaction](t)(b.Enter(s.Token))
			}
			*now = afternoon.Add(tt.want - time.Microsecond)
			if _, err := b.Status(shop, "REF"); refusal(err).Code != "25" {
				t.Errorf("just before: %v, want code 25", err)
			}
			if got := b.Tick(); len(got) != 0 {
				t.Errorf("just before, %d sessions expired", len(got))
			}
			*now = afternoon.Add(24 * time.Hour) // nobody looks before the next day: the instant is the same
			if _, err := b.Pay(s.Token, bank.Card{}); refusal(err).Code != "97" {
				t.Errorf("paying afterwards: %v, want code 97", err)
			}
			if _, err := b.Enter(s.Token); refusal(err).Code != "97" {
				t.Errorf("coming afterwards: %v, want code 97", err)
			}
			tx := must[bank.Transaction](t)(b.Status(shop, "REF"))
			if tx.Code != "97" || tx.Status != "EXPIRED" || !tx.At.Equal(afternoon.Add(tt.want)) {
				t.Errorf("it ended with %s, %s at %v", tx.Code, tx.Status, tx.At)
			}
			if diff := cmp.Diff([]bank.Transaction{tx}, b.Tick()); diff != "" {
				t.Errorf("what is to be notified (-want +got):\n%s", diff)
			}
			if got := b.Tick(); len(got) != 0 {
				t.Errorf("notified twice")
			}
		})
	}
}

func TestTickGivesTheOldestExpiryFirst(t *testing.T) {
	b, now := open(bank.Merchant{})
	first := must[bank.Session](t)(b.Open(order("A")))
	*now = now.Add(time.Minute)
	must[bank.Session](t)(b.Open(order("B")))
	*now = now.Add(time.Minute)
	must[bank.Transaction](t)(b.Enter(first.Token)) // now A outlives B
	*now = now.Add(time.Hour)
	var got []string
	for _, tx := range b.Tick() {
		got = append(got, tx.Reference)
	}
	if diff := cmp.Diff([]string{"B", "A"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A second tab, a reload, the way back: the money is taken once.
func TestPaidOnce(t *testing.T) {
	b, _ := open(bank.Merchant{})
	s := must[bank.Session](t)(b.Open(order("REF")))
	var wg sync.WaitGroup
	refusals := make([]bank.Refusal, 16)
	for i := range refusals {
		wg.Go(func() {
			_, err := b.Pay(s.Token, bank.Card{})
			refusals[i] = refusal(err)
		})
	}
	wg.Wait()
	paid := 0
	for _, r := range refusals {
		if r == (bank.Refusal{}) {
			paid++
		} else if r.Code != "94" {
			t.Errorf("refused with %v, want code 94", r)
		}
	}
	if book := b.Book(); paid != 1 || book[0].Total(bank.Authorised) != 5000 {
		t.Errorf("paid %d times: %+v", paid, book)
	}
}

func TestRedirectDataWorksSoOften(t *testing.T) {
	for uses, want := range map[int]int{0: 5, 1: 1, 2: 2} {
		b, _ := open(bank.Merchant{})
		s := must[bank.Session](t)(b.OpenLimited(order("REF"), uses))
		n := 0
		for range 5 {
			if _, err := b.Enter(s.Token); err == nil {
				n++
			} else if refusal(err).Code != "25" {
				t.Errorf("%d uses: %v, want code 25", uses, err)
			}
		}
		if n != want {
			t.Errorf("%d uses: it worked %d times, want %d", uses, n, want)
		}
	}
	b, _ := open(bank.Merchant{})
	for _, token := range []string{"", "0"} {
		if _, err := b.Enter(token); refusal(err).Code != "25" {
			t.Errorf("token %q: %v, want code 25", token, err)
		}
	}
}

func TestSeveralAttempts(t *testing.T) {
	type step struct {
		Code    string
		Attempt int
		Retry   bool
	}
	for _, tt := range []struct {
		name  string
		cards []bank.Card
		want  []step
		then  string // the refusal of a further card
	}{
		{"refused, then paid", []bank.Card{{Code: "05"}, {}}, []step{{"05", 1, true}, {"00", 2, false}}, "94"},
		{"three refusals", []bank.Card{{Code: "05"}, {Code: "51"}, {Code: "54"}}, []step{{"05", 1, true}, {"51", 2, true}, {"75", 3, false}}, "94"},
		{"refused, then given up", []bank.Card{{Code: "05"}, {Code: "17"}}, []step{{"05", 1, true}, {"17", 1, false}}, "94"},
		{"what Sips itself stops ends it", []bank.Card{{Code: "75"}}, []step{{"75", 1, false}}, "94"},
		{"fraud ends it", []bank.Card{{Code: "34"}}, []step{{"34", 1, false}}, "94"},
		{"pending ends it", []bank.Card{{Code: "60"}}, []step{{"60", 1, false}}, "94"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b, _ := open(bank.Merchant{SeveralAttempts: true})
			s := must[bank.Session](t)(b.Open(order("REF")))
			var got []step
			for _, c := range tt.cards {
				tx := must[bank.Transaction](t)(b.Pay(s.Token, c))
				got = append(got, step{tx.Code, tx.Attempt, tx.Retry})
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if _, err := b.Pay(s.Token, bank.Card{}); refusal(err).Code != tt.then {
				t.Errorf("a further card: %v, want code %s", err, tt.then)
			}
		})
	}
}

// After a refusal the session ends in silence, and the refusal is final then.
func TestRefusedSessionEndsInSilence(t *testing.T) {
	b, now := open(bank.Merchant{SeveralAttempts: true})
	s := must[bank.Session](t)(b.Open(order("REF")))
	must[bank.Transaction](t)(b.Pay(s.Token, bank.Card{Code: "05"}))
	if tx := must[bank.Transaction](t)(b.Status(shop, "REF")); !tx.Retry {
		t.Error("another card may be tried, and Retry is false")
	}
	*now = now.Add(15 * time.Minute)
	if got := b.Tick(); len(got) != 0 {
		t.Errorf("notified: %+v", got)
	}
	if tx := must[bank.Transaction](t)(b.Status(shop, "REF")); tx.Retry || tx.Code != "05" || !tx.At.Equal(afternoon) {
		t.Errorf("after the session: %+v", tx)
	}
	if _, err := b.Pay(s.Token, bank.Card{}); refusal(err).Code != "94" {
		t.Errorf("paying afterwards: %v, want code 94", err)
	}
}

func TestAuthorisationsAreSixDigitsAndDoNotRepeat(t *testing.T) {
	b, _ := open(bank.Merchant{})
	seen := make(map[string]bool)
	for i := range 2000 {
		tx := pay(t, b, fmt.Sprintf("R%d", i), bank.Card{})
		if len(tx.Authorisation) != 6 || seen[tx.Authorisation] {
			t.Fatalf("payment %d has the authorisation %q", i, tx.Authorisation)
		}
		seen[tx.Authorisation] = true
	}
}

// The same operations at the same times give the same book.
func TestBookIsDeterministic(t *testing.T) {
	write := func() []bank.Transaction {
		b, now := open(bank.Merchant{})
		for i, c := range []bank.Card{{}, {Code: "05"}, {}, {Code: "60"}, {Code: "17"}} {
			pay(t, b, fmt.Sprintf("R%d", i), c)
			*now = now.Add(time.Second)
		}
		must[bank.Transaction](t)(b.Cancel(shop, "R0", 2000, "EUR"))
		must[bank.Transaction](t)(b.Decide(shop, "R3", bank.Card{}))
		*now = now.Add(24 * time.Hour)
		must[bank.Transaction](t)(b.Refund(shop, "R2", 5000, "EUR"))
		return b.Book()
	}
	if diff := cmp.Diff(write(), write()); diff != "" {
		t.Errorf("the second time (-first +second):\n%s", diff)
	}
}

// What is handed out is a copy.
func TestBookIsACopy(t *testing.T) {
	b, _ := open(bank.Merchant{})
	o := order("REF")
	o.Fields = map[string]string{"returnContext": "x"}
	s := must[bank.Session](t)(b.Open(o))
	o.Fields["returnContext"] = "y"
	tx := must[bank.Transaction](t)(b.Pay(s.Token, bank.Card{}))
	want := b.Book()
	tx.Moves[0].Cents, tx.Fields["returnContext"] = 1, "z"
	if diff := cmp.Diff(want, b.Book(), cmpopts.EquateEmpty()); diff != "" || want[0].Fields["returnContext"] != "x" {
		t.Errorf("the book follows what was handed out (-before +after):\n%s", diff)
	}
}

func TestZeroBank(t *testing.T) {
	var b bank.Bank
	if _, err := b.Open(order("REF")); refusal(err).Code != "03" {
		t.Errorf("Open: %v, want code 03", err)
	}
	if _, err := b.Status(shop, "REF"); refusal(err).Code != "25" {
		t.Errorf("Status: %v, want code 25", err)
	}
	if _, err := b.Pay("x", bank.Card{}); refusal(err).Code != "25" {
		t.Errorf("Pay: %v, want code 25", err)
	}
	if b.Remit() != 0 || len(b.Tick()) != 0 || len(b.Book()) != 0 {
		t.Error("a bank without merchants has a book")
	}
	b.Enrol(bank.Merchant{ID: shop, Name: "CPAM Test 2 (INTEGRATION)"})
	if m, ok := b.Merchant(shop); !ok || m.Name != "CPAM Test 2 (INTEGRATION)" {
		t.Errorf("Merchant = %+v, %t", m, ok)
	}
	must[bank.Session](t)(b.Open(order("REF")))
}
