package inbox

import (
	"strings"
	"time"

	"golang.org/x/text/language"
)

// formats are how a language writes amounts and instants.
type formats struct {
	euros, rounded    func(cents int64) string // with cents; without those that are zero
	short, long, full func(time.Time) string   // a day, a day with its month in words, a day and a minute
	stamp, until      func(time.Time) string   // of a letter's header: when it came, when it goes
}

// formatsOf are the languages whose months and amounts are known, by base language.
var formatsOf = map[string]formats{
	"fr": {frenchEuros, whole(frenchEuros, ",00"), ShortDate, LongDate, DateTime, stamp, tinyDate},
	"en": {englishEuros, whole(englishEuros, ".00"), ShortDate, englishDay, englishMinute, englishMinute, englishDay},
}

// inDigits serves every other language: no word of French gets into a text of an integrator's own language.
var inDigits = formats{
	frenchEuros, whole(frenchEuros, ",00"), ShortDate, ShortDate,
	func(t time.Time) string { return inParis(t, "02/01/2006 15:04") },
	stamp, tinyDate,
}

// whole leaves out cents that are zero.
func whole(write func(int64) string, zeros string) func(int64) string {
	return func(cents int64) string { return strings.Replace(write(cents), zeros, "", 1) }
}

func englishEuros(cents int64) string  { return "€" + group(cents, ",", ".") }
func englishDay(t time.Time) string    { return inParis(t, "2 January 2006") }
func englishMinute(t time.Time) string { return inParis(t, "2 January 2006 at 15:04") }

func formatsFor(tag language.Tag) formats {
	base, _ := tag.Base()
	if f, ok := formatsOf[base.String()]; ok {
		return f
	}
	return inDigits
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
