//go:build !race

package repository_test

import (
	"errors"
	"flag"
	"fmt"
	"go/ast"
	"go/build"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the files anew that are compared: docs/api")

// The exported surface of each public package stands in docs/api, one name a line, so that every change of it is seen in a diff and is
// deliberate. After such a change: go test ./internal/integration/repository -run TestAPI -update
func TestAPI(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(root(t), "docs", "api")
	want := surfaces(t)
	if len(want) < 10 {
		t.Fatalf("only %d public packages were found", len(want))
	}
	if *update {
		writeSurfaces(t, dir, want)
	}
	kept, err := filepath.Glob(filepath.Join(dir, "*.txt"))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, file := range kept {
		got[strings.TrimSuffix(filepath.Base(file), ".txt")] = read(t, file)
	}
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if diff := cmp.Diff(lines(got[name]), lines(want[name])); diff != "" {
			t.Errorf("docs/api/%s.txt is not what the package exports; if that is meant, run with -update (-docs/api +code):\n%s", name, diff)
		}
	}
	for name := range got {
		if _, ok := want[name]; !ok {
			t.Errorf("docs/api/%s.txt is of no public package", name)
		}
	}
}

func writeSurfaces(t *testing.T, dir string, surfaces map[string]string) {
	t.Helper()
	old, err := filepath.Glob(filepath.Join(dir, "*.txt")) // not what lies in folders: a release has frozen that
	for _, file := range old {
		err = errors.Join(err, os.Remove(file))
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range surfaces {
		if err := os.WriteFile(filepath.Join(dir, name+".txt"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// surfaces are the exported surfaces of the public packages of the root module and of payment/riverwork, by the package's name. They are
// read from what the compiler says of each package.
func surfaces(t *testing.T) map[string]string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-export", "-deps", "-f", "{{.ImportPath}}\t{{.Name}}\t{{.Export}}",
		"./...", "./payment/riverwork/...")
	cmd.Dir, cmd.Stderr = root(t), os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	compiled, public := map[string]string{}, []string{}
	for _, line := range lines(string(out)) {
		cells := strings.Split(line, "\t")
		if len(cells) != 3 {
			t.Fatalf("go list: %q", line)
		}
		path := cells[0]
		compiled[path] = cells[2]
		ours := strings.HasPrefix(path, module+"/") // the root package is a tour, and exports nothing
		if ours && cells[1] != "main" && !strings.Contains(path+"/", "/internal/") {
			public = append(public, path)
		}
	}
	packages := importer.ForCompiler(token.NewFileSet(), "gc", func(path string) (io.ReadCloser, error) { return os.Open(compiled[path]) })
	found := map[string]string{}
	for _, path := range public {
		pkg, err := packages.Import(path)
		if err != nil {
			t.Fatal(err)
		}
		if _, twice := found[pkg.Name()]; twice {
			t.Fatalf("two public packages are called %s: docs/api needs other file names", pkg.Name())
		}
		found[pkg.Name()] = surface(pkg)
	}
	return found
}

// surface is what a package exports, one name a line, sorted, in the manner of the standard library's api/*.txt. Values of constants and
// tags of fields are part of it: both are stored by others.
func surface(pkg *types.Package) string {
	s := &surfaceWriter{pkg: pkg}
	scope := pkg.Scope()
	for _, name := range scope.Names() {
		if !ast.IsExported(name) {
			continue
		}
		switch o := scope.Lookup(name).(type) {
		case *types.Const:
			s.add("const %s %s = %s", name, s.typ(o.Type()), o.Val().ExactString())
		case *types.Var:
			s.add("var %s %s", name, s.typ(o.Type()))
		case *types.Func:
			s.add("func %s%s", name, s.signature(o.Signature()))
		case *types.TypeName:
			s.typeName(o)
		}
	}
	slices.Sort(s.lines)
	return strings.Join(s.lines, "\n") + "\n"
}

type surfaceWriter struct {
	pkg   *types.Package
	lines []string
}

func (s *surfaceWriter) add(format string, a ...any) {
	s.lines = append(s.lines, fmt.Sprintf(format, a...))
}

// typ writes a type; those of other packages bear the package's name.
func (s *surfaceWriter) typ(t types.Type) string {
	return types.TypeString(t, func(p *types.Package) string {
		if p == s.pkg {
			return ""
		}
		return p.Name()
	})
}

// signature writes a function's type without the names of its parameters, which nobody's code depends on. A generic one keeps them.
func (s *surfaceWriter) signature(sig *types.Signature) string {
	if sig.TypeParams().Len() == 0 && sig.RecvTypeParams().Len() == 0 {
		nameless := func(t *types.Tuple) *types.Tuple {
			var vars []*types.Var
			for v := range t.Variables() {
				vars = append(vars, types.NewParam(token.NoPos, s.pkg, "", v.Type()))
			}
			return types.NewTuple(vars...)
		}
		sig = types.NewSignatureType(nil, nil, nil, nameless(sig.Params()), nameless(sig.Results()), sig.Variadic())
	}
	return strings.TrimPrefix(s.typ(sig), "func")
}

func (s *surfaceWriter) typeName(o *types.TypeName) {
	name := o.Name()
	if o.IsAlias() {
		s.add("type %s = %s", name, s.typ(types.Unalias(o.Type())))
		// The names of an internal type are ours to keep, and are nowhere else to be seen.
		if n, ok := types.Unalias(o.Type()).(*types.Named); ok && n.Obj().Pkg() != nil && strings.Contains(n.Obj().Pkg().Path(), "/internal/") {
			s.promisedFields(name, n)
			s.methods(name, n)
		}
		return
	}
	named := o.Type().(*types.Named)
	var params []string
	for p := range named.TypeParams().TypeParams() {
		params = append(params, p.Obj().Name()+" "+s.typ(p.Constraint()))
	}
	generic := ""
	if len(params) > 0 {
		generic = "[" + strings.Join(params, ", ") + "]"
	}
	switch u := named.Underlying().(type) {
	case *types.Struct:
		s.add("type %s%s struct", name, generic)
		s.fields(name, u)
	case *types.Interface:
		s.add("type %s%s interface", name, generic)
		s.interfaceMethods(name, u)
		return
	default:
		s.add("type %s%s %s", name, generic, s.typ(u))
	}
	s.methods(name, named)
}

// promisedFields writes the fields of a struct, and those that it has by embedding.
func (s *surfaceWriter) promisedFields(name string, named *types.Named) {
	u, ok := named.Underlying().(*types.Struct)
	if !ok {
		return
	}
	s.fields(name, u)
	for f := range u.Fields() {
		if inner, ok := f.Type().(*types.Named); ok && f.Embedded() {
			s.promisedFields(name, inner)
		}
	}
}

func (s *surfaceWriter) methods(name string, named *types.Named) {
	values := types.NewMethodSet(named)
	for m := range types.NewMethodSet(types.NewPointer(named)).Methods() {
		if !m.Obj().Exported() {
			continue
		}
		receiver := "*" + name
		if values.Lookup(m.Obj().Pkg(), m.Obj().Name()) != nil {
			receiver = name
		}
		s.add("method (%s) %s%s", receiver, m.Obj().Name(), s.signature(m.Obj().(*types.Func).Signature()))
	}
}

func (s *surfaceWriter) fields(name string, u *types.Struct) {
	hidden := false
	for i := range u.NumFields() {
		f := u.Field(i)
		if !f.Exported() {
			hidden = true
			continue
		}
		kind, tag := f.Name(), ""
		if f.Embedded() {
			kind = "embedded"
		}
		if u.Tag(i) != "" {
			tag = fmt.Sprintf(" %q", u.Tag(i))
		}
		s.add("type %s struct, %s %s%s", name, kind, s.typ(f.Type()), tag)
	}
	if hidden { // it cannot be written without names, nor converted from another struct
		s.add("type %s struct, with unexported fields", name)
	}
}

func (s *surfaceWriter) interfaceMethods(name string, u *types.Interface) {
	hidden := false
	for m := range u.Methods() {
		if !m.Exported() {
			hidden = true
			continue
		}
		s.add("type %s interface, %s%s", name, m.Name(), s.signature(m.Signature()))
	}
	if hidden { // nobody else can implement it
		s.add("type %s interface, with unexported methods", name)
	}
}

// Each kind of declaration is written, nothing that is not exported is.
func TestSurface(t *testing.T) {
	t.Parallel()
	const source = `package p

import "io"

const (
	Known  State = "known"
	Most         = 1 << 40
	hidden       = 1
)

var Err, secret error

type State string

func (s State) Ended(at int) (yes bool) { return false }

type Config struct {
	io.Reader
	Name  string ` + "`json:\"name\"`" + `
	inner int
}

func (c *Config) Set(names ...string) {}
func (c Config) get() int             { return c.inner }

type open interface{ Exported() }

type Client interface {
	io.Closer
	Ask(question State) (answer map[State][]byte, err error)
}

type Content interface{ sealed() }

type List[T any] struct{}

func (l List[T]) Len() int { return 0 }

type Same = State

type Option func(*Config)

func New(c Config, options ...Option) (*Config, error) { return nil, nil }
func Map[T any](all []T) []T                           { return all }
func unseen()                                          {}
`
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "p.go", source, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	build.Default.GOROOT = goEnv(t, "GOROOT") // a test that was built with -trimpath does not know it
	pkg, err := (&types.Config{Importer: importer.Default()}).Check("example.org/p", fset, []*ast.File{f}, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		`const Known State = "known"`,
		"const Most untyped int = 1099511627776",
		"func Map[T any](all []T) []T",
		"func New(Config, ...Option) (*Config, error)",
		"method (*Config) Set(...string)",
		"method (Config) Read([]byte) (int, error)",
		"method (List) Len() int",
		"method (State) Ended(int) bool",
		"type Client interface",
		"type Client interface, Ask(State) (map[State][]byte, error)",
		"type Client interface, Close() error",
		"type Config struct",
		`type Config struct, Name string "json:\"name\""`,
		"type Config struct, embedded io.Reader",
		"type Config struct, with unexported fields",
		"type Content interface",
		"type Content interface, with unexported methods",
		"type List[T any] struct",
		"type Option func(*Config)",
		"type Same = State",
		"type State string",
		"var Err error",
	}
	if diff := cmp.Diff(want, lines(surface(pkg))); diff != "" {
		t.Errorf("the surface (-want +got):\n%s", diff)
	}
}
