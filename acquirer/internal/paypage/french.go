package paypage

import (
	"strconv"
	"time"

	"github.com/quittance/quittance/internal/euro"
	"github.com/quittance/quittance/internal/paris"
)

// Spaces that do not break a line.
const (
	nbsp   = "\u00a0" // before € and :
	narrow = "\u202f" // between thousands
)

// formatAmount writes an amount as the payer reads it: « 20,00 € », « 1 234,50 € » (S25).
func formatAmount(cents int64, currency string) string {
	whole, b := strconv.FormatInt(cents/100, 10), euro.Append(nil, cents)
	var out []byte
	for i := range len(whole) {
		if i > 0 && (len(whole)-i)%3 == 0 {
			out = append(out, narrow...)
		}
		out = append(out, whole[i])
	}
	out = append(append(out, ','), b[len(b)-2:]...)
	if currency == "EUR" {
		currency = "€"
	}
	return string(out) + nbsp + currency
}

var months = [...]string{"janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."}

// formatDay writes the day in Paris as the ticket does: « 11 sept. 2017 », « 1er sept. 2017 » (S43).
func formatDay(t time.Time) string {
	d := paris.Of(t)
	n := strconv.Itoa(d.Day)
	if d.Day == 1 {
		n = "1er"
	}
	return n + " " + months[d.Month-1] + " " + strconv.Itoa(d.Year)
}
