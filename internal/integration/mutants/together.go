package mutants

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// long are tests that see much and take long: who kills a mutant should be narrower.
const long = "^Test(M3|Random|TwoPaymentsOfOneClaim|EachRuleIsNeeded|EveryFault|Work|Golden|OverHTTP|Stop|SecondClick|AcquirerThatHangs|Slow|Diagrams|" +
	"AmbiguousCommit|BrowserGone|AllNotificationsLost|Resume|EmptyReturns|TwoTabs)"

// variable names the mutant that a program of many is to be.
const variable = "QUITTANCE_MUTANT"

// Together is many mutants in one program, so that they are compiled once: each function that a mutant changes is there twice, and the environment
// says which one runs. That is so in the overlay alone. It has those mutants whose edits are all within functions.
type Together struct {
	root, folder string
	number       map[string]string // by name
	programs     map[string]string // by package
}

// NewTogether writes the overlay of all mutants that can be had together. Close removes it.
func NewTogether(root string, all []Mutant) (*Together, error) {
	folder, err := os.MkdirTemp("", "mutants")
	if err != nil {
		return nil, err
	}
	t := &Together{root, folder, map[string]string{}, map[string]string{}}
	if err := t.writeSources(all); err != nil {
		os.RemoveAll(folder)
		return nil, err
	}
	return t, nil
}

// Close removes what was compiled.
func (t *Together) Close() error { return os.RemoveAll(t.folder) }

// Has reports whether a mutant is among them.
func (t *Together) Has(m Mutant) bool { return t.number[m.Name] != "" }

// source is a file with the functions that are there twice.
type source struct {
	name   string
	text   []byte
	file   *ast.File
	fset   *token.FileSet
	copies map[*ast.FuncDecl]map[string][]Edit // by function and mutant
}

func (t *Together) writeSources(all []Mutant) error {
	sources := map[string]*source{}
	for i, m := range all {
		if t.addMutant(sources, strconv.Itoa(i+1), m) {
			t.number[m.Name] = strconv.Itoa(i + 1)
		}
	}
	replace := map[string]string{}
	put := func(name string, text []byte) error {
		to := filepath.Join(t.folder, strings.ReplaceAll(name, "/", "_"))
		replace[filepath.Join(t.root, name)] = to
		return os.WriteFile(to, text, 0o600)
	}
	for _, s := range sources {
		if len(s.copies) == 0 {
			continue
		}
		if err := put(s.name, s.withCopies()); err != nil {
			return err
		}
		which := fmt.Sprintf("package %s\n\nimport \"os\"\n\nvar mutantOfMany = os.Getenv(%q)\n", s.file.Name.Name, variable)
		if err := put(filepath.Join(filepath.Dir(s.name), "mutant_of_many.go"), []byte(which)); err != nil {
			return err
		}
	}
	list, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return err
	}
	return os.WriteFile(t.overlayPath(), list, 0o600)
}

func (t *Together) overlayPath() string { return filepath.Join(t.folder, "overlay.json") }

// addMutant notes a mutant's functions; false if one of its edits is not within a function that can be there twice.
func (t *Together) addMutant(sources map[string]*source, number string, m Mutant) bool {
	type place struct {
		s *source
		f *ast.FuncDecl
	}
	places := make([]place, len(m.Edits))
	for i, e := range m.Edits {
		s := sources[e.File]
		if s == nil {
			if s = parseSource(t.root, e.File); s == nil {
				return false
			}
			sources[e.File] = s
		}
		f := s.functionWith(e.Old)
		if f == nil {
			return false
		}
		places[i] = place{s, f}
	}
	for i, p := range places {
		if p.s.copies[p.f] == nil {
			p.s.copies[p.f] = map[string][]Edit{}
		}
		p.s.copies[p.f][number] = append(p.s.copies[p.f][number], m.Edits[i])
	}
	return true
}

// parseSource parses a file of Go; nil if it is none.
func parseSource(root, name string) *source {
	text, err := os.ReadFile(filepath.Join(root, name))
	if err != nil || !strings.HasSuffix(name, ".go") {
		return nil
	}
	s := &source{name: name, text: text, fset: token.NewFileSet(), copies: map[*ast.FuncDecl]map[string][]Edit{}}
	if s.file, err = parser.ParseFile(s.fset, name, text, parser.SkipObjectResolution); err != nil {
		return nil
	}
	return s
}

func (s *source) offsetOf(p token.Pos) int { return s.fset.Position(p).Offset }

// functionWith is the one that has a text in its body, if it can be there twice: what it is given must have names.
func (s *source) functionWith(text string) *ast.FuncDecl {
	at := bytes.Index(s.text, []byte(text))
	if at < 0 {
		return nil
	}
	for _, d := range s.file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || f.Body == nil || at <= s.offsetOf(f.Body.Lbrace) || at+len(text) > s.offsetOf(f.Body.Rbrace) {
			continue
		}
		if _, ok := s.callOfCopy(f, ""); !ok || f.Name.Name == "init" || f.Name.Name == "main" {
			return nil
		}
		return f
	}
	return nil
}

