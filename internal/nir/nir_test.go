package nir

import (
	"strings"
	"testing"
)

func TestFull(t *testing.T) {
	for _, tt := range []struct {
		name, s string
		want    bool
	}{
		{"born in France", "255081416802538", true},
		{"Corse-du-Sud", "255082A16802597", true},
		{"abroad", "295109912611193", true},
		{"Haute-Corse", "253072B07300470", true},
		{"Corse-du-Sud, same town", "253072A07300443", true},
		{"a man", "180127512345642", true},
		{"a small key", "178059933010817", true},
		{"as it is printed", "2 55 08 14 168 025 38", true},
		{"with dots and hyphens", "2.55.08.14.168.025-38", true},
		{"a small Corsican letter", "255082a16802597", true},

		{"wrong key", "255081416802539", false},
		{"there is no 2C", "253072C07300443", false},
		{"wrong key, abroad", "295109912611199", false},
		{"2A with the key of 2B", "253072A07300470", false},
		{"a letter elsewhere", "2A5081416802538", false},
		{"without its key", "2550814168025", false},
		{"a digit more", "2550814168025380", false},
		{"a transaction reference", "PCLCB172540000004", false},
		{"an identifier of the host", "assure-17", false},
		{"empty", "", false},
		{"digits of another script", "２５５０８１４１６８０２５３８", false},
		{"other separators", "2/55/08/14/168/025/38", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := Full(tt.s); got != tt.want {
				t.Errorf("Full(%q) = %v", tt.s, got)
			}
		})
	}
}

// One wrong character, or two neighbours exchanged, is never a right key: 97 is prime and larger than any change of one digit.
func TestFullFindsEverySlip(t *testing.T) {
	const right = "255081416802538"
	for i := range right {
		for c := byte('0'); c <= '9'; c++ {
			if slip := right[:i] + string(c) + right[i+1:]; slip != right && Full(slip) {
				t.Errorf("Full(%q) with digit %d changed", slip, i+1)
			}
		}
		if i > 0 && right[i] != right[i-1] {
			if slip := right[:i-1] + string(right[i]) + string(right[i-1]) + right[i+1:]; Full(slip) {
				t.Errorf("Full(%q) with digits %d and %d exchanged", slip, i, i+1)
			}
		}
	}
}

func TestNumber(t *testing.T) {
	for _, tt := range []struct {
		name, s string
		want    bool
	}{
		{"born in France", "2550814168025", true},
		{"as it is printed", "2 55 08 14 168 025", true},
		{"Corsica", "255082A168025", true},
		{"a provisional number", "7550814168025", true},
		{"month unknown, 20 to 42", "2553014168025", true},
		{"month unknown, 50 and above", "2555014168025", true},
		{"milliseconds of an epoch that look like one", "1791000000000", true},

		{"with its key", "255081416802538", false},
		{"no sex", "9550814168025", false},
		{"sex zero", "0550814168025", false},
		{"month 00", "2550014168025", false},
		{"month 13", "2551314168025", false},
		{"month 43", "2554314168025", false},
		{"twelve digits", "255081416802", false},
		{"milliseconds of an epoch, month 00", "1790000000000", false},
		{"empty", "", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := Number(tt.s); got != tt.want {
				t.Errorf("Number(%q) = %v", tt.s, got)
			}
		})
	}
}

// FuzzRefusal: spaces, dots, hyphens and the case of a letter hide nothing, and nothing is both with and without its key.
func FuzzRefusal(f *testing.F) {
	for _, s := range []string{"255081416802538", "255082A16802597", "2550814168025", "assure-17", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		full, number := Full(s), Number(s)
		if full && number {
			t.Errorf("%q is both", s)
		}
		disguised := " " + strings.Join(strings.Split(strings.ToLower(s), ""), ".") + "-"
		if Full(disguised) != full || Number(disguised) != number {
			t.Errorf("%q is another thing than %q", disguised, s)
		}
	})
}

// A word in front of the number made it pass the door.
func TestLabelled(t *testing.T) {
	for _, tt := range []struct {
		s    string
		want bool
	}{
		{"nir:255081416802538", true}, {"NIR-2550814168025", true}, {"urn:fr:nir:2 55 08 14 168 025 38", true}, {"NSS1801275123456", true},
		{"num_secu=255082A16802597", true}, {"insee/295109912611193", true},

		{"nir:255081416802539", false},                                           // a wrong key
		{"account:255081416802538", false},                                       // a number of the host's own may have a right key by chance
		{"nir:", false}, {"nir", false}, {"", false}, {"255081416802538", false}, // bare: see Full
		{"nir:9550814168025", false}, {"avenir-2026-17", false},
	} {
		if got := Labelled(tt.s); got != tt.want {
			t.Errorf("Labelled(%q) = %v", tt.s, got)
		}
	}
	if !Identifier("255081416802538") || !Identifier("nir:2550814168025") || Identifier("2550814168025") || !Debtor("2550814168025") {
		t.Error("an identifier is a number with its key or a label, a debtor's one without them too")
	}
}

func TestWithin(t *testing.T) {
	for text, want := range map[string]bool{
		"183027599900103": true,
		"réclamation de 183027599900103, du 2 mars": true,
		"NIR : 1 83 02 75 999 001 03.":              true,
		"voir 1-83-02-75-999-001-03":                true,
		"né en Corse, 1 83 02 2A 999 001 18":        Full("1 83 02 2A 999 001 18"),
		"":                                          false,
		"réclamation n° 12":                         false,
		"référence PCLCB172540000001":               false,
		"commerçant 201000005940002":                false, // S29
		"appelé au 01 23 45 67 89":                  false,
		"183027599900104":                           false, // another key
		"9183027599900103":                          false, // a longer number
		"1830275999001031":                          false,
	} {
		if got := Within(text); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}
