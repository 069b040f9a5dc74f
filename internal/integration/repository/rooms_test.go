//go:build !race

package repository_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The rooms of the house, in the order in which data flows, each with what it may import besides itself. A room ends where another one
// begins: payment/audit is none of payment. "/..." means the packages below, too.
var rooms = []struct {
	room string
	may  []string
}{
	{".", nil},
	{"internal/...", nil},
	{"creance/...", []string{"internal/..."}},
	{"acquirer", []string{"internal/..."}},
	{"acquirer/internal/...", []string{"internal/...", "acquirer"}},
	{"acquirer/preflight", []string{"acquirer"}},
	{"acquirer/acquirertest", []string{"acquirer", "acquirer/internal/..."}},
	{"acquirer/mock", []string{"internal/...", "acquirer", "acquirer/internal/..."}},
	{"acquirer/worldline/sips/...", []string{"internal/...", "acquirer", "acquirer/internal/...", "acquirer/preflight"}},
	{"acquirer/worldline/direct/...", []string{"internal/...", "acquirer", "acquirer/internal/...", "acquirer/preflight"}},
	{"acquirer/payfip/...", []string{"internal/...", "acquirer", "acquirer/internal/...", "acquirer/preflight"}},
	{"payment", []string{"internal/...", "creance/...", "acquirer"}}, // the contract, and no acquirer
	{"payment/audit", []string{"internal/...", "payment"}},
	{"payment/storetest", []string{"internal/...", "acquirer", "payment"}},
	{"payment/sqlstore", []string{"internal/...", "acquirer", "payment"}},
	{"payment/riverwork", []string{"payment"}},
	{"inbox", []string{"internal/...", "creance/...", "acquirer", "payment"}},
	{"inbox/mailboxtest", []string{"inbox"}},
	{"inbox/sqlmailbox", []string{"internal/...", "inbox"}},
	{"payment/paymenttest", []string{"acquirer", "acquirer/mock", "creance/...", "payment", "payment/audit", "inbox"}}, // the only one that has everything
	{"examples/...", []string{"./..."}},
	{"internal/integration/...", []string{"./..."}},
}

// within reports whether a package is what a pattern means, and how exactly that says so.
func within(pattern, pkg string) (bool, int) {
	tree, below := strings.CutSuffix(pattern, "/...")
	return pkg == tree || below && (tree == "." || strings.HasPrefix(pkg, tree+"/")), len(tree)
}

// roomOf is the room in which a package is, as an index of rooms; -1: none.
func roomOf(pkg string) int {
	found, best := -1, -1
	for i, r := range rooms {
		if is, exact := within(r.room, pkg); is && exact > best {
			found, best = i, exact
		}
	}
	return found
}

// trespasses are the imports that a package must not have.
func trespasses(pkg string, imports []string) (out []string) {
	at := roomOf(pkg)
	for _, i := range imports {
		if at >= 0 && roomOf(i) == at {
			continue
		}
		if at < 0 || !slices.ContainsFunc(rooms[at].may, func(m string) bool { is, _ := within(m, i); return is }) {
			out = append(out, pkg+" imports "+i)
		}
	}
	return out
}

// Data flows one way, and so do imports: no package imports what stands after it. (Tests may: those of payment look into the mailbox.)
func TestImports(t *testing.T) {
	t.Parallel()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, "work")
	cmd.Dir = root(t)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	ours := func(path string) (string, bool) {
		rest, is := strings.CutPrefix(path, module)
		return strings.TrimPrefix(rest, "/"), is && (rest == "" || rest[0] == '/')
	}
	used := map[int]bool{}
	for _, line := range lines(string(out)) {
		words := strings.Fields(line)
		pkg, _ := ours(words[0])
		if pkg == "" {
			pkg = "."
		}
		var imports []string
		for _, w := range words[1:] {
			if i, is := ours(w); is {
				imports = append(imports, i)
			}
		}
		for _, what := range trespasses(pkg, imports) {
			t.Errorf("%s, which it must not: see the rooms in this file, and CONTRIBUTING.md", what)
		}
		if roomOf(pkg) < 0 {
			t.Errorf("%s is in no room", pkg)
		}
		used[roomOf(pkg)] = true
	}
	for i, r := range rooms {
		if !used[i] {
			t.Errorf("the room %s is empty", r.room)
		}
		for _, m := range r.may { // no circle of rooms: what may be imported stands before
			if !used[roomOf(strings.TrimSuffix(m, "/..."))] && m != "./..." || roomOf(strings.TrimSuffix(m, "/...")) > i {
				t.Errorf("%s may import %s, which does not stand before it", r.room, m)
			}
		}
	}
}

func TestTrespasses(t *testing.T) {
	for pkg, x := range map[string]struct{ imports, want []string }{
		"creance":                         {[]string{"internal/euro", "payment"}, []string{"payment"}},
		"acquirer":                        {[]string{"acquirer/internal/wire"}, []string{"acquirer/internal/wire"}},
		"acquirer/payfip":                 {[]string{"acquirer/payfip/internal/soap", "acquirer/worldline/direct"}, []string{"acquirer/worldline/direct"}},
		"acquirer/worldline/sips":         {[]string{"acquirer/internal/wire", "payment"}, []string{"payment"}},
		"payment":                         {[]string{"acquirer", "acquirer/mock", "inbox", "payment/audit"}, []string{"acquirer/mock", "inbox", "payment/audit"}},
		"payment/audit":                   {[]string{"payment", "acquirer"}, []string{"acquirer"}},
		"inbox":                           {[]string{"payment", "payment/sqlstore"}, []string{"payment/sqlstore"}},
		"internal/sqldb":                  {[]string{"internal/paris", "payment"}, []string{"payment"}},
		"examples/teleservice":            {[]string{"inbox", "examples/teleservice/internal/app"}, nil},
		"internal/integration/rig/portal": {[]string{"internal/integration/rig", "payment"}, nil},
		"elsewhere":                       {[]string{"payment"}, []string{"payment"}},
	} {
		var want []string
		for _, w := range x.want {
			want = append(want, pkg+" imports "+w)
		}
		if d := cmp.Diff(want, trespasses(pkg, x.imports)); d != "" {
			t.Errorf("%s (-want +got):\n%s", pkg, d)
		}
	}
}
