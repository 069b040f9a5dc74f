package euro

import (
	"errors"
	"math"
	"math/big"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"
)

// coefficient is 10^zeros × n, exactly as it stands: decimal.New would keep the zeros in the exponent.
func coefficient(n, zeros int64, exp int32) decimal.Decimal {
	return decimal.NewFromBigInt(new(big.Int).Mul(big.NewInt(n), pow10(zeros)), exp)
}

var amounts = []struct {
	name string
	d    decimal.Decimal
	want int64
	err  error
}{
	{"the zero value", decimal.Decimal{}, 0, nil},
	{"zero with an absurd exponent", decimal.New(0, math.MaxInt32), 0, nil},
	{"a cent", decimal.New(1, -2), 1, nil},
	{"fifty euros in cents", decimal.New(50_00, -2), 50_00, nil},
	{"fifty euros in euros", decimal.New(50, 0), 50_00, nil},
	{"fifty euros in tens", decimal.New(5, 1), 50_00, nil},
	{"fifty euros with zeros", decimal.New(50_0000, -4), 50_00, nil},
	{"17 digits", decimal.New(50_000_000_000_000_000, -15), 50_00, nil},
	{"the largest coefficient of 64 bits", decimal.New(math.MaxInt64, -17), 0, ErrFraction},
	{"19 digits that fit 64 bits", decimal.New(5_000_000_000_000_000_000, -17), 50_00, nil},
	{"20 digits", coefficient(50, 18, -18), 50_00, nil},
	{"20 digits with a fraction", decimal.NewFromBigInt(new(big.Int).Add(pow10(19), big.NewInt(1)), -18), 0, ErrFraction},
	{"40 digits", coefficient(1, 39, -37), 100_00, nil},
	{"41 digits, 30 after the point", coefficient(1, 40, -30), 0, ErrTooLarge},
	{"41 digits, 31 after the point", coefficient(1, 40, -31), 0, ErrFraction},
	{"41 digits before the point", coefficient(1, 40, 0), 0, ErrTooLarge},
	{"the largest amount", decimal.New(Max, -2), Max, nil},
	{"a cent above the largest", decimal.New(Max+1, -2), 0, ErrTooLarge},
	{"the largest with zeros", coefficient(Max, 20, -22), Max, nil},
	{"negative", decimal.New(-1, -2), 0, ErrNegative},
	{"negative with an absurd exponent", decimal.New(-1, 20_000_000), 0, ErrNegative},
	{"a tenth of a cent", decimal.New(1, -3), 0, ErrFraction},
	{"fifty euros and a tenth of a cent", decimal.New(50_001, -3), 0, ErrFraction},
	{"1e20000", decimal.New(1, 20_000), 0, ErrTooLarge},
	{"1e20000000", decimal.New(1, 20_000_000), 0, ErrTooLarge},
	{"1e-20000000", decimal.New(1, -20_000_000), 0, ErrFraction},
	{"the largest exponent", decimal.New(1, math.MaxInt32), 0, ErrTooLarge},
	{"the smallest exponent", decimal.New(1, math.MinInt32), 0, ErrFraction},
}

func TestCents(t *testing.T) {
	for _, tt := range amounts {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Cents(tt.d)
			if got != tt.want || !errors.Is(err, tt.err) {
				t.Errorf("Cents = %d, %v; want %d, %v", got, err, tt.want, tt.err)
			}
		})
	}
}

// TestCentsCountsNoMillionDigits bears the name of what went wrong: decimal's NumDigits computes a power of ten as long as the
// coefficient, a second for ten million digits. What is allocated shows it without a clock.
func TestCentsCountsNoMillionDigits(t *testing.T) {
	huge := new(big.Int).Lsh(big.NewInt(1), 10_000_000) // three million digits
	for _, tt := range []struct {
		name string
		d    decimal.Decimal
		want error
	}{
		{"before the point", decimal.NewFromBigInt(huge, 0), ErrTooLarge},
		{"after the point", decimal.NewFromBigInt(huge, -3_010_300), ErrFraction},
		{"exponent 20000000", decimal.New(1, 20_000_000), ErrTooLarge},
		{"exponent -20000000", decimal.New(1, -20_000_000), ErrFraction},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var err error
			if allocs := testing.AllocsPerRun(1, func() { _, err = Cents(tt.d) }); allocs > 2 {
				t.Errorf("Cents allocates %v times: it computes with the digits", allocs)
			}
			if !errors.Is(err, tt.want) {
				t.Errorf("Cents: %v, want %v", err, tt.want)
			}
			if got := Describe(tt.d); len(got) > 80 {
				t.Errorf("Describe wrote %d bytes", len(got))
			}
		})
	}
}

func TestCentsAllocatesNothing(t *testing.T) {
	d := decimal.New(50_00, -2)
	if allocs := testing.AllocsPerRun(100, func() { _, _ = Cents(d) }); allocs != 0 {
		t.Errorf("Cents allocates %v times", allocs)
	}
}

// Stored amounts are read with Of and written with Cents: one must undo the other.
func TestOfIsUndoneByCents(t *testing.T) {
	for _, c := range []int64{0, 1, 99, 100, 49_99, 50_00, 150_00, 150_01, Max} {
		got, err := Cents(Of(c))
		if got != c || err != nil {
			t.Errorf("Cents(Of(%d)) = %d, %v", c, got, err)
		}
	}
}

