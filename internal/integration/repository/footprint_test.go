//go:build !race

package repository_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/quittance/quittance/internal/integration/rig/figure"
)

// measured is the version at which the proxy of these tests offers the module.
const measured = "v0.0.1-footprint"

// A consumer's footprint: what we cost whoever imports all of us. It grows only on purpose.
const (
	goSumLines      = 10 // at most, after go mod tidy; two of them our own
	goSumLinesOfGet = 6  // after the README's go get
	modulesLinked   = 2  // besides ours and the standard library
)

// newConsumer is a module with a program that imports these packages of ours, and asks for no version yet.
func newConsumer(t *testing.T, imports ...string) *consumer {
	t.Helper()
	c := outsideWorkspace(t, func(proxy string) { publish(t, root(t), proxy, module, measured) })
	var b strings.Builder
	b.WriteString("package main\n\nimport (\n")
	for _, p := range imports {
		fmt.Fprintf(&b, "\t_ %q\n", p)
	}
	b.WriteString(")\n\nfunc main() {}\n")
	c.write("go.mod", "module consumer.example\n\ngo 1.25.0\n")
	c.write("main.go", b.String())
	return c
}

// sums are the lines of go.sum.
func (c *consumer) sums() []string {
	c.t.Helper()
	return lines(read(c.t, filepath.Join(c.dir, "go.sum")))
}

// linked are the modules whose packages a program of the consumer links, without ours and the standard library.
func (c *consumer) linked() []string {
	c.t.Helper()
	found := lines(c.run("list", "-deps", "-f", "{{with .Module}}{{.Path}}{{end}}", "."))
	slices.Sort(found)
	found = slices.Compact(found)
	if !slices.Contains(found, module) {
		c.t.Errorf("the consumer does not link %s: %q", module, found)
	}
	return slices.DeleteFunc(found, func(m string) bool { return m == module || m == "consumer.example" })
}

// A module that imports every public package and is tidied.
func TestFootprint(t *testing.T) {
	figure.Long(t)
	t.Parallel()
	all := publicPackages(t)
	c := newConsumer(t, all...)
	c.run("mod", "edit", "-require="+module+"@"+measured)
	c.run("mod", "tidy")
	c.run("build", "-o", os.DevNull, ".")

	sums := c.sums()
	own := slices.DeleteFunc(slices.Clone(sums), func(l string) bool { return !strings.HasPrefix(l, module+" ") })
	if len(sums) > goSumLines || len(own) != 2 {
		t.Errorf("go.sum has %d lines, %d our own; at most %d, 2 our own:\n%s", len(sums), len(own), goSumLines, strings.Join(sums, "\n"))
	}
	ours := lines(read(t, filepath.Join(root(t), "go.sum")))
	for _, l := range sums {
		if !strings.HasPrefix(l, module+" ") && !slices.Contains(ours, l) {
			t.Errorf("go.sum has a line that ours does not have: %s", l)
		}
	}
	linked := c.linked()
	if diff := cmp.Diff([]string{"github.com/shopspring/decimal", "golang.org/x/text"}, linked); diff != "" || len(linked) != modulesLinked {
		t.Errorf("linked modules (-want +got):\n%s", diff)
	}
	t.Logf("%d packages: %d lines in go.sum, %d modules linked besides ours: %s", len(all), len(sums), len(linked), strings.Join(linked, ", "))
}

// The way that the README gives to get us leaves go.sum complete: the program builds without a change to go.mod or go.sum.
func TestReadmeGoGet(t *testing.T) {
	figure.Long(t)
	t.Parallel()
	var get []string
	for _, b := range readmeBlocks(t, "sh") {
		for _, l := range lines(b) {
			if args, ok := strings.CutPrefix(l, "go get "); ok {
				get = append(get, args)
			}
		}
	}
	if len(get) != 1 {
		t.Fatalf("the README has %d go get lines, want 1", len(get))
	}
	c := newConsumer(t, publicPackages(t)...)
	c.run(append([]string{"get"}, strings.Fields(get[0])...)...)
	c.run("build", "-mod=readonly", "-o", os.DevNull, ".")
	if n := len(c.sums()); n != goSumLinesOfGet {
		t.Errorf("go.sum has %d lines, and the README says %d", n, goSumLinesOfGet)
	}
}

// Why it is not the module's own path: that gets no package, and go.sum lacks what the packages import.
func TestGoGetOfTheModuleAlone(t *testing.T) {
	figure.Long(t)
	t.Parallel()
	c := newConsumer(t, module+"/inbox")
	c.run("get", module+"@latest")
	if out, err := c.try("build", "-mod=readonly", "-o", os.DevNull, "."); err == nil || !strings.Contains(out, "missing go.sum entry") {
		t.Errorf("go get of the module alone is enough after all (%v); the README may say so:\n%s", err, out)
	}
}

// Whoever tries an account of their own from a module of theirs needs what our tests import: go get -t gets it, go get alone does not.
func TestPlatformTestsInAConsumer(t *testing.T) {
	figure.Long(t)
	t.Parallel()
	clients := []string{module + "/acquirer/worldline/direct", module + "/acquirer/payfip", module + "/acquirer/worldline/sips"}
	c := newConsumer(t, clients...)
	c.env = append(c.env, "QUITTANCE_DIRECT_MERCHANT=", "QUITTANCE_PAYFIP_NUMCLI=", "QUITTANCE_SIPS_MERCHANT=")
	c.run("get", module+"/...@latest")
	if out, err := c.try("test", "-run", "TestPlatform", "-v", clients[0]); err == nil || !strings.Contains(out, "missing go.sum entry") {
		t.Errorf("go get without -t is enough after all (%v); the guides may say so:\n%s", err, out)
	}
	c.run("get", "-t", module+"/...@latest")
	for _, p := range clients {
		if out := c.run("test", "-run", "TestPlatform", "-v", p); !strings.Contains(out, "--- SKIP: TestPlatform") {
			t.Errorf("%s:\n%s", p, out)
		}
	}
}

// publicPackages are those of the root module that can be imported from outside.
func publicPackages(t *testing.T) []string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "./...")
	cmd.Dir = root(t)
	cmd.Env = append(os.Environ(), "GOWORK=off")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	all := slices.DeleteFunc(lines(string(out)), func(p string) bool { return strings.Contains(p, "/internal/") })
	if len(all) < 7 {
		t.Fatalf("only %d public packages: %q", len(all), all)
	}
	return all
}

// root is the folder of the root module.
func root(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs(filepath.Join("..", "..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// lines are those that are not empty.
func lines(s string) []string {
	return slices.DeleteFunc(strings.Split(s, "\n"), func(l string) bool { return l == "" })
}
