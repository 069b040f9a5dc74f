package inbox

import (
	"time"

	"golang.org/x/text/language"
)

// formats are how a language writes amounts and instants.
type formats struct {
	euros             func(cents int64) string
	short, long, full func(time.Time) string // a day, a day with its month in words, a day and a minute
	stamp, until      func(time.Time) string // of a letter's header: when it came, when it goes
}

// formatsOf are the languages whose months and amounts are known, by base language.
var formatsOf = map[string]formats{
	"fr": {frenchEuros, ShortDate, LongDate, DateTime, stamp, tinyDate},
	"en": {
		func(cents int64) string { return "€" + group(cents, ",", ".") },
		ShortDate, englishDay, englishMinute, englishMinute, englishDay,
	},
}

// inDigits serves every other language: no word of French gets into a text of an integrator's own language.
var inDigits = formats{
	frenchEuros, ShortDate, ShortDate,
	func(t time.Time) string { return inParis(t, "02/01/2006 15:04") },
	stamp, tinyDate,
}

func englishDay(t time.Time) string    { return inParis(t, "2 January 2006") }
func englishMinute(t time.Time) string { return inParis(t, "2 January 2006 at 15:04") }

func formatsFor(tag language.Tag) formats {
	base, _ := tag.Base()
	if f, ok := formatsOf[base.String()]; ok {
		return f
	}
	return inDigits
}
