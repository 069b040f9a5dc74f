package payment_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/payment"
)

// constants lists the typed string constants that a package exports, one a line: package, type, name, value. It reads the source, so
// that a new constant cannot be forgotten here.
func constants(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range slices.DeleteFunc(entries, func(e fs.DirEntry) bool {
		return !strings.HasSuffix(e.Name(), ".go") || strings.HasSuffix(e.Name(), "_test.go")
	}) {
		f, err := parser.ParseFile(token.NewFileSet(), filepath.Join(dir, e.Name()), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			decl, ok := d.(*ast.GenDecl)
			if !ok || decl.Tok != token.CONST {
				continue
			}
			for _, s := range decl.Specs {
				spec := s.(*ast.ValueSpec)
				typ, ok := spec.Type.(*ast.Ident)
				if !ok || !typ.IsExported() {
					continue
				}
				for i, name := range spec.Names {
					value, ok := spec.Values[i].(*ast.BasicLit)
					if !ok || value.Kind != token.STRING || !name.IsExported() {
						continue
					}
					out = append(out, fmt.Sprintf("%s.%s %s %s", f.Name.Name, typ.Name, name.Name, value.Value))
				}
			}
		}
	}
	return out
}

// What is stored stays readable: states, events, effects, kinds of work, verdicts, channels, outcomes, declines, advices and reason
// codes are frozen. A new one may be added with -update; none may change or go, whatever the flag.
func TestStoredStringsAreFrozen(t *testing.T) {
	got := slices.Concat(constants(t, "."), constants(t, "../acquirer"), constants(t, "../creance"))
	slices.Sort(got)
	if was, err := os.ReadFile(filepath.Join("testdata", "frozen.golden")); err == nil {
		for line := range strings.Lines(string(was)) {
			if line = strings.TrimSpace(line); !slices.Contains(got, line) {
				t.Errorf("%q is frozen and no longer there: rows and journals have it", line)
			}
		}
	} else if !*update {
		t.Fatal(err)
	}
	if t.Failed() {
		return
	}
	compareGolden(t, "frozen.golden", strings.Join(got, "\n")+"\n")
}

// The file holds every string that is meant: what the tables and lists of the packages have is in it.
func TestFrozenStringsAreAll(t *testing.T) {
	byType := map[string][]string{}
	for _, line := range slices.Concat(constants(t, "."), constants(t, "../acquirer"), constants(t, "../creance")) {
		f := strings.SplitN(line, " ", 3)
		v, err := strconv.Unquote(f[2])
		if err != nil {
			t.Fatal(err)
		}
		byType[f[0]] = append(byType[f[0]], v)
	}
	var effects, verdicts, declines, advices, codes []string
	for tr := range payment.Transitions() {
		effects = append(effects, string(tr.Effect))
	}
	for _, v := range []payment.Verdict{payment.VerdictKeep, payment.VerdictGiveBack, payment.VerdictWasReturned, payment.VerdictNoMoney} {
		verdicts = append(verdicts, string(v))
	}
	for d := range acquirer.Declines() {
		declines, advices = append(declines, string(d)), append(advices, string(d.Advice()))
	}
	for c := range creance.ReasonCodes() {
		codes = append(codes, string(c))
	}
	set := func(s []string) []string { return slices.Compact(slices.Sorted(slices.Values(s))) }
	for typ, want := range map[string][]string{
		"payment.State":      allStates,
		"payment.EventKind":  append([]string{"created"}, allEvents...),
		"payment.Effect":     effects,
		"payment.WorkKind":   {"attention", "delivery"},
		"payment.Verdict":    verdicts,
		"acquirer.Channel":   {"notify", "return", "query"},
		"acquirer.Outcome":   {"accepted", "refused", "cancelled", "expired", "pending", "failed", "open", "unknown"},
		"acquirer.Decline":   declines,
		"acquirer.Means":     {"card", "direct_debit"},
		"acquirer.Advice":    advices,
		"creance.ReasonCode": codes,
	} {
		if d := cmp.Diff(set(want), set(byType[typ])); d != "" {
			t.Errorf("%s (-want +declared):\n%s", typ, d)
		}
		if len(set(byType[typ])) != len(byType[typ]) {
			t.Errorf("%s has one string twice: %v", typ, byType[typ])
		}
	}
}
