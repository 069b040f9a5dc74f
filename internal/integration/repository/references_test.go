//go:build !race

package repository_test

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Comments, texts and documents refer to lines of the source (S41), to numbered facts (sips.md §7.3), to articles of law (CRPA L112-11), to
// documents and to findings. Each of them must lead somewhere in this repository: whoever reads the code has nothing else.

// pages are the anchors of the repository's Markdown files, by path.
type pages struct {
	root    string
	anchors map[string]map[string]int // how often each id is defined
}

var (
	anchorTag  = regexp.MustCompile(`<a id="([^"]+)"></a>`)
	headingRow = regexp.MustCompile(`(?m)^#+ +(.+?) *$`)
	noSlug     = regexp.MustCompile(`[^\p{L}\p{N} _-]`)
	codeFence  = regexp.MustCompile("(?ms)^```.*?^```")

	sourceLine   = regexp.MustCompile(`\bS(\d{1,3})\b`)
	section      = regexp.MustCompile(`([a-z]+\.md)|§ ?(\d+(?:\.\d+)*)`)
	brokenOff    = regexp.MustCompile(`(?:\.md|§ ?[\d.]+\d,) *$`)
	article      = regexp.MustCompile(`\b([LRD])\.? ?(\d{3}-\d+(?:-\d+)?)\b`)
	documentName = regexp.MustCompile(`[A-Za-z0-9_./-]*[A-Za-z0-9_-]\.md\b`)
	finding      = regexp.MustCompile(`findings/[a-z-]+\.sh`)
	sourceFile   = regexp.MustCompile("`([a-z]+/[A-Za-z0-9_./@-]+\\.(?:go|golden|mmd|dot|sql|html|txt))`")
	link         = regexp.MustCompile(`\]\(([^)\s]+)\)`)
)

// readPages reads every Markdown file below the root.
func readPages(t *testing.T, root string) pages {
	t.Helper()
	p := pages{root, map[string]map[string]int{}}
	for name, text := range textFiles(t, root) {
		if strings.HasSuffix(name, ".md") {
			p.anchors[name] = anchorsOf(text)
		}
	}
	return p
}

// anchorsOf are the ids that a link can have behind its #: those that are written, and those that a heading gets by itself.
func anchorsOf(text string) map[string]int {
	ids := map[string]int{}
	for _, m := range anchorTag.FindAllStringSubmatch(text, -1) {
		ids[m[1]]++
	}
	for _, m := range headingRow.FindAllStringSubmatch(codeFence.ReplaceAllString(text, ""), -1) {
		slug := strings.ReplaceAll(noSlug.ReplaceAllString(strings.ToLower(m[1]), ""), " ", "-")
		if ids[slug] == 0 { // the second heading of a name gets another id
			ids[slug] = 1
		}
	}
	return ids
}

// textFiles are the files that people write: code, texts, pages, scripts, documents.
func textFiles(t *testing.T, root string) map[string]string {
	t.Helper()
	kinds := []string{".go", ".md", ".txt", ".html", ".css", ".js", ".sql", ".sh", ".json", ".yml", ".golden"}
	files := map[string]string{}
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == ".git" || d.Name() == "fuzz" || d.Name() == "journals"):
			return fs.SkipDir
		case d.IsDir() || !slices.Contains(kinds, filepath.Ext(name)):
			return nil
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		files[filepath.ToSlash(relative)] = string(text)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// page is the document that a name means in a file: beside it, in docs, from the root, or the only one of that name.
func (p pages) page(file, name string) (string, bool) {
	for _, dir := range []string{path.Dir(file), "docs", "."} {
		if full := path.Join(dir, name); p.anchors[full] != nil {
			return full, true
		}
	}
	named := slices.DeleteFunc(slices.Sorted(maps.Keys(p.anchors)), func(full string) bool { return path.Base(full) != name })
	if len(named) != 1 {
		return "", false
	}
	return named[0], true
}

