package inbox

import (
	"reflect"
	"text/template/parse"
)

// A program is a text, compiled: it writes what text/template would write, without looking names up and without reflection on what it
// prints. The little that a text may use, see checkNodes, is all that it knows.
type program []step

// A step is a part of a text. dot is what stands for {{.}}.
type step func(p *printer, dot operand)

// A printer has what a run of a program reads, and what it has written.
type printer struct {
	facts reflect.Value // a Facts
	out   []byte
}

// An operand is what a text can name: a string, or lines.
type operand struct {
	text  string
	lines Lines
	many  bool // it is lines
}

func (o operand) isTrue() bool { return o.text != "" || len(o.lines) > 0 }

// An operation finds an operand.
type operation func(p *printer, dot operand) operand

// writeText writes the text about some facts into a buffer, and returns it.
func (p program) writeText(f *Facts, buffer []byte) []byte {
	w := printer{reflect.ValueOf(f).Elem(), buffer}
	for _, s := range p {
		s(&w, operand{})
	}
	return w.out
}

func (p program) runIn(w *printer, dot operand) {
	for _, s := range p {
		s(w, dot)
	}
}

// yes is the operand of what holds.
var yes = operand{text: "true"}

func operandOf(b bool) operand {
	if b {
		return yes
	}
	return operand{}
}

// functions has a compiled form of each function of textFuncs. Arguments are evaluated before the call; no function has an effect.
var functions = map[string]struct {
	args int
	call func(a, b operand) operand
}{
	"eq":  {2, func(a, b operand) operand { return operandOf(a.text == b.text) }},
	"ne":  {2, func(a, b operand) operand { return operandOf(a.text != b.text) }},
	"not": {1, func(a, _ operand) operand { return operandOf(!a.isTrue()) }},
	"and": {2, func(a, b operand) operand { return operandOf(a.isTrue() && b.isTrue()) }},
	"or":  {2, func(a, b operand) operand { return operandOf(a.isTrue() || b.isTrue()) }},
}

// compileProgram makes the program of a text. ok is false if the text has something that programs do not know, such as a method of
// Lines, or a condition that is printed: then text/template runs the text.
func compileProgram(l *parse.ListNode) (p program, ok bool) {
	if l == nil {
		return nil, true
	}
	for _, n := range l.Nodes {
		var s step
		switch n := n.(type) {
		case *parse.CommentNode:
			continue
		case *parse.TextNode:
			text := string(n.Text)
			s = func(p *printer, _ operand) { p.out = append(p.out, text...) }
		case *parse.ActionNode:
			value, condition := compilePipe(n.Pipe)
			if value == nil || condition {
				return nil, false
			}
			s = func(p *printer, dot operand) { p.printOperand(value(p, dot)) }
		case *parse.IfNode:
			s = compileBranch(&n.BranchNode, func(then program, p *printer, dot, _ operand) { then.runIn(p, dot) })
		case *parse.WithNode:
			s = compileBranch(&n.BranchNode, func(then program, p *printer, _, value operand) { then.runIn(p, value) })
		case *parse.RangeNode:
			s = compileBranch(&n.BranchNode, func(then program, p *printer, _, value operand) {
				for _, l := range value.lines {
					then.runIn(p, operand{text: l})
				}
			})
		}
		if s == nil {
			return nil, false
		}
		p = append(p, s)
	}
	return p, true
}

// compileBranch is the step that takes one of two ways; into takes the first.
func compileBranch(b *parse.BranchNode, into func(then program, p *printer, dot, value operand)) step {
	value, _ := compilePipe(b.Pipe)
	then, ok1 := compileProgram(b.List)
	otherwise, ok2 := compileProgram(b.ElseList)
	if value == nil || !ok1 || !ok2 {
		return nil
	}
	return func(p *printer, dot operand) {
		if v := value(p, dot); v.isTrue() {
			into(then, p, dot, v)
		} else {
			otherwise.runIn(p, dot)
		}
	}
}

// compilePipe is nil for what programs do not know. condition says that the operand only holds or does not.
func compilePipe(p *parse.PipeNode) (op operation, condition bool) {
	if p == nil || len(p.Cmds) != 1 || len(p.Decl) > 0 {
		return nil, false
	}
	args := p.Cmds[0].Args
	name, ok := args[0].(*parse.IdentifierNode)
	if !ok {
		if len(args) != 1 {
			return nil, false
		}
		return compileArgument(args[0])
	}
	f, ok := functions[name.Ident]
	if !ok || len(args) != 1+f.args {
		return nil, false
	}
	a, _ := compileArgument(args[1])
	b := a
	if f.args == 2 {
		b, _ = compileArgument(args[2])
	}
	if a == nil || b == nil {
		return nil, false
	}
	return func(p *printer, dot operand) operand { return f.call(a(p, dot), b(p, dot)) }, true
}

func compileArgument(n parse.Node) (op operation, condition bool) {
	switch n := n.(type) {
	case *parse.DotNode:
		return func(_ *printer, dot operand) operand { return dot }, false
	case *parse.StringNode:
		text := n.Text
		return func(*printer, operand) operand { return operand{text: text} }, false
	case *parse.FieldNode:
		return compileField(n.Ident), false
	case *parse.VariableNode:
		return compileField(n.Ident[1:]), false
	case *parse.PipeNode:
		return compilePipe(n)
	}
	return nil, false
}

// compileField is the operation that reads a fact.
func compileField(names []string) operation {
	if len(names) != 1 {
		return nil
	}
	field, ok := reflect.TypeFor[Facts]().FieldByName(names[0])
	if !ok || len(field.Index) != 1 {
		return nil
	}
	i := field.Index[0]
	switch field.Type {
	case reflect.TypeFor[string]():
		return func(p *printer, _ operand) operand { return operand{text: p.facts.Field(i).String()} }
	case reflect.TypeFor[Lines]():
		return func(p *printer, _ operand) operand {
			return operand{lines: *p.facts.Field(i).Addr().Interface().(*Lines), many: true}
		}
	}
	return nil
}

func (p *printer) printOperand(o operand) {
	if !o.many {
		p.out = append(p.out, o.text...)
		return
	}
	for i, l := range o.lines {
		if i > 0 {
			p.out = append(p.out, ", "...)
		}
		p.out = append(p.out, l...)
	}
}
