//go:build !race

package repository_test

import (
	"os"
	"testing"

	"golang.org/x/tools/go/packages"
)

// The root and its tests compile for 32 bits, where an int ends at 2 147 483 647, whether this kernel runs such programs or not: the types alone
// tell of a constant that does not fit.
func TestThirtyTwoBits(t *testing.T) {
	t.Parallel()
	all, err := packages.Load(&packages.Config{
		Mode: packages.NeedName | packages.NeedFiles | packages.NeedCompiledGoFiles | packages.NeedImports | packages.NeedDeps |
			packages.NeedTypes | packages.NeedTypesSizes | packages.NeedSyntax,
		Dir: root(t), Tests: true,
		Env: append(os.Environ(), "GOARCH=386", "CGO_ENABLED=0", "GOWORK=off"),
	}, "./...")
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 30 {
		t.Errorf("only %d packages were found", len(all))
	}
	packages.Visit(all, nil, func(p *packages.Package) {
		for _, err := range p.Errors {
			t.Errorf("%s: %v", p.ID, err)
		}
	})
}