func (p pages) has(page, id string) bool { return p.anchors[page][id] > 0 }

// dangling are the references of a file that lead nowhere, as LINE: WHAT.
func (p pages) dangling(file, text string) (found []string) {
	about := "" // the document that § numbers are of: the one named before, or the page itself
	goesOn := false
	for i, line := range strings.Split(text, "\n") {
		add := func(format string, a ...any) {
			if what := fmt.Sprintf("%d: %s", i+1, fmt.Sprintf(format, a...)); !slices.Contains(found, what) {
				found = append(found, what)
			}
		}
		if file != "docs/payfip.md" { // S1 is also an error of PayFiP's
			for _, m := range sourceLine.FindAllStringSubmatch(line, -1) {
				if !p.has("docs/source.md", m[0]) {
					add("%s is no line of docs/source.md", m[0])
				}
			}
		}
		if !goesOn { // with a reference that the line before began
			about = ""
			if strings.HasPrefix(file, "docs/") && p.anchors[file] != nil {
				about = file
			}
		}
		for _, m := range section.FindAllStringSubmatch(line, -1) {
			switch {
			case m[1] != "":
				about, _ = p.page(file, m[1])
			case about == "":
				add("§%s is of no document: name it before the number, as in sips.md §7.3", m[2])
			case !p.has(about, m[2]):
				add("%s has no §%s", about, m[2])
			}
		}
		goesOn = brokenOff.MatchString(line)
		for _, m := range article.FindAllStringSubmatch(line, -1) {
			if !p.has("docs/law.md", m[1]+m[2]) {
				add("%s%s is no article of docs/law.md", m[1], m[2])
			}
		}
		for _, name := range documentName.FindAllString(line, -1) {
			if _, ok := p.page(file, name); !ok {
				add("there is no document %s", name)
			}
		}
		for _, name := range finding.FindAllString(line, -1) {
			if _, err := os.Stat(filepath.Join(p.root, filepath.FromSlash(name))); err != nil {
				add("there is no %s", name)
			}
		}
		if strings.HasSuffix(file, ".md") {
			for _, m := range sourceFile.FindAllStringSubmatch(line, -1) {
				if _, err := os.Stat(filepath.Join(p.root, filepath.FromSlash(m[1]))); err != nil {
					add("there is no file %s", m[1])
				}
			}
			for _, m := range link.FindAllStringSubmatch(line, -1) {
				target, id, _ := strings.Cut(m[1], "#")
				if strings.Contains(target, "://") || strings.HasPrefix(target, "mailto:") {
					continue
				}
				to := file
				if target != "" {
					to = path.Join(path.Dir(file), target)
				}
				if _, err := os.Stat(filepath.Join(p.root, filepath.FromSlash(to))); err != nil {
					add("the link %s leads to no file", m[1])
				} else if id != "" && !p.has(to, id) {
					add("the link %s: %s has no #%s", m[1], to, id)
				}
			}
		}
	}
	return found
}

// No reference of the repository leads nowhere.
func TestReferences(t *testing.T) {
	t.Parallel()
	dir := root(t)
	p := readPages(t, dir)
	files := textFiles(t, dir)
	if len(files) < 300 || len(p.anchors["docs/source.md"]) < 80 {
		t.Fatalf("%d files and %d anchors of docs/source.md were read: the test looks in the wrong place", len(files), len(p.anchors["docs/source.md"]))
	}
	for file, text := range files {
		if file == "internal/integration/repository/references_test.go" {
			continue
		}
		for _, what := range p.dangling(file, text) {
			t.Errorf("%s:%s", file, what)
		}
	}
}

