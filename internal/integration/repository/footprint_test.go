package repository_test

import (
	"archive/zip"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	module  = "github.com/quittance/quittance"
	release = "v0.0.1-footprint" // what the module proxy of this test offers
)

// A consumer's footprint: what we cost whoever imports all of us. It grows only on purpose.
const (
	goSumLines    = 10 // at most; two of them our own
	modulesLinked = 2  // besides ours and the standard library
)

// consumer is a module outside this repository that gets ours through a module proxy, as everybody does.
type consumer struct {
	t   *testing.T
	dir string
	env []string
}

// newConsumer makes the throw-away module and the proxy. The caches are its own, so that nobody else ever finds this commit as a release;
// what it needs of others comes from the module cache of this machine first.
func newConsumer(t *testing.T, imports ...string) *consumer {
	t.Helper()
	tmp := t.TempDir()
	proxy := filepath.Join(tmp, "proxy")
	publish(t, root(t), proxy)

	c := &consumer{t: t, dir: filepath.Join(tmp, "consumer")}
	cached := filepath.Join(goEnv(t, "GOMODCACHE"), "cache", "download")
	c.env = append(os.Environ(),
		"GOPROXY="+fileURL(proxy)+","+fileURL(cached)+","+goEnv(t, "GOPROXY"),
		"GOMODCACHE="+filepath.Join(tmp, "modcache"),
		"GOWORK=off", "GOFLAGS=-modcacherw -trimpath", "GONOPROXY=none", "GOTOOLCHAIN=local",
		// Whatever is not ours is compared with our own go.sum below, which was checked when it was made.
		"GOSUMDB=off",
	)
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

func (c *consumer) write(name, text string) {
	c.t.Helper()
	if err := os.MkdirAll(c.dir, 0o755); err != nil {
		c.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(c.dir, name), []byte(text), 0o644); err != nil {
		c.t.Fatal(err)
	}
}

// try runs the go command in the consumer's module.
func (c *consumer) try(args ...string) (string, error) {
	cmd := exec.CommandContext(c.t.Context(), "go", args...)
	cmd.Dir, cmd.Env = c.dir, c.env
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func (c *consumer) run(args ...string) string {
	c.t.Helper()
	out, err := c.try(args...)
	if err != nil {
		c.t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return out
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
	t.Parallel()
	all := publicPackages(t)
	c := newConsumer(t, all...)
	c.run("mod", "edit", "-require="+module+"@"+release)
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
	if n := len(c.sums()); n > goSumLines {
		t.Errorf("go.sum has %d lines, at most %d", n, goSumLines)
	}
}

// Why it is not the module's own path: that gets no package, and go.sum lacks what the packages import.
func TestGoGetOfTheModuleAlone(t *testing.T) {
	t.Parallel()
	c := newConsumer(t, module+"/inbox")
	c.run("get", module+"@latest")
	if out, err := c.try("build", "-mod=readonly", "-o", os.DevNull, "."); err == nil || !strings.Contains(out, "missing go.sum entry") {
		t.Errorf("go get of the module alone is enough after all (%v); the README may say so:\n%s", err, out)
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

// publish writes what a module proxy serves for the module in dir, nested modules left out.
func publish(t *testing.T, dir, proxy string) {
	t.Helper()
	versions := filepath.Join(proxy, filepath.FromSlash(module), "@v")
	if err := os.MkdirAll(versions, 0o755); err != nil {
		t.Fatal(err)
	}
	info, err := json.Marshal(map[string]string{"Version": release, "Time": "2026-01-01T00:00:00Z"})
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"list": release + "\n", release + ".info": string(info), release + ".mod": read(t, filepath.Join(dir, "go.mod")),
	} {
		if err := os.WriteFile(filepath.Join(versions, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	f, err := os.Create(filepath.Join(versions, release+".zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z := zip.NewWriter(f)
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			_, err := os.Stat(filepath.Join(path, "go.mod"))
			if path != dir && (err == nil || d.Name() == ".git") {
				return filepath.SkipDir
			}
			return nil
		}
		if !d.Type().IsRegular() {
			return nil
		}
		rel, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		w, err := z.Create(module + "@" + release + "/" + filepath.ToSlash(rel))
		if err != nil {
			return err
		}
		r, err := os.Open(path)
		if err != nil {
			return err
		}
		defer r.Close()
		_, err = io.Copy(w, r)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
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

func goEnv(t *testing.T, name string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "env", name).Output()
	if err != nil {
		t.Fatalf("go env %s: %v", name, err)
	}
	return strings.TrimSpace(string(out))
}

func fileURL(path string) string {
	return "file://" + "/" + strings.TrimPrefix(filepath.ToSlash(path), "/")
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