// callOfCopy is how a function passes all that it was given to its copy.
func (s *source) callOfCopy(f *ast.FuncDecl, number string) (string, bool) {
	named := func(l *ast.FieldList) (names []string, ok bool) {
		if l == nil {
			return nil, true
		}
		for _, field := range l.List {
			if len(field.Names) == 0 {
				return nil, false
			}
			for _, n := range field.Names {
				if n.Name == "_" {
					return nil, false
				}
				name := n.Name
				if _, variadic := field.Type.(*ast.Ellipsis); variadic {
					name += "..."
				}
				names = append(names, name)
			}
		}
		return names, true
	}
	receiver, ok := named(f.Recv)
	given, ok2 := named(f.Type.Params)
	types, ok3 := named(f.Type.TypeParams)
	if !ok || !ok2 || !ok3 {
		return "", false
	}
	name := f.Name.Name + "__" + number
	if len(receiver) > 0 {
		name = receiver[0] + "." + name
	}
	if len(types) > 0 {
		name += "[" + strings.Join(types, ", ") + "]"
	}
	return name + "(" + strings.Join(given, ", ") + ")", true
}

// withCopies is the file in which functions are there twice.
func (s *source) withCopies() []byte {
	type insertion struct {
		at   int
		text string
	}
	var insertions []insertion
	end := new(bytes.Buffer)
	for f, mutants := range s.copies {
		choose := "\nswitch mutantOfMany {\n"
		for _, number := range slices.Sorted(maps.Keys(mutants)) {
			call, _ := s.callOfCopy(f, number)
			if f.Type.Results != nil {
				choose += fmt.Sprintf("case %q:\nreturn %s\n", number, call)
			} else {
				choose += fmt.Sprintf("case %q:\n%s\nreturn\n", number, call)
			}
			from, to := s.offsetOf(f.Pos()), s.offsetOf(f.End())
			name := s.offsetOf(f.Name.Pos())
			body := string(s.text[s.offsetOf(f.Body.Lbrace):to])
			for _, e := range mutants[number] {
				body = strings.Replace(body, e.Old, e.New, 1)
			}
			fmt.Fprintf(end, "\n%s%s__%s%s%s\n", s.text[from:name], f.Name.Name, number, s.text[s.offsetOf(f.Name.End()):s.offsetOf(f.Body.Lbrace)], body)
		}
		insertions = append(insertions, insertion{s.offsetOf(f.Body.Lbrace) + 1, choose + "}\n"})
	}
	slices.SortFunc(insertions, func(a, b insertion) int { return b.at - a.at })
	text := slices.Clone(s.text)
	for _, i := range insertions {
		text = slices.Concat(text[:i.at], []byte(i.text), text[i.at:])
	}
	return append(text, end.Bytes()...)
}

// compileProgram compiles the tests of a package, or the command of package simulation, once.
func (t *Together) compileProgram(ctx context.Context, k Killer) (string, error) {
	key := k.Package
	args := []string{"test", "-c", "-vet=off"}
	if k.Seed != "" {
		key = simulate
		args = []string{"build"}
	}
	if path, known := t.programs[key]; known {
		return path, nil
	}
	path := filepath.Join(t.folder, strings.ReplaceAll(key, "/", "_")+".test")
	cmd := exec.CommandContext(ctx, "go", append(args, "-overlay", t.overlayPath(), "-o", path, "./"+key)...)
	cmd.Dir = t.root
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s", ErrBuild, out)
	}
	t.programs[key] = path
	return path, nil
}

// Build compiles all of them; the error says which do not compile.
func (t *Together) Build(ctx context.Context) error {
	cmd := exec.CommandContext(ctx, "go", "build", "-overlay", t.overlayPath(), "./...", "./internal/integration/simulation/...")
	cmd.Dir = t.root
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", ErrBuild, out)
	}
	return nil
}

// Run asks one killer whether it notices a mutant that is among them.
func (t *Together) Run(ctx context.Context, m Mutant, k Killer) (v Verdict, err error) {
	path, err := t.compileProgram(ctx, k)
	if err != nil {
		return v, err
	}
	if k.Seed != "" {
		return performWorld(ctx, path, t.folder, t.number[m.Name], k)
	}
	args := []string{"-test.failfast", "-test.timeout=10m", "-test.count=1"}
	if k.Test != "" {
		args = append(args, "-test.run", runPattern(k.Test))
	} else {
		args = append(args, "-test.short", "-test.skip", long) // to look for one
	}
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Dir = filepath.Join(t.root, k.Package)
	cmd.Env = append(os.Environ(), variable+"="+t.number[m.Name])
	out, err := cmd.CombinedOutput()
	return readVerdict(k, out, err)
}
