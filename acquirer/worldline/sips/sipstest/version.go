package sipstest

import "strings"

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

// The two formats of Data.
const (
	pipe = "HP_" // name=value|name=value
	js   = "JS_" // a JSON object; from 3.x on
)

// responseVersion is the version in which a request of version v is notified, unless it asks for another one. The platform was
// seen to say HP_2.0 whatever 2.x it was asked in.
func (v version) responseVersion() version {
	switch {
	case v.number[0] == '2':
		return version{pipe, "2.0"}
	case v.name == string(jsonConn):
		return version{js, v.number}
	}
	return version{pipe, v.number}
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
