package guides

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var (
	block  = regexp.MustCompile("(?ms)^```([a-z]*)\n(.*?)^```$")
	region = regexp.MustCompile(`(?ms)^(\t*)// guide:begin\n(.*?)^\t*// guide:end$`)
)

// guidePages are the guides.
func guidePages(t *testing.T) []string {
	t.Helper()
	found, err := filepath.Glob("../../../docs/guides/*.md")
	if err != nil || len(found) < 9 {
		t.Fatal(found, err)
	}
	return found
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// blocks are the fenced blocks of a page in a language, in their order.
func blocks(text, language string) (out []string) {
	for _, m := range block.FindAllStringSubmatch(text, -1) {
		if m[1] == language {
			out = append(out, m[2])
		}
	}
	return out
}

// regions are the marked parts of a Go file as a guide shows them.
func regions(text string) (out []string) {
	for _, m := range region.FindAllStringSubmatch(text, -1) {
		out = append(out, strings.Trim(regexp.MustCompile(`(?m)^`+m[1]).ReplaceAllString(m[2], ""), "\n")+"\n")
	}
	return out
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// Each Go block of a guide is the program in the folder of its name, or a part of the test file of its name, and each such part stands in the
// guide, in the same order.
func TestGuidesGo(t *testing.T) {
	for _, page := range guidePages(t) {
		name := strings.ReplaceAll(strings.TrimSuffix(filepath.Base(page), ".md"), "-", "_")
		code := name + "_test.go"
		var executed []string
		if program := filepath.Join(name, "main.go"); exists(program) {
			executed = append(executed, read(t, program))
		}
		if exists(code) {
			executed = append(executed, regions(read(t, code))...)
		}
		if diff := cmp.Diff(executed, blocks(read(t, page), "go")); diff != "" {
			t.Errorf("%s shows other code than %s executes (-executed +guide):\n%s", page, code, diff)
		}
	}
}

// No block is in a language that nothing checks.
func TestGuidesLanguages(t *testing.T) {
	for _, page := range guidePages(t) {
		for _, m := range block.FindAllStringSubmatch(read(t, page), -1) {
			if !slices.Contains([]string{"go", "sh", "sql", "text"}, m[1]) {
				t.Errorf("%s has a block in %q", page, m[1])
			}
		}
	}
}

// commands are the commands of the guides. Each says where it is run: here, where it is cheap; or which file of the repository runs it.
var commands = map[string]struct {
	file    string         // from the root
	pattern *regexp.Regexp // what runs it there
}{
	"go run ./examples/teleservice":                                 {".ci/run", regexp.MustCompile(`(?m)^go run \./examples/teleservice\b`)},
	"go run ./examples/quickstart":                                  {".ci/run", regexp.MustCompile(`(?m)^go run \./examples/quickstart\b`)},
	"go run ./examples/quickstart -acquirer direct":                 {"examples/quickstart/quickstart_test.go", regexp.MustCompile(`"-acquirer", "direct"`)},
	"go run ./examples/kiosk -addr 127.0.0.1:9000 -platform direct": {"examples/kiosk/direct_test.go", regexp.MustCompile(`"-platform", "direct"`)},
	"go get github.com/quittance/quittance/...@latest": {
		"internal/integration/repository/footprint_test.go", regexp.MustCompile(`"get"}, strings\.Fields`), // the README's line, which is this one
	},
	"go get -t github.com/quittance/quittance/...@latest": {
		"internal/integration/repository/footprint_test.go", regexp.MustCompile(`"get", "-t", module\+"/\.\.\.@latest"`),
	},
	"go test -run TestPlatform -v github.com/quittance/quittance/acquirer/worldline/direct": {
		"internal/integration/repository/footprint_test.go", regexp.MustCompile(`"test", "-run", "TestPlatform", "-v", p\)`),
	},
}

// runHere are the commands that are cheap enough to be run as they stand.
var runHere = map[string]string{ // what each prints
	"go doc github.com/quittance/quittance/acquirer/worldline/direct":                                             "No part of this package has been run against the real platform",
	"go doc github.com/quittance/quittance/payment/sqlstore":                                                      "# Restore",
	`cp "$(go list -f '{{.Dir}}' github.com/quittance/quittance/payment/sqlstore)"/migrations/postgresql/*.sql .`: "",
	`cp "$(go list -f '{{.Dir}}' github.com/quittance/quittance/inbox/sqlmailbox)"/migrations/postgresql/*.sql .`: "",
}

// run runs a command in the workspace of this repository: go's own in the root, the others in an empty folder. It fails unless the command ends
// well and prints some words. What a module of somebody else's needs first, internal/integration/repository looks at.
func run(t *testing.T, line, words string) {
	t.Helper()
	root, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(t.Context(), "sh", "-c", line)
	c.Dir, c.Env = root, append(os.Environ(), "GOWORK="+filepath.Join(root, "go.work"))
	if !strings.HasPrefix(line, "go ") {
		c.Dir = t.TempDir()
	}
	out, err := c.CombinedOutput()
	if err != nil || !strings.Contains(string(out), words) {
		t.Errorf("%s: %v\n%.2000s", line, err, out)
	}
	if made, err := filepath.Glob(filepath.Join(c.Dir, "*.sql")); c.Dir != root && (err != nil || len(made) == 0) {
		t.Errorf("%s has copied nothing", line)
	}
}

// What the first program prints is what its guide says.
func TestStartPrints(t *testing.T) {
	c := exec.CommandContext(t.Context(), "go", "run", "./start")
	var log bytes.Buffer
	c.Stderr = &log
	out, err := c.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, &log)
	}
	if got := strings.Count(log.String(), "INFO payment "); got != 2 {
		t.Errorf("the log has %d changes of the payment, and the guide says two:\n%s", got, &log)
	}
	if want := blocks(read(t, "../../../docs/guides/start.md"), "text"); len(want) != 1 || want[0] != string(out) {
		t.Errorf("the guide says %q, the program prints %q", want, out)
	}
}

