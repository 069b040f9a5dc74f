package payment_test

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/payment"
)

func paris(t *testing.T) *time.Location {
	t.Helper()
	l, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestReference(t *testing.T) {
	l := paris(t)
	longest := strings.Repeat("Ab9", 7) + "Zz"
	for _, c := range []struct {
		name     string
		prefix   string
		at       time.Time
		sequence int
		want     string
	}{
		{"the source's own", "PCLCB", time.Date(2017, 9, 11, 15, 28, 0, 0, l), 4, "PCLCB172540000004"}, // S28
		{"1 January 00:30, December in UTC", "PCLCB", time.Date(2017, 12, 31, 23, 30, 0, 0, time.UTC), 1, "PCLCB180010000001"},
		{"31 December 23:59 in Paris", "PCLCB", time.Date(2017, 12, 31, 22, 59, 59, 0, time.UTC), 1, "PCLCB173650000001"},
		{"31 December of a leap year", "PCLCB", time.Date(2016, 12, 31, 12, 0, 0, 0, l), 1, "PCLCB163660000001"},
		{"29 February", "PCLCB", time.Date(2020, 2, 29, 23, 59, 59, 0, l), 1, "PCLCB200600000001"},
		{"1 March of a leap year", "PCLCB", time.Date(2020, 3, 1, 0, 0, 0, 0, l), 1, "PCLCB200610000001"},
		{"eve of summer time", "PCLCB", time.Date(2017, 3, 25, 22, 59, 59, 0, time.UTC), 1, "PCLCB170840000001"},
		{"first instant of the day of summer time", "PCLCB", time.Date(2017, 3, 25, 23, 0, 0, 0, time.UTC), 1, "PCLCB170850000001"},
		{"01:59 before the jump", "PCLCB", time.Date(2017, 3, 26, 0, 59, 59, 0, time.UTC), 1, "PCLCB170850000001"},
		{"03:00 after the jump", "PCLCB", time.Date(2017, 3, 26, 1, 0, 0, 0, time.UTC), 1, "PCLCB170850000001"},
		{"last instant of the day of summer time", "PCLCB", time.Date(2017, 3, 26, 21, 59, 59, 0, time.UTC), 1, "PCLCB170850000001"},
		{"the day after it", "PCLCB", time.Date(2017, 3, 26, 22, 0, 0, 0, time.UTC), 1, "PCLCB170860000001"},
		{"first instant of the day of winter time", "PCLCB", time.Date(2017, 10, 28, 22, 0, 0, 0, time.UTC), 1, "PCLCB173020000001"},
		{"02:30 for the first time", "PCLCB", time.Date(2017, 10, 29, 0, 30, 0, 0, time.UTC), 1, "PCLCB173020000001"},
		{"02:30 for the second time", "PCLCB", time.Date(2017, 10, 29, 1, 30, 0, 0, time.UTC), 1, "PCLCB173020000001"},
		{"last instant of the day of winter time", "PCLCB", time.Date(2017, 10, 29, 22, 59, 59, 0, time.UTC), 1, "PCLCB173020000001"},
		{"the day after the long day", "PCLCB", time.Date(2017, 10, 29, 23, 0, 0, 0, time.UTC), 1, "PCLCB173030000001"},
		{"another zone's date", "PCLCB", time.Date(2017, 9, 12, 3, 0, 0, 0, time.FixedZone("", 14*3600)), 1, "PCLCB172540000001"},
		{"shortest prefix", "a0Z", noon, 4, "a0Z172540000004"},
		{"longest prefix", longest, noon, 4, longest + "172540000004"},
		{"a prefix of digits", "2017254", noon, 4, "2017254172540000004"},
		{"last number", "PCLCB", noon, payment.MaxSequence, "PCLCB172549999999"},
		{"first day", "PCLCB", time.Date(2000, 1, 1, 0, 0, 0, 0, l), 1, "PCLCB000010000001"},
		{"last day", "PCLCB", time.Date(2099, 12, 31, 12, 0, 0, 0, l), 1, "PCLCB993650000001"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, err := payment.NewReference(c.prefix, c.at, c.sequence)
			if err != nil {
				t.Fatal(err)
			}
			if r.String() != c.want {
				t.Errorf("got %s, want %s", r, c.want)
			}
			back, err := payment.ParseReference(c.want)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(r, back); d != "" {
				t.Errorf("the parser is not the inverse (-generated +parsed):\n%s", d)
			}
			if y, m, d := c.at.In(l).Date(); !back.Day.Equal(time.Date(y, m, d, 0, 0, 0, 0, l)) {
				t.Errorf("the day begins at %s, want midnight in Paris", back.Day)
			}
		})
	}
}

// A reference that cannot be made says which of its parts is wrong.
func TestNewReferenceRefuses(t *testing.T) {
	for _, c := range []struct {
		name     string
		prefix   string
		at       time.Time
		sequence int
		says     string
	}{
		{"no prefix", "", noon, 1, `prefix "" is not 3 to 23`},
		{"prefix of 2", "PC", noon, 1, `prefix "PC" is not 3 to 23`},
		{"prefix of 24", strings.Repeat("P", 24), noon, 1, `is not 3 to 23`},
		{"prefix with a hyphen", "PC-LCB", noon, 1, `prefix "PC-LCB" is not 3 to 23 of [A-Za-z0-9]`},
		{"prefix with an accent", "PCLCÉ", noon, 1, `of [A-Za-z0-9]`},
		{"prefix with an Arabic digit", "PCL٣", noon, 1, `of [A-Za-z0-9]`},
		{"prefix that is not text", "PCL\xff", noon, 1, `of [A-Za-z0-9]`},
		{"number 0", "PCLCB", noon, 0, "sequence 0 is not in 1 to 9999999"},
		{"number below 0", "PCLCB", noon, -1, "sequence -1 is not in"},
		{"number of 8 digits", "PCLCB", noon, 10_000_000, "sequence 10000000 is not in 1 to 9999999"},
		{"last day of 1999", "PCLCB", time.Date(1999, 12, 31, 22, 59, 59, 0, time.UTC), 1, "year 1999 is not in 2000 to 2099"},
		{"first day of 2100", "PCLCB", time.Date(2099, 12, 31, 23, 0, 0, 0, time.UTC), 1, "year 2100 is not in 2000 to 2099"},
		{"no day", "PCLCB", time.Time{}, 1, "year 1 is not in 2000 to 2099"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := payment.NewReference(c.prefix, c.at, c.sequence); err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("error %v, want %q", err, c.says)
			}
		})
	}
}

