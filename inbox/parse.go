package inbox

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"text/template"
	"text/template/parse"
)

// textFuncs are the functions of a text. They have fixed types, unlike those of text/template: whether a text can be executed does
// not depend on the facts.
var textFuncs = template.FuncMap{
	"eq":  func(a, b string) bool { return a == b },
	"ne":  func(a, b string) bool { return a != b },
	"not": func(a any) bool { return !isTrue(a) },
	"and": func(a, b any) bool { return isTrue(a) && isTrue(b) },
	"or":  func(a, b any) bool { return isTrue(a) || isTrue(b) },
}

func isTrue(a any) bool { t, _ := template.IsTrue(a); return t }

// alwaysTrueFuncs are the same functions, true whatever they are given: with them every branch is taken.
var alwaysTrueFuncs = template.FuncMap{
	"eq":  func(a, b string) bool { return true },
	"ne":  func(a, b string) bool { return true },
	"not": func(a any) bool { return true },
	"and": func(a, b any) bool { return true },
	"or":  func(a, b any) bool { return true },
}

// controlLine is a line that has only actions that print nothing.
var controlLine = regexp.MustCompile(`^(\s*\{\{-?\s*((if|else|end|range|with)\b[^{}]*|/\*.*\*/)\s*-?\}\})+\s*$`)

// reading says how thoroughly a text is checked when it is parsed.
type reading int

const (
	inFull    reading = iota // as a stranger's: what it may use is looked at, and each of its branches executed
	asProven                 // as one that a test reads in full
	withMarks                // as one that was read: each line that it writes begins with its number
)

// parseText makes a template of the lines of a file, whose head is blank, so that line numbers are those of the file. With marks,
// each line that it writes begins with a mark that names its number: that is how a mistake in what was written finds its line.
func parseText(file string, lines []string, how reading) (*template.Template, error) {
	marked := how == withMarks
	var b strings.Builder
	for i, inside := 0, false; i < len(lines); i++ { // inside: the line begins within an action
		l := lines[i]
		mark := ""
		if marked && !inside {
			mark = lineMark + strconv.Itoa(i+1) + lineMark
		}
		rest, list := strings.CutPrefix(strings.TrimLeft(l, " \t"), "- ")
		switch {
		case controlLine.MatchString(l):
			b.WriteString(l + dropMark)
		case strings.TrimSpace(l) == "":
		case list && !inside:
			b.WriteString(mark + listMark + rest)
		default:
			b.WriteString(mark + l)
		}
		if i < len(lines)-1 {
			b.WriteByte('\n')
		}
		if open, end := strings.LastIndex(l, "{{"), strings.LastIndex(l, "}}"); open != end {
			inside = open > end
		}
	}
	trees, err := parse.Parse(file, b.String(), "", "", textFuncs)
	if err != nil {
		return nil, mistakeAt(file, err)
	}
	tree := trees[file]
	if tree == nil || tree.Root == nil || len(trees) > 1 {
		return nil, &Mistake{File: file, What: "define and block are not for texts"}
	}
	if how == inFull {
		if err := checkNodes(file, tree); err != nil {
			return nil, err
		}
		if err := dryRun(file, tree); err != nil {
			return nil, err
		}
	}
	return template.New(file).Funcs(textFuncs).AddParseTree(file, tree)
}

// errorPlace is how text/template begins an error: the file, the line and perhaps the column.
var errorPlace = regexp.MustCompile(`^(?:template: )?(.*?):(\d+)(:\d+)?: `)

// mistakeAt makes a mistake of an error of text/template.
func mistakeAt(file string, err error) *Mistake {
	msg := err.Error()
	m := errorPlace.FindStringSubmatch(msg)
	if m == nil || m[1] != file {
		return &Mistake{File: file, What: strings.TrimPrefix(msg, "template: ")}
	}
	line, _ := strconv.Atoi(m[2])
	return &Mistake{File: file, Line: line, What: msg[len(m[0]):]}
}

// checkNodes keeps a text to what can be checked: fields, strings, if, with, range and the functions of words. What it refuses could
// work for one payer and break for the next.
func checkNodes(file string, tree *parse.Tree) error {
	var bad *Mistake
	refuse := func(n parse.Node, why string) {
		if bad == nil {
			where, _ := tree.ErrorContext(n)
			bad = mistakeAt(file, errors.New(where+": "+why))
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
	if bad != nil {
		return bad
	}
	return nil
}

// dryRun executes every branch of a text once, on facts none of which is empty. All facts are strings or lines and all
// functions have fixed types, so what works here works for every payer.
func dryRun(file string, tree *parse.Tree) error {
	tree = tree.Copy()
	everyBranch(tree.Root)
	t, err := template.New(file).Funcs(alwaysTrueFuncs).AddParseTree(file, tree)
	if err != nil {
		return err
	}
	var b strings.Builder
	if err := t.Execute(&b, fullFacts); err != nil {
		return mistakeAt(file, err)
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
		if !v.Type().Field(i).IsExported() {
			continue
		}
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
