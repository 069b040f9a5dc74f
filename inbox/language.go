package inbox

import (
	"strings"
	"time"

	"github.com/quittance/quittance/internal/french"
	"golang.org/x/text/language"
)

// formats are how a language writes amounts and instants. Whatever has an hour says that it is the hour of Paris: a payer may live
// overseas or abroad.
type formats struct {
	euros, rounded      func(cents int64) string // with cents; without those that are zero
	short, long, minute func(time.Time) string   // a day, a day with its month in words, a day and a minute
	deletion            func(time.Time) string   // the day on which a letter goes
	thousands           string                   // the mark between thousands
}

// formatsOf are the languages whose months and amounts are known, by base language.
var formatsOf = map[string]formats{
	"fr": {frenchEuros, withoutZeroCents(frenchEuros, ",00"), ShortDate, LongDate, ParisDateTime, tinyDate, french.Narrow},
	"en": {englishEuros, withoutZeroCents(englishEuros, ".00"), ShortDate, englishDay, englishMinute, englishDay, ","},
}

// formatsInDigits serve every other language: no word of French gets into a text of an integrator's own language.
var formatsInDigits = formats{
	frenchEuros, withoutZeroCents(frenchEuros, ",00"), ShortDate, ShortDate,
	func(t time.Time) string { return inParis(t, "02/01/2006 15:04 (Europe/Paris)") },
	tinyDate, french.Narrow,
}

func withoutZeroCents(write func(int64) string, zeros string) func(int64) string {
	return func(cents int64) string { return strings.Replace(write(cents), zeros, "", 1) }
}

func englishEuros(cents int64) string {
	return "€" + string(french.AppendAmount(nil, cents, ",", "."))
}

func englishDay(t time.Time) string    { return inParis(t, "2 January 2006") }
func englishMinute(t time.Time) string { return inParis(t, "2 January 2006 at 15:04 (Paris time)") }

func formatsFor(tag language.Tag) formats {
	base, _ := tag.Base()
	if f, ok := formatsOf[base.String()]; ok {
		return f
	}
	return formatsInDigits
}

// rightToLeft reports whether a language is written from right to left.
func rightToLeft(lang string) bool {
	script, _ := language.Make(lang).Script()
	switch script.String() {
	case "Arab", "Hebr", "Syrc", "Thaa", "Nkoo", "Adlm", "Rohg":
		return true
	}
	return false
}