// What is no reference says what is wrong with it.
func TestParseReferenceRefuses(t *testing.T) {
	for _, c := range []struct{ name, s, says string }{
		{"empty", "", "has 0 characters, not 15 to 35"},
		{"too short", "PC172540000004", "has 14 characters, not 15 to 35"},
		{"too long", strings.Repeat("P", 24) + "172540000004", "has 36 characters, not 15 to 35"},
		{"very long", strings.Repeat("P", 1<<20), "has 1048576 characters, not 15 to 35"},
		{"a letter in the number", "PCLCB17254000000A", "does not end in 12 digits"},
		{"a space at the end", "PCLCB172540000004 ", "does not end in 12 digits"},
		{"a sign in the number", "PCLCB17254-000004", "does not end in 12 digits"},
		{"Arabic digits", "PCLCB17254000000٤", "does not end in 12 digits"},
		{"day 0", "PCLCB170000000004", "2017 has no day 0"},
		{"day 366 of a common year", "PCLCB173660000004", "2017 has no day 366"},
		{"day 367 of a leap year", "PCLCB163670000004", "2016 has no day 367"},
		{"day 999", "PCLCB179990000004", "2017 has no day 999"},
		{"number 0", "PCLCB172540000000", "sequence 0 is not in"},
		{"a space at the start", " PCLCB172540000004", `prefix " PCLCB" is not`},
		{"a hyphen", "PC-LCB172540000004", `prefix "PC-LCB" is not`},
		{"no text", "PCL\xff172540000004", `prefix "PCL\xff" is not`},
		{"a newline", "PCLCB\n172540000004", `prefix "PCLCB\n" is not`},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, err := payment.ParseReference(c.s)
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Fatalf("error %v, want %q", err, c.says)
			}
			if d := cmp.Diff(payment.Reference{}, r); d != "" {
				t.Errorf("a reference beside the error:\n%s", d)
			}
			if len(err.Error()) > 200 {
				t.Errorf("the error has %d characters", len(err.Error()))
			}
		})
	}
}

// For every day of the century, and for random prefixes, instants and numbers, the parser gives back what was generated.
func TestReferenceInverse(t *testing.T) {
	l := paris(t)
	check := func(prefix string, at time.Time, n int) {
		t.Helper()
		r, err := payment.NewReference(prefix, at, n)
		if err != nil {
			t.Fatal(err)
		}
		s := r.String()
		back, err := payment.ParseReference(s)
		if err != nil {
			t.Fatalf("%s: %v", s, err)
		}
		if d := cmp.Diff(r, back); d != "" {
			t.Fatalf("%s (-generated +parsed):\n%s", s, d)
		}
		if len(s) != len(prefix)+12 {
			t.Fatalf("%s has %d characters", s, len(s))
		}
	}
	seen := map[string]bool{}
	for day := time.Date(2000, 1, 1, 12, 0, 0, 0, l); day.Year() < 2100; day = day.AddDate(0, 0, 1) {
		check("PCLCB", day, 1)
		r, _ := payment.NewReference("PCLCB", day, 1)
		if seen[r.String()] {
			t.Fatalf("%s on two days", r)
		}
		seen[r.String()] = true
	}
	if len(seen) != 36525 {
		t.Errorf("%d days in the century", len(seen))
	}
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	rng := rand.New(rand.NewPCG(28, 2017))
	first := time.Date(2000, 1, 1, 0, 0, 0, 0, l).Unix()
	seconds := time.Date(2100, 1, 1, 0, 0, 0, 0, l).Unix() - first
	for range 20_000 {
		prefix := make([]byte, 3+rng.IntN(21))
		for i := range prefix {
			prefix[i] = letters[rng.IntN(len(letters))]
		}
		check(string(prefix), time.Unix(first+rng.Int64N(seconds), rng.Int64N(1e9)), 1+rng.IntN(payment.MaxSequence))
	}
}

// What the parser takes is what the generator makes, to the character; all else is an error and no panic.
func FuzzParseReference(f *testing.F) {
	f.Add("PCLCB172540000004") // S28
	f.Add("PCLCB163660000001")
	f.Add("PCLCB173660000001")
	f.Add("a0Z000019999999")
	f.Fuzz(func(t *testing.T, s string) {
		r, err := payment.ParseReference(s)
		if err != nil {
			if d := cmp.Diff(payment.Reference{}, r); d != "" {
				t.Errorf("a reference beside the error:\n%s", d)
			}
			return
		}
		if r.String() != s {
			t.Errorf("%q is read and written as %q", s, r)
		}
		again, err := payment.NewReference(r.Prefix, r.Day, r.Sequence)
		if err != nil {
			t.Errorf("%q is read and cannot be made: %v", s, err)
		}
		if d := cmp.Diff(r, again); d != "" {
			t.Errorf("%q (-parsed +generated):\n%s", s, d)
		}
	})
}
