package mutants

import "testing"

// Every mutant is of the code as it is.
func TestMutantsFit(t *testing.T) {
	root, err := Root()
	if err != nil {
		t.Fatal(err)
	}
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
	t.Logf("%d mutants", len(names))
}
