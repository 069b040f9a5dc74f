// Package mutants breaks the code on purpose, one rule at a time, and asks the tests whether they notice.
//
// A [Mutant] is a rule that is taken out: texts that stand once in a file, and what stands there instead. It is compiled with go's -overlay, so no
// file is touched. killed.md says which test notices each, or which world of package simulation; a mutant that nobody notices is a missing test.
//
//	go run ./internal/integration/mutants/mutate              # all, by who is said to kill them
//	go run ./internal/integration/mutants/mutate -list
//	go run ./internal/integration/mutants/mutate seal amount  # those with these words in their names
//	go run ./internal/integration/mutants/mutate -find refund # look for who kills them, and write killed.md
//
// CI looks whether each still fits the code, and runs a few, other ones for each commit.
package mutants

import (
	"bytes"
	"cmp"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Mutant is a rule that is taken out of the code.
type Mutant struct {
	Name  string // what the code does then
	Edits []Edit
	In    []string // packages in which to look for who notices, narrowest first; empty: that of the first edit
}

// Edit replaces a text that stands once in a file. Paths are from the root of the repository.
type Edit struct{ File, Old, New string }

// one is a mutant with one edit.
func one(name, file, before, after string, in ...string) Mutant {
	return Mutant{name, []Edit{{file, before, after}}, in}
}

// All returns every mutant.
func All() []Mutant {
	return slices.Concat(mended, truth, beginnings, refunds, people, looks, accounts, stores, banks, letters)
}

// Killer is who notices a mutant: a test of a package, or a world of package simulation.
type Killer struct {
	Package, Test string
	Seed          string // of a world instead, with its store: "7 memory"
}

//go:embed killed.md
var killed string

// Killers are who notices each mutant, by its name: what killed.md says.
func Killers() map[string][]Killer {
	out := map[string][]Killer{}
	for line := range strings.Lines(killed) {
		cells := strings.Split(line, "|")
		if len(cells) != 5 || strings.HasPrefix(cells[1], "-") || strings.TrimSpace(cells[1]) == "mutant" {
			continue
		}
		for i := range cells {
			cells[i] = strings.Trim(strings.TrimSpace(cells[i]), "`")
		}
		k := Killer{Package: cells[2], Test: cells[3]}
		if seed, is := strings.CutPrefix(cells[3], "seed "); is {
			k.Test, k.Seed = "", seed
		}
		out[cells[1]] = append(out[cells[1]], k)
	}
	return out
}

// Root is the root of the repository.
func Root() (string, error) {
	dir, err := os.Getwd()
	for ; err == nil; dir = filepath.Dir(dir) {
		if _, missing := os.Stat(filepath.Join(dir, "go.work")); missing == nil {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", errors.New("mutants: no go.work above the working directory")
		}
	}
	return "", err
}

// Files returns the files of the mutant as they are then, by path. The error names a text that does not stand once in its file, and a file that
// is no Go then.
func (m Mutant) Files(root string) (map[string][]byte, error) {
	files := map[string][]byte{}
	for _, e := range m.Edits {
		text, known := files[e.File]
		if !known {
			var err error
			if text, err = os.ReadFile(filepath.Join(root, e.File)); err != nil {
				return nil, fmt.Errorf("mutant %q: %w", m.Name, err)
			}
		}
		if n := bytes.Count(text, []byte(e.Old)); n != 1 {
			return nil, fmt.Errorf("mutant %q: %s has this %d times, and must have it once; did it move or change its name?\n%s", m.Name, e.File, n, e.Old)
		}
		files[e.File] = bytes.Replace(text, []byte(e.Old), []byte(e.New), 1)
	}
	for name, text := range files {
		if !strings.HasSuffix(name, ".go") {
			continue
		}
		if _, err := parser.ParseFile(token.NewFileSet(), name, text, parser.SkipObjectResolution); err != nil {
			return nil, fmt.Errorf("mutant %q: %w", m.Name, err)
		}
	}
	return files, nil
}

// writeOverlay writes the mutant's files into a folder, and the list of them for go's -overlay. It returns the list's path.
func (m Mutant) writeOverlay(root, folder string) (string, error) {
	files, err := m.Files(root)
	if err != nil {
		return "", err
	}
	replace := map[string]string{}
	for name, text := range files {
		to := filepath.Join(folder, strings.ReplaceAll(name, "/", "_"))
		if err := os.WriteFile(to, text, 0o600); err != nil {
			return "", err
		}
		replace[filepath.Join(root, name)] = to
	}
	list, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	path := filepath.Join(folder, "overlay.json")
	return path, os.WriteFile(path, list, 0o600)
}

// Verdict is what became of a mutant.
type Verdict struct {
	Killed bool
	By     Killer
	Output string
}

// ErrBuild: the mutant does not compile, so nobody could notice it.
var ErrBuild = errors.New("mutants: it does not compile")

var failedTest = regexp.MustCompile(`(?m)^\s*--- FAIL: (\S+)`)

// Run asks one killer whether it notices the mutant.
func (m Mutant) Run(ctx context.Context, root string, k Killer) (v Verdict, err error) {
	folder, err := os.MkdirTemp("", "mutant")
	if err != nil {
		return v, err
	}
	defer os.RemoveAll(folder)
	list, err := m.writeOverlay(root, folder)
	if err != nil {
		return v, err
	}
	if k.Seed != "" {
		program := filepath.Join(folder, "simulate")
		build := exec.CommandContext(ctx, "go", "build", "-overlay", list, "-o", program, "./"+simulate)
		build.Dir = root
		if out, err := build.CombinedOutput(); err != nil {
			return v, fmt.Errorf("%w: %s", ErrBuild, out)
		}
		return performWorld(ctx, program, folder, "", k)
	}
	args := []string{"test", "-overlay", list, "-count=1", "-failfast", "-vet=off", "-timeout=10m"}
	if k.Test != "" {
		args = append(args, "-run", runPattern(k.Test))
	}
	cmd := exec.CommandContext(ctx, "go", append(args, "./"+k.Package)...)
	cmd.Dir = root
	out, err := cmd.CombinedOutput()
	return readVerdict(k, out, err)
}

// runPattern is what -run takes for one test, or for several with | between them.
func runPattern(test string) string { return "^(" + test + ")$" }

// readVerdict reads what a test program said.
func readVerdict(k Killer, out []byte, err error) (v Verdict, _ error) {
	v.Output, v.By = string(out), k
	exit := (*exec.ExitError)(nil)
	switch {
	case bytes.Contains(out, []byte("no tests to run")):
		return v, fmt.Errorf("mutants: there is no test %s in %s", k.Test, k.Package)
	case err == nil:
		return v, nil
	case !errors.As(err, &exit):
		return v, err
	case bytes.Contains(out, []byte("[build failed]")) || bytes.Contains(out, []byte("[setup failed]")):
		return v, fmt.Errorf("%w: %s", ErrBuild, out)
	}
	v.Killed = true
	if found := failedTest.FindSubmatch(out); found != nil {
		v.By.Test, _, _ = strings.Cut(string(found[1]), "/") // names within a test may be made up
	}
	return v, nil
}

// simulate is the command of package simulation.
const simulate = "internal/integration/simulation/simulate"

// performWorld performs a world of package simulation, or looks for one that notices; number is that of a mutant among many.
func performWorld(ctx context.Context, program, folder, number string, k Killer) (v Verdict, err error) {
	seed, store, _ := strings.Cut(k.Seed, " ")
	args := []string{"-seed", seed, "-store", store, "-folder", folder, "-shrink"}
	if most, many := strings.CutPrefix(seed, "?"); many { // look for one
		args = []string{"-seed", "1", "-payments", most, "-store", store, "-folder", folder, "-shrink"}
	}
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Env = append(os.Environ(), variable+"="+number)
	out, err := cmd.CombinedOutput()
	v.Output, v.By = string(out), k
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) && exit.ExitCode() == 1 {
		v.Killed = true
		if found := foundSeed.FindSubmatch(out); found != nil {
			v.By.Seed = string(found[1]) + " " + store
		}
		return v, nil
	}
	if err != nil {
		err = fmt.Errorf("%w\n%s", err, out)
	}
	return v, err
}

var foundSeed = regexp.MustCompile(`(?m)^seed (\d+): `)

// Find looks for who notices the mutant, in its packages; a package "simulation" or "simulation sqlite" stands for worlds, and tests behind a
// package for those.
func (m Mutant) Find(ctx context.Context, payments int, run func(context.Context, Mutant, Killer) (Verdict, error)) (v Verdict, err error) {
	in := m.In
	if len(in) == 0 {
		in = []string{filepath.Dir(m.Edits[0].File)}
	}
	for _, p := range in {
		folder, tests, _ := strings.Cut(p, " ")
		k := Killer{Package: folder, Test: tests}
		if folder == "simulation" {
			k = Killer{Package: "internal/integration/simulation", Seed: "?" + strconv.Itoa(payments) + " " + cmp.Or(tests, "memory")}
		}
		if v, err = run(ctx, m, k); err != nil || v.Killed {
			return v, err
		}
	}
	return v, nil
}
