//go:build !race

package repository_test

import (
	"bufio"
	"bytes"
	"context"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/internal/integration/rig/figure"
)

// rehearsed is a version that nobody will ever release.
const rehearsed = "v0.999.0"

// nested are the folders of the other modules; their names are also the beginnings of their tags.
var nested = []string{"examples", "internal/integration", "payment/riverwork"}

// A release made by the script from the tree as it is, in a repository that is thrown away, can be used by a stranger: four modules at one version,
// from a module proxy, outside every workspace.
func TestRelease(t *testing.T) {
	if testing.Short() {
		t.Skip("builds everything anew from a module proxy")
	}
	t.Parallel()
	clone := throwAway(t)
	out := inFolder(t, clone, "bash", ".ci/release", rehearsed)
	if !strings.Contains(out, "not pushed") {
		t.Errorf("the script does not say that nothing was pushed:\n%s", out)
	}

	want := []string{"examples/" + rehearsed, "internal/integration/" + rehearsed, "payment/riverwork/" + rehearsed, rehearsed}
	if diff := cmp.Diff(want, lines(inFolder(t, clone, "git", "tag"))); diff != "" {
		t.Errorf("tags (-want +got):\n%s", diff)
	}
	if changes := read(t, filepath.Join(clone, "CHANGELOG.md")); !regexp.MustCompile(`(?m)^## \[Unreleased\]\n\n## \[0\.999\.0\] - \d{4}-\d\d-\d\d$`).MatchString(changes) {
		t.Error("CHANGELOG.md does not date the version below an empty Unreleased")
	}
	for _, dir := range append([]string{"."}, nested...) {
		if mod := read(t, filepath.Join(clone, dir, "go.mod")); regexp.MustCompile(`(?m)^replace|=>`).MatchString(mod) {
			t.Errorf("%s/go.mod replaces a module, which its users would not see", dir)
		}
	}
	// The clone still builds: go.work leads the new version to the folders.
	inFolder(t, clone, "go", "build", "-o", os.DevNull, "./payment/riverwork")

	c := outsideWorkspace(t, func(proxy string) {
		publish(t, clone, proxy, module, rehearsed)
		for _, dir := range nested {
			publish(t, filepath.Join(clone, dir), proxy, module+"/"+dir, rehearsed)
		}
	})

	t.Run("a host with River", func(t *testing.T) {
		host := c.in(t)
		host.write("go.mod", "module host.example\n\ngo 1.25.0\n")
		host.write("main.go", "package main\n\nimport _ \""+module+"/payment/riverwork\"\n\nfunc main() {}\n")
		host.run("get", module+"/payment/riverwork@"+rehearsed)
		host.run("mod", "tidy")
		host.run("build", "-o", os.DevNull, ".")
		if mod := read(t, filepath.Join(host.dir, "go.mod")); !strings.Contains(mod, module+" "+rehearsed) {
			t.Errorf("the host's go.mod does not have the root at %s:\n%s", rehearsed, mod)
		}
	})

	program := func(name string) string { return module + "/examples/" + name + "@" + rehearsed }
	t.Run("quickstart", func(t *testing.T) {
		if out := c.in(t).run("run", program("quickstart")); !strings.Contains(out, "62,00") {
			t.Errorf("it says nothing of the 62,00 € that its sample owes:\n%s", out)
		}
	})
	t.Run("reconcile", func(t *testing.T) {
		// Its demonstration differs from its exports on purpose, and go run turns any status but 0 into 1.
		out, err := c.in(t).try("run", program("reconcile"), "-demo", filepath.Join(t.TempDir(), "demo"))
		if err == nil || !strings.Contains(out, "exit status 1") {
			t.Errorf("the demonstration ended with %v:\n%s", err, out)
		}
	})
	t.Run("kiosk", func(t *testing.T) {
		c.in(t).serves(t, program("kiosk"), "-addr", "127.0.0.1:0")
	})
	t.Run("teleservice", func(t *testing.T) {
		c.in(t).serves(t, program("teleservice"), "-addr", "127.0.0.1:0", "-kiosk", "127.0.0.1:0", "-db", filepath.Join(t.TempDir(), "a.db"))
	})
}

