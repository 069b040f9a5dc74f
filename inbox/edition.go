package inbox

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"text/template"
	"text/template/parse"
	"unicode"
	"unicode/utf8"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/creance"
	"golang.org/x/text/language"
)

//go:embed texts verbatim
var embedded embed.FS

func folder(name string) fs.FS {
	sub, err := fs.Sub(embedded, name)
	if err != nil {
		panic(err) // only for a name that is no path
	}
	return sub
}

// Verbatim is the edition « verbatim », an overlay for [NewCatalog]: the source's words with its slips, as a deck of October
// 2023 shows them (S2, S80), with the telephone tariff of 2018 (S74). It has what the source has: the banners of S48 and S58,
// the acknowledgement of S65 to S74, its header, and S64, S77 and S78. All else stays as in the corrected edition.
//
// The source's banner of a failure does not say whether money moved, and its acknowledgement lacks what CRPA R112-11-1 asks
// for; the latter is added below the source's words when [Options] has it.
func Verbatim() fs.FS { return folder("verbatim") }

// parts are the texts that stand inside others. Of reasons there may be more: an integrator's rule has its own.
var parts = func() []string {
	out := []string{"telephone", "signature", "reason/other"}
	for code := range creance.ReasonCodes() {
		out = append(out, "reason/"+string(code))
	}
	for _, a := range []acquirer.Advice{acquirer.SameCard, acquirer.OtherCard, acquirer.Later, acquirer.AskBank, acquirer.Never} {
		out = append(out, "advice/"+string(a))
	}
	return out
}()

// needed are the names of all texts that an edition must have.
var needed = func() []string {
	out := slices.Clone(parts)
	for _, k := range kinds {
		out = append(out, k.name)
	}
	slices.Sort(out)
	return out
}()

// words are the functions of a text. They have fixed types, unlike those of text/template: whether a text can be executed does
// not depend on the facts.
var words = template.FuncMap{
	"eq":  func(a, b string) bool { return a == b },
	"ne":  func(a, b string) bool { return a != b },
	"not": func(a any) bool { return !truth(a) },
	"and": func(a, b any) bool { return truth(a) && truth(b) },
	"or":  func(a, b any) bool { return truth(a) || truth(b) },
}

func truth(a any) bool { t, _ := template.IsTrue(a); return t }

// always are the same functions, true whatever they are given: with them every branch is taken.
var always = template.FuncMap{
	"eq":  func(a, b string) bool { return true },
	"ne":  func(a, b string) bool { return true },
	"not": func(a any) bool { return true },
	"and": func(a, b any) bool { return true },
	"or":  func(a, b any) bool { return true },
}

// text is one file, ready to be executed.
type text struct {
	origin string // which overlay, for messages
	tmpl   *template.Template
}

// edition is all texts of one language.
type edition struct {
	tag     language.Tag
	name    string // of the language, BCP 47
	formats formats
	texts   map[string]text
}

// write executes a text.
func (e *edition) write(name string, f *Facts) (string, error) {
	var b strings.Builder
	if err := e.texts[name].tmpl.Execute(&b, f); err != nil {
		return "", err
	}
	return b.String(), nil
}

// part executes a text that stands inside another, or the other one where there is no such text, and makes it one line.
func (e *edition) part(name, other string, f *Facts) (string, error) {
	if _, ok := e.texts[name]; !ok {
		name = other
	}
	s, err := e.write(name, f)
	var lines []string
	for _, b := range blocks(s) {
		lines = append(lines, b.lines...)
	}
	return strings.Join(lines, " "), err
}

// control is a line that has only actions that print nothing.
var control = regexp.MustCompile(`^(\s*\{\{-?\s*((if|else|end|range|with)\b[^{}]*|/\*.*\*/)\s*-?\}\})+\s*$`)

// parseText reads a file. The line numbers of its errors are those of the file.
func parseText(file, source string) (*template.Template, error) {
	source = strings.ReplaceAll(strings.TrimPrefix(source, "\ufeff"), "\r\n", "\n")
	if !utf8.ValidString(source) {
		return nil, fmt.Errorf("%s: it is not UTF-8", file)
	}
	lines := strings.Split(source, "\n")
	for i, l := range lines {
		if strings.ContainsFunc(l, func(r rune) bool { return unicode.IsControl(r) && r != '\t' }) {
			return nil, fmt.Errorf("%s:%d: it has a control character", file, i+1)
		}
		if control.MatchString(l) {
			lines[i] = l + drop
		} else if rest, ok := strings.CutPrefix(strings.TrimLeft(l, " \t"), "- "); ok {
			lines[i] = item + rest
		}
	}
	trees, err := parse.Parse(file, strings.Join(lines, "\n"), "", "", words)
	if err != nil {
		return nil, errors.New(strings.TrimPrefix(err.Error(), "template: "))
	}
	tree := trees[file]
	if tree == nil || tree.Root == nil || len(trees) > 1 {
		return nil, fmt.Errorf("%s: define and block are not for texts", file)
	}
	if err := allowed(tree); err != nil {
		return nil, err
	}
	if err := dryRun(file, tree); err != nil {
		return nil, err
	}
	return template.New(file).Funcs(words).AddParseTree(file, tree)
}

