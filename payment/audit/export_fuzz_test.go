package audit

import (
	"slices"
	"strconv"
	"strings"
	"testing"
)

// What a stranger can put into a cell is no formula in a spreadsheet.
func FuzzExportCell(f *testing.F) {
	for _, s := range []string{
		"=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "'=1", "''", "＝1", "a;b", `a"b`, "a\nb", "\u202e=1", "\xff=", "", "é€", "\u00a0=1",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		cell := defuseCell(s)
		if first := strings.TrimLeftFunc(cell, func(r rune) bool { return r <= ' ' || !strconv.IsPrint(r) }); first != "" &&
			slices.Contains([]rune("=+-@＝＋－＠"), []rune(first)[0]) {
			t.Errorf("%q becomes %q", s, cell)
		}
		if strings.ContainsFunc(cell, func(r rune) bool { return !strconv.IsPrint(r) }) {
			t.Errorf("%q becomes %q, which has characters that do not print", s, cell)
		}
		if clean := strings.Map(func(r rune) rune {
			if !strconv.IsPrint(r) {
				return ' '
			}
			return r
		}, s); strings.TrimPrefix(cell, "'") != clean {
			t.Errorf("%q becomes %q, and that %q again", s, cell, strings.TrimPrefix(cell, "'"))
		}
	})
}
