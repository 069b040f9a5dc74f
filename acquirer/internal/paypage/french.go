package paypage

import (
	"time"

	"github.com/quittance/quittance/internal/french"
	"github.com/quittance/quittance/internal/paris"
)

// The spaces that do not break a line.
const (
	nbsp   = french.NoBreak
	narrow = french.Narrow
)

// formatAmount writes an amount as the payer reads it: « 20,00 € », « 1 234,50 € » (S25).
func formatAmount(cents int64, currency string) string {
	if currency == "EUR" {
		currency = "€"
	}
	return french.Amount(cents) + nbsp + currency
}

// FormatEuros writes an amount in cents as the payer reads it: « 20,00 € ».
func FormatEuros(cents int64) string { return formatAmount(cents, "EUR") }

// FormatDay writes the day in Paris as the ticket does: « 11 sept. 2017 », « 1er sept. 2017 » (S43).
func FormatDay(t time.Time) string { return french.MediumDay(paris.Of(t)) }
