package sqldb

import (
	"database/sql/driver"
	"fmt"
	"reflect"
)

// dsnWords is how a driver of SQLite wants a setting in its DSN: what it does not know it ignores without a word.
type dsnWords struct {
	driver string // its import path
	format string // of a setting: its PRAGMA, its value
	whole  string // what does all of it
}

var dsnOf = []dsnWords{
	{"modernc.org/sqlite", "_pragma=%s(%s)", "see sqlstore.DSN"},
	{"github.com/mattn/go-sqlite3", "_%s=%s", "_journal_mode=WAL&_synchronous=FULL&_busy_timeout=10000&_txlock=immediate"},
	{
		"github.com/ncruces/go-sqlite3/driver", "_pragma=%s(%s)",
		"_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=busy_timeout(10000)&_txlock=immediate",
	},
}

// wordsOf returns how a driver spells its settings; for an unknown driver only its name.
func wordsOf(d driver.Driver) dsnWords {
	t := reflect.TypeOf(d)
	if t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t == nil {
		return dsnWords{}
	}
	for _, w := range dsnOf {
		if w.driver == t.PkgPath() {
			return w
		}
	}
	return dsnWords{driver: t.PkgPath()}
}

// settingAdvice says how to set a PRAGMA for every connection.
func (w dsnWords) settingAdvice(pragma, value string) string {
	if w.format == "" {
		return fmt.Sprintf("have %s set it for each connection, to %s(%s): its documentation says how, mostly in the DSN", w.driver, pragma, value)
	}
	return fmt.Sprintf("put "+w.format+" into the DSN (%s)", pragma, value, w.whole)
}
