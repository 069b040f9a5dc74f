package sipstest

import (
	"strconv"
	"strings"
)

// A version is that of an interface: a name such as "IR_WS_", and a number such as "2.20".
type version struct{ name, number string }

// readVersion takes a version of one of the names, with a number 2.x or 3.x where x has one to three digits.
func readVersion(s string, names ...string) (version, bool) {
	for _, n := range names {
		number, ok := strings.CutPrefix(s, n)
		if !ok || len(number) < 3 || len(number) > 5 || (number[0] != '2' && number[0] != '3') || number[1] != '.' {
			continue
		}
		if hasOnly(number[2:], digits) {
			return version{n, number}, true
		}
	}
	return version{}, false
}

func (v version) String() string { return v.name + v.number }

// before compares the numbers, whatever the names: 2.4 comes before 2.20, and 2.20 before 3.0.
func (v version) before(other version) bool { return v.rank() < other.rank() }

func (v version) rank() int {
	minor, _ := strconv.Atoi(v.number[2:]) // digits, readVersion has looked
	return 1000*int(v.number[0]) + minor
}

// The two formats of Data.
const (
	pipe = "HP_" // name=value|name=value
	js   = "JS_" // a JSON object; from 3.x on
)

// dateFormat is how a notification in the version writes an instant.
func (v version) dateFormat() string {
	if v.name == js {
		return "2006-01-02.15:04:05-0700"
	}
	return "2006-01-02T15:04:05-07:00"
}

// responseVersion is the version in which a request of version v is notified, unless it asks for another one: its own number, or for
// the requests in 2.x of a shop the one that Merchant.NotifiedIn says.
func (v version) responseVersion(m Merchant) string {
	switch {
	case v.number[0] == '2' && m.NotifiedIn != "":
		return m.NotifiedIn
	case v.number[0] == '3' && v.name == string(jsonConn):
		return js + v.number
	}
	return pipe + v.number
}

func knownNotification(s, name string) *refusal {
	if v, ok := readVersion(s, pipe, js); !ok || v.name == js && v.number[0] != '3' {
		return &refusal{"30", name, "Unknown version interface: " + clipText(s)}
	}
	return nil
}

// bothVersions: the automatic and the normal response are chosen together or not at all.
func bothVersions(m message, _ conn) *refusal {
	for _, name := range []string{"interfaceVersionAutomaticResponse", "interfaceVersionNormalResponse"} {
		if fieldText(m, name) == "" {
			return fieldMissing(name)
		}
	}
	return nil
}
