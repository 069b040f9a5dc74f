package sqldb

import "testing"

// Versions are numbers, not words: 3.100 is newer than 3.51.
func TestOlder(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"3.51.3", "3.51.3", false}, {"3.51.2", "3.51.3", true}, {"3.51.4", "3.51.3", false}, {"3.51", "3.51.3", true}, {"3.52", "3.51.3", false},
		{"3.100.0", "3.51.3", false}, {"3.9.9", "3.51.3", true}, {"4", "3.51.3", false}, {"", "3.51.3", true}, {"unknown", "3.51.3", true},
	} {
		if got := isOlderVersion(c.a, c.b); got != c.want {
			t.Errorf("%q is older than %q: %v", c.a, c.b, got)
		}
	}
}
