package people

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A folder has the sample's form; what is missing or wrong in it is said.
func TestOpen(t *testing.T) {
	folder := t.TempDir()
	if _, err := Open(folder); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("an empty folder: %v", err)
	}
	for name, content := range map[string][]byte{"people.json": peopleFile, "debts.json": debtsFile} {
		if err := os.WriteFile(filepath.Join(folder, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got, err := Open(folder)
	if err != nil {
		t.Fatal(err)
	}
	want, err := Open("")
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want.All(), got.All()); d != "" {
		t.Errorf("(-sample +folder):\n%s", d)
	}
	if err := os.WriteFile(filepath.Join(folder, "people.json"), []byte("[]"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(folder); err == nil {
		t.Error("debts of nobody are read")
	}
}
