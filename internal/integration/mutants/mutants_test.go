//go:build !race

package mutants

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/quittance/quittance/internal/integration/rig/figure"
)

func root(t *testing.T) string {
	t.Helper()
	root, err := Root()
	if err != nil {
		t.Fatal(err)
	}
	return root
}

// Every mutant is of the code as it is: a line that moved or changed its name is found here, and at once.
func TestMutantsFit(t *testing.T) {
	root := root(t)
	names := map[string]bool{}
	for _, m := range All() {
		if names[m.Name] {
			t.Errorf("two mutants are called %q", m.Name)
		}
		names[m.Name] = true
		if _, err := m.Files(root); err != nil {
			t.Error(err)
		}
	}
}

// Every mutant is killed by somebody, killed.md says by whom, and who is said to kill is there.
func TestMutantsHaveKillers(t *testing.T) {
	root, killers := root(t), Killers()
	if diff := cmp.Diff(Table(killers), killed); diff != "" {
		t.Errorf("killed.md is not what the mutants' command writes (-want +is):\n%s", diff)
	}
	for _, m := range All() {
		if len(killers[m.Name]) == 0 {
			t.Errorf("nobody kills %q: it is a missing test", m.Name)
		}
		for _, k := range killers[m.Name] {
			if k.Seed == "" && !hasTest(t, filepath.Join(root, k.Package), k.Test) {
				t.Errorf("%q is to be killed by %s, which is not in %s", m.Name, k.Test, k.Package)
			}
		}
	}
}

// hasTest reports whether a folder has a test, an example or a fuzz target of that name.
func hasTest(t *testing.T, folder, name string) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(text), "\nfunc "+name+"(") {
			return true
		}
	}
	return false
}

// Some mutants, other ones each time, are killed by who is said to; before a release all are.
func TestMutantsAreKilled(t *testing.T) {
	figure.Long(t)
	root, all, killers := root(t), All(), Killers()
	dice := rand.New(rand.NewPCG(figure.Seed(t), 23))
	dice.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	many, err := NewTogether(root, all)
	if err != nil {
		t.Fatal(err)
	}
	defer many.Close()
	together, alone := figure.Of(20, len(all)), figure.Of(1, len(all)) // each alone takes as long as compiling does
	for _, m := range all {
		left, run := &alone, func(ctx context.Context, m Mutant, k Killer) (Verdict, error) { return m.Run(ctx, root, k) }
		if many.Has(m) {
			left, run = &together, many.Run
		}
		if *left--; *left < 0 {
			continue
		}
		for _, k := range killers[m.Name] {
			v, err := run(t.Context(), m, k)
			if err != nil {
				t.Errorf("%s: %v", m.Name, err)
			} else if !v.Killed {
				t.Errorf("%q survives %+v:\n%s", m.Name, k, v.Output)
			}
			t.Logf("%s: killed %v by %+v", m.Name, v.Killed, k)
		}
	}
}

// A text that is not there, or twice, and one that makes no Go are refused.
func TestMutantsThatDoNotFit(t *testing.T) {
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "a.go"), []byte("package a\n\nvar x, y = 1, 1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ before, after, want string }{
		"it is not there": {"z", "", "0 times"},
		"it is twice":     {"1", "2", "2 times"},
		"it is no Go":     {"var x", "x", "expected declaration"},
	} {
		if _, err := one(name, "a.go", c.before, c.after).Files(folder); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	files, err := one("it fits", "a.go", "1, 1", "1, 2").Files(folder)
	if err != nil || string(files["a.go"]) != "package a\n\nvar x, y = 1, 2\n" {
		t.Errorf("it fits: %q, %v", files["a.go"], err)
	}
	if _, err := one("there is no such file", "b.go", "1", "2").Files(folder); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("there is no such file: %v", err)
	}
}
