// Package crash kills the portal on an SQLite file, breaks the disk under it and fills it up: nothing that was acknowledged is lost, and
// every payment ends where the money is.
package crash

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/quittance/quittance/internal/integration/rig"
)

// folder is where the command is built.
var folder string

func TestMain(m *testing.M) {
	if rig.IsChild() {
		rig.Serve()
	}
	var err error
	if folder, err = os.MkdirTemp("", "portal"); err != nil {
		panic(err)
	}
	code := m.Run()
	os.RemoveAll(folder)
	os.Exit(code)
}

// portal is the path of the command, built once.
var portal = sync.OnceValues(func() (string, error) {
	path := filepath.Join(folder, "portal")
	out, err := exec.Command("go", "build", "-buildvcs=false", "-o", path, "./portal").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("go build ./portal: %w\n%s", err, out)
	}
	return path, nil
})