// Each line of the source is there once, and no page defines an id twice.
func TestAnchors(t *testing.T) {
	t.Parallel()
	p := readPages(t, root(t))
	for n := 1; n <= 80; n++ {
		if id := fmt.Sprintf("S%d", n); p.anchors["docs/source.md"][id] != 1 {
			t.Errorf("docs/source.md has %s %d times", id, p.anchors["docs/source.md"][id])
		}
	}
	for page, ids := range p.anchors {
		for id, n := range ids {
			if n > 1 {
				t.Errorf("%s defines #%s %d times", page, id, n)
			}
		}
	}
}

// docs/lifecycle.md explains every state and every event of the table.
func TestExplained(t *testing.T) {
	t.Parallel()
	dir := root(t)
	lifecycle := read(t, filepath.Join(dir, "docs", "lifecycle.md"))
	missing := map[string]bool{}
	for _, row := range lines(read(t, filepath.Join(dir, "payment", "testdata", "table.golden"))) {
		for _, word := range strings.Fields(row)[:2] {
			missing[word] = !strings.Contains(lifecycle, "`"+word+"`")
		}
	}
	if len(missing) < 30 {
		t.Errorf("only %d states and events were looked for", len(missing))
	}
	for word, is := range missing {
		if is {
			t.Errorf("docs/lifecycle.md says nothing of `%s`", word)
		}
	}
}

// Whatever leads nowhere is found; whatever leads somewhere is not.
func TestDangling(t *testing.T) {
	t.Parallel()
	p := pages{t.TempDir(), map[string]map[string]int{
		"docs/source.md": {"S41": 1, "S80": 1},
		"docs/sips.md":   {"7.3": 1, "10": 1},
		"docs/law.md":    {"L112-11": 1, "R112-11-1": 1},
		"README.md":      anchorsOf("# Top\n\n## What it costs, and why\n\n```\n# no heading\n```\n"),
	}}
	if err := os.WriteFile(filepath.Join(p.root, "README.md"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		file, text string
		want       []string
	}{
		{"a/b.go", "// S41, S41–S80: the ticket (sips.md §7.3, §10; CRPA L112-11, R. 112-11-1)", nil},
		{"a/b.go", "// docs/sips.md §7.3", nil},
		{"a/b.go", "// docs/sips.md\n// §7.3,\n// §10 and so on", nil},
		{"a/b.go", "// docs/sips.md\n// §7.3\n// §10", []string{
			"3: §10 is of no document: name it before the number, as in sips.md §7.3"}},
		{"docs/sips.md", "see §7.3 and README.md", nil},
		{"README.md", "[cost](#what-it-costs-and-why), [elsewhere](https://example.org/x.html#y)", nil},
		{"a/b.go", "x\n// S81", []string{"2: S81 is no line of docs/source.md"}},
		{"a/b.go", "// sips.md §7.4", []string{"1: docs/sips.md has no §7.4"}},
		{"a/b.go", "// see §7.3", []string{"1: §7.3 is of no document: name it before the number, as in sips.md §7.3"}},
		{"a/b.go", "// other.md §1", []string{
			"1: §1 is of no document: name it before the number, as in sips.md §7.3", "1: there is no document other.md"}},
		{"docs/sips.md", "§99", []string{"1: docs/sips.md has no §99"}},
		{"a/b.go", "// CSS D160-7", []string{"1: D160-7 is no article of docs/law.md"}},
		{"a/b.go", "// findings/no-such.sh", []string{"1: there is no findings/no-such.sh"}},
		{"README.md", "[x](nowhere.txt) [y](#no-heading)", []string{
			"1: the link nowhere.txt leads to no file", "1: the link #no-heading: README.md has no #no-heading"}},
		{"README.md", "in `payment/no_such.go`", []string{"1: there is no file payment/no_such.go"}},
		{"a/b.go", "// spec/sips.md", []string{"1: there is no document spec/sips.md"}},
	} {
		if diff := cmp.Diff(c.want, p.dangling(c.file, c.text)); diff != "" {
			t.Errorf("%s, %q (-want +got):\n%s", c.file, c.text, diff)
		}
	}
}
