package paypage

import (
	"html/template"
	"time"
)

// Style is the style sheet of the payment page, and its hash as a Content-Security-Policy names it: for the pages of other
// simulators.
func Style() (css template.CSS, hash string) { return style, styleHash }

// FormatEuros writes an amount in cents as the payer reads it: « 20,00 € ».
func FormatEuros(cents int64) string { return formatAmount(cents, "EUR") }

// FormatDay writes the day in Paris as the ticket does: « 11 sept. 2017 ».
func FormatDay(t time.Time) string { return formatDay(t) }
