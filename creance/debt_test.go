package creance_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/quittance/quittance/creance"
	"github.com/shopspring/decimal"
)

func TestBalance(t *testing.T) {
	for _, tt := range []struct {
		name string
		debt creance.Debt
		want string
		err  string
	}{
		{"nothing", creance.Debt{}, "0", ""},
		{"several items", debt(eur("20"), eur("29.99"), eur("0.01")), "50", ""},
		{"ten times ten cents", debt(slices.Repeat([]decimal.Decimal{eur("0.1")}, 10)...), "1", ""},
		{"negative", debt(eur("20"), eur("-1")), "", "item 2 (franchise, 2022): the amount is negative"},
		{"a fraction of a cent", debt(eur("0.001")), "", "item 1 (franchise, 2022): the amount has a fraction of a cent"},
		{"1e20000", debt(decimal.New(1, 20_000)), "", "item 1 (franchise, 2022): the amount is above 9999999999.99 euros"},
		{"1e20000000", debt(decimal.New(1, 20_000_000)), "", "item 1 (franchise, 2022): the amount is above 9999999999.99 euros"},
		{"too large a sum", debt(eur("9999999999.99"), eur("0.01")), "", "item 2 (franchise, 2022): the amount is above 9999999999.99 euros"},
		{"a kind as long as a book", creance.Debt{Items: []creance.Item{{Kind: creance.Kind(strings.Repeat("k", 1<<20)), Amount: eur("-1")}}}, "",
			"item 1 (" + strings.Repeat("k", 40) + ", 0): the amount is negative"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := tt.debt.Balance()
			if tt.err != "" {
				if err == nil || err.Error() != tt.err || !got.IsZero() {
					t.Errorf("Balance = %s, %v; want %s", got, err, tt.err)
				}
				return
			}
			if err != nil || !got.Equal(eur(tt.want)) {
				t.Errorf("Balance = %s, %v; want %s", got, err, tt.want)
			}
		})
	}
}

// Claims are stored and unique: frozen.
func TestClaimGolden(t *testing.T) {
	for _, tt := range []struct{ id, number, want string }{
		{"D-1", "N-1", "D-1/N-1"},
		{"a/b", "c", "a%2Fb/c"},
		{"a", "b/c", "a/b%2Fc"},
		{"créance 1 %", "?", "cr%C3%A9ance%201%20%25/%3F"},
		{"D-1", "", "D-1/"},
	} {
		d := creance.Debt{ID: tt.id, Notice: &creance.Notice{Number: tt.number}}
		if got := d.Claim(); got != tt.want {
			t.Errorf("Claim of %q and %q = %q, was %q", tt.id, tt.number, got, tt.want)
		}
	}
	if got := (creance.Debt{ID: "D-1"}).Claim(); got != "D-1/" {
		t.Errorf("Claim without a notice = %q", got)
	}
}

// Two debts, or two notices of one debt, never have the same claim, whatever characters their names have.
func TestClaimIsInjective(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 13))
	word := func() string {
		const alphabet = "a/%2F \x00é"
		b := make([]byte, r.IntN(5))
		for i := range b {
			b[i] = alphabet[r.IntN(len(alphabet))]
		}
		return string(b)
	}
	seen := map[string][2]string{}
	for range 200_000 {
		names := [2]string{word(), word()}
		claim := creance.Debt{ID: names[0], Notice: &creance.Notice{Number: names[1]}}.Claim()
		if other, ok := seen[claim]; ok && other != names {
			t.Fatalf("%q and %q have the claim %q", names, other, claim)
		}
		seen[claim] = names
	}
	if len(seen) < 50_000 {
		t.Errorf("only %d different claims were tried", len(seen))
	}
}
