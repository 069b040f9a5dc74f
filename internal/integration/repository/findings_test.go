//go:build !race

package repository_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Every finding has the form that findings/README.md gives. None is run here: they need the network, and they are about the software of
// others.
func TestFindings(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(root(t), "findings")
	list := read(t, filepath.Join(dir, "README.md"))
	scripts, err := filepath.Glob(filepath.Join(dir, "*.sh"))
	if err != nil || len(scripts) < 6 {
		t.Fatalf("%d scripts, %v", len(scripts), err)
	}
	address := regexp.MustCompile(`https?://[a-z0-9.-]+`)
	for _, script := range scripts {
		name, text := filepath.Base(script), read(t, script)
		if !strings.Contains(list, "("+name+")") {
			t.Errorf("README.md does not list %s", name)
		}
		if info, err := os.Stat(script); err != nil || info.Mode()&0o111 == 0 {
			t.Errorf("%s cannot be executed: %v", name, err)
		}
		if out, err := exec.CommandContext(t.Context(), "bash", "-n", script).CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
		for _, part := range []string{
			"#!/usr/bin/env bash\n#", "set -uo pipefail", "mktemp -d", "trap ", "EXIT", "\nversion: ", "\nguess: ", "\nseen: ", "\nSo: ", "exit 1", "exit 3",
		} {
			if !strings.Contains(text, part) {
				t.Errorf("%s lacks %q", name, part)
			}
		}
		if strings.Contains(text, "npm install") && !strings.Contains(text, "--ignore-scripts") {
			t.Errorf("%s lets packages of npm run scripts", name)
		}
		if strings.Contains(text, module) {
			t.Errorf("%s uses Quittance", name)
		}
		for _, a := range address.FindAllString(text, -1) {
			switch host := a[strings.LastIndex(a, "/")+1:]; host {
			case "127.0.0.1", "schemas.xmlsoap.org", "www.w3.org": // names of XML, never asked
			default:
				t.Errorf("%s names the host %s", name, host)
			}
		}
	}
}
