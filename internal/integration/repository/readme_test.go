//go:build !race

package repository_test

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/payment"
)

// readmeBlocks are the fenced blocks of the README in one language, in their order.
func readmeBlocks(t *testing.T, language string) []string {
	t.Helper()
	return blocksOf(t, "README.md", language)
}

// blocksOf are the fenced blocks of a page in one language, in their order.
func blocksOf(t *testing.T, page, language string) (blocks []string) {
	t.Helper()
	text := read(t, filepath.Join(root(t), filepath.FromSlash(page)))
	for _, m := range regexp.MustCompile("(?ms)^```"+language+"\n(.*?)^```$").FindAllStringSubmatch(text, -1) {
		blocks = append(blocks, m[1])
	}
	return blocks
}

// Each Go block of the README is a region of the examples in readme_example_test.go, which are compiled and executed.
func TestReadmeGo(t *testing.T) {
	t.Parallel()
	var regions []string
	for _, m := range regexp.MustCompile(`(?ms)^\t// readme:begin\n(.*?)^\t// readme:end$`).FindAllStringSubmatch(read(t, "readme_example_test.go"), -1) {
		regions = append(regions, regexp.MustCompile(`(?m)^\t`).ReplaceAllString(m[1], ""))
	}
	if len(regions) == 0 {
		t.Fatal("readme_example_test.go has no region")
	}
	if diff := cmp.Diff(regions, readmeBlocks(t, "go")); diff != "" {
		t.Errorf("the README shows other code than what is executed (-executed +README):\n%s", diff)
	}
}

// The diagram of docs/lifecycle.md is what the table says.
func TestLifecycleDiagram(t *testing.T) {
	t.Parallel()
	var want strings.Builder
	if err := payment.WriteMermaid(&want); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{want.String()}, blocksOf(t, "docs/lifecycle.md", "mermaid")); diff != "" {
		t.Errorf("the diagram is not the table's (-table +page):\n%s", diff)
	}
}

// The two commands of the README are what .ci/run runs, the tests also with the race detector.
func TestReadmeCommands(t *testing.T) {
	t.Parallel()
	ci := read(t, filepath.Join(root(t), ".ci", "run"))
	known := map[string]*regexp.Regexp{
		"go run ./examples/teleservice": regexp.MustCompile(`(?m)^go run \./examples/teleservice\b`),
		"go test work":                  regexp.MustCompile(`(?m)^go test -race .*\bwork$`),
	}
	found := 0
	for _, b := range readmeBlocks(t, "sh") {
		for _, l := range lines(b) {
			if strings.HasPrefix(l, "go get ") {
				continue // TestReadmeGoGet
			}
			pattern, ok := known[l]
			if !ok {
				t.Errorf("the README has a command that nothing checks: %s", l)
				continue
			}
			found++
			if !pattern.MatchString(ci) {
				t.Errorf(".ci/run does not run %q", l)
			}
		}
	}
	if found != len(known) {
		t.Errorf("the README has %d of %d commands", found, len(known))
	}
}

// The table of docs/packages.md names every public package, and nothing that is not there.
func TestPackagesPage(t *testing.T) {
	t.Parallel()
	text := read(t, filepath.Join(root(t), "docs", "packages.md"))
	var got []string
	for _, m := range regexp.MustCompile("(?m)^\\| `([a-z/]+)` \\|").FindAllStringSubmatch(text, -1) {
		got = append(got, module+"/"+m[1])
	}
	want := []string{}
	for _, p := range publicPackages(t) {
		if p != module {
			want = append(want, p)
		}
	}
	sorted := cmp.Transformer("set", func(s []string) map[string]bool {
		set := map[string]bool{}
		for _, e := range s {
			set[e] = true
		}
		return set
	})
	if diff := cmp.Diff(want, got, sorted); diff != "" {
		t.Errorf("(-packages +page):\n%s", diff)
	}
}
