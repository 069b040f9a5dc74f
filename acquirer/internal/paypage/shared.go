package paypage

import "time"

// FormatEuros writes an amount in cents as the payer reads it: « 20,00 € ».
func FormatEuros(cents int64) string { return formatAmount(cents, "EUR") }

// FormatDay writes the day in Paris as the ticket does: « 11 sept. 2017 ».
func FormatDay(t time.Time) string { return formatDay(t) }
