//go:build !race

package repository_test

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var updateMap = flag.Bool("update-map", false, "write docs/requirements.md anew")

// asksNothing are the lines of the source that ask nothing of the software, with the reason that the map gives. All others need a test.
var asksNothing = map[int]string{
	1:  "the deck's title",
	3:  "noise of the scan",
	6:  "a logo, which is not ours to ship",
	7:  "a heading; S8 to S16 say what stands below it",
	21: "a third party's footer",
	36: "a heading; S37 to S62 say what stands below it",
	76: "a heading; S77 to S80 say what stands below it",
}

// docs/requirements.md has, for each line of the source, the tests that prove it: those that name the line in their comment or in their body.
// It is written by go test ./internal/integration/repository -run TestRequirements -update-map.
func TestRequirements(t *testing.T) {
	t.Parallel()
	file := filepath.Join(root(t), "docs", "requirements.md")
	proofs := proofsOf(t, root(t))
	for n := 1; n <= 80; n++ {
		if len(proofs[n]) == 0 && asksNothing[n] == "" {
			t.Errorf("no test names S%d: a requirement without a proof", n)
		}
	}
	want := requirementsPage(read(t, filepath.Join(root(t), "docs", "source.md")), proofs)
	if *updateMap {
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(want, read(t, file)); diff != "" {
		t.Errorf("docs/requirements.md is not what the tests say; write it anew with -update-map (-want +got):\n%s", diff)
	}
}

// A line that is named outside every test proves nothing; one in a test's comment, body or range does.
func TestProofs(t *testing.T) {
	t.Parallel()
	const source = `package a

// S1 stands before no test.
var x = "S2"

// S10, S12 to S14: what is shown.
func TestShown(t *testing.T) {
	_ = "S20" // S21
	t.Run("S22–S23", nil)
}

func helper() { _ = "S30" }

func FuzzRead(f *testing.F) { _ = "S40" }

// S50
func Example_whole() {}

func BenchmarkX(b *testing.B) { _ = "S60" }
`
	var got []string
	for _, p := range proofsIn(t, "a_test.go", []byte(source)) {
		got = append(got, fmt.Sprintf("S%d %s", p.line, p.test))
	}
	want := []string{"S10 TestShown", "S12 TestShown", "S13 TestShown", "S14 TestShown", "S20 TestShown", "S21 TestShown", "S22 TestShown", "S23 TestShown",
		"S40 FuzzRead", "S50 Example_whole"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// proof is a line of the source and the name of a test that proves it.
type proof struct {
	line int
	test string
}

// proves are the functions that can fail for what they say of a line.
var proves = regexp.MustCompile(`^(Test|Fuzz|Example)`)

// proofsOf are the tests that name each line of the source, as LINK of the map.
func proofsOf(t *testing.T, dir string) map[int][]string {
	t.Helper()
	proofs := map[int][]string{}
	for file, text := range textFiles(t, dir) {
		if !strings.HasSuffix(file, "_test.go") || strings.HasPrefix(file, "internal/integration/repository/") {
			continue
		}
		if strings.Contains(file, "payfip") { // S1 is an error of PayFiP's there
			continue
		}
		for _, p := range proofsIn(t, file, []byte(text)) {
			proofs[p.line] = append(proofs[p.line], fmt.Sprintf("[%s](../%s)", p.test, file))
		}
	}
	for n := range proofs {
		slices.Sort(proofs[n])
		proofs[n] = slices.Compact(proofs[n])
	}
	return proofs
}

// proofsIn are the proofs of one file of tests, in the order of lines.
func proofsIn(t *testing.T, name string, text []byte) (found []proof) {
	t.Helper()
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, name, text, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range file.Decls {
		f, is := d.(*ast.FuncDecl)
		if !is || f.Recv != nil || !proves.MatchString(f.Name.Name) {
			continue
		}
		from := f.Pos()
		if f.Doc != nil {
			from = f.Doc.Pos()
		}
		for _, n := range linesNamed(string(text[set.Position(from).Offset:set.Position(f.End()).Offset])) {
			found = append(found, proof{n, f.Name.Name})
		}
	}
	slices.SortStableFunc(found, func(a, b proof) int { return a.line - b.line })
	return found
}

// linesNamed are the lines of the source that a text names, alone (S41) or in a range (S40 to S47), each once.
func linesNamed(text string) []int {
	named := map[int]bool{}
	for _, m := range sourceRange.FindAllStringSubmatch(text, -1) {
		first, _ := strconv.Atoi(m[1])
		last := first
		if m[2] != "" {
			last, _ = strconv.Atoi(m[2])
		}
		for n := first; n <= last && n <= 80; n++ {
			named[n] = true
		}
	}
	return slices.Sorted(maps.Keys(named))
}

// sourceRange is a line, or some that follow each other: S40–S47, S40 to S47.
var sourceRange = regexp.MustCompile(`\bS(\d{1,2})(?: ?(?:–|-|to) ?S(\d{1,2}))?\b`)

// shown is how many tests the map names for one line; the first of each package are enough to find the others.
const shown = 6

var sourceRow = regexp.MustCompile(`(?m)^\| <a id="S(\d+)"></a>S\d+ \| .*? \| (.*) \|$`)

// requirementsPage is the map as a page.
func requirementsPage(source string, proofs map[int][]string) string {
	var b strings.Builder
	b.WriteString("# Which test proves which line\n\n" +
		"Each line of [source.md](source.md), and the tests that name it. Written by a test, which fails when a line has no proof, or when this page is old.\n\n" +
		"| line | what it asks | proven by |\n|---|---|---|\n")
	for _, m := range sourceRow.FindAllStringSubmatch(source, -1) {
		n, _ := strconv.Atoi(m[1])
		by := "none is needed: " + asksNothing[n]
		if all := proofs[n]; asksNothing[n] == "" {
			by = strings.Join(all[:min(len(all), shown)], ", ")
			if more := len(all) - shown; more > 0 {
				by += fmt.Sprintf(", and %d more", more)
			}
		}
		fmt.Fprintf(&b, "| [S%d](source.md#S%d) | %s | %s |\n", n, n, m[2], by)
	}
	return b.String()
}