// allowed keeps a text to what can be checked: fields, strings, if, with, range and the functions of words. What it refuses could
// work for one payer and break for the next.
func allowed(tree *parse.Tree) (err error) {
	refuse := func(n parse.Node, why string) {
		if err == nil {
			where, _ := tree.ErrorContext(n)
			err = fmt.Errorf("%s: %s", where, why)
		}
	}
	var pipe func(*parse.PipeNode, bool)
	pipe = func(p *parse.PipeNode, inside bool) {
		if p == nil {
			return
		}
		if len(p.Decl) > 0 {
			refuse(p, "variables are not for texts")
		}
		for _, c := range p.Cmds {
			for _, a := range c.Args {
				switch a := a.(type) {
				case *parse.FieldNode, *parse.StringNode, *parse.IdentifierNode:
				case *parse.DotNode:
					if !inside {
						refuse(a, "{{.}} is for use inside range and with")
					}
				case *parse.VariableNode:
					if len(a.Ident) < 2 {
						refuse(a, "{{$}} is nothing to print")
					}
				case *parse.PipeNode:
					pipe(a, inside)
				default:
					refuse(a, fmt.Sprintf("%s is not for texts", a))
				}
			}
		}
	}
	var list func(*parse.ListNode, bool)
	branch := func(b *parse.BranchNode, inside, within bool) {
		pipe(b.Pipe, inside)
		list(b.List, within)
		list(b.ElseList, inside)
	}
	list = func(l *parse.ListNode, inside bool) {
		if l == nil {
			return
		}
		for _, n := range l.Nodes {
			switch n := n.(type) {
			case *parse.TextNode, *parse.CommentNode:
			case *parse.ActionNode:
				pipe(n.Pipe, inside)
			case *parse.IfNode:
				branch(&n.BranchNode, inside, inside)
			case *parse.WithNode:
				branch(&n.BranchNode, inside, true)
			case *parse.RangeNode:
				branch(&n.BranchNode, inside, true)
			default:
				refuse(n, fmt.Sprintf("%s is not for texts", n))
			}
		}
	}
	list(tree.Root, false)
	return err
}

// dryRun executes every branch of a text once, on facts none of which is empty. All facts are strings or lines and all
// functions have fixed types, so what works here works for every payer.
func dryRun(file string, tree *parse.Tree) error {
	tree = tree.Copy()
	everyBranch(tree.Root)
	t, err := template.New(file).Funcs(always).AddParseTree(file, tree)
	if err != nil {
		return err
	}
	var b strings.Builder
	if err := t.Execute(&b, fullFacts); err != nil {
		return errors.New(strings.TrimPrefix(err.Error(), "template: "))
	}
	return nil
}

// everyBranch moves what stands after an else behind the end.
func everyBranch(l *parse.ListNode) {
	if l == nil {
		return
	}
	var nodes []parse.Node
	for _, n := range l.Nodes {
		nodes = append(nodes, n)
		var b *parse.BranchNode
		switch n := n.(type) {
		case *parse.IfNode:
			b = &n.BranchNode
		case *parse.WithNode:
			b = &n.BranchNode
		case *parse.RangeNode:
			b = &n.BranchNode
		default:
			continue
		}
		everyBranch(b.List)
		if b.ElseList != nil {
			everyBranch(b.ElseList)
			nodes = append(nodes, b.ElseList)
			b.ElseList = nil
		}
	}
	l.Nodes = nodes
}

// fullFacts have every field set.
var fullFacts = func() *Facts {
	f := new(Facts)
	v := reflect.ValueOf(f).Elem()
	for i := range v.NumField() {
		switch v.Field(i).Interface().(type) {
		case string:
			v.Field(i).SetString("x")
		case Lines:
			v.Field(i).Set(reflect.ValueOf(Lines{"x"}))
		default:
			panic("inbox: Facts." + v.Type().Field(i).Name + " is neither a string nor Lines")
		}
	}
	return f
}()

// load reads the texts of one overlay into editions, by language and name.
func load(editions map[string]map[string]text, origin string, fsys fs.FS) error {
	if fsys == nil {
		return fmt.Errorf("%s: it is nil", origin)
	}
	var errs []error
	found := 0
	bad := func(format string, a ...any) {
		errs = append(errs, fmt.Errorf("%s: "+format, append([]any{origin}, a...)...))
	}
	err := fs.WalkDir(fsys, ".", func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			bad("%w", err)
			return nil
		}
		if file != "." && strings.HasPrefix(path.Base(file), ".") {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		lang, rest, nested := strings.Cut(file, "/")
		if d.IsDir() || !nested {
			if d.IsDir() && !nested && file != "." {
				if _, err := language.Parse(lang); err != nil {
					bad("%s: the folder is not named after a language (BCP 47), such as fr", file)
					return fs.SkipDir
				}
			}
			return nil
		}
		name, ok := strings.CutSuffix(rest, ".txt")
		if !ok || !slices.Contains(needed, name) && path.Dir(name) != "reason" {
			bad("%s: there is no text of this name", file)
			return nil
		}
		source, err := fs.ReadFile(fsys, file)
		if err != nil {
			bad("%w", err)
			return nil
		}
		found++
		t, err := parseText(file, string(source))
		if err != nil {
			bad("%w", err)
			return nil
		}
		key := language.Make(lang).String()
		if editions[key] == nil {
			editions[key] = map[string]text{}
		}
		editions[key][name] = text{origin, t}
		return nil
	})
	if err != nil {
		bad("%w", err)
	}
	if found == 0 && len(errs) == 0 {
		bad("it has no text; texts are named such as fr/accepted.txt")
	}
	return errors.Join(errs...)
}