// The script refuses what would go wrong, says what, and then has changed nothing.
func TestReleaseRefuses(t *testing.T) {
	figure.Long(t)
	t.Parallel()
	clone := throwAway(t)
	for _, c := range []struct {
		name, version, want string
		before              []string
	}{
		{name: "no version", want: "no version such as"},
		{name: "without v", version: "0.1.0", want: "no version such as"},
		{name: "leading zero", version: "v0.01.0", want: "no version such as"},
		{name: "a candidate", version: "v0.1.0-rc.1", want: "no version such as"},
		{name: "a major version", version: "v1.0.0", want: "no version such as"},
		{name: "a patch of nothing", version: "v0.998.1", want: "docs/api/v0.998 is missing"},
		{name: "the version of CHANGELOG.md, in a clone without tags", version: "v0.1.0", want: "is the newest of CHANGELOG.md already"},
		{name: "a tag that exists", version: rehearsed, want: "is there already", before: []string{"git", "tag", "payment/riverwork/" + rehearsed}},
		{name: "nothing to say", version: "v0.998.0", want: "nothing under Unreleased", before: []string{
			"sh", "-c", "sed -i '/^## .Unreleased/,$ { /^#/!d }' CHANGELOG.md && git commit --quiet -am 'nothing is new'",
		}},
		{name: "a dirty tree", version: "v0.998.0", want: "has changes", before: []string{"touch", "new"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.before != nil {
				inFolder(t, clone, c.before[0], c.before[1:]...)
			}
			before := inFolder(t, clone, "git", "status", "--porcelain")
			cmd := exec.CommandContext(t.Context(), "bash", ".ci/release", c.version)
			cmd.Dir = clone
			out, err := cmd.CombinedOutput()
			if err == nil || !strings.Contains(string(out), c.want) {
				t.Errorf("%q: %v, want an error with %q:\n%s", c.version, err, c.want, out)
			}
			if diff := cmp.Diff(before, inFolder(t, clone, "git", "status", "--porcelain")); diff != "" {
				t.Errorf("it has changed something (-before +after):\n%s", diff)
			}
		})
	}
}

// throwAway is a repository of its own with the tree as it is here, what is not committed too, and with something to release: on the commit of a
// release itself nothing is new.
func throwAway(t *testing.T) string {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not installed")
	}
	list := exec.CommandContext(t.Context(), "git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	list.Dir = root(t)
	files, err := list.Output()
	if err != nil {
		t.Skipf("this is no clone: git ls-files: %v", err)
	}
	dir := t.TempDir()
	for name := range strings.SplitSeq(strings.TrimSuffix(string(files), "\x00"), "\x00") {
		data, err := os.ReadFile(filepath.Join(root(t), name))
		if os.IsNotExist(err) {
			continue // deleted, and not yet committed
		}
		if err != nil {
			t.Fatal(err)
		}
		if name == "CHANGELOG.md" {
			data = bytes.Replace(data, []byte("## [Unreleased]\n"), []byte("## [Unreleased]\n\n### Added\n\n- A rehearsal.\n"), 1)
		}
		to := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(to, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	inFolder(t, dir, "git", "init", "--quiet")
	inFolder(t, dir, "git", "config", "user.name", "rehearsal")
	inFolder(t, dir, "git", "config", "user.email", "rehearsal@example.invalid")
	inFolder(t, dir, "git", "add", "--all")
	inFolder(t, dir, "git", "commit", "--quiet", "--message", "as it is")
	return dir
}

// inFolder runs a program there, which must succeed, and returns what it prints.
func inFolder(t *testing.T, dir, name string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}

// serves runs a program that says on which address it listens, and gets a page there.
func (c *consumer) serves(t *testing.T, program string, args ...string) {
	t.Helper()
	bin := t.TempDir()
	c.env = append(slices.Clone(c.env), "GOBIN="+bin)
	c.run("install", program)                                      // by go run, whoever ends the go command leaves the program behind
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute) // for a program that says nothing
	defer cancel()
	name, _, _ := strings.Cut(filepath.Base(program), "@")
	cmd := exec.CommandContext(ctx, filepath.Join(bin, name), args...)
	cmd.Dir = c.dir
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = cmd.Wait() }()
	defer func() { _ = cmd.Process.Kill() }()
	address := regexp.MustCompile(`http://127\.0\.0\.1:\d+`)
	said := bufio.NewScanner(out)
	for said.Scan() {
		found := address.FindString(said.Text())
		if found == "" {
			continue
		}
		res, err := http.Get(found + "/")
		if err != nil {
			t.Fatalf("%s listens on %s, and: %v", name, found, err)
		}
		_ = res.Body.Close()
		if res.StatusCode != http.StatusOK {
			t.Errorf("%s on %s answers %s", name, found, res.Status)
		}
		return
	}
	t.Errorf("%s never said where it listens (%v)", name, said.Err())
}
