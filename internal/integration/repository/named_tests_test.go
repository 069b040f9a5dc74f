//go:build !race

package repository_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// namedTest is a test that a document names, with its file.
var namedTest = regexp.MustCompile(`\[((?:Test|Fuzz)\w+)\]\(([^)#\s]+_test\.go)\)`)

// namedTests are the tests that a text names, as the file, from the root, and the function. base is the folder of the text.
func namedTests(base, text string) (out [][2]string) {
	for _, m := range namedTest.FindAllStringSubmatch(text, -1) {
		out = append(out, [2]string{filepath.ToSlash(filepath.Join(base, m[2])), m[1]})
	}
	return out
}

// hasTest reports whether a source has a test of that name.
func hasTest(source, name string) bool { return strings.Contains(source, "\nfunc "+name+"(") }

// unproven are the rows of the table under a heading whose last column names no test.
func unproven(text, heading string) (out []string) {
	_, section, found := strings.Cut(text, "\n"+heading+"\n")
	if !found {
		return []string{heading + " is missing"}
	}
	section, _, _ = strings.Cut(section, "\n## ")
	rows := 0
	for line := range strings.Lines(section) {
		if !strings.HasPrefix(line, "| ") {
			continue
		}
		if rows++; rows > 1 && !namedTest.MatchString(line) { // the first is the table's head
			out = append(out, strings.TrimSpace(line))
		}
	}
	if rows < 2 {
		out = append(out, heading+" has no table")
	}
	return out
}

// What SECURITY.md promises and what docs/faults.md lists is proven by tests that are there.
func TestNamedTestsExist(t *testing.T) {
	t.Parallel()
	root := root(t)
	for file, heading := range map[string]string{"SECURITY.md": "## What we do", "docs/faults.md": "## Row by row"} {
		text := read(t, filepath.Join(root, file))
		for _, row := range unproven(text, heading) {
			t.Errorf("%s: no test is named by %s", file, row)
		}
		for _, n := range namedTests(filepath.Dir(file), text) {
			source, err := os.ReadFile(filepath.Join(root, n[0]))
			if err != nil {
				t.Errorf("%s: %v", file, err)
			} else if !hasTest(string(source), n[1]) {
				t.Errorf("%s: %s has no %s", file, n[0], n[1])
			}
		}
	}
}

// The check finds a row without a test, a table that is gone, and a test that has another name.
func TestNamedTestsAreLookedFor(t *testing.T) {
	t.Parallel()
	const text = "# A\n\n## What we do\n\n| promise | proven by |\n|---|---|\n| kept | [TestKept](a/kept_test.go) |\n| broken | none |\n\n## Next\n| x | y |\n"
	if got := unproven(text, "## What we do"); len(got) != 1 || !strings.Contains(got[0], "broken") {
		t.Errorf("rows without a test: %q", got)
	}
	if got := unproven(text, "## Elsewhere"); len(got) != 1 {
		t.Errorf("a table that is gone: %q", got)
	}
	if got := namedTests("docs", text); len(got) != 1 || got[0] != [2]string{"docs/a/kept_test.go", "TestKept"} {
		t.Errorf("named: %q", got)
	}
	if source := "package a\n\nfunc TestKeptElsewhere(t *testing.T) {}\n"; hasTest(source, "TestKept") || !hasTest(source, "TestKeptElsewhere") {
		t.Error("a test is found by a part of its name")
	}
}
