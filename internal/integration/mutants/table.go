package mutants

import (
	"fmt"
	"strings"
)

// Table is killed.md: the mutants in their order, with who notices each.
func Table(killers map[string][]Killer) string {
	var b strings.Builder
	b.WriteString("# Who kills whom\n\nWritten by `mutate -find`. A seed is a world of package simulation, with its store.\n\n| mutant | package | test |\n|---|---|---|\n")
	for _, m := range All() {
		for _, k := range killers[m.Name] {
			test := "`" + k.Test + "`"
			if k.Seed != "" {
				test = "seed " + k.Seed
			}
			fmt.Fprintf(&b, "| %s | `%s` | %s |\n", m.Name, k.Package, test)
		}
	}
	return b.String()
}
