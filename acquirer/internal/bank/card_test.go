package bank_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/acquirer/internal/bank"
)

func TestReadCard(t *testing.T) {
	for in, want := range map[string]bank.Card{
		"5017670000001800":    {First: "5017", Last: "00", Brand: "CB"}, // S31
		"5017 6700 0000 1800": {First: "5017", Last: "00", Brand: "CB"},
		"501767000001800":     {First: "5017", Last: "00", Brand: "CB"}, // as S31 is printed, 15 digits
		"4100000000000005":    {First: "4100", Last: "05", Brand: "VISA"},
		"5100000000000051":    {First: "5100", Last: "51", Brand: "MASTERCARD"},
		"9999999999999999":    {First: "9999", Last: "99", Brand: "CB"},
		"4100000000003100":    {First: "4100", Last: "00", Brand: "VISA", Authentication: "ATTEMPT"},
		"4100000000003200":    {First: "4100", Last: "00", Brand: "VISA", Authentication: "ERROR"},
		"4100000000003305":    {First: "4100", Last: "05", Brand: "VISA", Authentication: "NOT_ENROLLED"},
	} {
		got, err := bank.ReadCard(in)
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("ReadCard(%q): %v (-want +got):\n%s", in, err, diff)
		}
	}
	for _, in := range []string{"", "5017", "50176700000018", "50176700000018001234", "5017-6700-0000-1800", "501767000000180é"} {
		if _, err := bank.ReadCard(in); !errors.Is(err, bank.ErrCardNumber) {
			t.Errorf("ReadCard(%q): %v", in, err)
		}
	}
}

// Where a shop takes some brands only, a card that bears two is used under the first that is taken (sips.md §4.1, §10).
func TestReadCardOf(t *testing.T) {
	for _, x := range []struct {
		number string
		taken  []string
		brand  string
		err    error
	}{
		{"4300000000000000", nil, "CB", nil},
		{"4300000000000000", []string{"VISA", "CB"}, "CB", nil},
		{"4300000000000000", []string{"VISA"}, "VISA", nil},
		{"4100000000000000", []string{"CB", "MASTERCARD"}, "", bank.ErrBrand},
		{"9999999999999999", []string{"VISA"}, "", bank.ErrBrand},
		{"4100", []string{"CB"}, "", bank.ErrCardNumber},
	} {
		if c, err := bank.ReadCardOf(x.number, x.taken); c.Brand != x.brand || !errors.Is(err, x.err) {
			t.Errorf("%s where %v are taken: %q, %v; expected %q, %v", x.number, x.taken, c.Brand, err, x.brand, x.err)
		}
	}
}

// No more than six digits of a number survive, and no error repeats it.
func FuzzReadCard(f *testing.F) {
	for _, s := range []string{"5017670000001800", "5017 6700 0000 1800", "340000000000000", "", "٥017670000001800"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c, err := bank.ReadCard(s)
		if err != nil {
			if c != (bank.Card{}) || len(s) > 4 && strings.Contains(err.Error(), s) {
				t.Errorf("ReadCard(%q) = %+v, %v", s, c, err)
			}
			return
		}
		if len(c.First) != 4 || len(c.Last) != 2 || c.Code != "" || c.Brand == "" {
			t.Errorf("ReadCard(%q) = %+v", s, c)
		}
		b, _ := open(bank.Merchant{})
		if tx := pay(t, b, "REF", c); tx.Code == "" || tx.MaskedPAN != "" && len(tx.MaskedPAN) != 16 {
			t.Errorf("paying with %+v: %+v", c, tx)
		}
	})
}
