package bankfile

import (
	"strings"
	"testing"
)

// squeeze is what Fields and Join make, for any text.
func FuzzSqueeze(f *testing.F) {
	for _, s := range []string{"", " ", "a", " a", "a ", "a  b", "a\nb", "\ta\v\fb\r\n c ", "é  à", "a\u00a0b", "a\x00b", "a\x1fb  c", "REMISE CARTE\nCARTE 0535875  001"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if got, want := joinWords(s), strings.Join(strings.Fields(s), " "); got != want {
			t.Errorf("squeeze(%q) is %q, want %q", s, got, want)
		}
	})
}
