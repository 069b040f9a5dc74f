package bankfile

import (
	"strconv"
	"strings"
)

// blanks are what stands between thousands, and before a currency's sign.
var blanks = strings.NewReplacer(" ", "", "\t", "", "\u00a0", "", "\u202f", "", "\u2009", "", "\u2007", "", "'", "", "’", "")

// minuses are the characters that people and programs write for a minus.
const minuses = "-\u2212\u2013\u2010\u2011\uff0d"

// mostDigits bounds an amount: 13 digits of euros and two of cents.
const mostDigits = 15

// parseEuros reads an amount as banks write it: 75 · 75,5 · 75,00 · +75,00 · −75,00 · 75,00- · (75,00) · 1 137,00 with any blank ·
// 1.137,00 · 75.00 · 75,00 € · 75,00 EUR. The decimal sign is found by what follows it; where that is in doubt, as in 1.137, the
// amount is refused. signed reports that a sign stands there, of whatever kind.
func parseEuros(s string) (cents int64, signed, ok bool) {
	if n := len(s); n > 3 && s[n-3] == ',' { // 137,00, as most are
		if whole, ok := digitsOf(s[:n-3]); ok && n <= mostDigits {
			if part, ok := digitsOf(s[n-2:]); ok {
				return 100*whole + part, false, true
			}
		}
	}
	s = blanks.Replace(strings.TrimSpace(s))
	for _, unit := range []string{"€", "EUR", "eur", "¤"} { // ¤ is € in ISO-8859-15 read as Windows-1252
		s = strings.TrimSuffix(s, unit)
		s = strings.TrimPrefix(s, unit)
	}
	negative := false
	if rest, found := strings.CutPrefix(s, "("); found {
		if s, found = strings.CutSuffix(rest, ")"); !found {
			return 0, false, false
		}
		signed, negative = true, true
	} else {
		for _, end := range []func(string) (string, string){firstRune, lastRune} {
			r, rest := end(s)
			if r == "" || !strings.Contains(minuses+"+", r) {
				continue
			}
			if signed { // both ends
				return 0, false, false
			}
			signed, negative, s = true, r != "+", rest
		}
	}
	whole, fraction, ok := splitDecimal(s)
	if !ok {
		return 0, false, false
	}
	cents, ok = digitsOf(whole + fraction)
	if negative {
		cents = -cents
	}
	return cents, signed, ok
}

func firstRune(s string) (string, string) {
	for i := range s {
		if i > 0 {
			return s[:i], s[i:]
		}
	}
	return s, ""
}

func lastRune(s string) (string, string) {
	last := 0
	for i := range s {
		last = i
	}
	return s[last:], s[:last]
}

// splitDecimal finds the decimal sign, takes out the signs between thousands, and returns the cents as two digits.
func splitDecimal(s string) (whole, fraction string, ok bool) {
	at := strings.LastIndexAny(s, ",.")
	if at < 0 {
		return s, "00", s != ""
	}
	whole, fraction = s[:at], s[at+1:]
	if strings.ContainsAny(whole, ",.") { // 1.137,00: the other sign stands between thousands, and groups of three
		thousands := strings.Trim(whole, "0123456789")
		if strings.Contains(thousands, s[at:at+1]) {
			return "", "", false
		}
		groups := strings.FieldsFunc(whole, func(r rune) bool { return r == ',' || r == '.' })
		for i, g := range groups {
			if i > 0 && len(g) != 3 || len(g) > 3 {
				return "", "", false
			}
		}
		whole = strings.Join(groups, "")
	}
	switch len(fraction) {
	case 1:
		return whole, fraction + "0", whole != ""
	case 2:
		return whole, fraction, whole != ""
	}
	return "", "", false
}

// digitsOf reads digits alone.
func digitsOf(s string) (int64, bool) {
	if s == "" || len(s) > mostDigits {
		return 0, false
	}
	var n int64
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = n*10 + int64(s[i]-'0')
	}
	return n, true
}

// parseDecimal reads what ISO 20022 and MT940 write: digits, one decimal sign at most, as many decimals as they like; all behind
// the cents must be zero.
func parseDecimal(s string, sign byte) (cents int64, ok bool) {
	whole, fraction, _ := strings.Cut(s, string(sign))
	for len(fraction) < 2 {
		fraction += "0"
	}
	if strings.Trim(fraction[2:], "0") != "" {
		return 0, false
	}
	if whole == "" {
		return 0, false
	}
	return digitsOf(strings.TrimLeft(whole, "0") + fraction[:2])
}

// writtenIn is how a journal writes its amounts: in euros with a decimal sign, or in the smallest unit. One file has one form.
type writtenIn int

const (
	cents writtenIn = iota
	euros
)

func (w writtenIn) parseCents(s string) (int64, bool) {
	if w == cents {
		if n, ok := digitsOf(s); ok {
			return n, true
		}
		rest, minus := strings.CutPrefix(s, "-")
		n, ok := digitsOf(rest)
		return -n, ok && minus
	}
	n, _, ok := parseEuros(s)
	return n, ok
}

// Euros writes cents as a French reader reads them: 1 137,00 with narrow no-break spaces and a real minus.
func Euros(cents int64) string {
	sign := ""
	if cents < 0 {
		sign, cents = "\u2212", -cents
	}
	digits := strconv.FormatInt(cents/100, 10)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "\u202f" + digits[i:]
	}
	return sign + digits + "," + string([]byte{byte('0' + cents/10%10), byte('0' + cents%10)})
}

// currencies are the ISO 4217 numbers that journals write for letters.
var currencies = map[string]string{
	"978": "EUR", "840": "USD", "826": "GBP", "756": "CHF", "392": "JPY", "124": "CAD", "036": "AUD", "208": "DKK", "752": "SEK",
	"578": "NOK", "985": "PLN", "203": "CZK", "348": "HUF", "946": "RON", "975": "BGN", "953": "XPF", "156": "CNY", "504": "MAD", "788": "TND",
}

// currencyLetters returns letters for letters or for a number; an unknown number stays one.
func currencyLetters(s string) string {
	if letters, ok := currencies[s]; ok {
		return letters
	}
	if s == "€" {
		return "EUR"
	}
	return strings.ToUpper(s)
}