// Each command of a guide is executed: here, or by the file that the table names.
func TestGuidesCommands(t *testing.T) {
	seen := map[string]bool{}
	for _, page := range guidePages(t) {
		for _, b := range blocks(read(t, page), "sh") {
			for line := range strings.Lines(b) {
				line = strings.TrimSpace(line)
				if line == "" || strings.HasPrefix(line, "#") {
					continue
				}
				seen[line] = true
				by, known := commands[line]
				words, here := runHere[line]
				switch {
				case here:
					run(t, line, words)
				case !known:
					t.Errorf("%s has a command that nothing executes: %s", page, line)
				case !by.pattern.MatchString(read(t, filepath.Join("../../..", by.file))):
					t.Errorf("%s does not run %q", by.file, line)
				}
			}
		}
	}
	for line := range commands {
		if !seen[line] {
			t.Errorf("no guide has the command %q", line)
		}
	}
	for line := range runHere {
		if !seen[line] {
			t.Errorf("no guide has the command %q", line)
		}
	}
}

// Each SQL statement of a guide stands, line for line, in a file of the repository that a test runs or that go doc shows.
func TestGuidesSQL(t *testing.T) {
	sources := ""
	for _, f := range []string{"payment/sqlstore/doc.go", "internal/integration/kept/stores/schema_test.go"} {
		sources += read(t, filepath.Join("../../..", f))
	}
	for _, page := range guidePages(t) {
		for _, b := range blocks(read(t, page), "sql") {
			for line := range strings.Lines(b) {
				if statement := strings.TrimSpace(line); statement != "" && !strings.Contains(sources, statement) {
					t.Errorf("%s has SQL that stands nowhere else: %s", page, statement)
				}
			}
		}
	}
}
