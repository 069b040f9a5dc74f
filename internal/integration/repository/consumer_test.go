//go:build !race

package repository_test

import (
	"archive/zip"
	"encoding/json"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const module = "github.com/quittance/quittance"

// consumer is a folder outside this repository that gets our modules through a module proxy, as everybody does.
type consumer struct {
	t   *testing.T
	dir string
	env []string
}

// outsideWorkspace is an empty folder with a module proxy, which serves what is published to it before all others. The caches are its own, so that
// nobody else ever finds this commit as a release; what it needs of others comes from the module cache of this machine first.
func outsideWorkspace(t *testing.T, serve func(proxy string)) *consumer {
	t.Helper()
	tmp := t.TempDir()
	proxy := filepath.Join(tmp, "proxy")
	serve(proxy)
	cached := filepath.Join(goEnv(t, "GOMODCACHE"), "cache", "download")
	c := &consumer{t: t, dir: filepath.Join(tmp, "consumer"), env: append(os.Environ(),
		"GOPROXY="+fileURL(proxy)+","+fileURL(cached)+","+goEnv(t, "GOPROXY"),
		"GOMODCACHE="+filepath.Join(tmp, "modcache"),
		"GOWORK=off", "GOFLAGS=-modcacherw -trimpath", "GOTOOLCHAIN=local",
		// Whoever has either set finds no program of a nested module once the root is in their cache: docs/release.md.
		"GOENV=off", "GOPRIVATE=", "GONOPROXY=",
		// Whatever is not ours is compared with our own go.sum, which was checked when it was made.
		"GOSUMDB=off",
	)}
	if err := os.MkdirAll(c.dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return c
}

// in is another folder of the same stranger, for another test.
func (c *consumer) in(t *testing.T) *consumer {
	return &consumer{t: t, dir: t.TempDir(), env: c.env}
}

func (c *consumer) write(name, text string) {
	c.t.Helper()
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

// publish writes what a module proxy serves for a version of the module in dir, nested modules left out.
func publish(t *testing.T, dir, proxy, module, version string) {
	t.Helper()
	versions := filepath.Join(proxy, filepath.FromSlash(module), "@v")
	if err := os.MkdirAll(versions, 0o755); err != nil {
		t.Fatal(err)
	}
	info, err := json.Marshal(map[string]string{"Version": version, "Time": "2026-01-01T00:00:00Z"})
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"list": version + "\n", version + ".info": string(info), version + ".mod": read(t, filepath.Join(dir, "go.mod")),
	} {
		if err := os.WriteFile(filepath.Join(versions, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	f, err := os.Create(filepath.Join(versions, version+".zip"))
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
		w, err := z.Create(module + "@" + version + "/" + filepath.ToSlash(rel))
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
