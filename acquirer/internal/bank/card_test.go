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
