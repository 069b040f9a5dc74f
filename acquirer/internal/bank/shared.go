package bank

import (
	"html/template"
	"time"
)

// Style is the style sheet of the payment pages, and its hash as a Content-Security-Policy names it: for the pages of other simulators.
func Style() (css template.CSS, hash string) { return style, styleHash }

// Euros writes an amount as a payer reads it: « 20,00 € ».
func Euros(cents int64) string { return money(cents, "EUR") }

// Day writes the day in Paris as a ticket does: « 11 sept. 2017 ».
func Day(t time.Time) string { return day(t) }