func TestFormat(t *testing.T) {
	for c, want := range map[int64]string{
		0: "0.00", 1: "0.01", 10: "0.10", 99: "0.99", 100: "1.00", 50_00: "50.00", Max: "9999999999.99", -5: "-0.05", -123: "-1.23",
	} {
		if got := Format(c); got != want {
			t.Errorf("Format(%d) = %q, want %q", c, got, want)
		}
		if got := string(Append([]byte("x="), c)); got != "x="+want {
			t.Errorf("Append(%d) = %q", c, got)
		}
	}
}

// What decimal's package variables say must not reach stored data.
func TestFormatIgnoresPackageVariables(t *testing.T) {
	defer func(old bool) { decimal.MarshalJSONWithoutQuotes = old }(decimal.MarshalJSONWithoutQuotes)
	decimal.MarshalJSONWithoutQuotes = true
	if got := Describe(decimal.New(50, 0)); got != "50.00" {
		t.Errorf("Describe = %q", got)
	}
}

func TestDescribe(t *testing.T) {
	for _, tt := range []struct {
		d    decimal.Decimal
		want string
	}{
		{decimal.New(5, 1), "50.00"},
		{decimal.New(-5, 1), "(the amount is negative)"},
		{decimal.New(1, -3), "(the amount has a fraction of a cent)"},
		{decimal.New(1, 20_000_000), "(the amount is above 9999999999.99 euros)"},
	} {
		if got := Describe(tt.d); got != tt.want {
			t.Errorf("Describe = %q, want %q", got, tt.want)
		}
	}
}

func TestParse(t *testing.T) {
	for s, want := range map[string]int64{
		"50": 50_00, "50.5": 50_50, "50.00": 50_00, "5e1": 50_00, "0": 0, "0.01": 1, "150.01": 150_01, "9999999999.99": Max,
	} {
		d, err := Parse(s)
		if err != nil {
			t.Errorf("Parse(%q): %v", s, err)
			continue
		}
		if got, err := Cents(d); got != want || err != nil {
			t.Errorf("Parse(%q) is %d cents, %v; want %d", s, got, err, want)
		}
	}
	// What is no number of euros. A French comma is not read as a point, nor a space as nothing: 1,234 would be a thousand.
	for _, s := range []string{
		"", " ", "50,00", "1 234", "1\u202f234,50", "50 €", "€50", "NaN", "Inf", "0x10", "1_000",
		"5e", "e5", "1e99999999999", "--5", "5-", "5.0.0", strings.Repeat("9", 65),
	} {
		if d, err := Parse(s); !errors.Is(err, ErrSyntax) {
			t.Errorf("Parse(%q) = %s, %v; want ErrSyntax", s, Describe(d), err)
		}
	}
	// What is a number, and no amount: Cents tells.
	for s, want := range map[string]error{"-1": ErrNegative, "0.001": ErrFraction, "1e5000": ErrTooLarge, "1e-5000": ErrFraction} {
		d, err := Parse(s)
		if err != nil {
			t.Errorf("Parse(%q): %v", s, err)
			continue
		}
		if _, err := Cents(d); !errors.Is(err, want) {
			t.Errorf("Cents(%q): %v, want %v", s, err, want)
		}
	}
}

// FuzzParse: whatever is read as an amount of whole cents is written and read again as the same.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"50.00", "-0.01", "1e10", "0.001", "50,00", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := Parse(s)
		if err != nil {
			if !errors.Is(err, ErrSyntax) {
				t.Fatalf("Parse: %v", err)
			}
			return
		}
		c, err := Cents(d)
		if err != nil {
			return
		}
		again, err := Parse(Format(c))
		if err != nil {
			t.Fatalf("Parse(Format(%d)): %v", c, err)
		}
		if diff := cmp.Diff(d, again); diff != "" {
			t.Errorf("%q became another amount (-read +written):\n%s", s, diff)
		}
	})
}

// FuzzCents compares Cents with arithmetic on fractions, where that is affordable.
func FuzzCents(f *testing.F) {
	for _, tt := range amounts {
		if c := tt.d.Coefficient(); c.BitLen() < 200 {
			f.Add(c.Bytes(), tt.d.Exponent(), tt.d.Sign() < 0)
		}
	}
	f.Fuzz(func(t *testing.T, coefficient []byte, exp int32, negative bool) {
		v := new(big.Int).SetBytes(coefficient[:min(len(coefficient), 64)])
		if negative {
			v.Neg(v)
		}
		got, err := Cents(decimal.NewFromBigInt(v, exp))
		if exp < -200 || exp > 200 {
			if err == nil && v.Sign() != 0 {
				t.Fatalf("%de%d is %d cents", v, exp, got)
			}
			return
		}
		exact := new(big.Rat).SetInt(v)
		if scale := int64(exp) + 2; scale >= 0 {
			exact.Mul(exact, new(big.Rat).SetInt(pow10(scale)))
		} else {
			exact.Quo(exact, new(big.Rat).SetInt(pow10(-scale)))
		}
		sound := exact.Sign() >= 0 && exact.IsInt() && exact.Cmp(new(big.Rat).SetInt64(Max)) <= 0
		switch {
		case err == nil && (!sound || exact.Cmp(new(big.Rat).SetInt64(got)) != 0):
			t.Errorf("Cents(%de%d) = %d, exactly %s", v, exp, got, exact)
		case err != nil && sound && v.CmpAbs(tooManyDigits) < 0:
			t.Errorf("Cents(%de%d): %v, exactly %s", v, exp, err, exact)
		}
	})
}

func BenchmarkCents(b *testing.B) {
	d := decimal.New(50_00, -2)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Cents(d); err != nil {
			b.Fatal(err)
		}
	}
}
